//! The rules, one function each; a finding reads `path:line: what is wrong`.

use super::File;
use super::lexer::{code, strings};

pub fn check(files: &[File]) -> Vec<String> {
    let mut findings = Findings::default();
    for file in files {
        let is_rust = file.path.ends_with(".rs");
        if is_rust {
            let code = code(&file.text);
            foreign_names(file, &code, &mut findings);
            silent_library(file, &code, &mut findings);
            no_options(file, &mut findings);
            one_direction(file, &code, &mut findings);
            rooms(file, &code, &mut findings);
            commands(file, &code, &mut findings);
            one_idea(file, &mut findings);
            telling_names(file, &mut findings);
            opening_sentence(file, &mut findings);
            narrow_comments(file, &mut findings);
        }
        todos(file, &mut findings);
        places(file, &mut findings);
    }
    two_commands(files, &mut findings);
    links(files, &mut findings);
    findings.0
}

#[derive(Default)]
struct Findings(Vec<String>);

impl Findings {
    fn add(&mut self, file: &File, line: usize, what: impl std::fmt::Display) {
        self.0.push(format!("{}:{line}: {what}", file.path));
    }
}

/// Each of these packages is known to one part of the host only, so that it can be replaced there.
const FOREIGN: &[(&str, &[&str])] = &[
    // The catalog compiles components; what runs them and what links them are the sandbox and the
    // ABI.
    (
        "wasmtime",
        &[
            "host/src/sandbox/",
            "host/src/abi/",
            "host/src/catalog/code.rs",
            "host/src/catalog/load.rs",
        ],
    ),
    ("wasmtime_wasi", &["host/src/sandbox/"]),
    ("sled", &["host/src/store/sled.rs", "host/src/store/sled/"]),
    ("clap", &["host/cli/"]),
    ("landlock", &["host/src/sandbox/confinement.rs"]),
    ("seccompiler", &["host/src/sandbox/confinement.rs"]),
    ("rayon", &["host/src/sandbox/engine.rs"]),
    ("icu_properties", &["host/src/render/visible.rs"]),
    // The library stays lean, and is not compiled anew where a plugin changes.
    ("docmill_shipped", &["host/cli/"]),
    // What looks at a store is above it.
    ("docmill_search", &["host/search/", "host/serve/", "host/cli/"]),
    ("docmill_serve", &["host/cli/"]),
    ("tantivy", &["host/search/"]),
    ("axum", &["host/serve/"]),
    ("maud", &["host/serve/"]),
];

fn foreign_names(file: &File, code: &str, findings: &mut Findings) {
    const HOST: [&str; 4] = ["host/src/", "host/search/src/", "host/serve/src/", "host/cli/src/"];
    if !HOST.iter().any(|it| file.path.starts_with(it)) {
        return;
    }
    for (name, allowed) in FOREIGN {
        if allowed.iter().any(|it| file.path.starts_with(it)) {
            continue;
        }
        for (number, line) in numbered(code) {
            for at in words(line, name) {
                let (before, after) = (line[..at].trim_end(), &line[at + name.len()..]);
                // A module of ours may have the name of what it wraps, and be named from its own
                // folder.
                let is_ours = before.ends_with("mod")
                    || (before.ends_with("::") && !before.ends_with(" ::"))
                    || (*name == "sled" && file.path == "host/src/store/mod.rs");
                // A path of the package begins with its name: `use wasmtime::…`,
                // `wasmtime::Engine`, `#[clap(…)]`.
                let is_named = after.trim_start().starts_with("::")
                    || before.ends_with("use")
                    || before.ends_with("crate")
                    || before.ends_with("#[");
                if is_named && !is_ours {
                    findings.add(
                        file,
                        number,
                        format_args!("`{name}` is named outside of {}", list(allowed)),
                    );
                }
            }
        }
    }
}

/// The library returns errors and events; only the binary talks to people and to the system.
fn silent_library(file: &File, code: &str, findings: &mut Findings) {
    if !is_library(file) {
        return;
    }
    const MACROS: [&str; 5] = ["println", "eprintln", "print", "eprint", "dbg"];
    const PATHS: [&str; 5] = ["process::exit", "env::var", "env::var_os", "env::vars", "env::args"];
    for (number, line) in numbered(code) {
        for name in MACROS {
            if words(line, name).into_iter().any(|at| line[at + name.len()..].starts_with('!')) {
                findings.add(
                    file,
                    number,
                    format_args!("`{name}!` in the library: only the binary prints"),
                );
            }
        }
        for name in PATHS {
            if !words(line, name).is_empty() {
                findings.add(
                    file,
                    number,
                    format_args!(
                        "`{name}` in the library: only the binary reads the environment or exits"
                    ),
                );
            }
        }
    }
}

