//! The commands that measure: `eval`, `compare`, `taxonomy`.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand, ValueEnum};
use docmill::model::PluginName;

use super::runs::Jobs;
use super::values::step_name;

/// Options of `eval`.
#[derive(Debug, Args)]
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
    #[command(flatten)]
    pub jobs: Jobs,
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
#[derive(Debug, Args)]
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
    #[command(flatten)]
    pub jobs: Jobs,
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
#[derive(Debug, Args)]
#[command(after_help = "\
The files have one JSON object per line, as for `eval`; `source` names a file such as a web page, `site` keeps
the documents of one site together, and what is `held_out` is only measured. Of the background, labels are
not read. The pipeline in force reads the documents, and its classifier gets the table in the place of its own.
What is found goes into a block of the table that every fit writes anew; the rest stays as it is.
The tables that are shown come from a cross-validation in five parts.

Examples:
  docmill taxonomy fit mine.tsv --labels mine.jsonl
  docmill taxonomy fit mine.tsv --labels mine.jsonl --labels more.jsonl --background web.jsonl --dry-run")]
pub struct Fit {
    /// The table; it is changed in its place
    #[arg(value_name = "TABLE")]
    pub table: PathBuf,
    /// File of documents and the labels they should get (can be repeated; named twice, it counts
    /// twice)
    #[arg(long, value_name = "FILE", required = true)]
    pub labels: Vec<PathBuf>,
    /// File of documents that nobody labelled: how ordinary texts use the terms (can be repeated)
    #[arg(long, value_name = "FILE")]
    pub background: Vec<PathBuf>,
    /// Leave the table as it is
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub jobs: Jobs,
}

const CHECK: &str = "\
The classifier of the pipeline in force reads the table in the place of its own. For the shipped one, the
format is described in plugins/classify-lexicon/README.md.

Examples:
  docmill taxonomy check my-subject.tsv
  docmill taxonomy check vn-21-2026";
