//! Documents made to hurt: each ends as a recorded failure or a correct result, within its limits,
//! and the batch goes on.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::Ordering;

use docmill_tests::{Output, TestEnv, exit, guest, shipped};
use serde_json::Value;

/// Escapes that clear a screen, set a colour by one character, and turn the direction of writing
/// around.
const HOSTILE_WORDS: &str = "a\u{1b}[2Jb\u{9b}31mc\u{202e}d\u{7f}";

/// What became of each source: its fate, and the classes of its failures.
pub(crate) fn fates(output: &Output) -> BTreeMap<String, (String, Vec<String>)> {
    let text = |value: &Value| value.as_str().expect("a string").to_owned();
    let sources = output.events().into_iter().filter(|event| event["event"] == "source");
    sources
        .map(|event| {
            let failures = event["failures"].as_array().expect("a list");
            let classes = failures.iter().map(|failure| text(&failure["class"])).collect();
            (text(&event["source"]), (text(&event["fate"]), classes))
        })
        .collect()
}

/// Takes in the folder `in`, and checks the fate of each source: `added`, `unsupported`, or the
/// class of its only failure.
pub(crate) fn check(env: &TestEnv, options: &[&str], expected: &[(&str, &str)]) {
    let arguments = ["ingest", "in", "--output", "json"].iter().chain(options);
    let failed = expected.iter().any(|(_, fate)| !matches!(*fate, "added" | "unsupported"));
    let output = env.run(arguments).expect(if failed { exit::SOME_FAILED } else { exit::SUCCESS });
    let fates = fates(&output);
    let short = |(fate, classes): &(String, Vec<String>)| match classes.as_slice() {
        [] => fate.clone(),
        [class] => class.clone(),
        several => panic!("several failures: {several:?}"),
    };
    let found: Vec<(&str, String)> = fates
        .iter()
        .map(|(name, fate)| (name.strip_prefix("in/").unwrap_or(name), short(fate)))
        .collect();
    let mut expected: Vec<(&str, String)> =
        expected.iter().map(|(name, fate)| (*name, (*fate).to_owned())).collect();
    expected.sort();
    assert_eq!(found, expected);
}

/// The texts in the store, by source.
fn texts(env: &TestEnv) -> BTreeMap<String, String> {
    let output = env.run(["export"]).expect(exit::SUCCESS);
    let document = |document: Value| {
        let text = |value: &Value| value.as_str().expect("a string").to_owned();
        (text(&document["source"]["name"]), text(&document["text"]))
    };
    output.events().into_iter().map(document).collect()
}