/// Who embeds the library has no command line: it tells what can be done as a value
/// (`model::Hint`), and the binary names options.
fn no_options(file: &File, findings: &mut Findings) {
    if !is_library(file) {
        return;
    }
    // Tests of a module stand at its end, and may say what they like.
    let library = file.text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    for (number, words) in strings(library) {
        let names_option = words.match_indices("--").any(|(at, _)| {
            let is_first = !words[..at].ends_with(|it: char| it.is_alphanumeric() || it == '-');
            is_first && words[at + 2..].starts_with(|it: char| it.is_ascii_lowercase())
        });
        if names_option || words.contains("cargo xtask") {
            findings.add(file, number, "names an option or a task: only the binary has any");
        }
    }
}

/// Which modules each one may use besides itself (`host/ARCHITECTURE.md` draws it).
const DIRECTION: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("error", &["model"]),
    ("manifest", &["model", "error"]),
    ("capabilities", &["model", "error"]),
    ("sandbox", &["capabilities", "model", "error"]),
    ("abi", &["sandbox", "capabilities", "model", "error"]),
    ("catalog", &["abi", "sandbox", "capabilities", "manifest", "model", "error"]),
    ("render", &["model"]),
    ("likeness", &[]),
    ("store", &["model", "error"]),
    ("ingest", &["capabilities", "model", "error"]),
    ("conformance", &["catalog", "abi", "sandbox", "capabilities", "manifest", "model", "error"]),
    (
        "pipeline",
        &[
            "catalog",
            "abi",
            "sandbox",
            "capabilities",
            "manifest",
            "store",
            "ingest",
            "model",
            "error",
        ],
    ),
    ("evaluation", &["pipeline", "store", "ingest", "sandbox", "capabilities", "model", "error"]),
];

fn one_direction(file: &File, code: &str, findings: &mut Findings) {
    let Some(module) = top_module(file) else { return };
    let Some((_, allowed)) = DIRECTION.iter().find(|(name, _)| *name == module) else {
        findings.add(
            file,
            1,
            format_args!(
                "the module `{module}` has no place in the order of modules (`DIRECTION` in tidy)"
            ),
        );
        return;
    };
    for (number, used) in used_modules(code) {
        let known = DIRECTION.iter().any(|(name, _)| *name == used);
        if known && used != module && !allowed.contains(&used.as_str()) {
            findings.add(
                file,
                number,
                format_args!(
                    "`{module}` uses `{used}`, which is not below it: {module} → {}",
                    list(allowed)
                ),
            );
        }
    }
}

/// Rooms inside of a module that may use less than the rest of it: where they are, and what of the
/// library and of their own module they may use.
const ROOMS: &[(&str, &[&str], &[&str])] = &[
    // Reading needs no store: neither to have one, nor to know what a run or a plan does with one.
    (
        "host/src/pipeline/reading/",
        &["pipeline", "catalog", "abi", "sandbox", "capabilities", "ingest", "model", "error"],
        &["reading", "assembly", "step", "key"],
    ),
    // Of why bytes are no plugin everything in the catalog speaks; so that asks for nothing in it.
    ("host/src/catalog/error.rs", &["abi", "sandbox", "model", "error"], &[]),
    // What bytes are is found out before anything of them is compiled.
    ("host/src/catalog/inspect.rs", &["abi", "sandbox", "model", "error"], &["error", "needs"]),
    ("host/src/catalog/needs.rs", &["sandbox", "model"], &["error"]),
];

fn rooms(file: &File, code: &str, findings: &mut Findings) {
    let room = ROOMS.iter().find(|(folder, ..)| file.path.starts_with(folder));
    let Some((folder, modules, siblings)) = room else { return };
    let module = top_module(file).unwrap_or_default();
    let path = format!("crate::{module}");
    let is_outer = file.path == format!("{folder}mod.rs") || file.path == *folder;
    let own = if is_outer { "super" } else { "super::super" };
    let used = used_modules(code).into_iter().map(|it| (it, modules));
    let near = [path.as_str(), own].into_iter().flat_map(|of| used_below(code, of));
    for ((number, name), allowed) in used.chain(near.map(|it| (it, siblings))) {
        let is_module = name.starts_with(|it: char| it.is_ascii_lowercase());
        if is_module && !allowed.contains(&name.as_str()) {
            findings.add(
                file,
                number,
                format_args!("`{folder}` uses `{name}`; it may use {}", list(allowed)),
            );
        }
    }
}

