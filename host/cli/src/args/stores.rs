//! The commands about whole stores.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};

use super::runs::Jobs;

/// Options of `forget`.
#[derive(Debug, Args)]
#[command(after_help = FORGET)]
pub struct Forget {
    /// Name of the source, as `list` shows it or as the file is called
    #[arg(value_name = "SOURCE", value_parser = NonEmptyStringValueParser::new())]
    pub source: String,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}

const FORGET: &str = "\
All versions go, with their originals, findings, history and failures, and so does everything that was
taken out of the source. A member of a container goes with the original of the container, which holds its
bytes; the other members stay. Bytes that another source shares stay, and are told. The database is written
anew, so that nothing of it is left in its files; for a while that takes the room of both. Backups, exports
and the files themselves are yours to remove: what still lies in a folder is taken in again with it.

Examples:
  docmill forget letters/2024-03-01.eml
  docmill forget 'inbox.zip!/cv.pdf' --yes";

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
    /// Convert a store of an earlier docmill
    #[command(after_help = "\
Interrupted, it leaves the store as it was. An earlier docmill cannot read what was converted.")]
    Upgrade,
    /// Make a new store by running the pipeline on the originals of this one
    #[command(after_help = "\
This store is only read, even if it is damaged. What cannot be read of it is told.")]
    Rebuild {
        /// Folder of the new store
        #[arg(value_name = "DIR")]
        to: PathBuf,
        #[command(flatten)]
        jobs: Jobs,
    },
}

const EXPORT_STORE: &str = "\
Works on a damaged store too: what cannot be read is told and left out, and its sources are marked as
failed, so that `ingest` takes them up again after the import.

Examples:
  docmill store export backup.docmill
  docmill store import backup.docmill --store restored";
