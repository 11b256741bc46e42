//! Holds what a compiler cannot see: who may name what, how files begin, and what no file may say.

mod lexer;
mod rules;

use std::fs;
use std::path::Path;

use crate::process::{Error, Outcome};
use crate::workspace::Workspace;

/// A file of the repository, and its path from the root with forward slashes.
struct File {
    path: String,
    text: String,
}

/// Prints what is not tidy, and fails if there is any.
pub fn run(workspace: &Workspace) -> Outcome {
    let findings = findings(workspace);
    if findings.is_empty() {
        println!("tidy: nothing to complain about");
        return Ok(());
    }
    for finding in &findings {
        eprintln!("{finding}");
    }
    Err(Error::new(format!("{} findings", findings.len()))
        .hint("the rules and their reasons are in `host/xtask/src/tidy/rules.rs`"))
}

/// Everything in the repository that breaks a rule, as `path:line: what is wrong`.
fn findings(workspace: &Workspace) -> Vec<String> {
    let mut files = Vec::new();
    read(&workspace.root, "", &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    rules::check(&files)
}

/// Reads every text file below a folder, leaving out what builds and tools make.
fn read(folder: &Path, prefix: &str, files: &mut Vec<File>) {
    const MADE: [&str; 6] =
        [".git", ".docmill", "target", "node_modules", "__pycache__", ".pytest_cache"];
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if MADE.contains(&name.as_str()) {
            continue;
        }
        let path = format!("{prefix}{name}");
        if entry.path().is_dir() {
            read(&entry.path(), &format!("{path}/"), files);
        } else if let Ok(text) = fs::read_to_string(entry.path()) {
            files.push(File { path, text });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_tidy() {
        let findings = findings(&Workspace::find());
        assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
    }
}
