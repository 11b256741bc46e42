//! An update does what its plan says, no more and no less.

use std::sync::Arc;

use docmill::model::{
    Cost, Failure, FailureClass, FailureId, Findings, PluginName, RunId, SourceName, SourceState,
    StoredDocument, StoredSource,
};
use docmill::pipeline::{
    Contradiction, Pipeline, Plan, Reason, Rechecked, RunOptions, Stored, recheck,
};
use docmill::store::{Commit, MemoryStore, Store};
use docmill_tests::{Lab, TestEnv, Told, exit, guest, shipped, sources};

/// A pipeline that reads text, CSV and JSON Lines, and then runs these steps: the rest of a
/// `[[step]]` each.
pub(crate) fn pipeline(steps: &[&str]) -> Pipeline {
    let readers = [
        guest("examples/unpack-jsonlines"),
        guest("examples/extract-csv"),
        shipped("extract-text"),
    ];
    let readers = readers.map(|plugin| format!("[[step]]\nplugin = {plugin:?}\n")).concat();
    let steps: String = steps.iter().map(|step| format!("[[step]]\n{step}\n")).collect();
    Lab::get().pipeline(&format!("{readers}{steps}"))
}

pub(crate) fn plugin(name: &str) -> String {
    format!("plugin = {:?}", guest(name))
}

/// Finds words in capitals of at least this length, under the name of which `read-findings` reads.
pub(crate) fn shouting(min_length: usize) -> String {
    let plugin = plugin("examples/analyze-shouting");
    format!("{plugin}\nname = \"well-behaved\"\nsettings = {{ min-length = {min_length} }}")
}

pub(crate) fn ingest(
    store: &dyn Store,
    pipeline: &Pipeline,
    offered: &[(&str, &str)],
) -> Vec<Told> {
    let offered = sources(offered.iter().copied());
    let options = RunOptions { jobs: 1, ..RunOptions::default() };
    let done = Lab::get().ingest_into(store, pipeline, offered, &options);
    done.unwrap_or_else(|error| panic!("{error}")).1
}

/// Runs an update, and checks that it computes what the plan says.
fn update(store: &Arc<MemoryStore>, pipeline: &Pipeline) -> Vec<(String, usize)> {
    let plan = Plan::make(&**store, pipeline).expect("it can be read");
    let certain: u64 = plan.due.iter().map(|due| due.certain).sum();
    let possible: u64 = plan.due.iter().map(|due| due.possible).sum();
    let origin = Stored::of(Arc::clone(store) as _, plan.stale);
    let options = RunOptions { jobs: 1, ..RunOptions::default() };
    let done = Lab::get().ingest_into(&**store, pipeline, origin, &options);
    let told = done.unwrap_or_else(|error| panic!("{error}")).1;
    let computed: usize = told.iter().map(|told| told.computed).sum();
    assert!(
        (certain..=certain + possible).contains(&(computed as u64)),
        "{computed} results computed, and {certain} to {} planned",
        certain + possible
    );
    told.into_iter().map(|told| (told.name, told.computed)).collect()
}

/// What is due: the step, on how many documents certainly and possibly, and why.
fn due(store: &dyn Store, pipeline: &Pipeline) -> Vec<(String, u64, u64, Reason)> {
    let plan = Plan::make(store, pipeline).expect("the store can be read");
    plan.due
        .into_iter()
        .map(|it| (it.step.to_string(), it.certain, it.possible, it.reason))
        .collect()
}

/// Everything in a store that a run from scratch would find as well: not which version something
/// is, nor which run made it.
pub(crate) fn state(store: &dyn Store) -> String {
    let mut lines = Vec::new();
    for source in store.sources() {
        let mut source = source.expect("the store can be read");
        if source.retired {
            continue;
        }
        (source.run, source.version) = (RunId(0), 0);
        lines.push(format!("{source:#?}"));
    }
    for failure in store.failures() {
        let mut failure = failure.expect("the store can be read");
        failure.run = RunId(0);
        failure.cost = failure.cost.map(|_| Cost::default());
        lines.push(format!("{failure:#?}"));
    }
    for document in store.documents() {
        let mut document = document.expect("the store can be read");
        let failures = store.failures_of(&document.source).expect("the store can be read");
        for mut finding in store.findings(document.id, document.version).expect("it can be read") {
            // Of a step that fails, the last good finding stays, which a run from scratch cannot
            // know.
            if failures.iter().any(|it| it.step.as_ref() == Some(&finding.step)) {
                continue;
            }
            finding.provenance.run = RunId(0);
            finding.provenance.cost = Cost::default();
            lines.push(format!("{} {finding:#?}", document.id));
        }
        (document.run, document.version, document.provenance.run) = (RunId(0), 0, RunId(0));
        document.provenance.cost = Cost::default();
        lines.push(format!("{document:#?}"));
    }
    lines.join("\n")
}

