//! What the binary brings along for authors of plugins, as files: the contract with its releases,
//! the SDKs, and what a new plugin begins with.

use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use crate::exit::Exit;
use crate::replacement::write_whole_at_name;
use crate::report::{CommandError, one_line};

include!(concat!(env!("OUT_DIR"), "/carried.rs"));

/// Below this lie the releases of the contract, each in a folder of its version.
const RELEASED: &str = "released/";

/// A file to be written: its path below some folder, and its text.
pub type File = (PathBuf, String);

/// The contract as this binary has it, file by file.
pub fn contract() -> Vec<(&'static str, &'static str)> {
    WIT.iter().filter(|(name, _)| !name.starts_with(RELEASED)).copied().collect()
}

/// The versions of all releases, oldest first, as folders are called.
pub fn releases() -> Vec<&'static str> {
    let mut versions: Vec<&str> =
        WIT.iter().filter_map(|(name, _)| name.strip_prefix(RELEASED)?.split('/').next()).collect();
    versions.dedup();
    let numbers = |version: &str| -> Vec<u64> {
        version.split('.').map(|part| part.parse().unwrap_or(0)).collect()
    };
    versions.sort_by_key(|version| numbers(version));
    versions.dedup();
    versions
}

/// A release of the contract, file by file: one of this version, or the last one of this track,
/// such as `0.1`.
pub fn release(asked: &str) -> Option<Vec<(&'static str, &'static str)>> {
    let of_track = |version: &&str| {
        **version == *asked
            || version
                .strip_prefix(asked)
                .is_some_and(|rest| rest.starts_with('.') && rest.matches('.').count() == 1)
    };
    let version = releases().into_iter().rfind(|version| of_track(version))?;
    let folder = format!("{RELEASED}{version}/");
    let files = WIT.iter().filter_map(|(name, text)| Some((name.strip_prefix(&folder)?, *text)));
    Some(files.collect())
}

/// The version that a contract says it has.
pub fn version(contract: &[(&str, &str)]) -> Option<String> {
    let line = |text: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix("package docmill:plugin@"))?;
        Some(line.strip_suffix(';')?.trim().to_owned())
    };
    contract.iter().find_map(|(_, text)| line(text))
}

/// Whether a text is that of a file of the contract, of whatever release.
fn is_of_contract(text: &[u8]) -> bool {
    WIT.iter().any(|(_, known)| known.as_bytes() == text)
}

/// Writes files below a folder, which may be new. Nothing is replaced but what is the same, or of
/// some release of the contract.
///
/// Looks at all of them before it writes the first, and refuses a path that leads out of the
/// folder.
pub fn write_below(folder: &Path, files: &[File]) -> Result<(), CommandError> {
    let shown = |path: &Path| one_line(&path.display().to_string(), 400);
    for (name, text) in files {
        let climbs = name.components().any(|part| !matches!(part, Component::Normal(_)));
        if climbs {
            let message = format!("`{}` leads out of the folder", shown(name));
            return Err(CommandError::new(Exit::Bug, message));
        }
        let path = folder.join(name);
        let is_in_the_way = match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => false,
            Err(error) => return Err(unwritable(&path, &error)),
            // A link may lead anywhere.
            Ok(there) if !there.is_file() => true,
            Ok(_) => {
                let there = fs::read(&path).map_err(|error| unwritable(&path, &error))?;
                there != text.as_bytes() && !is_of_contract(&there)
            }
        };
        if is_in_the_way {
            let message = format!("`{}` is there already, and would be lost", shown(&path));
            return Err(CommandError::new(Exit::Usage, message).hint("name another folder"));
        }
    }
    for (name, text) in files {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|error| unwritable(parent, &error))?;
        }
        write_whole_at_name(&path, text.as_bytes())?;
    }
    Ok(())
}

fn unwritable(path: &Path, error: &std::io::Error) -> CommandError {
    let message = format!("`{}` could not be written", one_line(&path.display().to_string(), 400));
    CommandError::new(Exit::Rejected, message).because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_release_of_a_track_is_meant_by_it() {
        let last = releases().pop().unwrap();
        let (track, _) = last.rsplit_once('.').unwrap();
        assert_eq!(version(&release(track).unwrap()).as_deref(), Some(last));
        assert_eq!(version(&release(last).unwrap()).as_deref(), Some(last));
        assert!(release("0").is_none() && release("9.9").is_none() && release("").is_none());
        let files: Vec<_> = contract().iter().map(|(name, _)| *name).collect();
        assert!(files.contains(&"worlds.wit") && files.iter().all(|name| !name.contains('/')));
    }

    #[test]
    fn nothing_of_somebody_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            write_below(
                folder.path(),
                &[(PathBuf::from("new"), "x".to_owned()), (name.into(), text.to_owned())],
            )
        };
        write("a/b", "1").unwrap();
        write("a/b", "1").unwrap();
        assert_eq!(write("a/b", "2").unwrap_err().exit, Exit::Usage);
        for climbing in ["../a", "/a", "a/../../b"] {
            assert_eq!(write(climbing, "1").unwrap_err().exit, Exit::Bug, "{climbing}");
        }
        let old = release("0.1.0").unwrap();
        write("wit/worlds.wit", old.iter().find(|(name, _)| *name == "worlds.wit").unwrap().1)
            .unwrap();
        let new = contract();
        write("wit/worlds.wit", new.iter().find(|(name, _)| *name == "worlds.wit").unwrap().1)
            .unwrap();
    }
}
