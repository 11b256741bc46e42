//! `docmill.toml`: the steps of a pipeline, and what an operator grants to each.
//!
//! ```toml
//! extends = "built-in"                      # its steps come first; one of the same name changes it
//!
//! [limits]                                  # for all steps; the defaults are shown
//! deadline = "2s"
//! memory = "64 MiB"
//! output = "16 MiB"
//! log = "64 KiB"
//!
//! [media-types]                             # what is called so is this, whatever it looks like
//! "*.dat" = "text/csv"                      # of several patterns that match, the longest counts
//!
//! [[step]]
//! plugin = "extract-text"                   # a shipped plugin
//!
//! [[step]]
//! plugin = "plugins/analyze-dates.wasm"     # a file, relative to this one
//! name = "dates"                            # what its findings are called; default: the plugin's own name
//! settings = { min-confidence = 0.5 }
//! tables = { calendar = "tables/calendar.tsv" }
//! limits = { deadline = "10s" }
//!
//! [[step]]
//! plugin = "translate-glossary"
//! tables = { glossary = "glossary-fr" }     # a shipped table
//! targets = ["en", "vi"]                    # translators only; default: everything the plugin offers
//! enabled = false                           # it does not run; default: true
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use crate::error::Location;
use crate::model::{ByteSize, LanguageTag, LimitName, Limits, MediaType, PluginName};

mod draft;
mod error;
mod extends;
mod file;
mod lock;

pub use draft::{Draft, DraftError, DraftStep, NewStep};
pub use error::{LimitError, ManifestError, ManifestErrorKind};
pub use file::{read_file, read_text};
pub use lock::{Lock, LockError, Pin};

/// The longest pipeline file that is read, in bytes.
pub const LARGEST_MANIFEST: u64 = 1 << 20;
/// The most steps a pipeline may have.
const MOST_STEPS: usize = 100;

/// A pipeline as its file asks for it; nothing is loaded yet.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// The file it was read from, for messages.
    pub path: PathBuf,
    /// The text of the file.
    pub text: String,
    /// The steps that are enabled, in the order of the file; those that it builds on come first.
    pub steps: Vec<StepRequest>,
    /// Patterns of names, and what is called so, the longest first.
    pub media_types: Vec<(String, Placed<MediaType>)>,
    /// Whether it builds on the built-in pipeline.
    pub extends_built_in: bool,
}

/// One step as the file asks for it.
#[derive(Debug, Clone)]
pub struct StepRequest {
    /// What the step is called, if the file says so.
    pub name: Option<PluginName>,
    /// The plugin.
    pub plugin: PluginRef,
    /// Settings by key.
    pub settings: BTreeMap<String, Placed<String>>,
    /// Tables by the name under which the plugin opens them.
    pub tables: BTreeMap<String, Placed<TableRef>>,
    /// For a translator: the languages to translate into.
    pub targets: Option<Vec<Placed<LanguageTag>>>,
    /// What one call may use: the step's own limits, else the pipeline's, else the defaults.
    pub limits: Limits,
    /// Where the step names its plugin.
    pub place: Range<usize>,
}

/// A plugin as a pipeline names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PluginRef {
    /// One that travels inside docmill.
    Shipped(String),
    /// A file.
    File(PathBuf),
}

impl fmt::Display for PluginRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PluginRef::Shipped(name) => f.write_str(name),
            PluginRef::File(path) => path.display().fmt(f),
        }
    }
}

/// A table as a pipeline names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableRef {
    /// One that travels inside docmill.
    Shipped(String),
    /// A file of tab-separated values.
    File(PathBuf),
}

/// A value and its place in the file, as a range of bytes.
#[derive(Debug, Clone)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Range<usize>,
}

/// Limits to put in the place of those of every step, as an operator writes them:
/// `deadline=10s,memory=256MiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LimitChanges {
    deadline: Option<Duration>,
    memory: Option<ByteSize>,
    output: Option<ByteSize>,
    log: Option<ByteSize>,
}

impl LimitChanges {
    /// The limits with these changes.
    #[must_use]
    pub fn apply_to(&self, limits: Limits) -> Limits {
        Limits {
            deadline: self.deadline.unwrap_or(limits.deadline),
            memory: self.memory.unwrap_or(limits.memory),
            output: self.output.unwrap_or(limits.output),
            log: self.log.unwrap_or(limits.log),
        }
    }
}

impl FromStr for LimitChanges {
    type Err = LimitError;

