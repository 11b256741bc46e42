//! What docmill prints is on record: the help of every command, and transcripts of commands on the
//! seeds and of mistakes.
//!
//! The files are written anew by `UPDATE_EXPECT=1 cargo test -p docmill-tests --test it surface`;
//! the diff is what a reviewer reads. A transcript is a list of commands, each after a `$`, so that
//! adding one is adding a line.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use docmill_tests::{Output, TestEnv, root};
use expect_test::expect_file;
use regex_lite::Regex;

/// The names of the commands below one, from its help.
fn below(help: &str) -> Vec<String> {
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands = commands.take_while(|line| !line.is_empty());
    // What a name is told over several lines goes on further to the right.
    let names = commands.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

/// Writes the help of a command and of those below it as a chapter.
fn chapter(env: &TestEnv, path: &[String], reference: &mut String) {
    let output = env.run(path.iter().map(String::as_str).chain(["--help"])).expect(0);
    let help = output.stdout;
    // The options that every command has stand once, with docmill itself.
    let own = if path.is_empty() {
        &*help
    } else {
        help.split("\nCommon options:").next().unwrap_or(&help)
    };
    let after = help.split_once("\nCommon options:").and_then(|(_, rest)| rest.split_once("\n\n"));
    let after = if path.is_empty() { "" } else { after.map_or("", |(_, examples)| examples) };
    let title = ["docmill".to_owned()].iter().chain(path).cloned().collect::<Vec<_>>().join(" ");
    let text = [own.trim_end(), after.trim_end()].join("\n\n");
    let text = text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    writeln!(reference, "\n## {title}\n\n```text\n{}\n```", text.trim_end()).expect("strings grow");
    for name in below(&help) {
        let path: Vec<String> = path.iter().cloned().chain([name]).collect();
        chapter(env, &path, reference);
    }
}

#[test]
fn the_reference_of_commands_is_what_they_say_of_themselves() {
    let env = TestEnv::new();
    let mut reference = "# Commands\n\nWritten by a test out of `--help`. The options that every command has are told once, with `docmill` \
         itself.\n"
        .to_owned();
    chapter(&env, &[], &mut reference);
    assert!(reference.matches("\n## ").count() > 40, "commands are missing: {reference}");
    expect_file![root().join("host/docs/commands.md")].assert_eq(&reference);
}

/// A folder with the seeds, files that need some care, and a pipeline of one's own that is wrong.
fn prepared() -> TestEnv {
    let env = TestEnv::new();
    for folder in ["documents", "labels", "tables"] {
        let entries = fs::read_dir(root().join("seeds").join(folder)).expect("the seeds are there");
        for entry in entries {
            let path = entry.expect("the seeds can be listed").path();
            let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
            let content = fs::read(&path).expect("a seed can be read");
            env.write(format!("seeds/{folder}/{name}"), content);
        }
    }
    env.write("page.html", "<title>Un drone</title><article><h1>Un drone</h1><p>Il vole depuis le 3 mars 2025 au-dessus de Đà Nẵng.</p><ul><li>un</li><li>deux</li></ul></article>");
    env.write("empty.txt", "");
    env.write("scan.pdf", "%PDF-1.4\nno page is in here\n");
    env.write("broken.zip", "PK\u{3}\u{4}broken");
    env.write("no-component.wasm", "this is not a component");
    env.write("odd.toml", "extends = \"built-in\"\n\n[[step]]\nplugin = \"classify-lexicon\"\nsettings = { min-confidence = \"high\" }\n");
    env.write("typo.toml", "[[step]]\nplugni = \"extract-text\"\n");
    env.write("missing.toml", "[[step]]\nplugin = \"plugins/not-there.wasm\"\n");
    env.write("taxonomy.tsv", "key\tkind\tvalue\nthis is no row\n");
    env
}

/// What differs from run to run, or from build to build, and what stands in its place.
const VOLATILE: &[(&str, &str)] = &[
    (r"\b\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[.\d]*Z?\b", "[MOMENT]"),
    (r#"("(?:\w+_us|seconds|disk_bytes|peak_memory)"):[\d.]+"#, "$1:[NUMBER]"),
    (r"\b[\d.,]+ (?:µs|ms|s|min)\b", "[TIME]"),
    (r"\b[\d.,]+ [KMG]iB\b", "[SIZE]"),
    (r"\b[0-9a-f]{64}\b", "[DIGEST]"),
];

/// A line as every machine and every build prints it.
fn steadied(line: &str) -> String {
    let mut out = line.to_owned();
    for (pattern, replacement) in VOLATILE {
        let pattern = Regex::new(pattern).expect("the pattern is one");
        out = pattern.replace_all(&out, *replacement).into_owned();
    }
    // The beginning of a digest, which a word or a number is not.
    let short = Regex::new(r"\b[0-9a-f]{12,16}\b").expect("the pattern is one");
    let digest = |found: &regex_lite::Captures<'_>| {
        let is_mixed = |test: fn(char) -> bool| found[0].contains(test);
        let is_digest = is_mixed(char::is_numeric) && is_mixed(char::is_alphabetic);
        if is_digest { "[DIGEST]".to_owned() } else { found[0].to_owned() }
    };
    out = short.replace_all(&out, digest).into_owned();
    if out == line {
        return out;
    }
    // Columns are as wide as what has just been replaced.
    let (indent, text) = out.split_at(out.len() - out.trim_start().len());
    indent.to_owned() + &text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Runs the commands of a transcript in order, and holds what they print to it.
fn transcript(name: &str) {
    let path = root().join("tests/surface").join(name);
    let text = fs::read_to_string(&path).expect("the transcript is there");
    let env = prepared();
    let mut actual = String::new();
    for line in text.lines() {
        if line.starts_with("# ") {
            writeln!(actual, "{line}").expect("strings grow");
        } else if let Some(command) = line.strip_prefix("$ ") {
            let Output { code, stdout, stderr } = env.run(words(command).skip(1));
            writeln!(actual, "$ {command}").expect("strings grow");
            for line in stdout.lines().chain(stderr.lines()) {
                // `$ ` and `# ` at the start of a line are ours.
                let mark = if line.starts_with("$ ") || line.starts_with("# ") { " " } else { "" };
                writeln!(actual, "{mark}{}", steadied(line).trim_end()).expect("strings grow");
            }
            if code != Some(0) {
                writeln!(actual, "[exit code {}]", code.unwrap_or(-1)).expect("strings grow");
            }
            actual.push('\n');
        }
    }
    expect_file![path].assert_eq(&actual);
}

/// The words of a command as a shell takes them apart: blanks part them, but within single quotes.
fn words(command: &str) -> impl Iterator<Item = String> {
    let mut words = vec![];
    for (index, part) in command.split('\'').enumerate() {
        if index % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words.into_iter()
}

#[test]
fn what_commands_print_of_the_seeds_is_on_record() {
    transcript("seeds.txt");
}

#[test]
fn what_commands_print_for_programs_is_on_record() {
    transcript("json.txt");
}

#[test]
fn what_authors_see_is_on_record() {
    transcript("authors.txt");
}

#[test]
fn what_mistakes_are_told_is_on_record() {
    transcript("mistakes.txt");
}

#[test]
fn every_transcript_is_run() {
    let here = fs::read_to_string(root().join("tests/it/surface.rs")).expect("this file is there");
    for entry in fs::read_dir(root().join("tests/surface")).expect("they are there") {
        let name = entry.expect("they can be listed").file_name();
        let name = Path::new(&name).display().to_string();
        assert!(here.contains(&format!("transcript({name:?})")), "{name} is not run");
    }
}