/// A command is asked for on the command line and by nothing else: what several of them do has a
/// module of its own.
fn commands(file: &File, code: &str, findings: &mut Findings) {
    let Some(path) = file.path.strip_prefix("host/cli/src/") else { return };
    if path != "main.rs" {
        for (number, name) in used_modules(code) {
            if name == "commands" {
                findings.add(file, number, "uses a command, which only `main` may");
            }
        }
    }
    let Some(command) = path.strip_prefix("commands/").filter(|it| *it != "mod.rs") else { return };
    // The parts of a command know each other.
    let siblings = if command.contains('/') { "super::super" } else { "super" };
    for (number, name) in used_below(code, siblings) {
        if name.starts_with(|it: char| it.is_ascii_lowercase()) && name != "super" {
            findings.add(file, number, format_args!("a command uses another: `{name}`"));
        }
    }
}

/// A module that is longer than this many lines holds two ideas.
const LONGEST: usize = 600;

fn one_idea(file: &File, findings: &mut Findings) {
    let lines = file.text.lines().count();
    if lines > LONGEST {
        let what = format_args!("has {lines} lines: past {LONGEST} it holds two ideas");
        findings.add(file, LONGEST + 1, what);
    }
}

/// The modules that follow `crate::`, alone or in braces, each with its line.
fn used_modules(code: &str) -> Vec<(usize, String)> {
    used_below(code, "crate")
}

