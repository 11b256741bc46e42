//! What can be asked on the command line.

use std::path::PathBuf;
use std::time::Duration;

use bytesize::ByteSize;
use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser, TypedValueParser};
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use docmill::manifest::{LimitChanges, LimitError};
use docmill::model::{FailureClass, PluginName};
use docmill::pipeline::RunOptions;

/// Take documents through sandboxed WebAssembly plugins and keep what they find
#[derive(Debug, Parser)]
#[command(name = "docmill", version, max_term_width = 100, disable_help_subcommand = true, after_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub common: Common,
}

const EXAMPLES: &str = "\
Examples:
  docmill ingest seeds/documents                 take a folder in, with the built-in pipeline
  docmill list --label aerospace-uav             what is in this group
  docmill show 4k0j                              one document, and the passages that speak for each label
  docmill export --format jsonl > articles.jsonl everything, one object per line
  docmill failures list                          what failed, and why

Exit codes:
  0 all well   1 some documents failed   2 usage   3 pipeline or plugin rejected
  4 store unusable   101 a bug   130 interrupted";

const VERIFY: &str = "\
Changes nothing. Names every flaw; with `--output json` one object per line and a count at last. Ends
with 0 if the store is whole, and with 4 if it is not: host/docs/recovery.md says what to do then.

With `--sample`, everything that the pipeline in force found in a random share of the documents is
computed once more. A plugin that contradicts itself is named, and the command ends with 1.

Examples:
  docmill verify
  docmill verify --sample 1%";

const HISTORY: &str = "\
One line per result, oldest first: the run that made it, by which component with which settings, and what
changed from the one before. Every version of a document is kept with all that was found in it last; of what
was there before in the same version, the last 8 results per step are kept in short.

Examples:
  docmill history 4k0j
  docmill history articles/a.html --output json";

const PLAN: &str = "\
Changes nothing. For each step that is due: on how many documents, why, and how long that took so far.
`up to` means that it runs only where what it reads comes out differently. Ends with 0.

Examples:
  docmill plan
  docmill plan --pipeline next.toml --output json";

const UPDATE: &str = "\
Runs what `plan` shows, from the content in the store: the files that were ingested are not needed. A result is
computed only if something it depends on is different, so a new analyzer leaves extraction alone, and a step whose
findings come out as before lets those that read them be. What a step that has left the pipeline found goes. An
interrupted update goes on where it was when it is started again.";

/// Options of every command.
#[derive(Debug, Clone, ClapArgs)]
#[command(next_help_heading = "Common options")]
pub struct Common {
    /// Folder of the store, or `memory:` for a trial [default: `.docmill` in the working folder]
    #[arg(long, global = true, value_name = "DIR", env = "DOCMILL_STORE", hide_env_values = true)]
    pub store: Option<PathBuf>,
    /// Pipeline to run [default: `docmill.toml` in the working folder, else the built-in one]
    #[arg(long, global = true, value_name = "FILE")]
    pub pipeline: Option<PathBuf>,
    /// Print for people or for programs
    #[arg(long, global = true, value_name = "FORMAT", default_value = "human")]
    pub output: Output,
    /// Print nothing but results and errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Log more to stderr: -v what docmill does, -vv what plugins say, -vvv everything (DOCMILL_LOG sets it finer)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people
    Human,
    /// For programs: JSON, one value per line for lists
    Json,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Take new or changed documents in and run the pipeline on them
    Ingest(Ingest),
    /// Print what is in files, without a store
    Read(Read),
    /// Take in what arrives in folders, until Ctrl-C
    Watch(Watch),
    /// Tell what `update` would do, and why
    #[command(after_help = PLAN)]
    Plan {
        /// Documents that `update` would process at the same time, for the estimate [default: one per processor]
        #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
        jobs: Option<u16>,
    },
    /// Bring everything that is stored up to date with the pipeline
    #[command(after_help = UPDATE)]
    Update {
        /// Documents to process at the same time [default: one per processor]
        #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
        jobs: Option<u16>,
    },
    /// List documents
    List(List),
    /// Show one document: its text, its labels, and the passages that speak for each
    Show(Show),
    /// Tell what became of a document: its versions, and when what was found in it changed
    #[command(after_help = HISTORY)]
    History {
        /// Id of a document, as much of it as is unique, or the name of its source
        #[arg(value_name = "ID|SOURCE", value_parser = NonEmptyStringValueParser::new())]
        document: String,
    },
    /// Write documents and everything found in them to stdout or a file
    Export(Export),
    /// Run two versions of a plugin on what is stored, and show where they differ
    Compare(Compare),
    /// Measure a classifier against documents whose labels are known
    Eval(Eval),
    /// Look at taxonomies: the tables that classifiers label by
    #[command(subcommand)]
    Taxonomy(Taxonomy),
    /// Count documents by language, label, media type and state, and what plugins cost
    Stats(Stats),
    /// Look at what failed, try it again, or take it to another machine
    #[command(subcommand)]
    Failures(Failures),
    /// Check the store: every record, and everything that one says of another
    #[command(after_help = VERIFY)]
    Verify {
        /// Also compute this share of the results again and compare them bit for bit, such as `1%`
        #[arg(long, value_name = "PERCENT", value_parser = share)]
        sample: Option<f64>,
    },
    /// Export, import, or rebuild a whole store
    #[command(subcommand)]
    Store(Store),
    /// Look at plugins
    #[command(subcommand)]
    Plugin(Plugin),
    /// Print the pipeline in force
    Pipeline,
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
    /// Compile a component from stdin to stdout, within limits; docmill starts itself with this
    #[command(hide = true)]
    CompileComponent,
}

