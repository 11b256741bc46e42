//! The commands about plugins and the pipeline.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use docmill::model::{ByteSize, PluginName};

use super::authors::{BenchPlugin, NewPlugin, RunPlugin, TestPlugin};
use super::values::{assignment, step_name};

/// The commands about plugins.
#[derive(Debug, Subcommand)]
pub enum Plugin {
    /// List the plugins of the pipeline in force
    List,
    /// Show what a plugin is, what it asks for, what the pipeline in force grants it, and what it
    /// uses on samples
    Inspect {
        /// A component, or the name of a shipped plugin
        #[arg(value_name = "FILE|NAME")]
        plugin: PathBuf,
        /// File to run it on besides the built-in samples (can be repeated)
        #[arg(long = "sample", value_name = "FILE")]
        samples: Vec<PathBuf>,
    },
    /// Make the folder of a new plugin, in the language of your choice
    New(NewPlugin),
    /// Run a plugin on documents and show what it finds, what it logs, and what each call costs
    Run(RunPlugin),
    /// Put a plugin to the test with golden cases: an input, what is chosen, and what has to come
    /// out
    Test(TestPlugin),
    /// Check that a plugin keeps what the contract promises, clause by clause
    Check(Check),
    /// Write the contract that plugins are built for
    Wit {
        /// Folder to write it to
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Write the last release of this track, such as `0.1`, or that of this version
        #[arg(long, value_name = "VERSION")]
        track: Option<String>,
    },
    /// Measure what a plugin costs to compile, to instantiate and to call, and compare it with an
    /// earlier build
    Bench(BenchPlugin),
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

/// Options of `plugin add`.
#[derive(Debug, Args)]
#[command(after_help = "\
Where a step of the plugin's name is there, it runs the new plugin and keeps its settings, tables and
limits. Comments and layout of the file stay. The pipeline is checked as before a run; `docmill.lock`
beside it pins the digest of every component, and nothing else is run: what is changed by hand needs
`--update-lock`. A component that was run once
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
#[derive(Debug, Args)]
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