/// Nothing that was printed may control a terminal.
fn harmless(output: &Output) {
    for shown in [&output.stdout, &output.stderr] {
        let harmful = |it: &char| {
            (it.is_control() && !matches!(it, '\n' | '\t'))
                || matches!(it, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        assert_eq!(shown.replace("\r\n", "\n").chars().find(harmful), None, "{shown:?}");
    }
}

#[test]
fn archives_that_would_burst_are_set_aside_as_they_are() {
    let env = TestEnv::new();
    // A member that claims to unpack to 4 GiB from nothing, and a directory that points to itself.
    let zip: &[u8] =
        b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0\0\0\0\0\xff\xff\xff\xff\xfe\xff\xff\xff\x01\0\0\0a\
        PK\x05\x06\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0\0\0";
    let gzip: &[u8] = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xff\xff\xff\xff\xff\xff";
    env.write("in/bomb.zip", zip);
    env.write("in/bomb.txt.gz", gzip);
    // Neither name nor claim makes a text of it.
    env.write("in/bomb.html", gzip);
    env.write("in/laughs.xml", laughs());
    env.write("in/ok.txt", "Un texte tout à fait ordinaire.\n");
    let expected = [
        ("bomb.zip", "malformed"),
        ("bomb.txt.gz", "malformed"),
        ("bomb.html", "malformed"),
        ("laughs.xml", "unsupported"),
        ("ok.txt", "added"),
    ];
    check(&env, &[], &expected);
}

/// Entities that would unfold to 3 GB.
fn laughs() -> String {
    let entities: String = (1..10)
        .map(|level| format!("<!ENTITY l{level} \"{}\">\n", format!("&l{};", level - 1).repeat(10)))
        .collect();
    format!(
        "<?xml version=\"1.0\"?>\n<!DOCTYPE lolz [\n<!ENTITY l0 \"lol\">\n{entities}]>\n<p>&l9;</p>\n"
    )
}

/// Takes in a container that some adversary takes apart, between two good pages; returns all fates.
fn unpacked_by(unpacker: &str) -> BTreeMap<String, (String, Vec<String>)> {
    let env = TestEnv::new();
    // Long enough that a crowded machine does not end it before its own limit does.
    let pipeline = format!(
        "[[step]]\nplugin = {:?}\nlimits = {{ deadline = \"30s\" }}\n\n[[step]]\nplugin = {:?}\n",
        guest(&format!("adversarial/{unpacker}")),
        shipped("extract-html"),
    );
    env.write("docmill.toml", pipeline);
    env.write("in/a.html", "<!doctype html><p>Avant.</p>");
    env.write("in/container.txt", "x");
    env.write("in/z.html", "<!doctype html><p>Après.</p>");
    let output = env.run(["ingest", "in", "--output", "json"]).expect(exit::SOME_FAILED);
    let mut fates = fates(&output);
    for page in ["in/a.html", "in/z.html"] {
        assert_eq!(fates.remove(page), Some(("added".to_owned(), Vec::new())));
    }
    fates
}

#[test]
fn a_container_of_itself_is_opened_five_times() {
    let fates = unpacked_by("emit-itself");
    let failed: Vec<_> = fates.iter().filter(|(_, (fate, _))| fate == "failed").collect();
    let [(name, (_, classes))] = failed.as_slice() else { panic!("{failed:#?}") };
    assert_eq!(name.as_str(), format!("in/container.txt{}", "!/itself".repeat(6)));
    assert_eq!(classes, &["host"]);
    assert_eq!(fates.len(), 7);
}

#[test]
fn a_container_of_one_byte_holds_no_gigabytes() {
    let mut fates = unpacked_by("emit-too-much");
    let container = fates.remove("in/container.txt").expect("it was told");
    assert_eq!(container, ("failed".to_owned(), vec!["output".to_owned()]));
    // 256 MiB in members of 512 KiB, each of which counts 4 KiB more.
    assert_eq!(fates.len(), (256 << 20) / ((512 << 10) + (4 << 10)));
}

#[test]
fn pages_that_are_deep_wide_or_full_of_entities_are_read() {
    let env = TestEnv::new();
    let nested = |tag: &str| {
        format!(
            "<!doctype html><p>avant</p>{}<p>fond</p>{}",
            format!("<{tag}>").repeat(200_000),
            format!("</{tag}>").repeat(200_000)
        )
    };
    env.write("in/deep-div.html", nested("div"));
    env.write("in/deep-b.html", nested("b"));
    env.write(
        "in/deep-table.html",
        format!("<html><p>avant</p>{}", "<table><tr><td>".repeat(200_000)),
    );
    env.write(
        "in/laughs.html",
        format!("<!doctype html>{}<p>Un texte qui reste court.</p>", laughs()),
    );
    env.write(
        "in/attributes.html",
        format!("<!doctype html><p {}>Un texte.</p>", "a=b ".repeat(200_000)),
    );
    env.write(
        "in/open.html",
        format!("<!doctype html><p>Un texte.</p>{}", "<a href=\"".repeat(200_000)),
    );
    let expected = [
        "deep-div.html",
        "deep-b.html",
        "deep-table.html",
        "laughs.html",
        "attributes.html",
        "open.html",
    ];
    check(&env, &[], &expected.map(|name| (name, "added")));
    let texts = texts(&env);
    assert!(texts["in/deep-div.html"].contains("fond"), "{texts:.200?}");
    // Nothing unfolds.
    assert!(texts["in/laughs.html"].len() < 10_000, "{}", texts["in/laughs.html"].len());
}

#[test]
fn encodings_that_lie_are_read_as_well_as_they_can_be() {
    let env = TestEnv::new();
    let utf_16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let page = |charset: &str, body: &[u8]| {
        [format!("<!doctype html><meta charset={charset}><p>").as_bytes(), body, b"</p>"].concat()
    };
    let utf_8 = "Une phrase accentuée où l’on voit ce qui a été écrit.";
    let documents: [(&str, Vec<u8>); 10] = [
        ("bom-of-utf-8-before-utf-16.txt", [b"\xef\xbb\xbf".to_vec(), utf_16("Été")].concat()),
        ("bom-of-utf-16-before-utf-8.txt", [b"\xff\xfe", utf_8.as_bytes()].concat()),
        ("cut-utf-16.txt", [b"\xff\xfe".to_vec(), utf_16("Une phrase"), vec![0x41]].concat()),
        (
            "half-a-pair.txt",
            [b"\xff\xfe".to_vec(), utf_16("Une phrase"), vec![0x00, 0xd8]].concat(),
        ),
        ("overlong.txt", b"Une phrase \xc0\xaf\xe0\x80\xaf\xf0\x80\x80\xaf et la suite.".to_vec()),
        ("surrogates.txt", b"Une phrase \xed\xa0\x80\xed\xb0\x80 et la suite.".to_vec()),
        ("says-utf-16.html", page("utf-16", utf_8.as_bytes())),
        ("says-utf-8.html", page("utf-8", b"Une phrase accentu\xe9e.")),
        ("says-nonsense.html", page("x-nonsense", utf_8.as_bytes())),
        ("says-utf-7.html", page("utf-7", b"+ADw-script+AD4-alert(1)")),
    ];
    for (name, content) in &documents {
        env.write(format!("in/{name}"), content);
    }
    // Text that is full of NUL is none, whatever mark it begins with.
    let fate = |name: &str| if name.starts_with("bom-of-utf-8") { "unsupported" } else { "added" };
    let expected: Vec<_> = documents.iter().map(|(name, _)| (*name, fate(name))).collect();
    check(&env, &[], &expected);
    let texts = texts(&env);
    for name in ["says-utf-16.html", "says-nonsense.html"] {
        assert_eq!(texts[&format!("in/{name}")].trim_end(), utf_8, "{name}");
    }
    assert!(texts["in/cut-utf-16.txt"].starts_with("Une phrase"));
    // A slash that is written in too many bytes is none.
    assert!(!texts["in/overlong.txt"].contains('/'));
    assert!(!texts["in/says-utf-7.html"].contains('<'));
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_waited_for() {
    use rustix::fs::{CWD, Mode, mkfifoat};
    let env = TestEnv::with_small_pipeline();
    env.write("in/ok.txt", "Un texte.\n");
    let path = |name: &str| env.work().join("in").join(name);
    mkfifoat(CWD, path("pipe.txt"), Mode::RUSR | Mode::WUSR).expect("a pipe can be made");
    let _socket = std::os::unix::net::UnixListener::bind(path("socket.txt")).expect("it listens");
    let link = |to: &str, name: &str| std::os::unix::fs::symlink(to, path(name)).expect("it links");
    link("self.txt", "self.txt");
    link("b.txt", "a.txt");
    link("a.txt", "b.txt");
    link("..", "above");
    link("/dev/zero", "zero.txt");
    let others = ["pipe.txt", "socket.txt", "self.txt", "a.txt", "b.txt", "above", "zero.txt"];
    let expected: Vec<_> =
        others.map(|name| (name, "host")).into_iter().chain([("ok.txt", "added")]).collect();
    check(&env, &[], &expected);
    // Named as a path, links are followed, and what they lead to is judged as it is.
    for name in ["pipe.txt", "self.txt", "zero.txt"] {
        let output = env.run(["ingest".as_ref(), path(name).as_os_str()]);
        let _ = output.expect(exit::SOME_FAILED).says("1 failure");
    }
}

#[test]
fn ten_thousand_files_and_a_hundred_folders_within_each_other_are_walked() {
    let env = TestEnv::with_small_pipeline();
    for number in 0..10_000 {
        env.write(format!("in/{number:05}.txt"), "Un texte.\n");
    }
    let deep = |depth: usize| format!("in/deep/{}", "d/".repeat(depth));
    env.write(format!("{}ok.txt", deep(50)), "Un texte.\n");
    env.write(format!("{}lost.txt", deep(100)), "Un texte.\n");
    let output = env.run(["ingest", "in", "--output", "json"]).expect(exit::SOME_FAILED);
    let fates = fates(&output);
    assert_eq!(fates.values().filter(|(fate, _)| fate == "added").count(), 10_001);
    assert_eq!(fates[&format!("{}ok.txt", deep(50))].0, "added");
    let failed: Vec<_> = fates.values().filter(|(_, classes)| !classes.is_empty()).collect();
    assert_eq!(failed, [&("failed".to_owned(), vec!["host".to_owned()])]);
}

#[test]
fn files_that_change_under_the_reader_cost_at_most_themselves() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let env = TestEnv::with_small_pipeline();
    for number in 0..1_000 {
        env.write(format!("in/{number:04}.txt"), "Un texte qui reste.\n");
    }
    let done = AtomicBool::new(false);
    let output = std::thread::scope(|scope| {
        scope.spawn(|| {
            for round in (0_usize..).take_while(|_| !done.load(Ordering::Relaxed)) {
                let path = env.work().join(format!("in/{:04}.txt", round % 500 * 2));
                // A file may be gone already; that is the point.
                let _ = match round % 4 {
                    0 => std::fs::remove_file(path),
                    1 => std::fs::write(path, "x ".repeat(round % 100_000)),
                    2 => {
                        std::fs::File::options().write(true).open(path).and_then(|it| it.set_len(5))
                    }
                    _ => std::fs::write(path, "Un autre texte.\n"),
                };
            }
        });
        let output = env.run(["ingest", "in", "--output", "json"]);
        done.store(true, Ordering::Relaxed);
        output
    });
    assert!(matches!(output.code, Some(exit::SUCCESS | exit::SOME_FAILED)), "{}", output.stderr);
    let fates = fates(&output);
    for number in (1..1_000).step_by(2) {
        assert_eq!(fates[&format!("in/{number:04}.txt")].0, "added", "{number}");
    }
    // Whatever was read is what was kept: nothing is stored with the digest of other bytes.
    for (name, (fate, classes)) in &fates {
        assert!(fate == "added" || !classes.is_empty(), "{name} is {fate}");
    }
    let _ = env.run(["ingest", "in", "--output", "json"]);
    let _ = env.run(["export"]).expect(exit::SUCCESS);
}

/// Whoever may put files into a folder has no other file taken in by swapping one for a link.
#[cfg(unix)]
#[test]
fn no_file_becomes_a_link_to_a_secret_under_the_reader() {
    use std::sync::atomic::AtomicBool;
    let env = TestEnv::with_small_pipeline();
    for number in 0..1_000 {
        env.write(format!("in/{number:04}.txt"), "Un texte.\n");
    }
    env.write("secret.txt", "Un secret.\n");
    let (secret, done) = (env.work().join("secret.txt"), AtomicBool::new(false));
    let output = std::thread::scope(|scope| {
        scope.spawn(|| {
            let (link, file) = (env.work().join("link"), env.work().join("file"));
            for round in (0_usize..).take_while(|_| !done.load(Ordering::Relaxed)) {
                let path = env.work().join(format!("in/{:04}.txt", round / 2 % 500 * 2));
                let made = match round % 2 {
                    0 => std::os::unix::fs::symlink(&secret, &link).map(|()| &link),
                    _ => std::fs::write(&file, "Un texte.\n").map(|()| &file),
                };
                made.and_then(|made| std::fs::rename(made, path)).expect("it is put in its place");
            }
        });
        let output = env.run(["ingest", "in", "--output", "json"]);
        done.store(true, Ordering::Relaxed);
        output
    });
    assert!(matches!(output.code, Some(exit::SUCCESS | exit::SOME_FAILED)), "{}", output.stderr);
    for (name, text) in texts(&env) {
        assert!(!text.contains("secret"), "{name} is the secret");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn nothing_that_a_document_or_its_name_says_controls_the_terminal() {
    let env = TestEnv::new();
    let pipeline = format!(
        "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\n",
        shipped("extract-text"),
        shipped("extract-html"),
        guest("adversarial/log-control-characters"),
        guest("adversarial/trap-control-characters"),
    );
    env.write("docmill.toml", pipeline);
    env.write(
        format!("in/{HOSTILE_WORDS}\nerror: all is well.txt"),
        format!("{HOSTILE_WORDS} {}\n", "un long texte ".repeat(30)),
    );
    let page = format!(
        "<!doctype html><title>=cmd|' /C calc'!A0{HOSTILE_WORDS}</title>\
         <p>{HOSTILE_WORDS} un texte assez long pour être lu.</p>"
    );
    env.write("in/page.html", page);
    env.write(format!("in/{}", "n".repeat(255)), "Un texte.\n");
    env.write(format!("in/empty{HOSTILE_WORDS}.txt"), "");
    harmless(&env.run(["ingest", "in", "-vvv"]).expect(exit::SOME_FAILED));
    harmless(&env.run(["ingest", "in", "-vvv", "--output", "json"]).expect(exit::SOME_FAILED));
    for arguments in [
        &["list"][..],
        &["stats"],
        &["failures", "list"],
        &["export"],
        &["export", "--raw"],
        &["export", "--format", "csv"],
        &["export", "--format", "markdown"],
        &["export", "--format", "html"],
        &["read", "in"],
        &["read", "in", "--format", "markdown"],
        &["plugin", "list"],
        &["list", "--label", HOSTILE_WORDS],
        &["show", HOSTILE_WORDS],
        &["ingest", HOSTILE_WORDS],
        &["ingest", "in", "--pipeline", HOSTILE_WORDS],
        &["plugin", "inspect", HOSTILE_WORDS],
    ] {
        harmless(&env.run(arguments));
        harmless(&env.run(arguments.iter().chain(&["--output", "json"])));
    }
    let listed = env.run(["list", "--output", "json"]).expect(exit::SUCCESS).events();
    assert_eq!(listed.len(), 3, "{listed:#?}");
    for document in &listed {
        let id = document["id"].as_str().expect("an id");
        harmless(&env.run(["show", id]).expect(exit::SUCCESS));
        harmless(&env.run(["show", id, "--raw", "--output", "json"]).expect(exit::SUCCESS));
    }
    let failures = env.run(["failures", "list", "--output", "json"]).expect(exit::SUCCESS).events();
    // Two steps fail on each of three documents, one file is empty, and one was named that is not
    // there.
    assert_eq!(failures.len(), 8, "{failures:#?}");
    for failure in &failures {
        harmless(&env.run(["failures", "show", failure["id"].as_str().expect("an id")]));
    }
    // For programs nothing is lost: once parsed, the words are there as they were.
    let page = listed.iter().find(|it| it["source"] == "in/page.html").expect("it is listed");
    assert!(page["title"].as_str().expect("a title").starts_with("=cmd|"), "{page}");
    let csv = env.run(["export", "--format", "csv"]).stdout;
    assert!(csv.contains("'=cmd|"), "{csv}");
    let named = listed
        .iter()
        .filter(|it| it["source"].as_str().is_some_and(|it| it.contains(HOSTILE_WORDS)));
    assert_eq!(named.count(), 1);
    assert!(Path::new(&env.work()).join(".docmill").exists());
}

/// The run of issue 3: a thousand good documents, a hundred hostile ones, three hostile plugins in
/// between.
#[cfg(unix)]
#[test]
fn a_hundred_hostile_documents_and_three_hostile_plugins_cost_a_hundred_failures_and_nothing_else()
{
    const GOOD: usize = 1_000;
    let env = TestEnv::new();
    let step = |plugin: &Path, more: &str| format!("[[step]]\nplugin = {plugin:?}\n{more}\n");
    let pipeline = [
        step(&shipped("extract-text"), ""),
        step(&shipped("extract-html"), ""),
        step(&guest("examples/unpack-jsonlines"), ""),
        // One that loops, hoards, crashes and lies where a document asks for it, one that prints
        // and one that logs without end.
        step(
            &guest("adversarial/misbehave-on-request"),
            "limits = { deadline = \"300ms\", memory = \"16 MiB\" }",
        ),
        step(&guest("adversarial/print-flood"), ""),
        step(&guest("adversarial/log-flood"), "limits = { log = \"1 KiB\" }"),
        step(&guest("adversarial/well-behaved"), ""),
    ];
    env.write("docmill.toml", pipeline.concat());
    for number in 0..GOOD {
        let text = format!("Un texte numéro {number}, {}.", "toujours le même".repeat(number % 7));
        match number % 4 {
            0 => env.write(format!("in/{number:04}.html"), format!("<!doctype html><p>{text}</p>")),
            _ => env.write(format!("in/{number:04}.txt"), text + "\n"),
        }
    }
    let path = |name: &str| env.work().join("in").join(name);
    let mut hostile: BTreeMap<String, &str> = BTreeMap::new();
    for number in 0..10 {
        let mut add = |name: String, class, content: &[u8]| {
            env.write(format!("in/{name}"), content);
            hostile.insert(format!("in/{name}"), class);
        };
        for (trigger, class) in
            [("loop", "deadline"), ("hoard", "memory"), ("trap", "trapped"), ("lie", "output")]
        {
            let text = format!("Ceci dit please-{trigger} et rien d’autre, {number}.\n");
            add(format!("{number:03}-{trigger}.txt"), class, text.as_bytes());
        }
        add(format!("{number:03}-empty.html"), "malformed", b"");
        add(format!("{number:03}-\u{1b}[2J\n\u{202e}.txt"), "malformed", b"");
        add(format!("{number:03}-damaged.jsonl"), "malformed", b"{\"text\":\"x\"");
        let large = format!("{number:03}-large.txt");
        let file = std::fs::File::create(path(&large)).expect("it can be made");
        file.set_len(65 << 20).expect("a file may have holes");
        hostile.insert(format!("in/{large}"), "host");
        let pipe = format!("{number:03}-pipe.txt");
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mkfifoat(rustix::fs::CWD, path(&pipe), mode).expect("a pipe can be made");
        hostile.insert(format!("in/{pipe}"), "host");
        let link = format!("{number:03}-link.txt");
        std::os::unix::fs::symlink(&link, path(&link)).expect("it links");
        hostile.insert(format!("in/{link}"), "host");
    }
    assert_eq!(hostile.len(), 100);

    let output = env.run(["ingest", "in"]).expect(exit::SOME_FAILED).says("100 failures");
    harmless(&output);

    // Exactly one failure per case, of the right class.
    let failures = env.run(["failures", "list", "--output", "json"]).expect(exit::SUCCESS).events();
    let found: Vec<(String, String)> = failures
        .iter()
        .map(|it| {
            let name = it["source"]["name"].as_str().or(it["source"].as_str());
            (name.expect("a name").to_owned(), it["class"].as_str().expect("a class").to_owned())
        })
        .collect();
    let expected: Vec<(String, String)> =
        hostile.iter().map(|(name, class)| (name.clone(), (*class).to_owned())).collect();
    assert_eq!(found, expected);

    // Every good document is there with its own text and all four findings, and so are the forty
    // that a step failed on.
    let documents = env.run(["export"]).expect(exit::SUCCESS).events();
    assert_eq!(documents.len(), GOOD + 40);
    let mut good = 0;
    for document in documents {
        let source = document["source"]["name"].as_str().expect("a name");
        let text = document["text"].as_str().expect("a text");
        let values: BTreeMap<&str, &str> = (document["annotations"]
            .as_array()
            .expect("a list")
            .iter())
        .map(|it| (it["step"].as_str().expect("a step"), it["value"].as_str().expect("a value")))
        .collect();
        let length = text.len().to_string();
        let mut expected = BTreeMap::from([
            ("log-flood", "done"),
            ("print-flood", "done"),
            ("well-behaved", length.as_str()),
        ]);
        if !hostile.contains_key(source) {
            let number: usize = source[3..7].parse().expect("a number");
            assert!(text.starts_with(&format!("Un texte numéro {number}, ")), "{source}: {text}");
            expected.insert("misbehave-on-request", "innocent");
            good += 1;
        }
        assert_eq!(values, expected, "{source}");
    }
    assert_eq!(good, GOOD);
}