pub(crate) fn from_scratch(pipeline: &Pipeline, offered: &[(&str, &str)]) -> String {
    let store = MemoryStore::new();
    ingest(&store, pipeline, offered);
    state(&store)
}

const THREE: [(&str, &str); 3] =
    [("a.txt", "Un DRONE vole.\n"), ("b.txt", "Une PUCE.\n"), ("c.csv", "UN,deux\n")];

#[test]
fn a_new_step_is_run_on_everything_and_nothing_else_is() {
    let store = Arc::new(MemoryStore::new());
    ingest(&*store, &pipeline(&[]), &THREE);
    let next = pipeline(&[&plugin("adversarial/well-behaved")]);
    assert_eq!(due(&*store, &next), [("well-behaved".to_owned(), 3, 0, Reason::NewStep)]);
    let computed = update(&store, &next);
    assert_eq!(computed.iter().map(|(_, computed)| computed).collect::<Vec<_>>(), [&1, &1, &1]);
    let plan = Plan::make(&*store, &next).expect("the store can be read");
    assert!(plan.is_empty() && plan.stale.is_empty(), "{plan:?}");
}

#[test]
fn a_step_that_reads_findings_is_run_only_where_they_change() {
    let store = Arc::new(MemoryStore::new());
    let reader = plugin("adversarial/read-findings");
    ingest(&*store, &pipeline(&[&shouting(4), &reader]), &THREE);
    // Of all documents, only the third has a word that is short enough to make a difference.
    let next = pipeline(&[&shouting(2), &reader]);
    let settings = vec!["min-length".to_owned()];
    let changed = Reason::Configuration { settings, tables: Vec::new(), languages: false };
    let [(_, 3, 0, first), (second, 0, 3, Reason::Findings(of))] = &due(&*store, &next)[..] else {
        panic!("{:?}", due(&*store, &next));
    };
    assert_eq!(
        (first, second.as_str(), of[0].as_str()),
        (&changed, "read-findings", "well-behaved")
    );
    let computed: Vec<usize> = update(&store, &next).into_iter().map(|(_, it)| it).collect();
    assert_eq!(computed, [1, 1, 2]);
}

#[test]
fn a_changed_table_is_named() {
    let store = Arc::new(MemoryStore::new());
    let env = TestEnv::new();
    let lexicon = |table: &str| {
        env.write("words.tsv", table);
        format!(
            "plugin = {:?}\ntables = {{ taxonomy = {:?} }}",
            shipped("classify-lexicon"),
            env.work().join("words.tsv")
        )
    };
    let shipped_table = docmill_shipped::SHIPPED.table("vn-1131-2025").expect("it is shipped");
    ingest(&*store, &pipeline(&[&lexicon(shipped_table)]), &THREE);
    // The last row may be followed by comments, which change nothing.
    let last = shipped_table.lines().rfind(|line| !line.starts_with('#')).expect("it has rows");
    let fewer = shipped_table.replace(&format!("{last}\n"), "");
    let found = due(&*store, &pipeline(&[&lexicon(&fewer)]));
    let tables = vec!["taxonomy".to_owned()];
    let reason = Reason::Configuration { settings: Vec::new(), tables, languages: false };
    assert_eq!(found, [("classify-lexicon".to_owned(), 3, 0, reason)]);
}

#[test]
fn another_component_and_an_earlier_failure_are_told_apart() {
    let store = Arc::new(MemoryStore::new());
    let named = |name: &str| format!("{}\nname = \"column\"", plugin(name));
    let first = pipeline(&[&named("adversarial/misbehave-on-request")]);
    ingest(&*store, &first, &[("a.txt", "Un drone."), ("b.txt", "please-trap")]);
    let failed = ("column".to_owned(), 1, 0, Reason::Failed(FailureClass::Trapped));
    assert_eq!(due(&*store, &first), std::slice::from_ref(&failed));
    let next = pipeline(&[&named("adversarial/well-behaved")]);
    let (before, now) = ("misbehave-on-request 0.1.0".to_owned(), "well-behaved 0.1.0".to_owned());
    let replaced = ("column".to_owned(), 1, 0, Reason::NewComponent { before, now });
    assert_eq!(due(&*store, &next), [replaced, failed]);
    update(&store, &next);
    assert_eq!(due(&*store, &next), []);
}