/// Options of `ingest`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Folders are taken with everything in them but hidden entries. A source that is stored with the same
content and pipeline is skipped; one that failed is tried again. What becomes of those that changed or
are gone, `--strategy` decides; nothing that was stored is ever destroyed. Everything that is reported
as taken in is safely on disk.

Examples:
  docmill ingest articles/
  docmill ingest --strategy mirror articles/      what is gone from the folder goes off all lists
  docmill ingest --jobs 1 --store /var/lib/news a.txt b.html")]
pub struct Ingest {
    /// Files and folders
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Documents to process at the same time [default: one per processor]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
    #[command(flatten)]
    pub sizes: Sizes,
    /// What to do about sources that are stored already
    #[arg(long, value_name = "STRATEGY", default_value = "replace")]
    pub strategy: Strategy,
}

/// Options of `read`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Takes files through the pipeline in force and prints what comes out, in the order in which they are
named; nothing is stored. `-` is standard input; folders are taken with everything in them but hidden
entries, containers with all their members. What fails is told on stderr, and the command ends with 1.

Text is what unpackers and extractors make of a file, with an empty line between two documents; nothing
is looked for in it, nor with `markdown`, which keeps headings, lists, links and tables. With `jsonl`, all
steps are run, and every document is one object on one line, as `export` writes it.

Examples:
  docmill read page.html
  curl -s https://example.org/ | docmill read - | wc -w
  docmill read --format jsonl articles/ > articles.jsonl")]
pub struct Read {
    /// Files and folders, or `-`
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// What to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: ReadFormat,
    /// Files to read at the same time [default: one per processor]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
    /// Largest source to read, at most 1 GiB
    #[arg(long, value_name = "SIZE", default_value = "64 MiB", value_parser = source_size)]
    pub max_size: ByteSize,
}

/// What `read` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReadFormat {
    /// The text of every document
    Text,
    /// The text with its headings, lists, tables, quotations, links, and code
    Markdown,
    /// Every document and everything found in it, one JSON object per line
    Jsonl,
}

/// How large things may be.
#[derive(Debug, ClapArgs)]
pub struct Sizes {
    /// Most of a source to hold in memory, at most 1 GiB; only containers may be larger
    #[arg(long, value_name = "SIZE", default_value = "64 MiB", value_parser = source_size)]
    pub max_size: ByteSize,
    /// Largest container to copy into the store; what needs a larger one again reads it where it was
    #[arg(long, value_name = "SIZE", default_value = "64 MiB")]
    pub max_copy: ByteSize,
    /// Most to take out of one file, at most 200 times its size or 256 MiB; a member counts 4 KiB more than it has
    #[arg(long, value_name = "SIZE", default_value = "256 GiB")]
    pub max_unpacked: ByteSize,
}

