//! What can be asked on the command line.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

mod authors;
mod documents;
mod failures;
mod measuring;
mod plugins;
mod results;
mod runs;
mod searching;
mod stores;
mod taking_in;
mod values;

pub use authors::{
    BenchPlugin, Configuring, Doctor, Language, NewPlugin, RunPlugin, TestPlugin, Wit,
};
pub use documents::{By, Export, ExportFormat, Filter, List, Show, Sort, Stats};
pub use failures::{Dismiss, Failures, Retry};
pub use measuring::{Compare, Eval, Fit, Part, Taxonomy};
pub use plugins::{AddPlugin, Check, Plugin};
pub use results::{ImportResults, Process};
pub use runs::{Jobs, RunBudget, SaidTypes};
pub use searching::{Report, Search, SearchOrder, Serve};
pub use stores::{Forget, Store};
pub use taking_in::{Ingest, Read, ReadFormat, Watch};

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

const PLANNED_JOBS: &str = "Documents that `update` would process at the same time, for the estimate [default: one per processor]";

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
    /// Let `docmill.lock` beside the pipeline pin what it runs now, first
    #[arg(long, global = true)]
    pub update_lock: bool,
    /// Refuse to run plugins where the system does not confine their threads besides (Linux:
    /// Landlock and seccomp)
    #[arg(long, global = true)]
    pub require_confinement: bool,
    /// Print for people or for programs
    #[arg(long, global = true, value_name = "FORMAT", default_value = "human")]
    pub output: Output,
    /// Print nothing but results and errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Log more to stderr: -v what docmill does, -vv what plugins say, -vvv everything (DOCMILL_LOG
    /// sets it finer)
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
    /// Take files through the pipeline and write what comes out as Parquet files, alone or as one
    /// of several
    Process(Process),
    /// Take in what arrives in folders, until Ctrl-C
    Watch(Watch),
    /// Tell what `update` would do, and why
    #[command(after_help = PLAN, mut_arg("jobs", |it| it.help(PLANNED_JOBS)))]
    Plan {
        #[command(flatten)]
        jobs: Jobs,
    },
    /// Bring everything that is stored up to date with the pipeline
    #[command(after_help = UPDATE)]
    Update {
        #[command(flatten)]
        jobs: Jobs,
        #[command(flatten)]
        budget: RunBudget,
    },
    /// Find documents by what they say, with the passages that show it
    Search(Search),
    /// Serve pages to search, read and compare what is stored
    Serve(Serve),
    /// Write what is stored, in numbers and examples, as one page of HTML
    Report(Report),
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
    /// Take results that `process` wrote into the store
    ImportResults(ImportResults),
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
    /// Take a source out of the store for good, with everything that was found in it
    Forget(Forget),
    /// Check the store: every record, and everything that one says of another
    #[command(after_help = VERIFY)]
    Verify {
        /// Also compute this share of the results again and compare them bit for bit, such as `1%`
        #[arg(long, value_name = "PERCENT", value_parser = values::share)]
        sample: Option<f64>,
    },
    /// Export, import, convert, or rebuild a whole store
    #[command(subcommand)]
    Store(Store),
    /// Look at plugins
    #[command(subcommand)]
    Plugin(Plugin),
    /// Tell what is missing on this machine for running docmill and for building plugins, and how
    /// to get it
    Doctor(Doctor),
    /// Compare versions of the contract that plugins are built for
    #[command(subcommand)]
    Wit(Wit),
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