#[test]
fn what_a_step_found_goes_with_it() {
    let store = Arc::new(MemoryStore::new());
    let (one, two) = (plugin("adversarial/well-behaved"), plugin("examples/analyze-shouting"));
    ingest(&*store, &pipeline(&[&one, &two]), &THREE);
    let next = pipeline(&[&two]);
    let plan = Plan::make(&*store, &next).expect("the store can be read");
    assert_eq!((plan.due.len(), plan.retired.values().sum::<u64>()), (0, 3));
    assert!(update(&store, &next).iter().all(|(_, computed)| *computed == 0));
    assert_eq!(state(&*store), from_scratch(&next, &THREE));
}

#[test]
fn members_are_brought_up_to_date_without_opening_their_container() {
    let store = Arc::new(MemoryStore::new());
    let lines = "{\"text\":\"Un.\"}\n{\"text\":\"Deux.\"}\n";
    ingest(&*store, &pipeline(&[]), &[("a.jsonl", lines)]);
    let next = pipeline(&[&plugin("adversarial/well-behaved")]);
    let computed = update(&store, &next);
    let expected = [("a.jsonl", 0), ("a.jsonl!/line 1", 1), ("a.jsonl!/line 2", 1)];
    assert_eq!(computed, expected.map(|(name, computed)| (name.to_owned(), computed)));
}

#[test]
fn the_binary_plans_and_updates_without_the_files() {
    let env = TestEnv::new();
    let step = |plugin: std::path::PathBuf| format!("[[step]]\nplugin = {plugin:?}\n");
    env.write("docmill.toml", step(shipped("extract-text")));
    env.write("in/a.txt", "Un texte.\n");
    env.write("in/b.txt", "Un autre texte.\n");
    let _ = env.run(["ingest", "in"]).expect(exit::SUCCESS);
    let _ = env.run(["plan"]).expect(exit::SUCCESS).says("nothing to do: 2 sources up to date");
    std::fs::remove_dir_all(env.work().join("in")).expect("it can be removed");
    let both = [shipped("extract-text"), guest("adversarial/well-behaved")].map(step).concat();
    env.write("docmill.toml", both);
    let planned = env.run(["plan"]).expect(exit::SUCCESS).says("2 of 2 sources to update");
    assert!(planned.stdout.contains("well-behaved  2 documents  new plugin"), "{}", planned.stdout);
    let planned = env.run(["plan", "--output", "json"]).expect(exit::SUCCESS).events();
    assert_eq!(planned[0]["steps"][0]["certain"], 2);
    let _ = env.run(["update"]).expect(exit::SUCCESS).says("2 documents updated");
    let _ = env.run(["update"]).expect(exit::SUCCESS).says("nothing to do: 2 sources up to date");
    let _ = env
        .run(["verify", "--sample", "100%"])
        .expect(exit::SUCCESS)
        .says("4 results computed again and the same");
}

