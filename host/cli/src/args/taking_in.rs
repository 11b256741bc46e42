//! The commands that take files: `ingest`, `read`, `watch`.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};
use docmill::model::ByteSize;
use docmill::pipeline::RunOptions;

use super::runs::{Choosing, Jobs, RunBudget, SaidTypes, Sizes, Strategy};
use super::values::{debounce, source_size};

/// What `ingest` and `watch` both ask of taking sources in.
#[derive(Debug, Args)]
pub struct TakingIn {
    #[command(flatten)]
    pub choosing: Choosing,
    #[command(flatten)]
    pub jobs: Jobs,
    #[command(flatten)]
    pub media_types: SaidTypes,
    #[command(flatten)]
    pub sizes: Sizes,
    /// What to do about sources that are stored already
    #[arg(long, value_name = "STRATEGY", default_value = "replace")]
    pub strategy: Strategy,
}

impl TakingIn {
    /// How a run takes them in.
    pub fn options(&self) -> RunOptions {
        self.sizes.options(self.jobs, self.strategy)
    }
}

/// Options of `ingest`.
#[derive(Debug, Args)]
#[command(after_help = "\
Folders are taken with everything in them but hidden entries, what editors leave behind (`a.txt~`, `*.tmp`),
and what a file `.ignore` or `.docmillignore` in them leaves out. Where there is no file of a name, it is a
pattern: `*`, `?`, `[a-z]` and `{a,b}` stay within one name, `**` is any number of folders. `-` is standard
input, and is called as `--name` says. A source that is stored with the same
content and pipeline is skipped; one that failed is tried again. What becomes of those that changed or
are gone, `--strategy` decides; nothing that was stored is ever destroyed. Everything that is reported
as taken in is safely on disk.

Examples:
  docmill ingest articles/
  docmill ingest --strategy mirror articles/      what is gone from the folder goes off all lists
  docmill ingest --include '*.html' --exclude /drafts/ articles/
  docmill ingest 'mail/**/*.eml'
  find articles -newer last -print0 | docmill ingest --from-file -
  curl -s https://example.org/ | docmill ingest - --name example.html
  docmill ingest --jobs 1 --store /var/lib/news a.txt b.html")]
pub struct Ingest {
    /// Files and folders, patterns of them, or `-` for standard input
    #[arg(required_unless_present = "from_file", value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// What standard input is called, as if it were this file [default: /dev/stdin]
    #[arg(long, value_name = "PATH", value_parser = NonEmptyStringValueParser::new())]
    pub name: Option<String>,
    /// Take also the paths in this file, one a line or with a NUL after each; `-` is standard input
    #[arg(long, value_name = "LIST")]
    pub from_file: Option<PathBuf>,
    #[command(flatten)]
    pub taking: TakingIn,
    #[command(flatten)]
    pub budget: RunBudget,
}

/// Options of `read`.
#[derive(Debug, Args)]
#[command(after_help = "\
Takes files through the pipeline in force and prints what comes out, in the order in which they are
named; nothing is stored. `-` is standard input, and patterns are those of `ingest`; folders are taken with everything in them but hidden
entries, containers with all their members. What fails is told on stderr, and the command ends with 1.

Text is what unpackers and extractors make of a file, with an empty line between two documents; nothing
is looked for in it, nor with `markdown`, which keeps headings, lists, links and tables. With `jsonl`, all
steps are run, and every document is one object on one line, as `export` writes it.

Examples:
  docmill read page.html
  curl -s https://example.org/ | docmill read - | wc -w
  docmill read --format jsonl articles/ > articles.jsonl")]
pub struct Read {
    /// Files and folders, patterns of them, or `-`
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// What to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: ReadFormat,
    #[command(flatten)]
    pub choosing: Choosing,
    #[command(flatten)]
    pub jobs: Jobs,
    /// Largest source to read, at most 1 GiB
    #[arg(long, value_name = "SIZE", default_value = "64 MiB", value_parser = source_size)]
    pub max_size: ByteSize,
    #[command(flatten)]
    pub media_types: SaidTypes,
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

/// Options of `watch`.
#[derive(Debug, Args)]
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
    #[command(flatten)]
    pub taking: TakingIn,
    /// Try this component on a sample whenever it changes, in the place of the plugin of its name
    /// or as one more step
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
