//! What is merely found in the working folder is taken only if it is this user's own.
#![cfg(unix)]

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::Path;

use docmill_tests::{TestEnv, exit};

const NOT_YOURS: &str = "nothing says that it is yours";

fn with_store() -> TestEnv {
    let env = TestEnv::with_small_pipeline();
    env.write("in/a.txt", "Un texte.\n");
    let _ = env.run(["ingest", "in"]).expect(exit::SUCCESS);
    let _ = env.run(["list"]).expect(exit::SUCCESS);
    env
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("it can be made");
    for entry in fs::read_dir(from).expect("it is there") {
        let entry = entry.expect("it can be read");
        match entry.file_type().expect("it has one").is_dir() {
            true => copy(&entry.path(), &to.join(entry.file_name())),
            false => {
                fs::copy(entry.path(), to.join(entry.file_name())).expect("it can be copied");
            }
        }
    }
}

/// As in an archive or a repository, which belong to whoever unpacks them.
#[test]
fn a_store_that_came_with_its_folder_is_not_touched_until_it_is_named() {
    let made = with_store();
    let env = TestEnv::with_small_pipeline();
    env.write("in/b.txt", "Un autre texte.\n");
    copy(&made.work().join(".docmill"), &env.work().join(".docmill"));
    for command in [
        ["list"].as_slice(),
        &["ingest", "in"],
        &["plan"],
        &["verify"],
        &["store", "export", "saved"],
        &["failures", "retry"],
    ] {
        let _ = env.run(command).expect(exit::STORE).says(NOT_YOURS).says("`--store .docmill`");
    }
    let _ = env.run(["list", "--store", ".docmill"]).expect(exit::SUCCESS);
    let _ = env.run(["ingest", "in"]).expect(exit::SUCCESS);
    // Another store in its place is another store.
    fs::rename(env.work().join(".docmill"), env.work().join("away")).expect("it can be moved");
    copy(&made.work().join(".docmill"), &env.work().join(".docmill"));
    let _ = env.run(["list"]).expect(exit::STORE).says(NOT_YOURS);
    // So is one that a link leads to; one that leads to nothing makes none.
    fs::remove_dir_all(env.work().join(".docmill")).expect("it is there");
    let elsewhere = env.work().join("elsewhere");
    fs::create_dir(&elsewhere).expect("it can be made");
    symlink(&elsewhere, env.work().join(".docmill")).expect("it links");
    let _ = env.run(["ingest", "in"]).expect(exit::STORE).says(NOT_YOURS);
    fs::remove_dir(&elsewhere).expect("nothing is in it");
    let _ = env.run(["ingest", "in"]).expect(exit::STORE);
    assert!(!elsewhere.exists());
}

#[test]
fn where_nothing_can_be_remembered_the_store_is_named() {
    let env = TestEnv::with_small_pipeline();
    env.write("in/a.txt", "Un texte.\n");
    let homeless = |arguments: &[&str], store: Option<&str>| {
        let mut command = env.command(arguments);
        command.env("HOME", "/proc/nobody");
        if let Some(store) = store {
            command.env("DOCMILL_STORE", store);
        }
        env.finish(command.spawn().expect("docmill starts"))
    };
    let _ = homeless(&["ingest", "in"], None).expect(exit::SUCCESS).says("name it with `--store`");
    let _ = homeless(&["list"], None).expect(exit::STORE).says(NOT_YOURS);
    let _ = homeless(&["list"], Some(".docmill")).expect(exit::SUCCESS);
}

#[test]
fn a_pipeline_that_others_can_change_is_not_run_until_it_is_named() {
    let env = with_store();
    let set = |name: &str, mode: u32| {
        let path = env.work().join(name);
        fs::set_permissions(path, Permissions::from_mode(mode)).expect("it can be set");
    };
    let refused = |words: &str| {
        for command in [["plan"].as_slice(), &["ingest", "in"], &["plugin", "list"]] {
            let _ = (env.run(command).expect(exit::REJECTED).says(words))
                .says("`--pipeline docmill.toml`");
        }
        let named = ["plan", "--pipeline", "docmill.toml", "--store", ".docmill"];
        let _ = env.run(named).expect(exit::SUCCESS);
    };
    set("docmill.toml", 0o666);
    refused("`docmill.toml` was found here");
    set("docmill.toml", 0o644);
    let _ = env.run(["plan", "--update-lock"]).expect(exit::SUCCESS);
    set("docmill.lock", 0o646);
    refused("`docmill.lock` was found here");
    set("docmill.lock", 0o644);
    // Where others may put things, but not in the place of these.
    set(".", 0o1777);
    let _ = env.run(["plan"]).expect(exit::SUCCESS);
    set(".", 0o777);
    refused("can be changed by other users");
}

/// Whoever made the folder knows what the failure of a document in it will be called.
#[test]
fn a_link_under_a_name_that_docmill_chooses_leads_to_no_other_file() {
    let env = TestEnv::with_misbehaving_pipeline();
    env.write("in/a.txt", "please-trap\n");
    env.write("profile", "mine");
    let _ = env.run(["ingest", "in"]).expect(exit::SOME_FAILED);
    let failures = env.run(["failures", "list", "--output", "json"]).expect(exit::SUCCESS).events();
    let id = failures[0]["id"].as_str().expect("it has an id");
    let name = env.work().join(format!("failure-{id}.tar"));
    symlink("profile", &name).expect("it links");
    let _ = env.run(["failures", "export", id]).expect(exit::SUCCESS);
    let left = fs::read_to_string(env.work().join("profile")).expect("it is there");
    assert_eq!(left, "mine");
    assert!(fs::symlink_metadata(&name).expect("it is there").is_file());
}

/// Only root may give files away, and the tests do not always run as root.
#[test]
fn what_belongs_to_another_user_is_taken_from_whoever_used_sudo() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let env = with_store();
    let give = |name: &str, user: u32| {
        chown(env.work().join(name), Some(user), None).expect("root may");
    };
    let sudo = |user: &str| {
        let mut command = env.command(["plan"]);
        command.env("SUDO_UID", user);
        env.finish(command.spawn().expect("docmill starts"))
    };
    give("docmill.toml", 4_711);
    let _ = env.run(["plan"]).expect(exit::REJECTED).says("belongs to another user");
    let _ = sudo("4712").expect(exit::REJECTED);
    let _ = sudo("4711").expect(exit::SUCCESS);
    give("docmill.toml", 0);
    give(".docmill", 4_711);
    let _ = env.run(["plan"]).expect(exit::STORE).says("belongs to another user");
    let _ = sudo("4711").expect(exit::SUCCESS);
    let _ = env.run(["plan", "--store", ".docmill"]).expect(exit::SUCCESS);
}
