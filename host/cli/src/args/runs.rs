//! What can be asked of everything that runs a pipeline.

use clap::{Args, ValueEnum};
use docmill::ingest::{Choice, GlobError, Links, MediaTypes};
use docmill::model::ByteSize;
use docmill::pipeline::{Budget, RunOptions};

use super::values::{budget, source_size};

/// How many documents are processed at the same time.
#[derive(Debug, Clone, Copy, Args)]
pub struct Jobs {
    /// Documents to process at the same time [default: one per processor]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,
}

impl Jobs {
    /// The number that was asked for, or one for each processor.
    pub fn number(self) -> usize {
        self.jobs.map_or_else(|| RunOptions::default().jobs, usize::from)
    }
}

/// What a run may use as a whole.
#[derive(Debug, Clone, Copy, Args)]
pub struct RunBudget {
    /// What the run may use as a whole: `wall`, `processor`, `memory`, `store`, `sources`, as in
    /// `wall=1h,memory=2GiB`; the next run goes on
    #[arg(long, value_name = "NAME=VALUE,…", value_parser = budget)]
    budget: Option<Budget>,
}

impl RunBudget {
    /// Whatever it takes, unless something was said.
    pub fn get(self) -> Budget {
        self.budget.unwrap_or_default()
    }
}

/// What sources are, whatever they look like.
#[derive(Debug, Args)]
pub struct SaidTypes {
    /// Take what is called so for this, whatever it looks like, as in `*.dat=text/csv` (can be
    /// repeated: the first that matches counts)
    #[arg(long = "media-type", value_name = "GLOB=TYPE")]
    said: Vec<MediaTypes>,
}

impl SaidTypes {
    /// All of them.
    pub fn media_types(&self) -> MediaTypes {
        self.said.iter().cloned().collect()
    }
}

/// Which files in folders are taken.
#[derive(Debug, Clone, Args)]
pub struct Choosing {
    /// Take only files in folders that this pattern matches; patterns are those of `.gitignore`
    /// (can be repeated: any of them)
    #[arg(long, value_name = "GLOB")]
    include: Vec<String>,
    /// Leave files and folders out that this pattern matches (can be repeated: any of them)
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Take hidden files and folders as well
    #[arg(long)]
    hidden: bool,
    /// Take what a file `.ignore` or `.docmillignore` leaves out as well
    #[arg(long)]
    no_ignore: bool,
    /// Follow links in folders, to what lies in the folder that was named or with `=anywhere`
    /// wherever they lead; others are reported
    #[arg(
        long,
        value_name = "WHERE",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "inside"
    )]
    follow_links: Option<Following>,
}

/// Where links may lead that are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Following {
    /// Into the folder that was named
    Inside,
    /// Wherever they do
    Anywhere,
}

impl Choosing {
    /// What was asked for.
    pub fn choice(&self) -> Result<Choice, GlobError> {
        let choice = Choice::of(&self.include, &self.exclude)?;
        let links = match self.follow_links {
            None => Links::Reported,
            Some(Following::Inside) => Links::Inside,
            Some(Following::Anywhere) => Links::Anywhere,
        };
        let choice = choice.with_hidden(self.hidden).with_ignore_files(!self.no_ignore);
        Ok(choice.with_links(links))
    }
}

/// How large things may be.
#[derive(Debug, Args)]
pub struct Sizes {
    /// Most of a source to hold in memory, at most 1 GiB; only containers may be larger
    #[arg(long, value_name = "SIZE", default_value = "64 MiB", value_parser = source_size)]
    pub max_size: ByteSize,
    /// Largest container to copy into the store; what needs a larger one again reads it where it
    /// was
    #[arg(long, value_name = "SIZE", default_value = "64 MiB")]
    pub max_copy: ByteSize,
    /// Most to take out of one file, at most 200 times its size or 256 MiB; a member counts 4 KiB
    /// more than it has
    #[arg(long, value_name = "SIZE", default_value = "256 GiB")]
    pub max_unpacked: ByteSize,
}

impl Sizes {
    /// How a run is done.
    pub fn options(&self, jobs: Jobs, strategy: Strategy) -> RunOptions {
        RunOptions {
            jobs: jobs.number(),
            largest_source: self.max_size,
            largest_copy: self.max_copy,
            largest_container: self.max_unpacked,
            strategy: strategy.into(),
            ..RunOptions::default()
        }
    }
}

/// What is done about sources that are stored already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Strategy {
    /// Leave them as they are, changed or not; take in only what is new
    Keep,
    /// Make a new version of what changed; leave what is gone
    Replace,
    /// As `replace`, and retire what is gone from the folders: it is off all lists until it comes
    /// back
    Mirror,
}

impl From<Strategy> for docmill::pipeline::Strategy {
    fn from(strategy: Strategy) -> docmill::pipeline::Strategy {
        match strategy {
            Strategy::Keep => docmill::pipeline::Strategy::Keep,
            Strategy::Replace => docmill::pipeline::Strategy::Replace,
            Strategy::Mirror => docmill::pipeline::Strategy::Mirror,
        }
    }
}