impl Sizes {
    /// How a run is done.
    pub fn options(&self, jobs: usize, strategy: Strategy) -> RunOptions {
        RunOptions {
            jobs,
            largest_source: self.max_size.as_u64(),
            largest_copy: self.max_copy.as_u64(),
            largest_container: self.max_unpacked.as_u64(),
            strategy: strategy.into(),
            ..RunOptions::default()
        }
    }
}

/// What is done about sources that are stored already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Strategy {
    /// Leave them as they are, changed or not; take in only what is new
    Keep,
    /// Make a new version of what changed; leave what is gone
    Replace,
    /// As `replace`, and retire what is gone from the folders: it is off all lists until it comes back
    Mirror,
}

impl From<Strategy> for docmill::pipeline::Strategy {
    fn from(strategy: Strategy) -> docmill::pipeline::Strategy {
        match strategy {
            Strategy::Keep => docmill::pipeline::Strategy::Keep,
            Strategy::Replace => docmill::pipeline::Strategy::Replace,
            Strategy::Mirror => docmill::pipeline::Strategy::Mirror,
        }
    }
}

/// Options of `watch`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Begins with what is there, as `ingest` does. A file is taken in once its size and its times have been the
same for as long as `--debounce`, and again when it changes. The store is open only while something is
taken in, so that other commands can be used in between. A pipeline that changes is in force for what
arrives from then on; if there is something wrong with it, that is said and the one before stays.
Ctrl-C ends it once everything under way is stored, with 0; so does SIGTERM.

With `--plugin`, for whoever writes a plugin: whenever its file, the pipeline, or a document changes, the
plugin is run on a sample of the documents in the folders, and what it finds that is different from the
time before is shown, with what failed and what it cost. Nothing is stored.

Examples:
  docmill watch inbox/
  docmill watch --strategy mirror --debounce 5s articles/ --output json
  docmill watch --plugin target/wasm32-wasip2/release/analyze_dates.wasm --sample 50 articles/
  docmill watch --plugin dates.wasm --build \"make dates.wasm\" --source src --source wit articles/")]
pub struct Watch {
    /// Folders
    #[arg(required = true, value_name = "DIR")]
    pub folders: Vec<PathBuf>,
    /// How long a file must not have changed, from 1ms to 1h
    #[arg(long, value_name = "TIME", default_value = "500ms", value_parser = debounce)]
    pub debounce: humantime::Duration,
    /// Documents to process at the same time [default: one per processor]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
    #[command(flatten)]
    pub sizes: Sizes,
    /// What to do about sources that are stored already
    #[arg(long, value_name = "STRATEGY", default_value = "replace")]
    pub strategy: Strategy,
    /// Try this component on a sample whenever it changes, in the place of the plugin of its name or as one more step
    #[arg(long, value_name = "FILE", conflicts_with = "strategy")]
    pub plugin: Option<PathBuf>,
    /// How many documents to try it on, spread over the folders
    #[arg(long, value_name = "N", default_value = "20", requires = "plugin", value_parser = clap::value_parser!(u32).range(1..))]
    pub sample: u32,
    /// Run this in a shell to build the component, at the beginning and whenever its sources change
    #[arg(long, value_name = "COMMAND", requires = "plugin")]
    pub build: Option<String>,
    /// A file or folder that the component is built from (can be repeated)
    #[arg(long, value_name = "PATH", default_value = "src", requires = "build")]
    pub source: Vec<PathBuf>,
}

fn debounce(text: &str) -> Result<humantime::Duration, String> {
    let bounds = Duration::from_millis(1)..=Duration::from_secs(3_600);
    let time = text.parse::<humantime::Duration>().ok().filter(|time| bounds.contains(time));
    time.ok_or_else(|| "a time from 1ms to 1h is needed, such as `500ms` or `2s`".to_owned())
}

/// Options of `list`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  docmill list
  docmill list --label semiconductor-chips --language fr
  docmill list --unlabelled --output json")]
pub struct List {
    #[command(flatten)]
    pub filter: Filter,
}

