//! What people get to see when what they hand over cannot be used: an exit code and a reason, while
//! the rest is processed.

use std::process::Stdio;

use docmill_tests::{TestEnv, exit, guest, shipped};

#[test]
fn a_missing_path_fails_and_the_rest_is_processed() {
    let env = TestEnv::with_small_pipeline();
    env.write("a.txt", "Un texte.\n");
    let output = env.run(["ingest", "missing", "a.txt"]).expect(exit::SOME_FAILED);
    let output = output.says("failed: `missing`\n  Caused by: it could not be found");
    let _ = output.says("1 failure");
    let again = env.run(["ingest", "a.txt"]).expect(exit::SUCCESS);
    let _ = again.says("nothing to do: ");
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_fails_and_the_rest_is_processed() {
    let env = TestEnv::with_small_pipeline();
    env.write("in/a.txt", "Un texte.\n");
    std::os::unix::fs::symlink("nowhere", env.work().join("link.txt")).expect("it links");
    let output = env.run(["ingest", "link.txt", "in"]).expect(exit::SOME_FAILED);
    let _ = output.says("failed: `link.txt`").says("1 failure");
}

#[test]
fn an_empty_file_fails_as_damaged() {
    let env = TestEnv::with_small_pipeline();
    env.write("empty.txt", "");
    env.write("a.txt", "Un texte.\n");
    let output = env.run(["ingest", "empty.txt", "a.txt"]).expect(exit::SOME_FAILED);
    let _ = output.says("failed: `empty.txt`\n  Caused by: the source is empty");
}

#[test]
fn a_folder_named_like_a_file_is_a_folder() {
    let env = TestEnv::with_small_pipeline();
    env.write("a.txt/inside.txt", "Un texte.\n");
    let output = env.run(["ingest", "a.txt", "--output", "json"]).expect(exit::SUCCESS);
    let sources: Vec<_> = output.events().iter().map(|event| event["source"].clone()).collect();
    assert!(sources.contains(&"a.txt/inside.txt".into()), "{sources:?}");
}

#[test]
fn an_empty_folder_fails() {
    let env = TestEnv::with_small_pipeline();
    std::fs::create_dir(env.work().join("empty")).expect("it can be made");
    let output = env.run(["ingest", "empty"]).expect(exit::SOME_FAILED);
    let _ = output.says("failed: `empty`\n  Caused by: it is a folder without files");
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_not_utf_8_is_a_name() {
    use std::os::unix::ffi::OsStrExt;
    let env = TestEnv::with_small_pipeline();
    env.write("in/a.txt", "Un texte.\n");
    env.write(std::ffi::OsStr::from_bytes(b"in/\xff\x1b[2J.txt"), "Un texte.\n");
    env.write("in/z.txt", "Un texte.\n");
    let output = env.run(["ingest", "in"]).expect(exit::SUCCESS);
    assert!(!output.stderr.contains('\u{1b}'), "a name controls the terminal: {}", output.stderr);
    let again = env.run(["ingest", "in"]).expect(exit::SUCCESS);
    let _ = again.says("nothing to do: ");
    let listed = env.run(["list", "--output", "json"]).expect(exit::SUCCESS);
    assert!(listed.stdout.contains(r"in/\\xff\u001b[2J.txt"), "{}", listed.stdout);
    // It is the very file that is gone, and no other.
    let path = std::ffi::OsStr::from_bytes(b"in/\xff\x1b[2J.txt");
    std::fs::remove_file(env.work().join(path)).expect("it can be removed");
    let mirrored = env.run(["ingest", "--strategy", "mirror", "in"]).expect(exit::SUCCESS);
    let _ = mirrored.says("1 source retired");
}

#[test]
fn a_pipeline_that_is_no_toml_is_rejected_with_its_line() {
    let env = TestEnv::new();
    env.write("a.txt", "Un texte.\n");
    env.write("docmill.toml", "[[step]]\nplugin = \"extract-text\"\nsettings = {\n");
    let output = env.run(["ingest", "a.txt"]).expect(exit::REJECTED);
    let _ = output.says("  --> docmill.toml:");
    assert!(!env.work().join(".docmill").exists(), "the store was touched");
}

#[test]
fn an_unknown_setting_is_rejected_with_a_suggestion() {
    let env = TestEnv::new();
    env.write("a.txt", "Un texte.\n");
    let pipeline = format!(
        "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\nsettings = {{ min-lenght = 3 }}\n",
        shipped("extract-text"),
        guest("examples/analyze-shouting"),
    );
    env.write("docmill.toml", pipeline);
    let output = env.run(["ingest", "a.txt"]).expect(exit::REJECTED);
    assert_eq!(
        output.stderr,
        "error: plugin `analyze-shouting` has no setting `min-lenght`\n  --> docmill.toml:6:27\n\
         hint: did you mean `min-length`? The plugin declares `min-length`\n"
    );
}

#[test]
fn a_setting_that_a_plugin_cannot_use_is_rejected_where_it_stands() {
    let env = TestEnv::new();
    env.write("a.txt", "Un texte.\n");
    let pipeline = format!(
        "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\nsettings = {{ min-length = \"four\" }}\n",
        shipped("extract-text"),
        guest("examples/analyze-shouting"),
    );
    env.write("docmill.toml", pipeline);
    let output = env.run(["ingest", "a.txt"]).expect(exit::REJECTED);
    let _ = output.says("refuses its configuration\n  --> docmill.toml:6:27\n").says("min-length");
}

#[test]
fn a_file_that_is_no_plugin_is_rejected() {
    let env = TestEnv::new();
    env.write("a.txt", "Un texte.\n");
    env.write("docmill.toml", "[[step]]\nplugin = \"mine.wasm\"\n");
    let check = |bytes: &[u8], reason: &str| {
        env.write("mine.wasm", bytes);
        let output = env.run(["ingest", "a.txt"]).expect(exit::REJECTED);
        let _ = output
            .says("error: plugin `mine.wasm` cannot be loaded\n  --> docmill.toml:2:10\n")
            .says(reason);
    };
    check(b"\0asm\x01\0\0\0", "it is a core module");
    check(b"\0asm\x0d\0\x01\0", "it plays no role: it exports none");
    check(b"fn main() {}", "it is text");
    assert!(!env.work().join(".docmill").exists(), "the store was touched");
}

#[test]
fn a_store_that_another_process_uses_is_left_alone() {
    let env = TestEnv::with_small_pipeline();
    env.write("a.txt", "Un texte.\n");
    let _ = env.run(["ingest", "a.txt"]).expect(exit::SUCCESS);
    // What any docmill does as long as it has the store open.
    let lock = std::fs::File::options()
        .write(true)
        .open(env.work().join(".docmill/docmill-store.lock"))
        .expect("a store has a lock");
    lock.lock().expect("it can be locked");
    let output = env.run(["ingest", "a.txt"]).expect(exit::STORE);
    let _ = output.says("is in use by another process").says("hint: wait for the other docmill");
    drop(lock);
    let _ = env.run(["ingest", "a.txt"]).expect(exit::SUCCESS);
}

#[test]
fn a_folder_that_is_no_store_is_left_alone() {
    let env = TestEnv::with_small_pipeline();
    env.write("a.txt", "Un texte.\n");
    env.write("precious/letter.txt", "Chère amie,\n");
    let output = env.run(["ingest", "a.txt", "--store", "precious"]).expect(exit::STORE);
    let _ = output.says("is not a docmill store").says("it holds `letter.txt`");
    let left: Vec<_> = std::fs::read_dir(env.work().join("precious"))
        .expect("it is still there")
        .map(|entry| entry.expect("a folder can be read").file_name())
        .collect();
    assert_eq!(left, ["letter.txt"]);
}

#[test]
fn bad_usage_has_a_code_of_its_own() {
    let env = TestEnv::with_small_pipeline();
    for arguments in [
        &["ingest"][..],
        &["ingset", "a.txt"],
        &["ingest", "a.txt", "--jobs", "0"],
        &["ingest", "a.txt", "--max-size", "much"],
        &["ingest", "a.txt", "--output", "xml"],
        &[],
    ] {
        let output = env.run(arguments).expect(exit::USAGE);
        assert!(output.stdout.is_empty(), "{}", output.stdout);
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let env = TestEnv::with_small_pipeline();
    for number in 0..50 {
        env.write(format!("in/{number}.txt"), "Un texte.\n");
    }
    let mut child = env
        .command(["ingest", "in", "--output", "json"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("docmill starts");
    drop(child.stdout.take());
    let _ = env.finish(child).expect(exit::SUCCESS);
    let _ = env.run(["ingest", "in"]).expect(exit::SUCCESS).says("nothing to do: ");
}

/// A device has no size, and never ends.
#[cfg(unix)]
#[test]
fn a_device_in_the_place_of_a_file_is_not_read() {
    let env = TestEnv::new();
    env.write("a.txt", "Un texte.\n");
    let plugin = shipped("extract-text");
    let plugin = plugin.to_str().expect("a path in UTF-8");
    for (arguments, code) in [
        (&["ingest", "a.txt", "--pipeline", "/dev/zero"][..], exit::REJECTED),
        (&["taxonomy", "check", "/dev/zero"], exit::REJECTED),
        (&["plugin", "check", plugin, "--sample", "/dev/zero"], exit::USAGE),
    ] {
        let output = env.run(arguments).expect(code);
        let _ = output.says("could not be read").says("it is a pipe or a device");
    }
}

/// Whoever keeps what was printed has to learn that it is not there.
#[test]
#[cfg(target_os = "linux")]
fn what_cannot_be_printed_is_no_success() {
    let env = TestEnv::with_misbehaving_pipeline();
    env.write("in/a.txt", "Un texte.\n");
    env.write("in/b.txt", "please-trap\n");
    let _ = env.run(["ingest", "in"]).expect(exit::SOME_FAILED);
    let stored = env.run(["list", "--output", "json"]).expect(exit::SUCCESS);
    let id = stored.events()[0]["id"].as_str().expect("it has one").to_owned();
    let failed = env.run(["failures", "list", "--output", "json"]).expect(exit::SUCCESS);
    let failure = failed.events()[0]["id"].as_str().expect("it has one").to_owned();
    let into_full = |arguments: &[&str]| {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("it is there");
        let mut command = env.command(arguments);
        command.stdout(full);
        env.finish(command.spawn().expect("docmill starts")).code
    };
    for arguments in [
        ["ingest", "in/a.txt", "--output", "json"].as_slice(),
        &["read", "in/a.txt"],
        &["plan", "--output", "json"],
        &["list"],
        &["list", "--output", "json"],
        &["show", &id],
        &["show", &id, "--output", "json"],
        &["history", &id],
        &["export"],
        &["export", "--format", "csv"],
        &["stats"],
        &["stats", "--output", "json"],
        &["stats", "--by", "plugin"],
        &["failures", "list"],
        &["failures", "show", &failure],
        &["verify", "--output", "json"],
        &["plugin", "list"],
        &["plugin", "inspect", "extract-text"],
        &["plugin", "check", "extract-text"],
        &["pipeline"],
        &["completions", "bash"],
        &["man"],
        &["--help"],
        &["--version"],
        &["ingest", "--help"],
    ] {
        // It would be one, if it could be printed.
        let printed = env.run(arguments).expect(exit::SUCCESS);
        assert!(!printed.stdout.is_empty(), "{arguments:?}");
        let code = into_full(arguments);
        assert!(code.is_some_and(|code| code != 0), "{arguments:?}: {code:?}");
    }
}

/// What has no end would be read for ever, and what nobody writes waited for.
#[test]
#[cfg(target_os = "linux")]
fn what_an_operator_names_is_a_file() {
    let env = TestEnv::with_small_pipeline();
    env.write("in/a.txt", "Un texte.\n");
    let pipe = env.work().join("pipe");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &pipe,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
        0,
    )
    .expect("a pipe can be made");
    for file in ["/dev/zero", "pipe", "/dev/tty"] {
        for arguments in [
            ["plan", "--pipeline", file].as_slice(),
            &["plugin", "inspect", file],
            &["plugin", "check", file],
            &["plugin", "add", file],
            &["plugin", "check", "extract-text", "--sample", file],
            &["taxonomy", "check", file],
            &["eval", "--labels", file],
        ] {
            let output = env.run(arguments);
            assert!(output.code.is_some_and(|code| code != 0), "{arguments:?}: {}", output.stderr);
            assert!(output.stderr.starts_with("error: "), "{arguments:?}: {}", output.stderr);
        }
        env.write(
            "table.toml",
            format!(
                "[[step]]\nplugin = \"extract-text\"\n\n[[step]]\nplugin = \"classify-lexicon\"\n\
             tables = {{ taxonomy = \"{}\" }}\n",
                if file == "pipe" { "./pipe" } else { file }
            ),
        );
        let _ = env.run(["read", "in", "--pipeline", "table.toml"]).expect(exit::REJECTED);
    }
    // A lock that is none.
    let lock = env.work().join("docmill.lock");
    std::fs::rename(&pipe, &lock).expect("it can be renamed");
    let _ = env.run(["read", "in"]).expect(exit::REJECTED);
}