/// What follows a path, alone or in braces, each with its line.
fn used_below(code: &str, path: &str) -> Vec<(usize, String)> {
    let mut used = Vec::new();
    for at in words(code, path) {
        let Some(rest) = code[at + path.len()..].strip_prefix("::") else { continue };
        let number = code[..at].matches('\n').count() + 1;
        let Some(group) = rest.strip_prefix('{') else {
            used.push((number, word(rest)));
            continue;
        };
        let mut depth = 1;
        let mut expected = true;
        for (offset, character) in group.char_indices() {
            match character {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 1 => expected = true,
                other if expected && !other.is_whitespace() => {
                    used.push((number, word(&group[offset..])));
                    expected = false;
                }
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
    }
    used
}

/// A name says what is inside; these say only that there is something.
fn telling_names(file: &File, findings: &mut Findings) {
    const EMPTY: [&str; 8] =
        ["utils", "util", "helpers", "helper", "common", "misc", "manager", "imp"];
    for part in file.path.split('/') {
        let name = part.strip_suffix(".rs").unwrap_or(part);
        if EMPTY.contains(&name) {
            findings.add(file, 1, format_args!("`{name}` does not tell what is inside"));
        }
    }
}

/// Whoever opens a file learns from its first sentence what it is for.
fn opening_sentence(file: &File, findings: &mut Findings) {
    let mut lines = file.text.lines();
    let first = lines.next().unwrap_or_default();
    if !first.starts_with("//! ") {
        findings.add(file, 1, "does not open with a sentence (`//! …`)");
        return;
    }
    let rest = lines.take_while(|line| line.starts_with("//! "));
    let last = rest.last().unwrap_or(first).trim_end();
    if !last.ends_with(['.', ':', '?']) {
        findings.add(file, 1, "its opening sentence does not end");
    }
}

/// A comment is prose, and prose is read in columns; a row of a table and an example stay whole.
fn narrow_comments(file: &File, findings: &mut Findings) {
    const COLUMNS: usize = 100;
    let mut in_example = false;
    for (number, line) in numbered(&file.text) {
        let Some(comment) = line.trim_start().strip_prefix("//") else {
            in_example = false;
            continue;
        };
        let words = comment.trim_start_matches(['/', '!']).trim_start();
        if words.starts_with("```") {
            in_example = !in_example;
        } else if !in_example && !words.starts_with('|') && line.chars().count() > COLUMNS {
            findings.add(file, number, format_args!("a comment of more than {COLUMNS} columns"));
        }
    }
}

/// What is left to do is known to others, or it is forgotten.
fn todos(file: &File, findings: &mut Findings) {
    const SOURCES: [&str; 11] =
        ["rs", "wit", "toml", "py", "js", "mjs", "c", "h", "go", "sh", "ci/run"];
    if !SOURCES.iter().any(|it| file.path.ends_with(&format!(".{it}"))) {
        return;
    }
    // Put together, so that this rule does not find itself.
    let mark = ["TO", "DO"].concat();
    for (number, line) in numbered(&file.text) {
        for at in words(line, &mark) {
            let rest = line[at + mark.len()..].strip_prefix("(#").unwrap_or_default();
            if !rest.starts_with(|it: char| it.is_ascii_digit()) {
                findings.add(
                    file,
                    number,
                    format_args!("a {mark} without an issue: write `{mark}(#12)`"),
                );
            }
        }
    }
}

/// The repository works on any machine and with any mirror, so no file names a particular one.
fn places(file: &File, findings: &mut Findings) {
    // What is quoted in the seeds is not ours to change.
    if file.path.starts_with("seeds/documents/") {
        return;
    }
    // In parts, so that this rule does not find itself.
    let folders = ["work", "root", "home"].map(|it| format!("/{it}/"));
    let hosts = [
        &["index", "crates", "io"][..],
        &["static", "crates", "io"],
        &["static", "rust-lang", "org"],
        &["pypi", "org"],
        &["files", "pythonhosted", "org"],
        &["registry", "npmjs", "org"],
        &["registry", "yarnpkg", "com"],
        &["proxy", "golang", "org"],
        &["deb", "debian", "org"],
        &["security", "debian", "org"],
    ]
    .map(|parts| parts.join("."));
    for (number, line) in numbered(&file.text) {
        for folder in &folders {
            let found = line.match_indices(folder.as_str()).any(|(at, _)| {
                // Inside a longer path or an address it is the name of some folder, not the root's.
                !line[..at].ends_with(|it: char| it.is_alphanumeric() || "._-}>)*/~".contains(it))
            });
            if found {
                findings.add(
                    file,
                    number,
                    format_args!("names a path of one machine (`{folder}…`)"),
                );
            }
        }
        for host in &hosts {
            if !words(line, host).is_empty() {
                findings.add(file, number, format_args!("names the registry host `{host}`"));
            }
        }
    }
}

/// Two commands do everything; a reader finds both at once, and the pipeline runs what a reader
/// runs.
fn two_commands(files: &[File], findings: &mut Findings) {
    let commands = [
        ("README.md", "cargo xtask demo"),
        ("README.md", "cargo xtask test"),
        (".ci/run", "cargo xtask test"),
    ];
    for (path, command) in commands {
        let found = files
            .iter()
            .any(|it| it.path == path && it.text.lines().any(|line| line.contains(command)));
        if !found {
            findings.0.push(format!("{path}:1: does not show `{command}`"));
        }
    }
}

/// What a document points to within the repository is there; a picture is not text, so it is not
/// among the files.
fn links(files: &[File], findings: &mut Findings) {
    let is_there = |path: &str| {
        let folder = format!("{path}/");
        files.iter().any(|it| it.path == path || it.path.starts_with(&folder))
    };
    let documents = files.iter().filter(|it| it.path.ends_with(".md"));
    // What plugins are tried on is not ours to read.
    for file in documents.filter(|it| !it.path.contains("/cases/")) {
        let mut in_code = false;
        for (number, line) in numbered(&file.text) {
            in_code ^= line.starts_with("```");
            for (at, _) in line.match_indices("](").filter(|_| !in_code) {
                let target = line[at + 2..].split([')', '#']).next().unwrap_or_default();
                let is_elsewhere = target.contains(':') || target.ends_with(".png");
                let path = beside(&file.path, target);
                if !target.is_empty() && !is_elsewhere && !is_there(&path) {
                    findings.add(file, number, format_args!("`{target}` is not there"));
                }
            }
        }
    }
}

/// A path from the root, for one that is relative to a file's.
fn beside(file: &str, target: &str) -> String {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "" | "." => {}
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// Whether a file is part of what others link, and not the tests beside a module.
fn is_library(file: &File) -> bool {
    const LIBRARIES: [&str; 3] = ["host/src/", "host/search/src/", "host/serve/src/"];
    let is_test = file.path.ends_with("/tests.rs") || file.path.contains("/tests/");
    LIBRARIES.iter().any(|it| file.path.starts_with(it)) && !is_test
}

/// The module right below the root of the library that a file belongs to.
fn top_module(file: &File) -> Option<&str> {
    let path = file.path.strip_prefix("host/src/").filter(|_| is_library(file))?;
    let module = path.split('/').next()?;
    let module = module.strip_suffix(".rs").unwrap_or(module);
    (module != "lib").then_some(module)
}

fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(index, line)| (index + 1, line))
}

/// Where a name stands alone, not as a part of a longer one.
fn words(text: &str, name: &str) -> Vec<usize> {
    let is_word = |it: char| it.is_alphanumeric() || it == '_';
    text.match_indices(name)
        .map(|(at, _)| at)
        .filter(|at| {
            !text[..*at].ends_with(is_word) && !text[*at + name.len()..].starts_with(is_word)
        })
        .collect()
}

fn word(text: &str) -> String {
    text.chars().take_while(|it| it.is_alphanumeric() || *it == '_').collect()
}

fn list(names: &[&str]) -> String {
    if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests;
