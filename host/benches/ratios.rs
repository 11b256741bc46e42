//! What the sandbox costs: each plugin against the same code run natively, in one run, in turn.
//!
//! A harness of its own rather than criterion: what matters are ratios of two things measured
//! alternately, and peak memory of whole runs, and criterion measures one thing after the other.
//! `cargo xtask bench` builds the guests and runs it; words after `--` choose among `nothing`,
//! `html`, `lexicon`, `start`, `ingest` and `update`; `html=FOLDER` takes the pages of a folder,
//! seen from that of the workspace.
#![expect(clippy::print_stdout, reason = "a benchmark talks to the person who runs it")]

use std::error::Error;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use docmill::capabilities::{PriorFindings, SourceBytes, Table};
use docmill::catalog::{Catalog, Compiler};
use docmill::ingest::{Content, Offer, Origin, Unreadable};
use docmill::manifest::Manifest;
use docmill::model::{Document, LanguageTag, MediaType, SourceName};
use docmill::pipeline::{Event, Pipeline, Reporter, RunOptions, run};
use docmill::sandbox::{Sandbox, SandboxOptions};
use docmill::store::{SledOptions, SledStore, Store};
use docmill_shipped::SHIPPED;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// How many times each side of a comparison is measured; the medians count.
const ROUNDS: usize = 15;

fn main() -> Outcome<()> {
    let words: Vec<String> =
        std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    if let [ingest, folder, jobs] = words.as_slice()
        && ingest == "ingest-child"
    {
        return ingest_child(Path::new(folder), jobs.parse()?);
    }
    let wanted = |name: &str| words.is_empty() || words.iter().any(|word| word == name);
    if wanted("nothing") {
        nothing()?;
    }
    if wanted("html") {
        html()?;
    }
    for folder in words.iter().filter_map(|word| word.strip_prefix("html=")) {
        html_in(&root().join(folder))?;
    }
    if wanted("lexicon") {
        lexicon()?;
    }
    if wanted("start") {
        start()?;
    }
    if wanted("ingest") {
        ingest()?;
    }
    if wanted("update") {
        update()?;
    }
    Ok(())
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new("."))
}

fn pipeline(text: &str, jobs: usize) -> Outcome<(Sandbox, Pipeline)> {
    let sandbox = Sandbox::new(&SandboxOptions { concurrency: jobs, ..SandboxOptions::default() })?;
    let catalog = Catalog::new(sandbox.clone(), Compiler::InProcess, None);
    let catalog = catalog.with_shipped(&SHIPPED);
    let manifest = Manifest::parse(&root().join("docmill.toml"), text)?;
    Ok((sandbox, Pipeline::assemble(&manifest, &catalog)?))
}

/// Measures two things in turn; prints and returns the median of each, in microseconds per call,
/// and prints the ratio of the medians. Each of them makes `calls` calls.
fn compare(
    what: &str,
    calls: u32,
    mut native: impl FnMut(),
    mut sandboxed: impl FnMut(),
) -> (f64, f64) {
    let time = |act: &mut dyn FnMut()| {
        let begun = Instant::now();
        act();
        begun.elapsed()
    };
    // Once each to warm caches and pools.
    time(&mut native);
    time(&mut sandboxed);
    let (mut natives, mut sandboxes): (Vec<Duration>, Vec<Duration>) =
        (0..ROUNDS).map(|_| (time(&mut native), time(&mut sandboxed))).unzip();
    natives.sort();
    sandboxes.sort();
    let per_call = |round: Duration| round.as_secs_f64() * 1e6 / f64::from(calls);
    let (native, sandboxed) = (per_call(natives[ROUNDS / 2]), per_call(sandboxes[ROUNDS / 2]));
    println!("| {what} | {native:.1} | {sandboxed:.1} | {:.2} |", native / sandboxed);
    (native, sandboxed)
}

const HEADER: &str = "| what | native, µs | fresh instance, µs | of native |\n|---|---|---|---|";

