//! The commands about what is stored: `list`, `show`, `stats`, `export`.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};

use super::values::{confidence, export_budget};
use crate::selection::{Day, Field};

/// Options of `list`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  docmill list
  docmill list --label semiconductor-chips --language fr
  docmill list --label drones --limit 20
  docmill list --since 2025-11 --sort date --limit 20
  docmill list --kind money --fields title,date,kind:money
  docmill list --unlabelled --output json
  docmill list --duplicates --since 2025-11      articles that several published, if under other headlines")]
pub struct List {
    #[command(flatten)]
    pub filter: Filter,
    /// Show these instead, such as `title,date`; `kind:NAME`, `label:NAME` and `attribute:NAME` are
    /// fields as well
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',')]
    pub fields: Vec<Field>,
    /// Show groups of documents with the same bytes, or so much in common of what a fingerprint is
    /// of, from 0 to 1 [default: 0.4]
    #[arg(
        long,
        value_name = "LEAST",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "0.4",
        value_parser = confidence,
        conflicts_with_all = ["fields", "after"]
    )]
    pub duplicates: Option<f32>,
}

/// Which documents are meant.
#[derive(Debug, Clone, Args)]
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
    /// Only documents in which something of this kind was found, such as `money` (can be repeated:
    /// any of them)
    #[arg(long, visible_alias = "annotation", value_name = "KIND")]
    pub kind: Vec<String>,
    /// Only documents of this day, month or year, or of a later one; those without a date are left
    /// out
    #[arg(long, value_name = "DATE")]
    pub since: Option<Day>,
    /// Only documents of this day, month or year, or of an earlier one; those without a date are
    /// left out
    #[arg(long, value_name = "DATE")]
    pub until: Option<Day>,
    /// In this order [default: that of the store, which is the same every time]
    #[arg(long, value_name = "BY")]
    pub sort: Option<Sort>,
    /// Only documents behind this one in that order: its id, as much of it as is unique, or the
    /// name of its source
    #[arg(long, value_name = "ID|SOURCE", value_parser = NonEmptyStringValueParser::new())]
    pub after: Option<String>,
    /// No more documents than this
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: Option<u64>,
}

impl Filter {
    /// Whether it means all documents, in whichever order.
    pub fn is_all(&self) -> bool {
        let Filter {
            label,
            min_confidence,
            unlabelled,
            language,
            source,
            kind,
            since,
            until,
            sort,
            after,
            limit,
        } = self;
        label.is_empty()
            && min_confidence.is_none()
            && !unlabelled
            && language.is_none()
            && source.is_none()
            && kind.is_empty()
            && since.is_none()
            && until.is_none()
            && sort.is_none()
            && after.is_none()
            && limit.is_none()
    }
}

/// What documents are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Sort {
    /// By date, the latest first; those without one come last
    Date,
    /// By title, or by source where there is none
    Title,
    /// By the name of the source
    Source,
}

/// Options of `show`.
#[derive(Debug, Args)]
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
    /// Tell where a label, or a kind of annotation, comes from instead: which plugin gave it, with
    /// which settings and tables, for which passages, in which run, and out of what
    #[arg(long, value_name = "LABEL", conflicts_with = "raw")]
    pub why: Option<String>,
}

/// Options of `stats`.
#[derive(Debug, Args)]
#[command(after_help = "\
With `--by`, the bill: what calls of plugins cost, added up, the greatest total time first. `IN` is what
plugins were given or read, `OUT` what they returned or emitted, in bytes of content; `HOST CALLS` is how
often they called docmill. Calls that failed are among them. A source is extracted in one call, which
counts with its first document.

Examples:
  docmill stats
  docmill stats --kinds
  docmill stats --by plugin
  docmill stats --by document --top 20 --output json")]
pub struct Stats {
    /// Tell what the calls of plugins cost, by this
    #[arg(long, value_name = "WHAT")]
    pub by: Option<By>,
    /// Count what was found, by kind of annotation; every finding is read for that
    #[arg(long, conflicts_with = "by")]
    pub kinds: bool,
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
#[derive(Debug, Args)]
#[command(after_help = "\
`jsonl` writes one object per document and loses nothing; its fields are described in
host/docs/export.md. `csv` writes one row per document for spreadsheets. `parquet` writes the whole store
as tables into a folder; host/docs/results.md describes their columns.

Examples:
  docmill export --format jsonl > articles.jsonl
  docmill export --format csv --label aerospace-uav --to drones.csv
  docmill export --format csv --fields id,title,kind:money
  docmill export --format parquet --to results
  docmill export --format jsonl --raw             with what was left out of the text
  docmill export --budget bytes=1GiB --to all.jsonl")]
pub struct Export {
    /// How to write
    #[arg(long, value_name = "FORMAT", default_value = "jsonl")]
    pub format: ExportFormat,
    /// File to write to, replaced as a whole, or with `parquet` a new or empty folder [default:
    /// stdout]
    #[arg(long, value_name = "FILE")]
    pub to: Option<PathBuf>,
    /// Add what was left out of the text: captions, cross-links, boxes of related news
    #[arg(long)]
    pub raw: bool,
    /// Write these instead, such as `title,date`, with `jsonl` or `csv`; `kind:NAME`, `label:NAME`
    /// and `attribute:NAME` are fields as well
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',', conflicts_with = "raw")]
    pub fields: Vec<Field>,
    /// End where documents come to more than this, as in `bytes=1GiB`: `--to` then writes nothing,
    /// and stdout has those that fit
    #[arg(long, value_name = "NAME=VALUE", value_parser = export_budget)]
    pub budget: Option<u64>,
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
    /// Tables for databases and data frames: the whole store
    Parquet,
}
