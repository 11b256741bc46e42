//! What authors of plugins can ask for.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use docmill::model::{ByteSize, Limits, PluginName, Role};

use super::runs::SaidTypes;
use super::values::{assignment, step_name};

/// What a plugin is given while it is tried.
#[derive(Debug, Clone, Args)]
pub struct Configuring {
    /// Value of one of its settings (can be repeated)
    #[arg(long, value_name = "KEY=VALUE", value_parser = assignment)]
    pub settings: Vec<(String, String)>,
    /// File of tab-separated values or shipped table for one of its tables (can be repeated)
    #[arg(long = "table", value_name = "NAME=FILE", value_parser = assignment)]
    pub tables: Vec<(String, String)>,
    /// How long one call may take [default: 2s, or as the pipeline in force says]
    #[arg(long, value_name = "TIME")]
    pub deadline: Option<humantime::Duration>,
    /// How much memory one call may use [default: 64 MiB, or as the pipeline in force says]
    #[arg(long, value_name = "SIZE")]
    pub memory: Option<ByteSize>,
}

impl Configuring {
    /// These limits, with what was asked for in their place.
    pub fn limits(&self, limits: Limits) -> Limits {
        Limits {
            deadline: self.deadline.map_or(limits.deadline, Into::into),
            memory: self.memory.unwrap_or(limits.memory),
            ..limits
        }
    }
}

/// Options of `plugin run`.
#[derive(Debug, Args)]
#[command(after_help = "\
Documents are read by the pipeline in force, and what it finds is there for a plugin that reads findings;
an unpacker or an extractor gets the files as they are. A step of the plugin's name in that pipeline lends
its settings, tables and limits. Nothing is stored. Exit code 1 means that a call failed.

Examples:
  docmill plugin run analyze-years.wasm article.html
  docmill plugin run analyze-years.wasm articles/ --settings first=1900 --output json
  docmill plugin run extract-csv.wasm export.dat --media-type '*.dat=text/csv'")]
pub struct RunPlugin {
    /// A component, or the name of a shipped plugin
    #[arg(value_name = "FILE|NAME")]
    pub plugin: PathBuf,
    /// Files and folders to run it on
    #[arg(value_name = "DOC", required = true)]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub configuring: Configuring,
    #[command(flatten)]
    pub media_types: SaidTypes,
}

/// Options of `plugin test`.
#[derive(Debug, Args)]
#[command(after_help = "\
A case is a folder in `DIR/tests/cases` or `DIR/cases` (or in DIR): a file `input`, with any extension; what
is expected, in `expected.txt`; and `case.tsv`, where there is something to say: a name, a tab and a value
per line: `media-type`, `language`, `setting KEY`, `table NAME` (a file beside it), `attribute NAME`. The SDK
for Rust runs the same folders natively. Exit code 3 means that something else came out.

Examples:
  docmill plugin test .
  docmill plugin test . --component target/wasm32-wasip2/release/analyze_years.wasm
  docmill plugin test . --bless")]
pub struct TestPlugin {
    /// Folder of the plugin, or of its cases
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// The component [default: the only `.wasm` in DIR, or in `target/wasm32-wasip2/release` below
    /// it]
    #[arg(long, value_name = "FILE|NAME")]
    pub component: Option<PathBuf>,
    /// Take what comes out for what is expected, and write it
    #[arg(long)]
    pub bless: bool,
    #[command(flatten)]
    pub configuring: Configuring,
}

/// Options of `plugin bench`.
#[derive(Debug, Args)]
#[command(after_help = "\
Documents are read as for `docmill plugin run`; without any, the samples of `docmill plugin check` are used.
Both builds are called in turn on the same documents, so that other work of the machine meets both: a ratio
is the median of those of all rounds. `compile` has everything from the bytes to a plugin that has described
itself; it is paid once, and its result kept.

Examples:
  docmill plugin bench analyze-years.wasm articles/
  docmill plugin bench new.wasm articles/ --against old.wasm --output json")]
