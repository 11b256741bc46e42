//! One file per command.

mod compare;
mod doctor;
mod eval;
mod export;
mod failures;
mod forget;
mod generate;
mod history;
mod import_results;
mod ingest;
mod list;
mod plan;
mod plugin;
mod process;
mod read;
mod report;
mod search;
mod serve;
mod show;
mod stats;
mod store;
mod taxonomy;
mod update;
mod verify;
mod watch;
mod wit;

use crate::args::{Args, Command, Failures, Plugin, Store, Taxonomy, Wit};
use crate::exit::Exit;
use crate::report::CommandError;

/// Runs what was asked for.
pub fn run(args: &Args) -> Result<Exit, CommandError> {
    let common = &args.common;
    match &args.command {
        Command::Ingest(options) => ingest::run(common, options),
        Command::Process(options) => process::run(common, options),
        Command::ImportResults(options) => import_results::run(common, options),
        Command::Read(options) => read::run(common, options),
        Command::Watch(options) => match &options.plugin {
            None => watch::run(common, options),
            Some(plugin) => watch::plugin::run(common, options, plugin),
        },
        Command::Plan { jobs } => plan::run(common, *jobs),
        Command::Update { jobs, budget } => update::run(common, *jobs, *budget),
        Command::Search(options) => search::run(common, options),
        Command::Serve(options) => serve::run(common, options),
        Command::Report(options) => report::run(common, options),
        Command::List(options) => list::run(common, options),
        Command::Show(options) => show::run(common, options),
        Command::History { document } => history::run(common, document),
        Command::Export(options) => export::run(common, options),
        Command::Compare(options) => compare::run(common, options),
        Command::Eval(options) => eval::run(common, options),
        Command::Taxonomy(Taxonomy::Check { table }) => taxonomy::check(common, table),
        Command::Taxonomy(Taxonomy::Fit(options)) => taxonomy::fit::run(common, options),
        Command::Stats(options) => stats::run(common, options),
        Command::Failures(Failures::List { class, step, all }) => {
            failures::list(common, *class, step.as_deref(), *all)
        }
        Command::Failures(Failures::Dismiss(options)) => failures::dismiss::run(common, options),
        Command::Failures(Failures::Show { failure }) => failures::show(common, failure),
        Command::Failures(Failures::Retry(options)) => failures::retry::run(common, options),
        Command::Failures(Failures::Export { failure, to }) => {
            failures::bundle::export(common, failure, to.as_deref())
        }
        Command::Failures(Failures::Reproduce { bundle }) => failures::bundle::run(common, bundle),
        Command::Forget(options) => forget::run(common, options),
        Command::Verify { sample } => verify::run(common, *sample),
        Command::Store(Store::Export { to }) => store::export(common, to),
        Command::Store(Store::Import { from }) => store::import(common, from),
        Command::Store(Store::Upgrade) => store::upgrade(common),
        Command::Store(Store::Rebuild { to, jobs }) => store::rebuild(common, to, *jobs),
        Command::Plugin(Plugin::List) => plugin::list::run(common),
        Command::Plugin(Plugin::Inspect { plugin, samples }) => {
            plugin::inspect::run(common, plugin, samples)
        }
        Command::Plugin(Plugin::Add(options)) => plugin::edit::add(common, options),
        Command::Plugin(Plugin::Remove { step }) => plugin::edit::remove(common, step),
        Command::Plugin(Plugin::Enable { step }) => plugin::edit::enable(common, step, true),
        Command::Plugin(Plugin::Disable { step }) => plugin::edit::enable(common, step, false),
        Command::Plugin(Plugin::New(options)) => plugin::new::run(common, options),
        Command::Plugin(Plugin::Run(options)) => plugin::run::run(common, options),
        Command::Plugin(Plugin::Test(options)) => plugin::test::run(common, options),
        Command::Plugin(Plugin::Check(options)) => plugin::check::run(common, options),
        Command::Plugin(Plugin::Bench(options)) => plugin::bench::run(common, options),
        Command::Plugin(Plugin::Wit { out, track }) => {
            plugin::wit::run(common, out, track.as_deref())
        }
        Command::Doctor(options) => doctor::run(common, options),
        Command::Wit(Wit::Diff { old, new }) => wit::diff(common, old, new),
        Command::Pipeline => generate::pipeline(common),
        Command::Completions { shell } => generate::completions(*shell),
        Command::Man => generate::manual(),
        Command::CompileComponent => generate::compile(common),
    }
}