/// What every call costs: a fresh instance with its deadline, an empty answer, and the way there
/// and back.
fn nothing() -> Outcome<()> {
    const CALLS: u32 = 5_000;
    let text = "[[step]]\nplugin = 'extract-text'\n[[step]]\nplugin = 'target/guests/examples/analyze-nothing.wasm'";
    let (sandbox, pipeline) = pipeline(text, 1)?;
    let step = pipeline.steps().last().ok_or("no steps")?;
    let prior = PriorFindings::default();
    let documents = [
        ("empty", Document::default()),
        ("4 KiB", Document { text: "article ".repeat(512), ..Document::default() }),
    ];
    println!("\n| no-op plugin, fresh instance, deadline on | µs per document |\n|---|---|");
    for (what, document) in &documents {
        let mut rounds: Vec<Duration> = Vec::new();
        for _ in 0..ROUNDS {
            let begun = Instant::now();
            for _ in 0..CALLS {
                black_box(step.find(&sandbox, document, &prior))
                    .map_err(|stopped| stopped.causes().join(": "))?;
            }
            rounds.push(begun.elapsed() / CALLS);
        }
        rounds.sort();
        println!("| {what} document | {:.1} |", rounds[ROUNDS / 2].as_secs_f64() * 1e6);
    }
    Ok(())
}

/// Pages: the fixtures of the plugin, and a made-up one of the size of a real news page.
fn html() -> Outcome<()> {
    let mut pages = pages_in(&root().join("plugins/extract-html/tests/fixtures"))?;
    let news = news_page();
    pages.push((format!("made-up news page of {} KB", news.len() / 1000), news.into_bytes()));
    compare_pages(&pages)?;
    Ok(())
}

/// The pages of a folder, and all of them together.
fn html_in(folder: &Path) -> Outcome<()> {
    let pages = pages_in(folder)?;
    let mut times = compare_pages(&pages)?;
    let (native, sandboxed) =
        times.iter().fold((0.0, 0.0), |sum, time| (sum.0 + time.0, sum.1 + time.1));
    times.sort_by(|one, other| (one.0 / one.1).total_cmp(&(other.0 / other.1)));
    let (low, high) = times.get(times.len() / 2).ok_or("no pages")?;
    let bytes: usize = pages.iter().map(|(_, bytes)| bytes.len()).sum();
    let (count, size) = (pages.len(), bytes / 1000 / pages.len());
    println!(
        "| all {count} pages, {size} KB each | {native:.0} | {sandboxed:.0} | {:.2}, median {:.2} |",
        native / sandboxed,
        low / high
    );
    Ok(())
}

/// The names and contents of the pages in a folder.
fn pages_in(folder: &Path) -> Outcome<Vec<(String, Vec<u8>)>> {
    let mut pages = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|it| it == "html") {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            pages.push((name, std::fs::read(path)?));
        }
    }
    pages.sort();
    Ok(pages)
}

fn compare_pages(pages: &[(String, Vec<u8>)]) -> Outcome<Vec<(f64, f64)>> {
    let (sandbox, pipeline) = pipeline("[[step]]\nplugin = 'target/plugins/extract-html.wasm'", 1)?;
    let step = pipeline.steps().first().ok_or("no steps")?;
    println!("\n{HEADER}");
    let compare_page = |(name, bytes): &(String, Vec<u8>)| {
        // Rounds of some milliseconds: in shorter ones it would count that each side finds the
        // caches full of the other.
        let calls = u32::try_from(1 + 10_000_000 / bytes.len().max(10_000))?;
        let source = SourceBytes::new(MediaType::new("text/html")?, Arc::from(bytes.as_slice()));
        let native = || {
            let extract = extract_html::extract;
            drop(black_box(extract(black_box(bytes), extract_html::Syntax::Html)));
        };
        let sandboxed = || drop(black_box(step.extract(&sandbox, source.clone())));
        Ok(compare(
            &format!("`extract-html`, {name}"),
            calls,
            || (0..calls).for_each(|_| native()),
            || (0..calls).for_each(|_| sandboxed()),
        ))
    };
    pages.iter().map(compare_page).collect()
}

