//! `failures export` and `failures reproduce`: takes a failure to another machine, and has it again
//! there.

use std::fs::File;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};

use docmill::model::Failure;
use docmill::pipeline::{Bundle, BundleError};
use docmill::store::StoreError;

use crate::args::{Common, Output};
use crate::context;
use crate::exit::Exit;
use crate::lookup;
use crate::replacement::Replacement;
use crate::report::{CommandError, Paint, escaped, note, one_line, span, write_json};

/// Writes the bundle of a failure.
pub fn export(common: &Common, meant: &str, to: Option<&Path>) -> Result<Exit, CommandError> {
    let store = context::existing_store(common)?;
    let failure = lookup::failure(&store, meant)?;
    let path =
        to.map_or_else(|| PathBuf::from(format!("failure-{}.tar", failure.id)), Path::to_owned);
    let bundle = Bundle::collect(&store, &failure).map_err(|error| refused(error, &failure))?;
    let unwritable = |error: &dyn std::error::Error| {
        CommandError::new(Exit::SomeFailed, format!("`{}` could not be written", path.display()))
            .because(error)
    };
    let begun = match to {
        Some(path) => Replacement::begin(path),
        // Whoever made this folder may have known what it would be called.
        None => Replacement::begin_at_name(&path),
    };
    let mut file = begun.map_err(|error| unwritable(&error))?;
    bundle.write(&mut file, &explanation(&bundle)).map_err(|error| unwritable(&error))?;
    file.finish().map_err(|error| unwritable(&error))?;
    let shown = one_line(&path.display().to_string(), 200);
    note(
        common,
        &format!(
            "failure `{}` written to `{shown}`; it holds the document and the plugin",
            failure.id
        ),
    );
    Ok(Exit::Success)
}

fn refused(error: BundleError, failure: &Failure) -> CommandError {
    let exit = match error {
        BundleError::Store(StoreError::Damaged { .. }) => Exit::Store,
        _ => Exit::SomeFailed,
    };
    CommandError::new(exit, format!("failure `{}` cannot be exported", failure.id)).because(&error)
}

/// What people read in a bundle.
fn explanation(bundle: &Bundle) -> String {
    format!(
        "{}\n\ndocmill {}\n\n\
         Have it again on any machine:\n\n  docmill failures reproduce FILE\n\n\
         What is in here is as trustworthy as where it comes from. The command runs the plugin in docmill's sandbox.\n",
        super::render(bundle.failure(), None, Paint::OFF),
        env!("CARGO_PKG_VERSION"),
    )
}

/// Runs what failed once more.
pub fn run(common: &Common, path: &Path) -> Result<Exit, CommandError> {
    let shown = one_line(&path.display().to_string(), 200);
    let unusable = |error: &dyn std::error::Error| {
        CommandError::new(Exit::SomeFailed, format!("`{shown}` cannot be used")).because(error)
    };
    let mut file = BufReader::new(File::open(path).map_err(|error| unusable(&error))?);
    let bundle = Bundle::read(&mut file).map_err(|error| unusable(&error))?;
    let ended =
        bundle.reproduce(&context::catalog(common, 1)?).map_err(|error| unusable(&error))?;
    let failure = bundle.failure();
    let expected = failure.class;
    let same = ended.as_ref().is_err_and(|stopped| stopped.class() == expected);
    if common.output == Output::Json {
        let line = serde_json::json!({
            "id": failure.id.to_string(), "reproduced": same, "expected": expected.as_str(),
            "class": ended.as_ref().err().map(|stopped| stopped.class().as_str()),
            "causes": ended.as_ref().err().map(|stopped| stopped.causes()),
        });
        write_json(&mut std::io::stdout().lock(), &line)?;
    } else {
        let text = match &ended {
            Err(stopped) if same => {
                format!("reproduced: {expected}: {}", stopped.causes().join(": "))
            }
            Err(stopped) => format!(
                "not reproduced: it failed with {} instead of {expected}: {}",
                stopped.class(),
                stopped.causes().join(": ")
            ),
            Ok(cost) => format!(
                "not reproduced: it ended well, within {}, instead of failing with {expected}",
                span(cost.duration)
            ),
        };
        writeln!(std::io::stdout().lock(), "{}", escaped(&text))?;
    }
    Ok(if same { Exit::Success } else { Exit::SomeFailed })
}
