//! The commands about failures.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};
use docmill::manifest::LimitChanges;
use docmill::model::FailureClass;

use super::runs::Jobs;
use super::values::{failure_classes, limit_changes};

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
        /// List each, however many are of one kind
        #[arg(long)]
        all: bool,
    },
    /// Show one failure: causes, the plugin's call stack, the end of its log
    Show {
        /// Id of a failure, or as much of it as is unique
        #[arg(value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
        failure: String,
    },
    /// Take what failed as a whole off the list, such as files that are gone
    #[command(after_help = DISMISS)]
    Dismiss(Dismiss),
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

const DISMISS: &str = "\
Its sources are off all lists, as if they had been retired, until they are taken in again; nothing that was
stored is destroyed. What failed on a document that is stored stays on the list: something is missing there.

Examples:
  docmill failures dismiss 4k0j
  docmill failures dismiss --gone
  docmill failures dismiss --class unsupported";

/// Options of `failures dismiss`.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("meant").required(true).multiple(true)))]
pub struct Dismiss {
    /// Ids of failures, or as much of them as is unique
    #[arg(group = "meant", value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    pub failures: Vec<String>,
    /// Only failures of this class
    #[arg(long, group = "meant", value_name = "CLASS", value_parser = failure_classes())]
    pub class: Option<FailureClass>,
    /// Only failures of this step
    #[arg(long, group = "meant", value_name = "STEP")]
    pub step: Option<String>,
    /// Only failures of files that are no longer there
    #[arg(long, group = "meant")]
    pub gone: bool,
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
#[derive(Debug, Args)]
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
    #[command(flatten)]
    pub jobs: Jobs,
}
