//! What cargo says about the files it made, one JSON object per line.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::process::{Error, Outcome, announce, not_started};

/// A message of cargo, as far as it matters here.
#[derive(Deserialize)]
struct Message {
    reason: String,
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

/// Runs a cargo command that compiles, shows its progress, and returns the files it made or found
/// up to date.
pub fn artifacts(command: &mut Command) -> Outcome<Vec<PathBuf>> {
    announce(command);
    let child = command
        .arg("--message-format=json-render-diagnostics")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| not_started(command, &error))?;
    let output = child.wait_with_output().map_err(|error| not_started(command, &error))?;
    if !output.status.success() {
        return Err(Error::new("cargo could not compile it; its messages are above"));
    }
    Ok(files(&output.stdout))
}

/// The files that messages tell of. Lines that are none, such as what a build script prints, are
/// not for us.
fn files(messages: &[u8]) -> Vec<PathBuf> {
    messages
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice::<Message>(line).ok())
        .filter(|message| message.reason == "compiler-artifact")
        .flat_map(|message| message.filenames)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_artifacts_are_files_that_were_made() {
        let messages = r#"{"reason":"compiler-artifact","filenames":["/a b/c.wasm","C:\\d \"é\".rlib"],"executable":null}
no message
{"reason":"build-script-executed","filenames":["/no"]}
{"reason":"build-finished","success":true}"#;
        let expected = ["/a b/c.wasm", r#"C:\d "é".rlib"#].map(PathBuf::from);
        assert_eq!(files(messages.as_bytes()), expected);
    }
}