/// Which documents are meant.
#[derive(Debug, Clone, ClapArgs)]
pub struct Filter {
    /// Only documents with this label (can be repeated: any of them)
    #[arg(long, value_name = "LABEL")]
    pub label: Vec<String>,
    /// Only labels with at least this confidence count, from 0 to 1; alone: only documents with one
    #[arg(long, value_name = "CONFIDENCE", value_parser = confidence)]
    pub min_confidence: Option<f32>,
    /// Only documents without any label (that counts)
    #[arg(long, conflicts_with = "label")]
    pub unlabelled: bool,
    /// Only documents in this language, such as `fr`
    #[arg(long, value_name = "TAG")]
    pub language: Option<String>,
    /// Only documents from sources whose name contains this
    #[arg(long, value_name = "TEXT")]
    pub source: Option<String>,
}

fn share(text: &str) -> Result<f64, String> {
    match text.strip_suffix('%').unwrap_or(text).trim().parse::<f64>() {
        Ok(percent) if percent > 0.0 && percent <= 100.0 => Ok(percent / 100.0),
        _ => Err("a share is a number over 0 and up to 100, such as `1%`".to_owned()),
    }
}

fn confidence(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err("a confidence is a number from 0 to 1, such as 0.8".to_owned()),
    }
}

/// Options of `show`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  docmill show 4k0j
  docmill show 4k0j --why aerospace-uav          which plugin, settings and tables, and out of what
  docmill show seeds/documents/000_67c58c6fc0ec9778.txt --raw")]
pub struct Show {
    /// Id of a document, as much of it as is unique, or the name of its source
    #[arg(value_name = "ID|SOURCE", value_parser = NonEmptyStringValueParser::new())]
    pub document: String,
    /// Show what was left out of the text, in its place
    #[arg(long)]
    pub raw: bool,
    /// Show an earlier version
    #[arg(long, value_name = "N")]
    pub version: Option<u32>,
    /// Tell where a label, or a kind of annotation, comes from instead: which plugin gave it, with which settings and tables, for
    /// which passages, in which run, and out of what
    #[arg(long, value_name = "LABEL", conflicts_with = "raw")]
    pub why: Option<String>,
}

/// Options of `stats`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
With `--by`, the bill: what calls of plugins cost, added up, the greatest total time first. `IN` is what
plugins were given or read, `OUT` what they returned or emitted, in bytes of content; `HOST CALLS` is how
often they called docmill. Calls that failed are among them. A source is extracted in one call, which
counts with its first document.

Examples:
  docmill stats
  docmill stats --by plugin
  docmill stats --by document --top 20 --output json")]
pub struct Stats {
    /// Tell what the calls of plugins cost, by this
    #[arg(long, value_name = "WHAT")]
    pub by: Option<By>,
    /// How many rows to show
    #[arg(long, value_name = "N", default_value = "10", requires = "by", value_parser = clap::value_parser!(u32).range(1..))]
    pub top: u32,
}

/// By what costs are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum By {
    /// By plugin and version
    Plugin,
    /// By media type of the source
    MediaType,
    /// By document; a source that failed as a whole is one
    Document,
}

/// Options of `export`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
`jsonl` writes one object per document and loses nothing; its fields are described in
host/docs/export.md. `csv` writes one row per document for spreadsheets.

Examples:
  docmill export --format jsonl > articles.jsonl
  docmill export --format csv --label aerospace-uav --to drones.csv
  docmill export --format jsonl --raw             with what was left out of the text")]
pub struct Export {
    /// How to write
    #[arg(long, value_name = "FORMAT", default_value = "jsonl")]
    pub format: ExportFormat,
    /// File to write to, replaced as a whole [default: stdout]
    #[arg(long, value_name = "FILE")]
    pub to: Option<PathBuf>,
    /// Add what was left out of the text: captions, cross-links, boxes of related news
    #[arg(long)]
    pub raw: bool,
    #[command(flatten)]
    pub filter: Filter,
}

/// How documents are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// JSON Lines: one object per document
    Jsonl,
    /// Comma-separated values: one row per document
    Csv,
    /// Markdown: headings, lists, tables, quotations, links, and code as the document has them
    Markdown,
    /// A page of HTML: one article per document, structured likewise
    Html,
}

