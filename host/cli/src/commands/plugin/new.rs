//! `plugin new`: makes a folder with a plugin that works, in the language of the author's choice.

use std::path::{Path, PathBuf};

use docmill::model::{PluginName, Role};

use crate::args::{Common, Language, NewPlugin};
use crate::carried::{
    File, SDK, SDK_JAVASCRIPT, SDK_PYTHON, TEMPLATES, contract, version, write_below,
};
use crate::exit::Exit;
use crate::report::{CommandError, note, one_line};

/// Names that Rust keeps to itself, or that would hide a crate of its own.
const RESERVED: [&str; 45] = [
    "abstract", "alloc", "as", "async", "await", "become", "box", "break", "const", "continue",
    "core", "crate", "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen",
    "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv",
    "pub", "ref", "return", "self", "static", "std", "struct", "test", "true", "type", "use",
];

/// Runs the command.
pub fn run(common: &Common, options: &NewPlugin) -> Result<Exit, CommandError> {
    let NewPlugin { name, role, language, out } = options;
    let folder = out.clone().unwrap_or_else(|| PathBuf::from(name.as_str()));
    let files = files(name, (*role).into(), *language)?;
    let shown = one_line(&folder.display().to_string(), 400);
    match std::fs::read_dir(&folder).map(|mut entries| entries.next().is_none()) {
        Ok(true) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Ok(false) => {
            let message = format!("there is something in `{shown}` already");
            return Err(CommandError::new(Exit::Usage, message)
                .hint("name another folder with `--out DIR`"));
        }
        Err(error) => {
            let message = format!("`{shown}` could not be looked into");
            return Err(CommandError::new(Exit::Usage, message).because(&error));
        }
    }
    write_below(&folder, &files)?;
    note(common, &format!("made `{shown}`, with {} files", files.len()));
    note(common, &format!("next: cd {shown}; {}; docmill plugin test .", build_command(*language)));
    Ok(Exit::Success)
}

/// What builds a new plugin.
const fn build_command(language: Language) -> &'static str {
    match language {
        Language::Rust => "cargo build --release --target wasm32-wasip2",
        Language::Python | Language::C => "python3 build.py",
        Language::JavaScript | Language::TypeScript => "npm install; npm run build",
    }
}

/// Where the plugin itself is written to, below its folder.
const fn main_file(language: Language) -> &'static str {
    match language {
        Language::Rust => "src/lib.rs",
        Language::Python => "plugin.py",
        Language::JavaScript => "plugin.js",
        Language::TypeScript => "plugin.ts",
        Language::C => "plugin.c",
    }
}

/// Where its own tests are written to, in a language that keeps them apart from the plugin.
const fn test_file(language: Language) -> Option<&'static str> {
    match language {
        Language::Python => Some("test_plugin.py"),
        Language::JavaScript => Some("tests/plugin.test.js"),
        Language::TypeScript => Some("tests/plugin.test.ts"),
        Language::Rust | Language::C => None,
    }
}

/// The SDK of a language, and the folder that it is written to, so that whoever has the binary
/// needs no registry to find it.
///
/// Where tools look in the folder of the project, as those of Python do, it lies there; else as it
/// does in the repository, so that each finds the other.
fn sdk(language: Language) -> Option<(&'static str, &'static [(&'static str, &'static str)])> {
    match language {
        Language::Rust => Some(("docmill/plugins/sdk", SDK)),
        Language::Python => Some(("", SDK_PYTHON)),
        Language::JavaScript | Language::TypeScript => {
            Some(("docmill/plugins/sdk-javascript", SDK_JAVASCRIPT))
        }
        Language::C => None,
    }
}

/// All files of a new plugin.
fn files(name: &PluginName, role: Role, language: Language) -> Result<Vec<File>, CommandError> {
    let refused = |why: &str| {
        let message = format!("no plugin can be called `{name}`: {why}");
        let hint = "say what it does and to what, as in `analyze-years`";
        Err(CommandError::new(Exit::Usage, message).hint(hint))
    };
    if language == Language::Rust && RESERVED.contains(&name.as_str()) {
        return refused("that is a word of Rust");
    }
    let contract = contract();
    let version = version(&contract).unwrap_or_default();
    let filled = |text: &str| {
        text.replace("@NAME@", name.as_str())
            .replace("@MODULE@", &name.as_str().replace('-', "_"))
            .replace("@TYPE@", &type_name(name.as_str()))
            .replace("@ROLE@", role.as_str())
            .replace("@CONTRACT@", &format!("@{version}"))
    };
    let mut files: Vec<File> = Vec::new();
    let own = format!("{}/", language.as_str());
    let cases = format!("cases/{role}/");
    for (path, text) in TEMPLATES {
        if let Some(path) = path.strip_prefix(&cases) {
            // What a case says is the same in every language, to the byte.
            files.push((Path::new("cases").join(path), (*text).to_owned()));
        } else if let Some(path) = path.strip_prefix(&own) {
            match path.strip_prefix("files/") {
                Some(path) => files.push((PathBuf::from(placed(path)), filled(text))),
                None => {
                    // `analyzer.ts` is the plugin, and `analyzer.test.ts` its tests.
                    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
                    let place = match stem.strip_prefix(role.as_str()) {
                        Some("") => Some(main_file(language)),
                        Some(".test") => test_file(language),
                        _ => None,
                    };
                    files.extend(place.map(|place| (PathBuf::from(place), filled(text))));
                }
            }
        }
    }
    let brought = Path::new("docmill");
    for (path, text) in contract {
        files.push((brought.join("wit").join(path), text.to_owned()));
    }
    if let Some((folder, sdk)) = sdk(language) {
        for (path, text) in sdk {
            files.push((Path::new(folder).join(path), (*text).to_owned()));
        }
    }
    Ok(files)
}

