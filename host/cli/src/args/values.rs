//! How single values are read, and what is said where they are none.

use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use docmill::manifest::{LimitChanges, LimitError};
use docmill::model::{ByteSize, FailureClass, Hint, PluginName};
use docmill::pipeline::{Budget, BudgetError};

/// How long a file must have been at rest.
pub fn debounce(text: &str) -> Result<humantime::Duration, String> {
    let bounds = Duration::from_millis(1)..=Duration::from_secs(3_600);
    let time =
        text.parse::<humantime::Duration>().ok().filter(|time| bounds.contains::<Duration>(time));
    time.ok_or_else(|| "a time from 1ms to 1h is needed, such as `500ms` or `2s`".to_owned())
}

/// A share in percent, as a number up to 1.
pub fn share(text: &str) -> Result<f64, String> {
    match text.strip_suffix('%').unwrap_or(text).trim().parse::<f64>() {
        Ok(percent) if percent > 0.0 && percent <= 100.0 => Ok(percent / 100.0),
        _ => Err("a share is a number over 0 and up to 100, such as `1%`".to_owned()),
    }
}

/// A confidence.
pub fn confidence(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err("a confidence is a number from 0 to 1, such as 0.8".to_owned()),
    }
}

/// The names of all classes of failures.
pub fn failure_classes() -> impl TypedValueParser<Value = FailureClass> {
    let names = FailureClass::ALL.map(FailureClass::as_str);
    PossibleValuesParser::new(names).try_map(|name| {
        FailureClass::ALL.into_iter().find(|class| class.as_str() == name).ok_or("no such class")
    })
}

/// The name of a step.
pub fn step_name(text: &str) -> Result<PluginName, String> {
    PluginName::new(text).map_err(|error| error.to_string())
}

/// The size of a source, which the store bounds.
pub fn source_size(text: &str) -> Result<ByteSize, String> {
    let size: ByteSize = text.parse()?;
    let most = ByteSize(docmill::store::record::LARGEST_PAYLOAD);
    (size <= most).then_some(size).ok_or_else(|| format!("the store keeps at most {}", most))
}

/// Other limits than those of the pipeline.
pub fn limit_changes(text: &str) -> Result<LimitChanges, String> {
    text.parse().map_err(|error: LimitError| match crate::report::hint_of(&error) {
        Some(hint) => format!("{error}; {hint}"),
        None => error.to_string(),
    })
}

/// What a run may use as a whole.
pub fn budget(text: &str) -> Result<Budget, String> {
    text.parse().map_err(|error: BudgetError| match crate::report::hint_of(&error) {
        Some(hint) => format!("{error}; {hint}"),
        None => error.to_string(),
    })
}

/// What an export may come to, in bytes.
pub fn export_budget(text: &str) -> Result<u64, String> {
    let Some((name, value)) = text.split_once('=') else {
        return Err("write it like `bytes=1GiB`".to_owned());
    };
    if name.trim() != "bytes" {
        return Err("the only budget of an export is `bytes`".to_owned());
    }
    let size = value.trim().parse::<ByteSize>();
    size.map(|size| size.as_u64()).map_err(|_| crate::report::hint_words(&Hint::WriteSize))
}

/// A name and its value.
pub fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("a name, `=`, and a value are needed, such as `min-length=100`".to_owned()),
    }
}