/// The commands about failures.
#[derive(Debug, Subcommand)]
pub enum Failures {
    /// List what failed
    List {
        /// Only failures of this class
        #[arg(long, value_name = "CLASS", value_parser = failure_classes())]
        class: Option<FailureClass>,
        /// Only failures of this step
        #[arg(long, value_name = "STEP")]
        step: Option<String>,
    },
    /// Show one failure: causes, the plugin's call stack, the end of its log
    Show {
        /// Id of a failure, or as much of it as is unique
        #[arg(value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
        failure: String,
    },
    /// Try again what failed, from the originals in the store
    #[command(after_help = RETRY)]
    Retry(Retry),
    /// Write everything that reproduces a failure into one file
    Export {
        /// Id of a failure, or as much of it as is unique
        #[arg(value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
        failure: String,
        /// File to write to, replaced as a whole [default: `failure-ID.tar`]
        #[arg(short = 'o', long, value_name = "FILE")]
        to: Option<PathBuf>,
    },
    /// Run what failed elsewhere once more, from a file that `failures export` wrote
    #[command(after_help = "\
Needs no store. Ends with 0 if the plugin fails with the same class again, and with 1 if it does not.")]
    Reproduce {
        /// The file
        #[arg(value_name = "FILE")]
        bundle: PathBuf,
    },
}

const RETRY: &str = "\
Runs the pipeline in force on every source with a failure that is meant. What fails again keeps its
last good version; what does not is off the list. Sources that could not be read are left out: ingest
them again.

Examples:
  docmill failures retry
  docmill failures retry --class deadline --limits deadline=30s,memory=256MiB
  docmill failures retry 4k0j --plugin fixed/analyze-dates.wasm";

/// Options of `failures retry`.
#[derive(Debug, ClapArgs)]
pub struct Retry {
    /// Ids of failures, or as much of them as is unique [default: all]
    #[arg(value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    pub failures: Vec<String>,
    /// Only failures of this class
    #[arg(long, value_name = "CLASS", value_parser = failure_classes())]
    pub class: Option<FailureClass>,
    /// Only failures of this step
    #[arg(long, value_name = "STEP")]
    pub step: Option<String>,
    /// Run this plugin in the place of the one of the same name, for this run
    #[arg(long, value_name = "FILE")]
    pub plugin: Option<PathBuf>,
    /// Other limits for all steps, for this run: `deadline`, `memory`, `output`, `log`
    #[arg(long, value_name = "NAME=VALUE,…", value_parser = limit_changes)]
    pub limits: Option<LimitChanges>,
    /// Documents to process at the same time [default: one per processor]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
}

/// The commands about whole stores.
#[derive(Debug, Subcommand)]
pub enum Store {
    /// Write the whole store into one file, as far as it can be read
    #[command(after_help = EXPORT_STORE)]
    Export {
        /// File to write to, replaced as a whole
        #[arg(value_name = "FILE")]
        to: PathBuf,
    },
    /// Make a new store of a file that `store export` wrote
    Import {
        /// The file
        #[arg(value_name = "FILE")]
        from: PathBuf,
    },
    /// Make a new store by running the pipeline on the originals of this one
    #[command(after_help = "\
This store is only read, even if it is damaged. What cannot be read of it is told.")]
    Rebuild {
        /// Folder of the new store
        #[arg(value_name = "DIR")]
        to: PathBuf,
        /// Documents to process at the same time [default: one per processor]
        #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
        jobs: Option<u16>,
    },
}

const EXPORT_STORE: &str = "\
Works on a damaged store too: what cannot be read is told and left out, and its sources are marked as
failed, so that `ingest` takes them up again after the import.

Examples:
  docmill store export backup.docmill
  docmill store import backup.docmill --store restored";

fn failure_classes() -> impl TypedValueParser<Value = FailureClass> {
    let names = FailureClass::ALL.map(FailureClass::as_str);
    PossibleValuesParser::new(names).try_map(|name| {
        FailureClass::ALL.into_iter().find(|class| class.as_str() == name).ok_or("no such class")
    })
}

/// Options of `eval`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
The file has one JSON object per line: `id`, `text` or `source` (a path), `main` and `secondary` labels,
and as one likes `language`, `held_out`, `note`. Every case goes through the pipeline in force; nothing
is stored. seeds/README.md describes the fields and what is measured.

Examples:
  docmill eval --labels seeds/labels/vn-1131-2025.jsonl
  docmill eval --labels mine.jsonl --pipeline mine.toml --output json")]