#[test]
fn a_plugin_is_added_replaced_disabled_and_brought_back_and_comments_stay() {
    let env = TestEnv::new();
    env.write(
        "docmill.toml",
        "# Ours.\n\n# Reads.\n[[step]]\nplugin = \"extract-text\" # shipped\n",
    );
    env.write("in/a.txt", "Un TEXTE.\n");
    let copy = |name: &str, to: &str| {
        env.write(to, std::fs::read(guest(name)).expect("the guest was built"));
    };
    let file = || std::fs::read_to_string(env.work().join("docmill.toml")).expect("it is there");
    let lock = || std::fs::read_to_string(env.work().join("docmill.lock")).expect("it is there");
    copy("adversarial/well-behaved", "mine/one.wasm");
    copy("examples/analyze-shouting", "mine/two.wasm");
    let _ = env.run(["ingest", "in"]).expect(exit::SUCCESS);
    let _ = env.run(["plugin", "add", "mine"]).expect(exit::SUCCESS).says("step `well-behaved`");
    assert!(
        file().starts_with("# Ours.\n\n# Reads.\n[[step]]\nplugin = \"extract-text\" # shipped\n")
    );
    assert!(file().contains("plugin = \"mine/two.wasm\""), "{}", file());
    let first = lock();
    let _ = env.run(["update"]).expect(exit::SUCCESS).says("1 document updated");

    // Another component under the same name is not run until it is added.
    copy("adversarial/misbehave-on-request", "mine/one.wasm");
    let _ =
        env.run(["plugin", "add", "mine/one.wasm", "--name", "well-behaved"]).expect(exit::SUCCESS);
    copy("examples/analyze-nothing", "mine/one.wasm");
    let refused = env.run(["update"]).expect(exit::REJECTED);
    assert!(
        refused.stderr.contains("is not the one that `docmill.lock` pins"),
        "{}",
        refused.stderr
    );
    copy("adversarial/misbehave-on-request", "mine/one.wasm");
    let _ = env.run(["plan"]).expect(exit::SUCCESS);

    // The first version is in the store.
    let digest = first.split("[step.well-behaved]").nth(1).and_then(|it| it.split('"').nth(3));
    let _ = env
        .run(["plugin", "add", digest.expect("it is pinned"), "--name", "well-behaved"])
        .expect(exit::SUCCESS)
        .says("replaced");
    let _ = env.run(["plan"]).expect(exit::SUCCESS).says("nothing to do");

    let _ = env.run(["plugin", "disable", "well-behaved"]).expect(exit::SUCCESS);
    assert!(file().contains("enabled = false"));
    let planned = env.run(["plan"]).expect(exit::SUCCESS);
    assert!(planned.stdout.contains("its findings go"), "{}", planned.stdout);
    let _ = env.run(["plugin", "enable", "well-behaved"]).expect(exit::SUCCESS);
    let _ = env.run(["plan"]).expect(exit::SUCCESS).says("nothing to do");
    let _ = env.run(["plugin", "remove", "analyze-shouting"]).expect(exit::SUCCESS);
    assert!(!file().contains("two.wasm") && !lock().contains("shouting"), "{}", file());
    let _ =
        env.run(["plugin", "remove", "extract-text"]).expect(exit::REJECTED).says("no extractor");
    assert!(file().contains("extract-text"));
}

#[test]
fn a_result_that_its_plugin_does_not_make_is_found_and_the_plugin_named() {
    let store = MemoryStore::new();
    let pipeline =
        pipeline(&[&plugin("adversarial/well-behaved"), &plugin("adversarial/read-findings")]);
    ingest(&store, &pipeline, &THREE);
    let all = |store: &MemoryStore| {
        let (mut told, mut passed) = (Vec::new(), 0);
        let mut found = |document: &StoredDocument, step: &PluginName, how| {
            told.push((document.source.to_string(), step.to_string(), how));
        };
        let counted = recheck(store, &pipeline, &|_| true, &mut found, &mut |_| passed += 1);
        assert_eq!(passed, 3);
        (counted.expect("the store can be read"), told)
    };
    assert_eq!(all(&store), (Rechecked { same: 9, contradicted: 0, skipped: 0 }, vec![]));

    let source = store.sources().nth(1).expect("there are three").expect("it can be read");
    let id = source.documents[0];
    let mut finding = store.findings(id, source.version).expect("it can be read").remove(0);
    assert_eq!(finding.step.as_str(), "read-findings");
    let Findings::Annotations(annotations) = &mut finding.findings else { panic!("{finding:?}") };
    annotations[0].value = Some("something else".to_owned());
    let tampered = Commit {
        findings: vec![(id, source.version, finding)],
        source,
        original: None,
        documents: Vec::new(),
        retired: Vec::new(),
        failures: Vec::new(),
        walked: false,
    };
    store.commit(&[tampered]).expect("it can be written");
    let told = ("b.txt".to_owned(), "read-findings".to_owned(), Contradiction::Altered);
    assert_eq!(all(&store), (Rechecked { same: 8, contradicted: 1, skipped: 0 }, vec![told]));
}