/// A page as content management systems make them: a head full of metadata, menus, an article,
/// boxes of links, scripts.
fn news_page() -> String {
    let mut page = String::from(
        "<!DOCTYPE html><html lang=\"fr\"><head><meta charset=\"utf-8\"><title>Un article</title>",
    );
    for number in 0..40 {
        page.push_str(&format!("<link rel=\"preload\" href=\"/assets/{number}.css\" as=\"style\"><meta property=\"x:{number}\" content=\"valeur {number}\">"));
    }
    page.push_str("<script>");
    page.push_str(
        &"var a=function(b,c){return b<c?b:c};window.dataLayer.push({event:'x',n:12});".repeat(400),
    );
    page.push_str("</script></head><body><nav><ul>");
    for number in 0..200 {
        page.push_str(&format!("<li class=\"menu-item level-{}\"><a href=\"/rubrique/{number}.html\" title=\"Rubrique {number}\">Rubrique numéro {number}</a></li>", number % 3));
    }
    page.push_str("</ul></nav><main><article><h1>Le Vietnam développe ses technologies</h1>");
    for number in 0..60 {
        page.push_str(&format!(
            "<p class=\"body-text\">Paragraphe {number}&nbsp;: le ministère des Sciences et des Technologies a présenté <strong>un programme</strong> \
             de recherche sur les semi-conducteurs, l’intelligence artificielle et <a href=\"/sujet/{number}\">les drones</a>, selon \
             un communiqué publié à Hanoï. Les entreprises et les universités y participeront dès l’année prochaine.</p>"
        ));
    }
    page.push_str("</article><aside>");
    for number in 0..350 {
        page.push_str(&format!("<div class=\"teaser\"><div class=\"thumb\"><img src=\"/i/{number}.jpg\" alt=\"Photo {number}\"></div><h3><a href=\"/article/{number}.html\">Un autre titre, le numéro {number}</a></h3><span class=\"date\">12/06/2025</span></div>"));
    }
    page.push_str("</aside></main><footer><p>Tous droits réservés</p></footer></body></html>");
    page
}

/// The five seed articles.
fn lexicon() -> Outcome<()> {
    let text = "[[step]]\nplugin = 'extract-text'\n[[step]]\nplugin = 'target/plugins/classify-lexicon.wasm'\ntables = { taxonomy = 'vn-1131-2025' }";
    let (sandbox, pipeline) = pipeline(text, 1)?;
    let step = pipeline.steps().last().ok_or("no steps")?;
    let table = Table::from_tsv(SHIPPED.table("vn-1131-2025").ok_or("no table")?)?;
    let lexicon = HostTable(table);
    let (options, prior) = (classify_lexicon::Options::default(), PriorFindings::default());
    println!("\n{HEADER}");
    for (name, text) in seeds()? {
        let document = Document {
            text: text.clone(),
            language: Some(LanguageTag::new("fr")?),
            ..Document::default()
        };
        let guest = docmill_plugin::Document {
            language: Some("fr".to_owned()),
            ..docmill_plugin::Document::new(text)
        };
        compare(
            &format!("`classify-lexicon`, seed {name}"),
            50,
            || {
                (0..50).for_each(|_| {
                    drop(black_box(classify_lexicon::classify(
                        black_box(&guest),
                        &lexicon,
                        &options,
                    )))
                })
            },
            || (0..50).for_each(|_| drop(black_box(step.find(&sandbox, &document, &prior)))),
        );
    }
    Ok(())
}

/// The host's own search and rows on both sides: only what runs in the sandbox differs.
struct HostTable(Table);

impl classify_lexicon::model::Lexicon for HostTable {
    fn find(&self, text: &str) -> Vec<docmill_plugin::Occurrence> {
        let occurrence = |it: docmill::capabilities::Occurrence<'_>| docmill_plugin::Occurrence {
            span: docmill_plugin::Span { start: it.span.start, end: it.span.end },
            value: it.value.to_owned(),
        };
        self.0.find(text).unwrap_or_default().into_iter().map(occurrence).collect()
    }

    fn get_many(&self, keys: &[String]) -> Vec<Option<String>> {
        keys.iter().map(|key| self.0.get(key).map(str::to_owned)).collect()
    }
}

fn seeds() -> Outcome<Vec<(String, String)>> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(root().join("seeds/documents"))?
        .map(|entry| entry.map(|it| it.path()))
        .collect::<Result<_, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|it| it == "txt"));
    paths.sort();
    let seed = |path: &PathBuf| -> Outcome<(String, String)> {
        let name = path.file_stem().unwrap_or_default().to_string_lossy()[..3].to_owned();
        Ok((name, std::fs::read_to_string(path)?))
    };
    paths.iter().map(seed).collect()
}

