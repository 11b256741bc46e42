//! Paths that are named: which of them is standard input, and lists of them.

use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use docmill::manifest::read_file;

use crate::exit::Exit;
use crate::report::CommandError;

/// The path that stands for standard input.
pub const STANDARD_INPUT: &str = "-";

/// Whether a path stands for standard input.
pub fn is_standard_input(path: &Path) -> bool {
    path == Path::new(STANDARD_INPUT)
}

/// Refuses paths of which several stand for standard input.
pub fn check_standard_input(paths: &[PathBuf]) -> Result<(), CommandError> {
    match paths.iter().filter(|path| is_standard_input(path)).count() {
        0 | 1 => Ok(()),
        _ => Err(CommandError::new(Exit::Usage, "standard input (`-`) can be read only once")),
    }
}

/// The longest list of paths, in bytes: some millions of them.
const LONGEST_LIST: u64 = 1 << 30;

/// The paths in a list: with a NUL after each, if there is any, as `find -print0` writes them, else
/// one a line.
pub fn listed(list: &Path) -> Result<Vec<PathBuf>, CommandError> {
    let bytes = match is_standard_input(list) {
        true => read_input(LONGEST_LIST),
        false => read_file(list, LONGEST_LIST),
    };
    let bytes = bytes.map_err(|error| {
        let message = format!("the list `{}` could not be read", list.display());
        CommandError::new(Exit::Usage, message).because(&error)
    })?;
    paths(&bytes)
}

fn read_input(limit: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(limit + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > limit {
        true => Err(ErrorKind::FileTooLarge.into()),
        false => Ok(bytes),
    }
}

fn paths(bytes: &[u8]) -> Result<Vec<PathBuf>, CommandError> {
    let separator = if bytes.contains(&0) { 0 } else { b'\n' };
    let entries = bytes.split(|byte| *byte == separator);
    let entries = entries.map(|entry| match separator {
        0 => entry,
        _ => entry.strip_suffix(b"\r").unwrap_or(entry),
    });
    entries.filter(|entry| !entry.is_empty()).map(path_of).collect()
}

/// The path that these bytes are, on a system where paths are bytes; elsewhere they have to be
/// UTF-8.
#[cfg(unix)]
pub fn path_of(bytes: &[u8]) -> Result<PathBuf, CommandError> {
    use std::os::unix::ffi::OsStrExt;
    Ok(PathBuf::from(std::ffi::OsStr::from_bytes(bytes)))
}

/// The path that these bytes are, which have to be UTF-8.
#[cfg(not(unix))]
pub fn path_of(bytes: &[u8]) -> Result<PathBuf, CommandError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| CommandError::new(Exit::Usage, "a path is not UTF-8").because(&error))?;
    Ok(PathBuf::from(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_a_path_a_line_or_before_each_nul() {
        let check = |bytes: &[u8], expected: &[&str]| {
            let expected: Vec<PathBuf> = expected.iter().map(PathBuf::from).collect();
            assert_eq!(paths(bytes).unwrap(), expected);
        };
        check(b"a b\r\n\nc", &["a b", "c"]);
        check(b"a\nb\0c\r\0", &["a\nb", "c\r"]);
        check(b"", &[]);
    }
}
