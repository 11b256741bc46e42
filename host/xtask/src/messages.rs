//! What cargo says about the files it made, one JSON object per line.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::process::{Error, Outcome, announce, not_started};

/// Runs a cargo command that compiles, shows its progress, and returns the files it made or found up to date.
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
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text
        .lines()
        .filter(|line| line.starts_with(r#"{"reason":"compiler-artifact""#))
        .flat_map(|line| strings(line, r#""filenames":["#))
        .map(PathBuf::from)
        .collect())
}

/// The strings that follow a key in a line of JSON, up to the end of their list.
pub fn strings(line: &str, key: &str) -> Vec<String> {
    let Some((_, rest)) = line.split_once(key) else { return Vec::new() };
    let mut found = Vec::new();
    let mut current: Option<String> = None;
    let mut characters = rest.chars();
    while let Some(character) = characters.next() {
        match (&mut current, character) {
            (None, '"') => current = Some(String::new()),
            (None, ',' | ' ') => {}
            (None, _) => break,
            // Escapes other than `\\` and `\"` do not occur in paths and names.
            (Some(text), '\\') => text.extend(characters.next()),
            (Some(_), '"') => found.extend(current.take()),
            (Some(text), other) => text.push(other),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_end_where_they_end() {
        let line =
            r#"{"a":["no"],"filenames":["/a b/c.wasm","C:\\d \"e\".rlib"],"executable":null}"#;
        assert_eq!(strings(line, r#""filenames":["#), ["/a b/c.wasm", r#"C:\d "e".rlib"#]);
        assert!(strings(line, r#""missing":["#).is_empty());
        assert!(strings(r#"{"filenames":[]}"#, r#""filenames":["#).is_empty());
    }
}