/// How many made-up articles are ingested.
const ARTICLES: u64 = 10_000;

/// The whole built-in pipeline and the store on disk, with 1 and 2 jobs, each in a process of its
/// own to see its peak memory.
fn ingest() -> Outcome<()> {
    println!(
        "\n| `ingest` of {ARTICLES} made-up articles | documents per second | MiB resident after 1,000 | after {ARTICLES} | peak |\n|---|---|---|---|---|"
    );
    for jobs in ["1", "2"] {
        let folder = tempfile::tempdir()?;
        let output = std::process::Command::new(std::env::current_exe()?)
            .args(["ingest-child".as_ref(), folder.path().as_os_str(), jobs.as_ref()])
            .output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        print!(
            "| {jobs} job{} | {}",
            if jobs == "1" { "" } else { "s" },
            String::from_utf8_lossy(&output.stdout)
        );
    }
    Ok(())
}

fn ingest_child(folder: &Path, jobs: usize) -> Outcome<()> {
    let (_, pipeline) = pipeline(SHIPPED.pipeline, jobs)?;
    let store = SledStore::open(&folder.join("store"), &SledOptions::default())?;
    let watch = Watch::default();
    let mut articles =
        Articles { seeds: seeds()?.into_iter().map(|(_, text)| text).collect(), next: 0 };
    let begun = Instant::now();
    run(&store, &pipeline, &mut articles, &RunOptions { jobs, ..RunOptions::default() }, &watch)?;
    let rate = ARTICLES as f64 / begun.elapsed().as_secs_f64();
    let early = watch.early.load(Ordering::Relaxed);
    println!("{rate:.0} | {early} | {} | {} |", status("VmRSS:"), status("VmHWM:"));
    Ok(())
}

/// `ingest` of one text by the program itself into a store of its own: with the built-in pipeline,
/// and with 20 plugins more of which the text has no need.
fn start() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let seeds = seeds()?;
    let (_, text) = seeds.first().ok_or("no seeds")?;
    std::fs::write(folder.path().join("a.txt"), text)?;
    std::fs::write(folder.path().join("some.toml"), SHIPPED.pipeline)?;
    let more: String = (0..20)
        .map(|number| format!("\n[[step]]\nplugin = \"extract-html\"\nname = \"more-{number}\"\n"))
        .collect();
    std::fs::write(folder.path().join("more.toml"), format!("{}{more}", SHIPPED.pipeline))?;
    let time = |pipeline: &str, round: usize| -> Outcome<Duration> {
        let store = format!("store-{pipeline}-{round}");
        let begun = Instant::now();
        let status = std::process::Command::new(env!("CARGO_BIN_EXE_docmill"))
            .args(["ingest", "a.txt", "--quiet", "--pipeline", pipeline, "--store", &store])
            .current_dir(folder.path())
            .status()?;
        let elapsed = begun.elapsed();
        if status.success() { Ok(elapsed) } else { Err(format!("{pipeline}: {status}").into()) }
    };
    // What is compiled at the very first start is in the cache for all others.
    time("more.toml", ROUNDS)?;
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..ROUNDS {
        for (times, pipeline) in times.iter_mut().zip(["some.toml", "more.toml"]) {
            times.push(time(pipeline, round)?);
        }
    }
    println!("\n| `ingest` of one text, started anew | ms |\n|---|---|");
    for (mut times, plugins) in times.into_iter().zip([5, 25]) {
        times.sort();
        println!("| with {plugins} plugins | {:.0} |", times[ROUNDS / 2].as_secs_f64() * 1e3);
    }
    Ok(())
}

