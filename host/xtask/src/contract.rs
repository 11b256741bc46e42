//! The contract over time: freezes a release, and refuses what would break plugins of the same
//! track.

use std::fs;
use std::path::Path;

use crate::process::{Error, Outcome, at, run};
use crate::workspace::Workspace;

/// Compares `wit/` with every release of its track.
pub fn check(workspace: &Workspace) -> Outcome {
    let mut command = workspace.cargo();
    command.args(["run", "--quiet", "--package", "contract-tools", "--", "check", "wit"]);
    run(&mut command)
}

/// Copies `wit/*.wit` to `wit/released/X.Y.Z/`, once and for all.
pub fn release(workspace: &Workspace, version: &str) -> Outcome {
    let declared = format!("package docmill:plugin@{version};");
    let worlds = workspace.path("wit/worlds.wit");
    let text = fs::read_to_string(&worlds).map_err(at(&worlds))?;
    if !text.lines().any(|line| line.trim() == declared) {
        return Err(Error::new(format!("`wit/worlds.wit` does not say `{declared}`"))
            .hint("raise the version there first, or release the version it names"));
    }
    check(workspace)?;
    let folder = freeze(&workspace.path("wit"), version)?;
    println!("{folder}: frozen; never edit it");
    Ok(())
}

fn freeze(wit: &Path, version: &str) -> Outcome<String> {
    let folder = wit.join("released").join(version);
    if folder.exists() {
        return Err(Error::new(format!("`wit/released/{version}` is there already"))
            .hint("a release is never edited: raise the version in `wit/worlds.wit`"));
    }
    fs::create_dir_all(&folder).map_err(at(&folder))?;
    for entry in fs::read_dir(wit).map_err(at(wit))?.flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|it| it == "wit") {
            fs::copy(&path, folder.join(entry.file_name())).map_err(at(&path))?;
        }
    }
    Ok(format!("wit/released/{version}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_copied_once_and_never_overwritten() {
        let folder = std::env::temp_dir().join(format!("docmill-release-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("worlds.wit"), "package docmill:plugin@9.9.9;").unwrap();
        fs::write(folder.join("README.md"), "not part of a release").unwrap();

        freeze(&folder, "9.9.9").unwrap();
        assert!(folder.join("released/9.9.9/worlds.wit").exists());
        assert!(!folder.join("released/9.9.9/README.md").exists());
        let refused = freeze(&folder, "9.9.9").unwrap_err();
        assert_eq!(refused.message, "`wit/released/9.9.9` is there already");

        fs::remove_dir_all(&folder).unwrap();
    }
}