/// The lock is closed-world, and says so before anything that it does not name is compiled.
#[test]
fn with_a_lock_nothing_else_runs() {
    let env = TestEnv::new();
    let pipeline = |steps: &[(&str, Option<&str>)]| {
        let mut text = "[[step]]\nplugin = \"extract-text\"\n".to_owned();
        for (file, name) in steps {
            text += &format!("\n[[step]]\nplugin = \"mine/{file}.wasm\"\n");
            text += &name.map_or(String::new(), |name| format!("name = \"{name}\"\n"));
        }
        env.write("docmill.toml", text);
    };
    let copy = |name: &str, to: &str| {
        let component = std::fs::read(guest(name)).expect("the guest was built");
        env.write(format!("mine/{to}.wasm"), component);
    };
    copy("adversarial/well-behaved", "one");
    copy("examples/analyze-shouting", "two");
    env.write("in/a.txt", "Un TEXTE.\n");
    // Without a lock, what the pipeline names is what one wants.
    pipeline(&[("one", None)]);
    let _ = env.run(["ingest", "in"]).expect(exit::SUCCESS);
    let _ = env.run(["ingest", "in", "--update-lock"]).expect(exit::SUCCESS).says("`well-behaved`");
    let _ = env.run(["ingest", "in"]).expect(exit::SUCCESS);
    let locked = std::fs::read(env.work().join("docmill.lock")).expect("it is there");

    let refused = |words: &str| {
        for command in [
            ["plan"].as_slice(),
            &["update"],
            &["ingest", "in"],
            &["read", "in"],
            &["plugin", "list"],
            &["verify", "--sample", "100%"],
            &["failures", "retry"],
            &["compare", "well-behaved", "well-behaved"],
        ] {
            let _ = env.run(command).expect(exit::REJECTED).says(words).says("`--update-lock`");
        }
    };
    // Added by hand.
    pipeline(&[("one", None), ("two", None)]);
    refused("`docmill.lock` pins no plugin like `mine/two.wasm`");
    // Nothing of it is even looked at: what is no component is refused as what is not pinned.
    env.write("mine/two.wasm", "no component");
    refused("`docmill.lock` pins no plugin like `mine/two.wasm`");
    pipeline(&[("one", None), ("two", Some("well-known"))]);
    refused("`docmill.lock` pins no plugin for step `well-known`");
    // A component that is pinned for one step does not run as another.
    pipeline(&[("one", Some("renamed"))]);
    refused("`docmill.lock` pins no plugin for step `renamed`");
    let _ = env.run(["plugin", "add", "extract-html"]).expect(exit::REJECTED);
    assert_eq!(std::fs::read(env.work().join("docmill.lock")).expect("it is there"), locked);

    copy("examples/analyze-shouting", "two");
    pipeline(&[("one", None), ("two", None)]);
    let _ = (env.run(["update", "--update-lock"]).expect(exit::SUCCESS))
        .says("`analyze-shouting` is pinned to analyze-shouting");
    let _ = env.run(["plan"]).expect(exit::SUCCESS).says("nothing to do");
    // Whoever names a component wants it to run, this once.
    let other = guest("examples/analyze-nothing");
    let other = other.to_str().expect("its path is UTF-8");
    let _ =
        env.run(["compare", "well-behaved", other, "--step", "well-behaved"]).expect(exit::SUCCESS);
    copy("examples/analyze-nothing", "two");
    let _ = env.run(["plan"]).expect(exit::REJECTED);
    // The built-in pipeline comes with docmill.
    std::fs::remove_file(env.work().join("docmill.toml")).expect("it is there");
    env.write("<built-in pipeline>.lock", "version = 1\n");
    let _ = env.run(["plan"]).expect(exit::SUCCESS);
    let _ = env.run(["plan", "--update-lock"]).expect(exit::USAGE);
}

#[test]
fn what_docmill_itself_could_not_do_is_due_though_no_step_is() {
    let pipeline = pipeline(&[&plugin("adversarial/well-behaved")]);
    let store = Lab::get().ingest(&pipeline, sources([("a.txt", "Il pleut.\n")]), 1).store;
    let name = SourceName::new("a.txt").expect("a name");
    let source = store.source(&name).expect("it can be read").expect("it is there");
    let stale_after = |class: FailureClass| {
        let failure = Failure {
            id: FailureId::of(&name, None, None),
            source: name.clone(),
            original: Some(source.info.digest),
            document: None,
            step: None,
            component: None,
            attempt: None,
            cost: None,
            class,
            causes: vec!["the disk was full".to_owned()],
            hint: None,
            backtrace: Vec::new(),
            log: Vec::new(),
            run: source.run,
        };
        let failed = StoredSource { state: SourceState::Failed, ..source.clone() };
        let commit = Commit {
            source: failed,
            original: None,
            documents: Vec::new(),
            findings: Vec::new(),
            retired: Vec::new(),
            failures: vec![failure],
            walked: false,
        };
        store.commit(&[commit]).expect("it can be written");
        Plan::stale(&store, &pipeline)
            .expect("it can be read")
            .stale
            .into_iter()
            .collect::<Vec<_>>()
    };
    assert_eq!(stale_after(FailureClass::Host), std::slice::from_ref(&name));
    assert!(stale_after(FailureClass::Internal).is_empty(), "everything was found");
}
