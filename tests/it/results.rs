//! Results as Parquet files: the same rows whichever way they were computed, nothing twice, nothing
//! lost.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use docmill::pipeline::Share;
use docmill_results::{ResultFolder, Table};
use docmill_tests::{TestEnv, exit, guest, root, shipped};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

/// What does not depend on where and when it was computed.
const COMPARED: [Table; 4] = [Table::Sources, Table::Documents, Table::Results, Table::Failures];

/// So many sources, of every fate: `DOCMILL_SOURCES=1000` takes more.
fn sources() -> u32 {
    let asked = std::env::var("DOCMILL_SOURCES").ok();
    asked.map_or(60, |number| number.parse().expect("a number"))
}

/// A pipeline with a container, a text, and two steps of which one reads no more than it counts and
/// one fails where it is asked to.
fn write_pipeline(env: &TestEnv, more: &str) {
    let mut pipeline = String::new();
    let steps = [
        guest("examples/unpack-jsonlines"),
        shipped("unpack-archive"),
        shipped("extract-text"),
        shipped("extract-html"),
        guest("adversarial/misbehave-on-request"),
    ];
    for step in steps {
        let _ = writeln!(pipeline, "[[step]]\nplugin = {step:?}\n");
    }
    env.write("docmill.toml", pipeline + more);
}

/// A step more, that counts the bytes of a text.
fn counting() -> String {
    format!("[[step]]\nplugin = {:?}\n", guest("adversarial/well-behaved"))
}

/// Files of which most are read, some hold others, and some fail, each in another way.
fn write_sources(env: &TestEnv, number: u32) {
    for at in 0..number {
        let text = format!("Le texte numéro {at} parle de drones et de semi-conducteurs.\n");
        match at % 10 {
            0 => env.write(format!("in/{at}.txt"), format!("{text}please-trap\n")),
            1 => env.write(format!("in/{at}.bin"), [0, 1, 2, at.to_le_bytes()[0]]),
            2 => env.write(format!("in/{at}.txt"), ""),
            3 => env.write(format!("in/{at}.txt"), " \n"),
            4 => {
                let line = |member: u32| {
                    let trap = if member == 3 { " please-trap" } else { "" };
                    format!("{{\"text\":\"Membre {member} de {at}.{trap}\"}}\n")
                };
                env.write(format!("in/{at}.jsonl"), (0..7).map(line).collect::<String>());
            }
            5 => {
                env.write(format!("in/{at}.jsonl"), format!("{{\"text\":\"{at}\"}}\n{{\"text\":\n"))
            }
            6 => {
                let page = format!("<html><h1>Titre {at}</h1><p>{text}</p></html>");
                env.write(format!("in/deep/{at}.html"), page);
            }
            // A container in a container.
            8 => {
                let lines = (0..4).map(|line| format!("{{\"text\":\"Ligne {line} de {at}.\"}}\n"));
                let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
                packed.write_all(lines.collect::<String>().as_bytes()).expect("it packs");
                env.write(format!("in/{at}.jsonl.gz"), packed.finish().expect("it packs"));
            }
            // The same bytes under many names.
            7 => env.write(format!("in/{at}.txt"), "La même dépêche.\n"),
            _ => env.write(format!("in/{at}.txt"), text),
        }
    }
    let seeds = std::fs::read_dir(root().join("seeds/documents")).expect("the seeds are there");
    for seed in seeds {
        let seed = seed.expect("it can be read");
        let name = seed.file_name().into_string().expect("a name");
        env.write(format!("in/{name}"), std::fs::read(seed.path()).expect("it can be read"));
    }
}

fn rows(env: &TestEnv, folder: &str, table: Table) -> BTreeMap<String, Value> {
    let folder = ResultFolder::open(&env.work().join(folder), Share::WHOLE);
    folder.and_then(|folder| folder.rows(table)).unwrap_or_else(|error| panic!("{error}"))
}

fn check_same(env: &TestEnv, one: &str, other: &str) {
    for table in COMPARED {
        let (one, other) = (rows(env, one, table), rows(env, other, table));
        for (key, row) in &one {
            assert_eq!(Some(row), other.get(key), "in `{}`", table.name());
        }
        let more: Vec<&Value> =
            other.iter().filter(|(key, _)| !one.contains_key(*key)).map(|(_, row)| row).collect();
        assert!(more.is_empty(), "`{}` has more: {more:#?}", table.name());
        assert!(!one.is_empty(), "`{}` is empty", table.name());
    }
}