    fn from_str(text: &str) -> Result<LimitChanges, LimitError> {
        let mut changes = LimitChanges::default();
        for part in text.split(',') {
            let (name, value) =
                part.split_once('=').ok_or_else(|| LimitError::NotAssigned(part.to_owned()))?;
            match name.trim() {
                "deadline" => changes.deadline = Some(duration(value.trim())?),
                "memory" => changes.memory = Some(size(LimitName::Memory, value)?),
                "output" => changes.output = Some(size(LimitName::Output, value)?),
                "log" => changes.log = Some(size(LimitName::Log, value)?),
                other => return Err(LimitError::Unknown(other.to_owned())),
            }
        }
        Ok(changes)
    }
}

fn duration(text: &str) -> Result<Duration, LimitError> {
    let most = Limits::CEILING.deadline;
    match humantime::parse_duration(text) {
        Ok(duration) if (Duration::from_millis(1)..=most).contains(&duration) => Ok(duration),
        Ok(_) => Err(LimitError::DurationRange { most }),
        Err(_) => Err(LimitError::NoDuration(text.to_owned())),
    }
}

fn size(limit: LimitName, text: &str) -> Result<ByteSize, LimitError> {
    let most = match limit {
        LimitName::Memory => Limits::CEILING.memory,
        LimitName::Log => Limits::CEILING.log,
        // No deadline is a size.
        LimitName::Output | LimitName::Deadline => Limits::CEILING.output,
    };
    match text.parse::<ByteSize>() {
        Ok(size) if (ByteSize::b(1)..=most).contains(&size) => Ok(size),
        Ok(_) => Err(LimitError::SizeRange { limit, most }),
        Err(_) => Err(LimitError::NoSize(text.to_owned())),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawManifest {
    extends: Option<Spanned<String>>,
    #[serde(default)]
    limits: RawLimits,
    #[serde(default)]
    media_types: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    step: Vec<Spanned<RawStep>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawStep {
    plugin: Spanned<String>,
    name: Option<Spanned<String>>,
    #[serde(default)]
    settings: BTreeMap<String, Spanned<toml::Value>>,
    #[serde(default)]
    tables: BTreeMap<String, Spanned<String>>,
    targets: Option<Vec<Spanned<String>>>,
    #[serde(default)]
    limits: RawLimits,
    enabled: Option<bool>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawLimits {
    deadline: Option<Spanned<String>>,
    memory: Option<Spanned<String>>,
    output: Option<Spanned<String>>,
    log: Option<Spanned<String>>,
}

impl Manifest {
    /// Reads a pipeline. `path` is where the text came from: relative files are looked for beside
    /// it.
    ///
    /// # Errors
    ///
    /// If the text is not TOML, has unknown keys, or a value is not of its form; and if it builds
    /// on the built-in pipeline, for which there is [`Manifest::parse_over`].
    pub fn parse(path: &Path, text: &str) -> Result<Manifest, ManifestError> {
        Manifest::parse_over(path, text, None)
    }

    /// Reads a pipeline that may build on this one: `extends = "built-in"`.
    ///
    /// # Errors
    ///
    /// As [`Manifest::parse`]. What is wrong with a step of the built-in pipeline is reported where
    /// the file extends it.
    pub fn parse_over(
        path: &Path,
        text: &str,
        built_in: Option<&str>,
    ) -> Result<Manifest, ManifestError> {
        let reader = Reader { path, text, folder: path.parent().unwrap_or(Path::new("")) };
        let raw: RawManifest = toml::from_str(text).map_err(|error| {
            let kind = ManifestErrorKind::Syntax(error.message().to_owned());
            reader.error(error.span().unwrap_or(0..0), kind)
        })?;
        if raw.step.is_empty() && raw.extends.is_none() {
            return Err(reader.error(0..0, ManifestErrorKind::NoSteps));
        }
        if let Some(surplus) = raw.step.get(MOST_STEPS) {
            let kind = ManifestErrorKind::TooManySteps { most: MOST_STEPS };
            return Err(reader.error(surplus.span(), kind));
        }
        let limits = reader.limits(&raw.limits, Limits::default())?;
        let extends_built_in = raw.extends.is_some();
        let mut steps = match &raw.extends {
            Some(extends) => extends::Steps::of(&reader, extends, built_in, limits)?,
            None => extends::Steps::default(),
        };
        for step in raw.step {
            let step = step.into_inner();
            // Mistakes in a step that does not run are pointed at all the same.
            let enabled = step.enabled.unwrap_or(true);
            let place = steps.changed_by(&step);
            let limits = place.map_or(limits, |place| steps.limits(place));
            let step = reader.step(step, limits)?;
            steps.put(place, enabled.then_some(step));
        }
        let steps = steps.into_requests();
        let mut media_types = (raw.media_types.into_iter())
            .map(|(pattern, media_type)| Ok((pattern, reader.media_type(media_type)?)))
            .collect::<Result<Vec<_>, _>>()?;
        media_types.sort_by_key(|(pattern, _)| std::cmp::Reverse(pattern.len()));
        let (path, text) = (path.to_owned(), text.to_owned());
        Ok(Manifest { path, text, steps, media_types, extends_built_in })
    }

    /// A place in this pipeline, for people.
    pub fn location(&self, place: &Range<usize>) -> Location {
        Location::of(&self.path, &self.text, place.start)
    }
}

struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
    folder: &'a Path,
}

impl Reader<'_> {
    fn error(&self, place: Range<usize>, kind: ManifestErrorKind) -> ManifestError {
        ManifestError { kind, place: Location::of(self.path, self.text, place.start) }
    }

    fn step(&self, raw: RawStep, limits: Limits) -> Result<StepRequest, ManifestError> {
        let name = raw.name.map(|name| {
            PluginName::new(name.get_ref().as_str()).map_err(|_| {
                let kind = ManifestErrorKind::StepName(name.get_ref().clone());
                self.error(name.span(), kind)
            })
        });
        let settings = raw.settings.into_iter().map(|(key, value)| {
            let place = value.span();
            let value = match value.into_inner() {
                toml::Value::String(text) => text,
                toml::Value::Integer(number) => number.to_string(),
                toml::Value::Float(number) => number.to_string(),
                toml::Value::Boolean(truth) => truth.to_string(),
                other => {
                    let kind =
                        ManifestErrorKind::SettingType { setting: key, found: type_of(&other) };
                    return Err(self.error(place, kind));
                }
            };
            Ok((key, Placed { value, place }))
        });
        let tables = raw.tables.into_iter().map(|(name, table)| {
            let value = if is_file(table.get_ref(), ".tsv") {
                TableRef::File(self.folder.join(table.get_ref()))
            } else {
                TableRef::Shipped(table.get_ref().clone())
            };
            (name, Placed { value, place: table.span() })
        });
        let target = |target: Spanned<String>| {
            let place = target.span();
            LanguageTag::new(target.into_inner())
                .map(|value| Placed { value, place: place.clone() })
                .map_err(|error| self.error(place, ManifestErrorKind::Language(error)))
        };
        let targets = raw
            .targets
            .map(|targets| targets.into_iter().map(target).collect::<Result<Vec<_>, _>>());
        Ok(StepRequest {
            name: name.transpose()?,
            place: raw.plugin.span(),
            plugin: if is_file(raw.plugin.get_ref(), ".wasm") {
                PluginRef::File(self.folder.join(raw.plugin.get_ref()))
            } else {
                PluginRef::Shipped(raw.plugin.into_inner())
            },
            settings: settings.collect::<Result<_, _>>()?,
            tables: tables.collect(),
            targets: targets.transpose()?,
            limits: self.limits(&raw.limits, limits)?,
        })
    }

    fn media_type(&self, text: Spanned<String>) -> Result<Placed<MediaType>, ManifestError> {
        let place = text.span();
        match MediaType::new(text.into_inner()) {
            Ok(value) => Ok(Placed { value, place }),
            Err(error) => Err(self.error(place, ManifestErrorKind::MediaType(error))),
        }
    }

    fn limits(&self, raw: &RawLimits, default: Limits) -> Result<Limits, ManifestError> {
        Ok(Limits {
            deadline: match &raw.deadline {
                Some(text) => self.duration(text)?,
                None => default.deadline,
            },
            memory: self.size(LimitName::Memory, raw.memory.as_ref(), default.memory)?,
            output: self.size(LimitName::Output, raw.output.as_ref(), default.output)?,
            log: self.size(LimitName::Log, raw.log.as_ref(), default.log)?,
        })
    }

    fn duration(&self, text: &Spanned<String>) -> Result<Duration, ManifestError> {
        duration(text.get_ref())
            .map_err(|error| self.error(text.span(), ManifestErrorKind::Limit(error)))
    }

    fn size(
        &self,
        limit: LimitName,
        text: Option<&Spanned<String>>,
        default: ByteSize,
    ) -> Result<ByteSize, ManifestError> {
        let Some(text) = text else { return Ok(default) };
        size(limit, text.get_ref())
            .map_err(|error| self.error(text.span(), ManifestErrorKind::Limit(error)))
    }
}

/// Whether a pipeline that names its plugin like this means a file: a name with a slash or the
/// usual extension.
pub fn names_a_file(plugin: &str) -> bool {
    is_file(plugin, ".wasm")
}

/// A name with a slash or the usual extension is a file; anything else is shipped.
fn is_file(name: &str, extension: &str) -> bool {
    name.contains(['/', '\\']) || name.ends_with(extension)
}

fn type_of(value: &toml::Value) -> &'static str {
    match value {
        toml::Value::Array(_) => "an array",
        toml::Value::Table(_) => "a table",
        toml::Value::Datetime(_) => "a date",
        _ => "something else",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Hinted;

    fn parse(text: &str) -> Result<Manifest, String> {
        Manifest::parse(Path::new("dir/docmill.toml"), text)
            .map_err(|error| format!("{error} --> {}", error.place))
    }

    #[test]
    fn a_step_inherits_the_limits_it_does_not_set() {
        let manifest = parse(
            "[limits]\ndeadline = '3s'\nmemory = '1 MiB'\n[[step]]\nplugin = 'a'\nlimits = { memory = '2 MiB' }\n",
        )
        .unwrap();
        let limits = manifest.steps[0].limits;
        assert_eq!(
            limits,
            Limits {
                deadline: Duration::from_secs(3),
                memory: ByteSize::mib(2),
                ..Limits::default()
            }
        );
    }

    #[test]
    fn limits_are_changed_where_something_is_said() {
        let changes: LimitChanges = "deadline=10s, memory=256MiB".parse().unwrap();
        let changed = changes.apply_to(Limits::default());
        let deadline = Duration::from_secs(10);
        assert_eq!(changed, Limits { deadline, memory: ByteSize::mib(256), ..Limits::default() });
        let refused = |text: &str| {
            let error = text.parse::<LimitChanges>().unwrap_err();
            let hint = error.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
            format!("{error}{hint}")
        };
        assert_eq!(refused("deadline"), "`deadline` is not a limit; write it like `deadline=10s`");
        assert_eq!(refused("output=1TiB"), "`limits.output` lies between 1 B and 512.0 MiB");
        assert_eq!(
            refused("log=much"),
            "`much` is not a size; write it like `64 MiB` or `100 KiB`"
        );
        assert!(refused("cpu=1").starts_with("there is no limit `cpu`"));
    }

    #[test]
    fn files_are_told_from_shipped_names_and_looked_for_beside_the_pipeline() {
        let manifest = parse("[[step]]\nplugin = 'x.wasm'\ntables = { a = 'b/c', d = 'e' }\n[[step]]\nplugin = 'extract-text'").unwrap();
        assert_eq!(manifest.steps[0].plugin, PluginRef::File("dir/x.wasm".into()));
        assert_eq!(manifest.steps[0].tables["a"].value, TableRef::File("dir/b/c".into()));
        assert_eq!(manifest.steps[0].tables["d"].value, TableRef::Shipped("e".into()));
        assert_eq!(manifest.steps[1].plugin, PluginRef::Shipped("extract-text".into()));
    }

    #[test]
    fn of_the_patterns_of_names_the_longest_comes_first() {
        let manifest = parse(
            "[media-types]\n'*' = 'text/html'\n'*.dat' = 'text/csv'\n[[step]]\nplugin = 'a'\n",
        );
        let types = manifest.unwrap().media_types;
        let types: Vec<_> =
            types.iter().map(|(it, kind)| (it.as_str(), kind.value.as_str())).collect();
        assert_eq!(types, [("*.dat", "text/csv"), ("*", "text/html")]);
    }

    #[test]
    fn mistakes_are_found_where_they_are() {
        let check = |text: &str, expected: &str| assert_eq!(parse(text).unwrap_err(), expected);
        check(
            "[media-types]\n'*.dat' = 'CSV'\n[[step]]\nplugin = 'a'",
            "a media type is lower case and without parameters, such as `text/html` --> dir/docmill.toml:2:11",
        );
        check("", "the pipeline has no steps --> dir/docmill.toml:1:1");
        check(
            "[[step]]\nplugin = 'a'\nsettings = { b = [1] }",
            "setting `b` is an array, and settings are strings, numbers, or booleans --> dir/docmill.toml:3:18",
        );
        check(
            "[[step]]\nplugin = 'a'\nlimits = { deadline = 'soon' }",
            "`soon` is not a duration --> dir/docmill.toml:3:23",
        );
        check(
            "[[step]]\nplugin = 'a'\nlimits = { deadline = '2h' }",
            "`limits.deadline` lies between 1ms and 1h --> dir/docmill.toml:3:23",
        );
        check(
            "[[step]]\nplugin = 'a'\nlimits = { memory = '9 GiB' }",
            "`limits.memory` lies between 1 B and 2.0 GiB --> dir/docmill.toml:3:21",
        );
        check(
            "[[step]]\nplugin = 'a'\ntargets = ['english']\nname='B'",
            "`B` is not a name for a step --> dir/docmill.toml:4:6",
        );
        check(
            "[[step]]\nplugin = 'a'\nsetings = {}",
            "unknown field `setings`, expected one of `plugin`, `name`, `settings`, `tables`, `targets`, `limits`, `enabled` --> dir/docmill.toml:3:1",
        );
        check(
            "[[step]]\nplugin = ",
            "string values must be quoted, expected literal string --> dir/docmill.toml:2:10",
        );
    }
}
