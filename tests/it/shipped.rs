//! What travels inside docmill: all of it is there, is what it says, and is read only where it is
//! needed.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use docmill::catalog::{Catalog, CodeCache, Compiler};
use docmill::manifest::Manifest;
use docmill::model::{Digest, Role};
use docmill::pipeline::Pipeline;
use docmill::store::Store;
use docmill_shipped::SHIPPED;
use docmill_tests::{Lab, TestEnv, exit, guest, root, shipped, sources};

/// What the manifest of a plugin says between the quotes after this key.
fn quoted<'a>(manifest: &'a str, key: &str) -> Option<&'a str> {
    let start = format!("{key} = \"");
    manifest.lines().find_map(|line| line.strip_prefix(&start)?.strip_suffix('"'))
}

#[test]
fn a_folder_among_the_plugins_is_all_that_it_takes_and_nothing_about_it_is_missing() {
    let readme = fs::read_to_string(root().join("plugins/README.md")).expect("it can be read");
    let mut marked = BTreeSet::new();
    for entry in fs::read_dir(root().join("plugins")).expect("the plugins are there") {
        let folder = entry.expect("a folder can be listed").path();
        let Ok(manifest) = fs::read_to_string(folder.join("Cargo.toml")) else { continue };
        if !manifest.contains("\n[package.metadata.docmill]\n") {
            continue;
        }
        let name = quoted(&manifest, "name").expect("a package has a name");
        assert_eq!(folder.file_name().expect("it has a name"), name);
        let plugin = Lab::get().catalog().load_shipped(name);
        let plugin = plugin
            .unwrap_or_else(|| panic!("`{name}` is not shipped: run `cargo xtask guests`"))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(plugin.description.name.as_str(), name);
        let row = format!("| [`{name}`]({name}) | {} | ", plugin.role);
        assert!(readme.contains(&row), "no row `{row}…` in plugins/README.md");
        assert!(folder.join("README.md").is_file(), "`{name}` has no README.md");
        let fuzz = quoted(&manifest, "fuzz").unwrap_or_else(|| panic!("nothing fuzzes `{name}`"));
        let target = root().join(format!("tests/fuzz/fuzz_targets/{fuzz}.rs"));
        assert!(target.is_file(), "`{name}` is fuzzed by `{fuzz}`, which is not there");
        marked.insert(name.to_owned());
    }
    let names: BTreeSet<String> = SHIPPED.plugin_names().map(str::to_owned).collect();
    assert_eq!(names, marked);
}

/// The table of formats as the README has it: from the plugins' own manifests, in the order of the
/// pipeline.
fn table_of_formats() -> String {
    let mut table =
        "| Format | Plugin | Library | Taken | Not taken |\n|---|---|---|---|---|\n".to_owned();
    for step in Lab::get().pipeline(SHIPPED.pipeline).steps() {
        if !step.plugin.role.reads_sources() {
            continue;
        }
        let name = step.name.as_str();
        let manifest = fs::read_to_string(root().join(format!("plugins/{name}/Cargo.toml")));
        let manifest: toml::Table =
            manifest.expect("it can be read").parse().expect("cargo has read it");
        let formats = manifest["package"]["metadata"]["docmill"].get("formats");
        let formats = formats.and_then(toml::Value::as_array);
        let formats = formats.unwrap_or_else(|| panic!("`{name}` declares no `formats`"));
        for format in formats {
            let cell = |key: &str| format[key].as_str().expect("a text").replace('|', "\\|");
            let cells = ["format", "library", "takes", "leaves"].map(cell);
            let [format, library, takes, leaves] = cells;
            table.push_str(&format!(
                "| {format} | [`{name}`](plugins/{name}) | {library} | {takes} | {leaves} |\n"
            ));
        }
    }
    table
}

/// `DOCMILL_BLESS=1` writes it.
#[test]
fn the_readme_tells_what_is_read() {
    let path = root().join("README.md");
    let readme = fs::read_to_string(&path).expect("it can be read");
    let (before, rest) = readme.split_once("<!-- formats -->\n").expect("it has a table");
    let (table, after) = rest.split_once("<!-- end of formats -->").expect("the table ends");
    let expected = table_of_formats();
    if std::env::var_os("DOCMILL_BLESS").is_some() {
        let text = format!("{before}<!-- formats -->\n{expected}<!-- end of formats -->{after}");
        fs::write(&path, text).expect("it can be written");
        return;
    }
    assert_eq!(table, expected, "DOCMILL_BLESS=1 writes it");
}

