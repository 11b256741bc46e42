//! What the rules refuse, and what they accept.

use super::*;

/// The findings about one file, without those about files that are missing.
fn about(path: &str, text: &str) -> Vec<String> {
    let file = File { path: path.to_owned(), text: text.to_owned() };
    let prefix = format!("{path}:");
    let mut found = check(&[file]);
    found.retain(|it| it.starts_with(&prefix) && !it.contains("does not show"));
    found
}

fn refuses(path: &str, text: &str, part: &str) {
    let found = about(path, &format!("//! A sentence.\n{text}\n"));
    assert!(found.len() == 1 && found[0].contains(part), "{path}: {text}: {found:?}");
}

fn accepts(path: &str, text: &str) {
    let found = about(path, &format!("//! A sentence.\n{text}\n"));
    assert!(found.is_empty(), "{path}: {text}: {found:?}");
}

#[test]
fn packages_stay_where_they_are_wrapped() {
    refuses("host/src/pipeline/run.rs", "use wasmtime::Engine;", ":2: `wasmtime` is named");
    refuses("host/src/catalog/inspect.rs", "fn a(e: &wasmtime::Engine) {}", "`wasmtime`");
    accepts("host/src/sandbox/engine.rs", "use wasmtime::Engine;");
    accepts("host/src/pipeline/run.rs", "// wasmtime::Engine is not named here");
    refuses("host/src/store/memory.rs", "use sled::Db;", "`sled`");
    accepts("host/src/store/mod.rs", "mod sled;\npub use sled::SledStore;");
    accepts("host/src/pipeline/run.rs", "use crate::store::sled::SledStore;");
    refuses("host/src/pipeline/run.rs", "#[derive(clap::Args)] struct A;", "`clap`");
    accepts("host/cli/src/args.rs", "use clap::Parser;");
    refuses("host/cli/src/context.rs", "use wasmtime::Engine;", "`wasmtime`");
    refuses("host/cli/src/context.rs", "use sled::Db;", "`sled`");
}

#[test]
fn the_library_is_silent() {
    refuses("host/src/store/mod.rs", "fn a() { println!(\"\") }", "`println!`");
    refuses("host/src/store/mod.rs", "fn a() { std::process::exit(1) }", "`process::exit`");
    refuses("host/src/store/mod.rs", "fn a() { std::env::var(\"A\"); }", "`env::var`");
    accepts("host/src/store/mod.rs", "/// ```\n/// println!(\"\");\n/// ```\nfn a() {}");
    accepts("host/cli/src/main.rs", "fn a() { println!(\"\") }");
    accepts("host/src/store/tests/measure.rs", "fn a() { println!(\"\") }");
}

#[test]
fn the_library_names_no_options() {
    let path = "host/src/ingest/files.rs";
    refuses(path, "const A: &str = \"raise it with `--max-size`\";", "an option or a task");
    refuses(path, "const A: &str = \"run `cargo xtask build`\";", "an option or a task");
    accepts(path, "const A: &str = \"a--b, --10-01, ---\"; // --max-size");
    accepts(path, "#[cfg(test)]\nmod tests {\n    const A: &str = \"--all\";\n}");
    accepts("host/cli/src/args.rs", "const A: &str = \"raise it with `--max-size`\";");
}

#[test]
fn arrows_point_one_way() {
    refuses("host/src/model/run.rs", "use crate::store::Key;", "`model` uses `store`");
    refuses(
        "host/src/abi/mod.rs",
        "use crate::{\n    model::{A, store},\n    catalog::B,\n};",
        "`catalog`",
    );
    accepts("host/src/pipeline/run.rs", "use crate::store::Key;\nuse crate::catalog::{A, B};");
    accepts("host/src/model/run.rs", "use crate::model::Key;");
    refuses("host/src/extras/mod.rs", "", "has no place");
}

#[test]
fn rooms_keep_to_themselves() {
    let reading = "host/src/pipeline/reading/reader.rs";
    refuses(reading, "use crate::store::Store;", "`store`");
    refuses(reading, "use crate::{model::Digest, store};", "`store`");
    refuses(reading, "use crate::pipeline::reuse::Before;", "`reuse`");
    refuses(reading, "use crate::pipeline::{step::Step, run::run};", "`run`");
    refuses("host/src/pipeline/reading/mod.rs", "use super::plan::Plan;", "`plan`");
    accepts(reading, "use crate::pipeline::step::Step;\nuse super::walk::walk;");
    accepts("host/src/pipeline/reading/mod.rs", "use super::assembly::Pipeline;");
    accepts("host/src/pipeline/reuse.rs", "use crate::store::Store;");
}