/// What a file is called: those that would mean something where the templates lie have another name
/// there.
fn placed(path: &str) -> String {
    let path = path.strip_suffix(".in").unwrap_or(path);
    match path.strip_prefix("dot-") {
        Some(hidden) => format!(".{hidden}"),
        None => path.to_owned(),
    }
}

/// A name as Rust writes that of a type, unlike any in the prelude of the SDK.
fn type_name(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map_or(String::new(), |it| it.to_ascii_uppercase().to_string() + letters.as_str())
    };
    name.split('-').map(word).collect::<String>() + "Plugin"
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;
    use crate::args::Language;

    const ROLES: [Role; 5] =
        [Role::Unpacker, Role::Extractor, Role::Translator, Role::Classifier, Role::Analyzer];

    fn name(name: &str) -> PluginName {
        PluginName::new(name).unwrap()
    }

    #[test]
    fn every_role_has_a_plugin_in_every_language_with_nothing_left_to_fill_in() {
        for language in Language::value_variants() {
            for role in ROLES {
                let files = files(&name("analyze-my-years"), role, *language).unwrap();
                let text = |path: &str| {
                    let file = files.iter().find(|(it, _)| it == Path::new(path));
                    file.unwrap_or_else(|| panic!("{language:?} {role}: no `{path}`")).1.as_str()
                };
                assert!(text(main_file(*language)).contains("analyze-my-years"), "{language:?}");
                for path in [
                    "README.md",
                    ".gitignore",
                    "docmill/wit/worlds.wit",
                    "cases/first/case.tsv",
                    "cases/first/expected.txt",
                ]
                .into_iter()
                .chain(test_file(*language))
                {
                    text(path);
                }
                for (path, text) in &files {
                    let marks = ["@NAME@", "@MODULE@", "@TYPE@", "@ROLE@", "@CONTRACT@"];
                    assert!(!marks.iter().any(|it| text.contains(it)), "{}", path.display());
                }
                // One screen.
                assert!(text("README.md").lines().count() <= 40, "{language:?}");
            }
        }
    }

    #[test]
    fn the_sdk_stands_alone() {
        let (_, manifest) = SDK.iter().find(|(path, _)| *path == "Cargo.toml").unwrap();
        assert!(
            manifest.contains("edition = ") && manifest.contains("[dependencies]"),
            "{manifest}"
        );
        assert!(!manifest.contains("workspace") && !manifest.contains("example"), "{manifest}");
        assert!(SDK.iter().any(|(path, _)| *path == "src/testing/cases.rs"));
        let python: Vec<&str> = SDK_PYTHON.iter().map(|(path, _)| *path).collect();
        assert!(python.contains(&"docmill_plugin/py.typed") && python.len() > 5, "{python:?}");
        assert!(python.iter().all(|it| it.starts_with("docmill_plugin/")), "{python:?}");
        let javascript: Vec<&str> = SDK_JAVASCRIPT.iter().map(|(path, _)| *path).collect();
        for needed in ["package.json", "build.mjs", "src/index.d.ts", "src/guard.js"] {
            assert!(javascript.contains(&needed), "{javascript:?}");
        }
        assert!(!javascript.iter().any(|it| it.contains("test.")), "{javascript:?}");
    }

    #[test]
    fn a_name_that_rust_does_not_take_is_refused() {
        for bad in ["test", "type"] {
            assert_eq!(
                files(&name(bad), Role::Analyzer, Language::Rust).unwrap_err().exit,
                Exit::Usage
            );
        }
        assert!(files(&name("type"), Role::Analyzer, Language::Python).is_ok());
        assert_eq!(type_name("analyze-3d-years"), "Analyze3dYearsPlugin");
    }
}