pub struct Eval {
    /// File of documents and the labels they should get
    #[arg(long, value_name = "FILE")]
    pub labels: PathBuf,
    /// Step to measure [default: the only classifier of the pipeline]
    #[arg(long, value_name = "STEP")]
    pub step: Option<String>,
    /// Measure only the cases that were kept aside, or only the others
    #[arg(long, value_name = "PART", default_value = "all")]
    pub part: Part,
    /// Documents to process at the same time [default: one per processor]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
}

/// Which cases are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// All of them
    All,
    /// Those to develop with
    Development,
    /// Those that were kept aside
    HeldOut,
}

/// Options of `compare`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
A version is a step of the pipeline, a component in a file, a shipped plugin, or the digest of a component
that the store keeps, as `history` shows it. A component runs with the settings, tables, languages and
limits of a step: that of `--step`, else the other version if it is one, else the only step that runs a
plugin of that name; and with defaults if there is none. Both read what other steps found and is stored.
Nothing is written to the store, and differences are no failure.

Examples:
  docmill compare classify-lexicon build/classify-lexicon.wasm
  docmill compare 60d461009c24 classify-lexicon --sample 200
  docmill compare strict lenient --output json   two steps that run one plugin with other settings")]
pub struct Compare {
    /// The version that is there
    #[arg(value_name = "OLD", value_parser = NonEmptyStringValueParser::new())]
    pub old: String,
    /// The version that is to take its place
    #[arg(value_name = "NEW", value_parser = NonEmptyStringValueParser::new())]
    pub new: String,
    /// Compare on this many documents only, the same each time [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub sample: Option<u32>,
    /// Step in whose place components run
    #[arg(long, value_name = "NAME", value_parser = step_name)]
    pub step: Option<PluginName>,
    /// Documents to process at the same time [default: one per processor]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
}

/// The commands about taxonomies.
#[derive(Debug, Subcommand)]
pub enum Taxonomy {
    /// Check a taxonomy table, and name everything that is wrong with it
    #[command(after_help = CHECK)]
    Check {
        /// A table, or the name of a shipped one
        #[arg(value_name = "FILE|NAME")]
        table: PathBuf,
    },
    /// Fit the weights and confidences of a taxonomy table to labelled documents
    Fit(Fit),
}

/// Options of `taxonomy fit`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
The files have one JSON object per line, as for `eval`; `source` names a file such as a web page, `site` keeps
the documents of one site together, and what is `held_out` is only measured. Of the background, labels are
not read. What is found goes into a block of the table that every fit writes anew; the rest stays as it is.
The tables that are shown come from a cross-validation in five parts.

Examples:
  docmill taxonomy fit mine.tsv --labels mine.jsonl
  docmill taxonomy fit mine.tsv --labels mine.jsonl --labels more.jsonl --background web.jsonl --dry-run")]
pub struct Fit {
    /// The table; it is changed in its place
    #[arg(value_name = "TABLE")]
    pub table: PathBuf,
    /// File of documents and the labels they should get (can be repeated)
    #[arg(long, value_name = "FILE", required = true)]
    pub labels: Vec<PathBuf>,
    /// File of documents that nobody labelled: how ordinary texts use the terms (can be repeated)
    #[arg(long, value_name = "FILE")]
    pub background: Vec<PathBuf>,
    /// Leave the table as it is
    #[arg(long)]
    pub dry_run: bool,
    /// Documents to process at the same time [default: one per processor]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
}

const CHECK: &str = "\
The format is described in plugins/classify-lexicon/README.md.

Examples:
  docmill taxonomy check my-subject.tsv
  docmill taxonomy check vn-21-2026";