/// Updates of a store of made-up articles by the program itself, started anew each time: one with
/// nothing to do against a full run, and the back-fill of one plugin against what the calls of that
/// plugin took.
fn update() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let articles = folder.path().join("articles");
    std::fs::create_dir(&articles)?;
    let seeds: Vec<String> = seeds()?.into_iter().map(|(_, text)| text).collect();
    for number in 0..ARTICLES {
        let text = article(&seeds, number)?;
        std::fs::write(articles.join(format!("{number:05}.txt")), text)?;
    }
    let docmill = |arguments: &[&str]| -> Outcome<Duration> {
        let begun = Instant::now();
        let status = std::process::Command::new(env!("CARGO_BIN_EXE_docmill"))
            .args(arguments)
            .args(["--quiet", "--jobs", "1"])
            .current_dir(folder.path())
            .stdout(std::process::Stdio::null())
            .status()?;
        let elapsed = begun.elapsed();
        if status.success() { Ok(elapsed) } else { Err(format!("{arguments:?}: {status}").into()) }
    };
    let full = docmill(&["ingest", "articles"])?;
    let mut nothing = (0..ROUNDS).map(|_| docmill(&["update"])).collect::<Outcome<Vec<_>>>()?;
    nothing.sort();
    let nothing = nothing[ROUNDS / 2];
    println!("\n| {ARTICLES} made-up articles, 1 job | s | ratio |\n|---|---|---|");
    println!("| full run | {:.2} | |", full.as_secs_f64());
    let ratio = full.as_secs_f64() / nothing.as_secs_f64();
    println!("| `update` with nothing to do | {:.3} | 1 : {ratio:.0} |", nothing.as_secs_f64());
    let steps: Vec<&str> = SHIPPED.pipeline.split("[[step]]").collect();
    for plugin in ["analyze-references", "translate-glossary"] {
        let others: Vec<&str> =
            steps.iter().filter(|step| !step.contains(plugin)).copied().collect();
        std::fs::write(folder.path().join("others.toml"), others.join("[[step]]"))?;
        docmill(&["update", "--pipeline", "others.toml"])?;
        let all = docmill(&["update"])?.as_secs_f64();
        let alone = calls_of(&folder.path().join(".docmill"), plugin)?.as_secs_f64();
        println!("| calls of `{plugin}` alone | {alone:.2} | |");
        println!("| its back-fill by `update` | {all:.2} | {:.2} : 1 |", all / alone);
    }
    Ok(())
}

/// What the calls of one step took, one after the other, as the store remembers it.
fn calls_of(store: &Path, step: &str) -> Outcome<Duration> {
    let store = SledStore::open(store, &SledOptions::default())?;
    let mut sum = Duration::ZERO;
    for document in store.documents() {
        let document = document?;
        let found = store.findings(document.id, document.version)?;
        let of_step = found.iter().filter(|finding| finding.step.as_str() == step);
        sum += of_step.map(|finding| finding.provenance.cost.duration).sum::<Duration>();
    }
    Ok(sum)
}

/// Notes how much memory is resident after the first thousand sources.
#[derive(Default)]
struct Watch {
    sources: AtomicU64,
    early: AtomicU64,
}

impl Reporter for Watch {
    fn event(&self, event: &Event<'_>) {
        if let Event::Source { .. } = event
            && self.sources.fetch_add(1, Ordering::Relaxed) == 1_000
        {
            self.early.store(status("VmRSS:"), Ordering::Relaxed);
        }
    }
}

/// A figure of this process in MiB, as Linux tells it; 0 elsewhere.
fn status(field: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok())
        .map_or(0, |kib| kib / 1024)
}

/// The seeds over and over, each time with other words at the end, so that no two are alike.
struct Articles {
    seeds: Vec<String>,
    next: u64,
}

fn article(seeds: &[String], number: u64) -> Outcome<String> {
    let seed = &seeds[usize::try_from(number)? % seeds.len()];
    Ok(format!("{seed}\n\nCet article porte le numéro {number}.\n"))
}

struct Article(String);

impl Content for Article {
    fn read(self: Box<Self>, _: u64) -> Result<Arc<[u8]>, Unreadable> {
        Ok(Arc::from(self.0.into_bytes()))
    }
}

impl Origin for Articles {
    fn next(&mut self) -> Option<Offer> {
        let number = self.next;
        self.next += 1;
        let text = article(&self.seeds, number).ok()?;
        let name = SourceName::new(format!("articles/{number:05}.txt")).ok()?;
        (number < ARTICLES).then(|| Offer { name, content: Ok(Box::new(Article(text))) })
    }
}
