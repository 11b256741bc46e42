//! Stores on disks that are full, read-only, or damaged: a clear error, nothing lost in silence,
//! and a way back.
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use docmill::store::{SledOptions, SledStore, Store};
use docmill_tests::{Output, TestEnv, contents, exit};

const FILES: usize = 40;

/// A store of some files, of which one fails.
fn environment() -> TestEnv {
    let env = TestEnv::with_misbehaving_pipeline();
    for number in 0..FILES {
        let extra = "Encore une phrase. ".repeat(number * 50);
        env.write(format!("in/{number:02}.txt"), format!("Le texte numéro {number}. {extra}\n"));
    }
    env.write("in/trap.txt", "Do please-trap now.\n");
    let _ = env.run(["ingest", "in"]).expect(exit::SOME_FAILED);
    env
}

fn contents_of(folder: &Path) -> String {
    let store = SledStore::open(folder, &SledOptions::default());
    contents(
        &store.unwrap_or_else(|error| panic!("{error}: {:?}", std::error::Error::source(&error))),
    )
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("a folder can be listed") {
        let entry = entry.expect("a folder can be listed");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("it has a type").is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a file can be copied");
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder can be listed") {
        let path = entry.expect("a folder can be listed").path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else if fs::metadata(&path).expect("it is there").len() > 0 {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// An error for people, and no panic.
fn is_clear(output: &Output) {
    assert!(!output.stderr.contains("panicked"), "{}", output.stderr);
    assert!(!output.stderr.contains("RUST_BACKTRACE"), "{}", output.stderr);
    assert!(output.stderr.contains("error: "), "{}", output.stderr);
}

/// `DOCMILL_DAMAGES=100` changes every file that often instead of 14 times.
#[test]
fn a_damaged_file_of_the_store_is_an_error_or_does_no_harm() {
    let env = environment();
    let intact = env.work().join(".docmill");
    let expected = contents_of(&intact);
    let mut seed = 7_u64;
    let changes = std::env::var("DOCMILL_DAMAGES").map_or(14, |it| it.parse().expect("a number"));
    let mut refused = 0;
    for file in files(&intact) {
        let name = file.strip_prefix(&intact).expect("it lies in it").to_owned();
        let length = fs::metadata(&file).expect("it is there").len();
        for change in 0..changes {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            // The log is as long as its segments, and most of it is empty yet.
            let used = length.min(600_000);
            let at = (seed >> 20) % used;
            let damaged = env.work().join("damaged");
            let _ = fs::remove_dir_all(&damaged);
            copy(&intact, &damaged);
            let path = damaged.join(&name);
            let mut bytes = fs::read(&path).expect("it can be read");
            if change % 2 == 0 {
                bytes[at as usize] ^= 1 << (seed >> 60 & 7);
            } else {
                bytes.truncate(at as usize);
            }
            fs::write(&path, bytes).expect("it can be written");
            let shown = format!(
                "{} {} at {at}",
                name.display(),
                if change % 2 == 0 { "flipped" } else { "cut" }
            );

            let verified = env.run(["verify", "--store", "damaged"]);
            match verified.code {
                // What is said to be whole is what was there before.
                Some(exit::SUCCESS) => {
                    assert!(contents_of(&damaged) == expected, "lost in silence: {shown}");
                }
                Some(exit::STORE) => {
                    refused += 1;
                    is_clear(&verified);
                    way_back(&env, &damaged, &expected, &shown);
                }
                other => panic!("{shown}: {other:?}\n{}", verified.stderr),
            }
        }
    }
    assert!(refused > 10, "only {refused} of the changes were noticed");
}

/// What can be saved is saved, and ingesting again completes it; where nothing can, that is said.
fn way_back(env: &TestEnv, damaged: &Path, expected: &str, shown: &str) {
    let store = damaged.to_str().expect("a path");
    let saved = env.run(["store", "export", "saved", "--store", store]);
    let restored = env.work().join("restored");
    let _ = fs::remove_dir_all(&restored);
    match saved.code {
        Some(exit::SUCCESS | exit::STORE) if env.work().join("saved").exists() => {
            let imported = env.run(["store", "import", "saved", "--store", "restored"]);
            assert_eq!(imported.code, Some(exit::SUCCESS), "{shown}: {}", imported.stderr);
            fs::remove_file(env.work().join("saved")).expect("it is there");
        }
        // Everything but the log itself can be done without.
        Some(exit::STORE) if shown.starts_with("sled/db") => is_clear(&saved),
        other => panic!("{shown}: {other:?}\n{}", saved.stderr),
    }
    let _ = env.run(["ingest", "in", "--store", "restored"]).expect(exit::SOME_FAILED);
    let verified = env.run(["verify", "--store", "restored"]);
    assert_eq!(
        verified.code,
        Some(exit::SUCCESS),
        "{shown}: {}{}",
        verified.stdout,
        verified.stderr
    );
    assert!(without_runs(&contents_of(&restored)) == without_runs(expected), "{shown}");
}

/// Results without the numbers of the runs that computed them.
fn without_runs(contents: &str) -> Vec<&str> {
    let lines = contents.lines().map(str::trim);
    lines
        .filter(|line| {
            !line.starts_with("run:") && line.trim_end_matches(',').parse::<u64>().is_err()
        })
        .collect()
}

#[test]
fn a_rebuilt_store_is_equal_to_the_old_one() {
    let env = environment();
    let _ = env.run(["store", "rebuild", "new"]).expect(exit::SOME_FAILED);
    assert!(contents_of(&env.work().join("new")) == contents_of(&env.work().join(".docmill")));
    let refused = env.run(["store", "rebuild", "new"]).expect(exit::USAGE);
    assert!(refused.stderr.contains("`new` holds something already"), "{}", refused.stderr);
}

#[test]
fn an_export_of_a_whole_store_comes_back_equal() {
    let env = environment();
    let _ = env.run(["store", "export", "backup"]).expect(exit::SUCCESS);
    let _ = env.run(["store", "import", "backup", "--store", "copy"]).expect(exit::SUCCESS);
    assert!(contents_of(&env.work().join("copy")) == contents_of(&env.work().join(".docmill")));
    let _ = env.run(["verify", "--store", "copy"]).expect(exit::SUCCESS);
    let again = env.run(["store", "import", "backup", "--store", "copy"]).expect(exit::USAGE);
    assert!(again.stderr.contains("holds something already"), "{}", again.stderr);
    // A damaged export makes no store at all.
    let mut bytes = fs::read(env.work().join("backup")).expect("it is there");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    env.write("backup", bytes);
    let refused =
        env.run(["store", "import", "backup", "--store", "other"]).expect(exit::SOME_FAILED);
    assert!(refused.stderr.contains("checksum"), "{}", refused.stderr);
    assert!(!env.work().join("other").exists());
}

/// Runs docmill so that no file can grow beyond this many KiB: writes fail as on a full disk, with
/// an error and no signal.
fn with_room_for(env: &TestEnv, kib: u64, arguments: &[&str]) -> Output {
    let docmill = env.command([""; 0]);
    let mut command = Command::new("sh");
    // `ulimit -f` counts blocks of 512 bytes in a POSIX shell.
    command
        .args(["-c", "trap '' XFSZ; ulimit -f $0; exec \"$@\"", &(2 * kib).to_string()])
        .arg(docmill.get_program())
        .args(arguments);
    env.finish(like(&mut command, &docmill, env).spawn().expect("a shell starts"))
}

#[test]
fn a_full_disk_is_an_error_and_what_was_told_is_there_afterwards() {
    let env = TestEnv::with_misbehaving_pipeline();
    // Text that does not compress: every file takes its room.
    let mut state = 1_u64;
    for number in 0..120 {
        let words: Vec<String> = (0..4_000)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                format!("{:08x}", state >> 32)
            })
            .collect();
        env.write(format!("in/{number:03}.txt"), words.join(" "));
    }
    // Less than 1.5 MiB is too little for the memory of plugins, which is a file as well.
    for kib in [1_500, 2_048, 3_000, 4_096, 5_000, 6_000] {
        let output = with_room_for(&env, kib, &["ingest", "in", "--output", "json"]);
        assert_eq!(output.code, Some(exit::STORE), "{kib} KiB: {}", output.stderr);
        assert!(output.stderr.contains("make room"), "{kib} KiB: {}", output.stderr);
        assert!(!output.stderr.contains("panicked at"), "{kib} KiB: {}", output.stderr);
        let told: Vec<String> = (output.events().iter())
            .filter(|event| event["event"] == "source")
            .map(|event| event["source"].as_str().expect("a name").to_owned())
            .collect();
        let Ok(store) = SledStore::open(&env.work().join(".docmill"), &SledOptions::default())
        else {
            assert!(told.is_empty(), "{kib} KiB: what was told cannot be read");
            continue;
        };
        for name in told {
            let name = docmill::model::SourceName::new(name).expect("a name");
            let source = store.source(&name).expect("it can be read").expect("it was told");
            let document = store.document(source.documents[0], None).expect("it can be read");
            assert!(document.is_some(), "{kib} KiB: {name}");
        }
    }
    // With room again, the same store goes on.
    let _ = env.run(["ingest", "in"]).expect(exit::SUCCESS);
    let _ = env.run(["verify"]).expect(exit::SUCCESS).says("120 sources, 120 documents");
}

/// Runs docmill so that permissions count: who may do everything is not kept out by them.
fn without_privileges(env: &TestEnv, protected: &Path, arguments: &[&str]) -> Output {
    let docmill = env.command(arguments);
    if fs::File::options().write(true).open(protected).is_err() {
        return env.run(arguments);
    }
    let mut command = Command::new("setpriv");
    command
        .arg("--bounding-set=-dac_override,-dac_read_search")
        .arg(docmill.get_program())
        .args(arguments);
    env.finish(like(&mut command, &docmill, env).spawn().expect("`setpriv` of util-linux starts"))
}

/// Gives a command the surroundings of another.
fn like<'a>(command: &'a mut Command, other: &Command, env: &TestEnv) -> &'a mut Command {
    command
        .current_dir(env.work())
        .env_clear()
        .envs(other.get_envs().filter_map(|(name, value)| Some((name, value?))))
        .env("PATH", "/usr/bin:/bin")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
}

#[test]
fn a_store_that_cannot_be_written_is_an_error() {
    use std::os::unix::fs::PermissionsExt;
    let env = environment();
    let set = |folder: &Path, mode| {
        fs::set_permissions(folder, fs::Permissions::from_mode(mode)).expect("it is ours");
    };
    let store = env.work().join(".docmill");
    let all: Vec<PathBuf> = files(&store);
    all.iter().for_each(|file| set(file, 0o444));
    set(&store.join("docmill-store.lock"), 0o444);
    for arguments in [&["ingest", "in"][..], &["list"], &["verify"]] {
        let output = without_privileges(&env, &all[0], arguments).expect(exit::STORE);
        is_clear(&output);
        assert!(output.stderr.contains("Permission denied"), "{}", output.stderr);
    }
    all.iter().for_each(|file| set(file, 0o644));
    set(&store.join("docmill-store.lock"), 0o644);
    let _ = env.run(["verify"]).expect(exit::SUCCESS);
}