/// The commands about plugins.
#[derive(Debug, Subcommand)]
pub enum Plugin {
    /// List the plugins of the pipeline in force
    List,
    /// Show what a plugin is, what it asks for, what the pipeline in force grants it, and what it uses on samples
    Inspect {
        /// A component, or the name of a shipped plugin
        #[arg(value_name = "FILE|NAME")]
        plugin: PathBuf,
        /// File to run it on besides the built-in samples (can be repeated)
        #[arg(long = "sample", value_name = "FILE")]
        samples: Vec<PathBuf>,
    },
    /// Check that a plugin keeps what the contract promises, clause by clause
    Check(Check),
    /// Add a plugin to the file of the pipeline, or run another version of one
    Add(AddPlugin),
    /// Take a step out of the file of the pipeline
    Remove {
        /// Name of the step
        #[arg(value_name = "STEP", value_parser = step_name)]
        step: PluginName,
    },
    /// Let a step run again that is disabled
    Enable {
        /// Name of the step
        #[arg(value_name = "STEP", value_parser = step_name)]
        step: PluginName,
    },
    /// Leave a step in the file of the pipeline, but do not run it
    Disable {
        /// Name of the step
        #[arg(value_name = "STEP", value_parser = step_name)]
        step: PluginName,
    },
}

fn step_name(text: &str) -> Result<PluginName, String> {
    PluginName::new(text).map_err(|error| error.to_string())
}

/// Options of `plugin add`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Where a step of the plugin's name is there, it runs the new plugin and keeps its settings, tables and
limits. Comments and layout of the file stay. The pipeline is checked as before a run; `docmill.lock`
beside it pins the digest of every component, and nothing else is run. A component that was run once
is kept in the store: `sha256:DIGEST` brings it back as a file in `plugins/`.

Examples:
  docmill plugin add analyze-dates.wasm
  docmill plugin add classify-lexicon --name drones --table taxonomy=./drones.tsv
  docmill plugin add sha256:2f1c…")]
pub struct AddPlugin {
    /// A component, a folder of them, a shipped plugin, or the digest of one in the store
    #[arg(value_name = "FILE|DIR|NAME|sha256:DIGEST")]
    pub plugin: PathBuf,
    /// What its findings are called [default: the plugin's own name]
    #[arg(long, value_name = "STEP", value_parser = step_name)]
    pub name: Option<PluginName>,
    /// Value of one of its settings (can be repeated)
    #[arg(long, value_name = "KEY=VALUE", value_parser = assignment)]
    pub settings: Vec<(String, String)>,
    /// File relative to the pipeline's, or shipped table, for one of its tables (can be repeated)
    #[arg(long = "table", value_name = "NAME=FILE", value_parser = assignment)]
    pub tables: Vec<(String, String)>,
}

/// Options of `plugin check`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
The plugin is called with built-in samples and those given here, in fresh instances and several times
in one. Exit code 3 means that it broke a clause, or cannot be loaded at all.

Examples:
  docmill plugin check analyze-years.wasm
  docmill plugin check extract-csv.wasm --sample members.csv --sample empty.csv
  docmill plugin check classify-lexicon --table taxonomy=vn-1131-2025 --settings min-confidence=0.5")]
pub struct Check {
    /// A component, or the name of a shipped plugin
    #[arg(value_name = "FILE|NAME")]
    pub plugin: PathBuf,
    /// File to call it with besides the built-in samples (can be repeated)
    #[arg(long = "sample", value_name = "FILE")]
    pub samples: Vec<PathBuf>,
    /// Value of one of its settings (can be repeated)
    #[arg(long, value_name = "KEY=VALUE", value_parser = assignment)]
    pub settings: Vec<(String, String)>,
    /// File of tab-separated values or shipped table for one of its tables (can be repeated)
    #[arg(long = "table", value_name = "NAME=FILE", value_parser = assignment)]
    pub tables: Vec<(String, String)>,
    /// How long one call may take
    #[arg(long, value_name = "TIME", default_value = "2s")]
    pub deadline: humantime::Duration,
    /// How much memory one call may use
    #[arg(long, value_name = "SIZE", default_value = "64 MiB")]
    pub memory: ByteSize,
}

fn source_size(text: &str) -> Result<ByteSize, String> {
    let size: ByteSize = text.parse()?;
    let most = ByteSize(docmill::store::record::LARGEST_PAYLOAD);
    (size <= most)
        .then_some(size)
        .ok_or_else(|| format!("the store keeps at most {}", most.display().iec()))
}

fn limit_changes(text: &str) -> Result<LimitChanges, String> {
    text.parse().map_err(|error: LimitError| match crate::report::hint_of(&error) {
        Some(hint) => format!("{error}; {hint}"),
        None => error.to_string(),
    })
}

fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("a name, `=`, and a value are needed, such as `min-length=100`".to_owned()),
    }
}
