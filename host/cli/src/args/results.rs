//! The commands about results that lie in a folder of Parquet files: `process`, `import-results`.

use std::path::PathBuf;

use clap::Args;
use docmill::model::ByteSize;
use docmill::pipeline::{RunOptions, Share};

use super::runs::{Choosing, Jobs, SaidTypes};
use super::values::source_size;

/// Options of `process`.
#[derive(Debug, Args)]
#[command(after_help = "\
Takes files through the pipeline in force and writes what comes out as Parquet files, whose columns
host/docs/results.md describes; no store is needed. Files are only added to the folder. What is in it is
not computed again: a second run adds nothing, a new step only what it finds, and a run that was killed
goes on where it was. What failed is tried again only where it might not fail again: a deadline, a file
that could not be read.

With `--shard K/N`, N processes do it together, on as many machines: each is started with its own K from
1 to N, with the same paths, and takes the sources whose names fall to it, in containers as well. N may be
another one in the next run.

Examples:
  docmill process articles/ --to results
  docmill process articles/ --to results --dry-run          what would be computed, and why
  docmill process crawl/ --to /shared/results --shard \"$((SLURM_ARRAY_TASK_ID + 1))/64\"
  duckdb -c \"select distinct on (document) title from 'results/documents/*.parquet'\"")]
pub struct Process {
    /// Files and folders, or patterns of them
    #[arg(required_unless_present = "from_file", value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Folder for the results, made if it is not there
    #[arg(long, value_name = "DIR")]
    pub to: PathBuf,
    /// Take only the share with number K, from 1, of N
    #[arg(long, value_name = "K/N", default_value = "1/1", hide_default_value = true)]
    pub shard: Share,
    /// Compute nothing: tell what would be
    #[arg(long)]
    pub dry_run: bool,
    /// Take also the paths in this file, one a line or with a NUL after each; `-` is standard input
    #[arg(long, value_name = "LIST")]
    pub from_file: Option<PathBuf>,
    #[command(flatten)]
    pub choosing: Choosing,
    #[command(flatten)]
    pub jobs: Jobs,
    #[command(flatten)]
    pub media_types: SaidTypes,
    /// Most of a source to hold in memory, at most 1 GiB; only containers may be larger
    #[arg(long, value_name = "SIZE", default_value = "64 MiB", value_parser = source_size)]
    pub max_size: ByteSize,
    /// Most to take out of one file, at most 200 times its size or 256 MiB; a member counts 4 KiB
    /// more than it has
    #[arg(long, value_name = "SIZE", default_value = "256 GiB")]
    pub max_unpacked: ByteSize,
}

impl Process {
    /// How the run is done.
    pub fn options(&self) -> RunOptions {
        RunOptions {
            jobs: self.jobs.number(),
            largest_source: self.max_size,
            largest_container: self.max_unpacked,
            share: self.shard,
            ..RunOptions::default()
        }
    }
}

/// Options of `import-results`.
#[derive(Debug, Args)]
#[command(after_help = "\
Takes what `process` or `export --format parquet` wrote into the store, the newest of each source, so that
all commands that look at a store work on it. The store gets no originals: what needs one reads the file
that a source was, if it is still there with the same content, or says that it cannot.

Examples:
  docmill import-results results
  docmill import-results /shared/results --store news")]
pub struct ImportResults {
    /// Folder of results
    #[arg(value_name = "DIR")]
    pub from: PathBuf,
}