pub struct BenchPlugin {
    /// A component, or the name of a shipped plugin
    #[arg(value_name = "FILE|NAME")]
    pub plugin: PathBuf,
    /// Files and folders to call it on
    #[arg(value_name = "DOC")]
    pub paths: Vec<PathBuf>,
    /// An earlier build, or the name of a shipped plugin, to compare with
    #[arg(long, value_name = "FILE|NAME")]
    pub against: Option<PathBuf>,
    /// How often each is called on all documents
    #[arg(long, value_name = "N", default_value = "20", value_parser = clap::value_parser!(u32).range(3..=10_000))]
    pub rounds: u32,
    #[command(flatten)]
    pub configuring: Configuring,
    #[command(flatten)]
    pub media_types: SaidTypes,
}

/// Options of `plugin new`.
#[derive(Debug, Args)]
#[command(after_help = "\
The folder has everything: the contract (and the SDK for Rust), a plugin that works, with a setting and a
table as examples, a golden case, and a README that says how to build it. `docmill doctor` tells what of the
tools that building takes is missing here.

Examples:
  docmill plugin new analyze-years --role analyzer --language rust
  docmill plugin new extract-notes --role extractor --language python --out plugins/extract-notes")]
pub struct NewPlugin {
    /// What the plugin is called: lower-case words with hyphens between them, such as
    /// `analyze-years`
    #[arg(value_name = "NAME", value_parser = step_name)]
    pub name: PluginName,
    /// What it does
    #[arg(long, value_name = "ROLE")]
    pub role: RoleName,
    /// What it is written in
    #[arg(long, value_name = "LANGUAGE")]
    pub language: Language,
    /// The folder to make [default: NAME, in the working folder]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// What a plugin does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RoleName {
    /// Takes containers apart
    Unpacker,
    /// Reads documents out of sources
    Extractor,
    /// Renders documents in another language
    Translator,
    /// Gives labels to documents
    Classifier,
    /// Finds things in documents
    Analyzer,
}

impl From<RoleName> for Role {
    fn from(role: RoleName) -> Role {
        match role {
            RoleName::Unpacker => Role::Unpacker,
            RoleName::Extractor => Role::Extractor,
            RoleName::Translator => Role::Translator,
            RoleName::Classifier => Role::Classifier,
            RoleName::Analyzer => Role::Analyzer,
        }
    }
}

/// What a plugin is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Language {
    /// With the SDK
    Rust,
    /// CPython, in the component
    Python,
    /// SpiderMonkey, in the component
    #[value(name = "javascript")]
    JavaScript,
    /// The same, with types checked
    #[value(name = "typescript")]
    TypeScript,
    /// With zig's compiler
    C,
}

impl Language {
    /// What it is called on the command line, and where its files lie.
    pub const fn as_str(self) -> &'static str {
        match self {
            Language::Rust => "rust",
            Language::Python => "python",
            Language::JavaScript => "javascript",
            Language::TypeScript => "typescript",
            Language::C => "c",
        }
    }
}

/// Options of `doctor`.
#[derive(Debug, Args)]
#[command(after_help = "\
Looks at what running docmill takes (the sandbox, what the kernel adds to it, the folders that are written to)
and at the tools that build plugins, and tells what to do about what is missing. Changes nothing. Exit code 1
means that something is missing; what is merely `weak` works.

Examples:
  docmill doctor
  docmill doctor --language rust --language python")]
pub struct Doctor {
    /// Only the tools for this language (can be repeated) [default: all]
    #[arg(long, value_name = "LANGUAGE")]
    pub language: Vec<Language>,
}

/// The commands about the contract.
#[derive(Debug, Subcommand)]
pub enum Wit {
    /// Tell what is different between two versions of the contract, and which plugins it breaks
    #[command(after_help = "\
Looks at the plugins of the pipeline in force and at the components that the store keeps. What a plugin exports
or imports, and is another thing in NEW, breaks it. Exit code 1 means that something breaks.

Examples:
  docmill wit diff 0.1.0 built-in
  docmill wit diff 0.1 ../docmill/wit --output json")]
    Diff {
        /// Folder with `.wit` files, a release such as `0.1.0`, or `built-in`
        #[arg(value_name = "OLD")]
        old: PathBuf,
        /// The same
        #[arg(value_name = "NEW")]
        new: PathBuf,
    },
}