#[test]
fn rooms_of_one_file_keep_to_themselves_too() {
    refuses("host/src/catalog/error.rs", "use super::load::Catalog;", "`load`");
    refuses("host/src/catalog/error.rs", "use super::plugin::Plugin;", "`plugin`");
    accepts("host/src/catalog/error.rs", "use crate::abi::TRACKS;");
    accepts("host/src/catalog/inspect.rs", "use super::error::LoadError;");
}

#[test]
fn commands_are_asked_for_by_nothing_but_the_command_line() {
    let shown = "host/cli/src/report/error.rs";
    refuses(shown, "use crate::commands::WAY_BACK;", "uses a command");
    refuses(shown, "use crate::{args::Common, commands};", "uses a command");
    accepts("host/cli/src/main.rs", "fn a() { commands::run(); }");
    refuses("host/cli/src/commands/update.rs", "use super::plan;", "`plan`");
    refuses("host/cli/src/commands/stats/bill.rs", "use super::super::show::short;", "`show`");
    accepts("host/cli/src/commands/stats/bill.rs", "use super::Stats;");
    accepts("host/cli/src/commands/list.rs", "mod tests { use super::*; }");
}

#[test]
fn a_module_holds_one_idea() {
    let lines = |number: usize| "//\n".repeat(number);
    refuses("host/src/store/mod.rs", &lines(LONGEST), "holds two ideas");
    accepts("host/src/store/mod.rs", &lines(LONGEST - 2));
}

#[test]
fn files_are_named_and_opened_for_readers() {
    refuses("host/src/store/utils.rs", "", "`utils` does not tell");
    assert_eq!(about("plugins/a/src/lib.rs", "use b;\n").len(), 1);
    assert_eq!(about("plugins/a/src/lib.rs", "//! no end\n\nuse b;\n").len(), 1);
    assert!(
        about("plugins/a/src/lib.rs", "//! One sentence,\n//! two lines.\n//!\n//! More\n")
            .is_empty()
    );
}

#[test]
fn comments_are_read_in_columns() {
    let long = "word ".repeat(20);
    refuses("host/cli/src/a.rs", &format!("    // {long}end"), "more than 100 columns");
    refuses("host/cli/src/a.rs", &format!("/// {long}end"), "more than 100 columns");
    accepts("host/cli/src/a.rs", &format!("// {}", "word ".repeat(19)));
    accepts("host/cli/src/a.rs", &format!("/// | {long} | a row |"));
    accepts("host/cli/src/a.rs", &format!("/// ```\n/// {long}\n/// ```"));
    refuses("host/cli/src/a.rs", &format!("/// ```\n/// a\n/// ```\n/// {long}end"), "columns");
}

#[test]
fn links_lead_to_files_that_are_there() {
    let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
    let links = |text: &str| {
        let mut findings = Findings::default();
        links(&[file("host/docs/a.md", text), file("wit/README.md", "")], &mut findings);
        findings.0
    };
    assert_eq!(links("[a](b.md)"), ["host/docs/a.md:1: `b.md` is not there"]);
    assert_eq!(links("x\n[a](../../wit/readme.md)").len(), 1);
    assert_eq!(links("[a](../../wit/README.md) [b](../../wit) [c](a.md#part) [d](#part)").len(), 0);
    assert_eq!(links("[a](https://example.org/b) ![c](pictures/d.png)\n```\n](e)\n```").len(), 0);
}

#[test]
fn what_is_left_to_do_names_an_issue() {
    let mark = ["TO", "DO"].concat();
    refuses("tests/src/lib.rs", &format!("// {mark}: later"), "without an issue");
    accepts("tests/src/lib.rs", &format!("// {mark}(#12): later"));
}

#[test]
fn no_file_names_a_machine_or_a_registry() {
    let home = ["/", "home", "/you"].concat();
    refuses("tests/src/lib.rs", &format!("const A: &str = \"{home}\";"), "path of one machine");
    accepts("tests/src/lib.rs", &format!("const A: &str = \"https://example.org{home}\";"));
    let host = ["pypi", "org"].join(".");
    refuses("README.md", &format!("see {host}"), "registry host");
    accepts("seeds/documents/a.txt", &format!("see {host}"));
}
