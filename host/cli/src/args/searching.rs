//! The commands to look around: `search`, `serve`, `report`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use docmill_search::Facet;

use crate::selection::Day;

/// Options of `search`.
#[derive(Debug, Args)]
#[command(after_help = SEARCH)]
pub struct Search {
    /// What to look for; nothing means every document
    #[arg(value_name = "QUERY", num_args = 0..)]
    pub query: Vec<String>,
    /// Only documents with this label (can be repeated: any of them)
    #[arg(long, value_name = "LABEL")]
    pub label: Vec<String>,
    /// Only documents in this language; `pt` means `pt-BR` too
    #[arg(long, value_name = "TAG")]
    pub language: Option<String>,
    /// Only documents from sources whose name contains this
    #[arg(long, value_name = "TEXT")]
    pub source: Option<String>,
    /// Only documents of this day, month or year, or of a later one; those without a date are left
    /// out
    #[arg(long, value_name = "DATE")]
    pub since: Option<Day>,
    /// Only documents of this day, month or year, or of an earlier one; those without a date are
    /// left out
    #[arg(long, value_name = "DATE")]
    pub until: Option<Day>,
    /// Only documents that have this, such as `type=text/html` or `place=example.org` (can be
    /// repeated)
    #[arg(long = "with", value_name = "FACET=VALUE", value_parser = chosen)]
    pub with: Vec<(Facet, String)>,
    /// In this order
    #[arg(long, value_name = "BY", default_value = "fit")]
    pub sort: SearchOrder,
    /// How many documents to show
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(0..=1_000))]
    pub limit: u16,
    /// How many documents to pass over
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=10_000))]
    pub offset: u16,
    /// Also count what was found by label, language, place, type, month and plugin
    #[arg(long)]
    pub facets: bool,
}

const SEARCH: &str = "\
Words have to be there all, in any order; with and without marks they are the same, and what is written
exactly so comes first. `\"…\"` is a phrase, `dron*` what begins like this, `-word` and NOT keep out, OR is
either, brackets group. Fields are title, label, language, source, type, plugin and month.

What is needed for searching lies in the store's folder, follows what was taken in, and is made anew where it
is missing or damaged. With `--output json` one object per document, and the numbers at last.

Examples:
  docmill search drone
  docmill search '\"da nang\" -label:aerospace-uav' --language vi
  docmill search 'title:puce* OR semicond*' --since 2025-11 --facets
  docmill search --with place=example.org --sort date";

/// What is found is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SearchOrder {
    /// What fits best first
    Fit,
    /// The latest first
    Date,
}

fn chosen(text: &str) -> Result<(Facet, String), String> {
    let known = || {
        let names: Vec<&str> = Facet::ALL.iter().map(|it| it.as_str()).collect();
        format!(
            "a facet and a value are needed, such as `type=text/html`; there are {}",
            names.join(", ")
        )
    };
    let (facet, value) = text.split_once('=').ok_or_else(known)?;
    Ok((Facet::of(facet).ok_or_else(known)?, value.to_owned()))
}

/// Options of `serve`.
#[derive(Debug, Args)]
#[command(after_help = SERVE)]
pub struct Serve {
    /// Where to listen: an address and a port; port 0 takes a free one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8770")]
    pub listen: SocketAddr,
    /// Another name that the server is known by (can be repeated); requests for others are refused
    #[arg(long = "name", value_name = "HOST")]
    pub names: Vec<String>,
}

const SERVE: &str = "\
Pages to search, read and compare what is stored, and a twin of each for programs below `/api`. Nothing on
them runs in the browser or comes from elsewhere. Elsewhere than on this machine, whoever asks needs the
token that is printed at the start. The transport is not encrypted: outside of a network that you trust, put
a proxy with TLS before it.

The store is given up for a moment whenever another docmill wants it, and pages wait until that is done.

Examples:
  docmill serve
  docmill serve --listen 0.0.0.0:8770 --name mill.example.org";

/// Options of `report`.
#[derive(Debug, Args)]
#[command(after_help = REPORT)]
pub struct Report {
    /// File to write to, replaced as a whole
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
    /// What it is called
    #[arg(long, value_name = "TEXT", default_value = "What docmill found")]
    pub title: String,
}

const REPORT: &str = "\
One page of HTML with nothing that it refers to, and no script: numbers, groups over time, the surest of each,
what failed and why, what plugins cost. It quotes titles of documents and names of sources, so it is for those
who may know them.

Example:
  docmill report --to news.html --title 'News of November'";