/// How many files each table has.
fn files(env: &TestEnv, folder: &str) -> BTreeMap<&'static str, usize> {
    let count = |table: Table| {
        let files = std::fs::read_dir(env.work().join(folder).join(table.name()));
        (table.name(), files.map_or(0, Iterator::count))
    };
    Table::ALL.into_iter().map(count).collect()
}

fn process(env: &TestEnv, arguments: &[&str]) {
    let all = [&["process", "in"], arguments].concat();
    let _ = env.run(all).expect(exit::SOME_FAILED);
}

#[test]
fn a_store_one_process_and_three_shares_give_the_same_rows() {
    let env = TestEnv::new();
    write_pipeline(&env, &counting());
    write_sources(&env, sources());
    let _ = env.run(["ingest", "in"]).expect(exit::SOME_FAILED);
    let _ = env.run(["export", "--format", "parquet", "--to", "store"]).expect(exit::SUCCESS);
    process(&env, &["--to", "whole", "--jobs", "2"]);
    for number in [2, 3, 1] {
        process(&env, &["--to", "shares", "--shard", &format!("{number}/3"), "--jobs", "1"]);
    }
    check_same(&env, "store", "whole");
    check_same(&env, "store", "shares");
    // Every fate has rows.
    let states: std::collections::BTreeSet<String> = rows(&env, "shares", Table::Sources)
        .values()
        .map(|row| row["state"].as_str().expect("text").to_owned())
        .collect();
    assert_eq!(states.into_iter().collect::<Vec<_>>(), ["done", "empty", "failed", "unsupported"]);
    // A source that two shares could have is in one.
    let costs = |folder: &str| rows(&env, folder, Table::Costs).len();
    assert_eq!(costs("shares"), costs("whole"));
    // Nothing is done again, by whichever number of shares.
    let before = files(&env, "shares");
    for shard in ["1/3", "2/3", "3/3", "1/2", "2/2", "1/1", "4/5"] {
        process(&env, &["--to", "shares", "--shard", shard]);
    }
    assert_eq!(files(&env, "shares"), before);
}

#[test]
fn what_no_docmill_wrote_is_refused_by_name() {
    let env = TestEnv::with_small_pipeline();
    env.write("in/a.txt", "Bonjour.");
    env.write("results/sources/0.parquet", "no table");
    let _ = env
        .run(["process", "in", "--to", "results"])
        .expect(exit::STORE)
        .says("`sources/0.parquet` is damaged");
    let _ = env.run(["import-results", "nothing"]).expect(exit::USAGE).says("no results");
    let _ = env.run(["process", "in", "--to", "x", "--shard", "4/3"]).expect(exit::USAGE);
    let _ = env.run(["process", "-", "--to", "x"]).expect(exit::USAGE).says("standard input");
    assert!(!Path::new(&env.work().join("x")).exists());
}

#[cfg(unix)]
#[test]
fn a_share_that_is_killed_and_run_again_gives_the_same_rows() {
    use rustix::process::{Pid, Signal, kill_process};

    let env = TestEnv::new();
    write_pipeline(&env, &counting());
    write_sources(&env, 200);
    process(&env, &["--to", "whole"]);
    let mut killed = 0;
    for delay in [20, 60, 120, 200, 300, 450] {
        for shard in ["1/2", "2/2"] {
            let all = ["process", "in", "--to", "shares", "--shard", shard, "--quiet"];
            let mut child = env.command(all).spawn().expect("it starts");
            std::thread::sleep(std::time::Duration::from_millis(delay));
            let pid = Pid::from_child(&child);
            killed += u32::from(kill_process(pid, Signal::KILL).is_ok());
            let _ = child.wait().expect("it can be waited for");
        }
        // Whatever a killed process left, nothing of it is wrong.
        let folder = ResultFolder::open(&env.work().join("shares"), Share::WHOLE).unwrap();
        for table in COMPARED {
            let (whole, rows) = (rows(&env, "whole", table), folder.rows(table).unwrap());
            assert!(rows.iter().all(|(key, row)| whole.get(key) == Some(row)), "{}", table.name());
        }
    }
    assert!(killed > 0);
    process(&env, &["--to", "shares", "--shard", "1/2"]);
    process(&env, &["--to", "shares", "--shard", "2/2"]);
    check_same(&env, "whole", "shares");
}