#[test]
fn what_is_shipped_is_what_was_built_and_what_its_manifest_says() {
    let lab = Lab::get();
    // Nothing that was said before is known here.
    let anew = Catalog::new(lab.catalog().sandbox().clone(), Compiler::InProcess, None);
    for step in lab.pipeline(SHIPPED.pipeline).steps() {
        let name = step.name.as_str();
        let packed = SHIPPED.plugin(name).expect("a step of the built-in pipeline is shipped");
        assert!(packed.is_described(), "{name}: run `cargo xtask guests`");
        let bytes = packed.component().expect("it is whole");
        assert_eq!(bytes, fs::read(shipped(name)).expect("it can be read"), "{name}");
        let plugin = anew.load(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        let said = &step.plugin;
        assert_eq!(said.digest, Digest::of(&bytes), "{name}");
        assert_eq!((said.size, said.role), (plugin.size, plugin.role), "{name}");
        assert_eq!((said.contract, &said.imports), (plugin.contract, &plugin.imports), "{name}");
        assert_eq!(said.description, plugin.description, "{name}");
        let declared = anew
            .declare(&plugin, step.limits, step.settings(), step.tables())
            .unwrap_or_else(|stopped| panic!("{name}: {stopped:?}"));
        assert_eq!(step.declaration, declared, "{name}");
    }
}

/// The names of the files in a folder that end like this.
fn files(folder: &Path, end: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.ends_with(end)).collect()
}

#[test]
fn a_start_reads_no_plugin_that_no_document_has_need_of() {
    let env = TestEnv::new();
    env.write("a.txt", "Le Vietnam lance un programme de drones\n\nLe ministère soutient.");
    let cache = env.work().join("cache");
    let run = |arguments: &[&str]| {
        let mut command = env.command(arguments);
        let child = command.env("XDG_CACHE_HOME", &cache).spawn().expect("docmill starts");
        env.finish(child).expect(exit::SUCCESS)
    };
    let compiled = || files(&cache.join("docmill/code"), ".code");
    let _ = run(&["plugin", "list"]);
    assert_eq!(compiled(), BTreeSet::new());
    let _ = run(&["ingest", "a.txt"]);
    let digest = |name: &str| Digest::of(&fs::read(shipped(name)).expect("it can be read"));
    let has = |name: &str| compiled().iter().any(|it| it.starts_with(&digest(name).to_string()));
    assert!(has("extract-text") && has("classify-lexicon"), "{:?}", compiled());
    assert!(!has("extract-html"), "{:?}", compiled());
}

#[test]
fn a_component_enters_the_store_with_its_first_result_or_failure() {
    let lab = Lab::get();
    let misbehaving = guest("adversarial/misbehave-on-request");
    let text = format!("{}\n[[step]]\nplugin = {misbehaving:?}\n", SHIPPED.pipeline);
    let pipeline = lab.pipeline(&text);
    let of = |role| {
        let steps = pipeline.steps().iter().filter(move |step| step.plugin.role == role);
        steps.map(|step| step.plugin.digest).collect::<Vec<_>>()
    };
    let store = lab.ingest(&pipeline, sources([("a.txt", "A text about drones")]), 2).store;
    let kept = |digest: &Digest| store.part(digest).expect("it can be read").is_some();
    let extractors: Vec<bool> = of(Role::Extractor).iter().map(kept).collect();
    let [first, others @ ..] = extractors.as_slice() else { panic!("there is no extractor") };
    assert!(*first && others.iter().all(|kept| !kept), "{extractors:?}");
    assert!(of(Role::Classifier).iter().all(kept));
    assert!(of(Role::Analyzer).iter().all(kept));
    let failing =
        format!("{}\n[[step]]\nplugin = {:?}\n", SHIPPED.pipeline, guest("adversarial/trap"));
    let pipeline = lab.pipeline(&failing);
    let store = lab.ingest(&pipeline, sources([("a.txt", "A text about drones")]), 2).store;
    let trap = Digest::of(&fs::read(guest("adversarial/trap")).expect("it can be read"));
    assert!(store.part(&trap).expect("it can be read").is_some());
}

#[test]
fn what_a_plugin_declared_is_asked_again_only_where_it_was_given_something_else() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let catalog = || {
        let sandbox = Lab::get().catalog().sandbox().clone();
        let cache = CodeCache::open(folder.path()).expect("the folder is ours");
        Catalog::new(sandbox, Compiler::InProcess, Some(cache)).with_shipped(&SHIPPED)
    };
    let labels = |tables: &str| {
        let text = format!(
            "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\ntables = {{ taxonomy = {tables:?} }}\n",
            shipped("extract-text"),
            shipped("classify-lexicon"),
        );
        let manifest = Manifest::parse(&root().join("docmill.toml"), &text).expect("it is one");
        let pipeline = Pipeline::assemble(&manifest, &catalog()).expect("it is accepted");
        let found = pipeline.steps().iter().find(|step| step.plugin.role == Role::Classifier);
        format!("{:?}", found.expect("it has a classifier").declaration)
    };
    let first = labels("vn-1131-2025");
    let declared = files(folder.path(), ".declared");
    assert_eq!(declared.len(), 2, "{declared:?}");
    for code in files(folder.path(), ".code") {
        fs::remove_file(folder.path().join(code)).expect("it can be removed");
    }
    // Without its code it can only have been looked up.
    assert_eq!(labels("vn-1131-2025"), first);
    assert_eq!(files(folder.path(), ".code"), BTreeSet::new());
    // Another table: the plugin is asked, and answers otherwise.
    assert_ne!(labels("eu-critical-technologies"), first);
    assert_eq!(files(folder.path(), ".declared").len(), 3);
    assert_eq!(files(folder.path(), ".code").len(), 1);
}
