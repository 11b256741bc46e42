//! `ingest`: takes new or changed documents in and runs the pipeline on them.

use std::path::PathBuf;

use docmill::abi::Declaration;
use docmill::ingest::{Files, Offer, Origin, Piped, Unreadable};
use docmill::model::{Role, SourceName};
use docmill::pipeline::{Pipeline, RunOptions, Strategy};

use crate::args::{Common, Ingest};
use crate::context;
use crate::exit::Exit;
use crate::files::{check_standard_input, is_standard_input, listed};
use crate::report::{CommandError, Progress};
use crate::taking_in::{note_not_whole, note_skipped, take_in};

/// What standard input is called, unless somebody says otherwise: no folder that is mirrored holds
/// this.
const STANDARD_INPUT_NAME: &str = "/dev/stdin";

/// Runs the command.
pub fn run(common: &Common, options: &Ingest) -> Result<Exit, CommandError> {
    // Everything that can be wrong with the pipeline is found before the store is touched.
    let pipeline =
        context::pipeline_for(common, options.taking.jobs.number(), &options.taking.media_types)?;
    let choice = options.taking.choosing.choice()?;
    let list = options.from_file.as_deref();
    let inputs = options.paths.iter().chain(&options.from_file).cloned();
    check_standard_input(&inputs.collect::<Vec<_>>())?;
    let (input, paths): (Vec<PathBuf>, Vec<PathBuf>) =
        options.paths.iter().cloned().partition(|path| is_standard_input(path));
    let listed = list.map(listed).transpose()?.unwrap_or_default();
    let input = match (input.is_empty(), &options.name) {
        (true, Some(_)) => {
            let message = "`--name` is for standard input, and no path is `-`";
            return Err(CommandError::new(Exit::Usage, message));
        }
        (true, None) => None,
        (false, name) => {
            let name = name.as_deref().unwrap_or(STANDARD_INPUT_NAME);
            Some(standard_input(&pipeline, options, name)?)
        }
    };
    let store = context::open_store(common)?;
    let files = Files::new([], &context::base(common)?).matching(paths).and(listed);
    let mut inputs = Inputs { input, files: files.choosing(choice) };
    let expected = Progress::wants_total(common)
        .then(|| inputs.files.count() + u64::from(inputs.input.is_some()));
    let budget = options.budget.get();
    let options = RunOptions { budget, ..options.taking.options() };
    let strategy = options.strategy;
    let exit = take_in(common, &store, &pipeline, &mut inputs, expected, options)?;
    note_skipped(common, inputs.files.skipped());
    if strategy == Strategy::Mirror {
        note_not_whole(common, &inputs.files);
    }
    Ok(exit)
}

/// Standard input, called as somebody says. What of it does not fit into memory, and is a
/// container, waits in a private file.
fn standard_input(
    pipeline: &Pipeline,
    options: &Ingest,
    name: &str,
) -> Result<Offer, CommandError> {
    let name = SourceName::of_path(name.as_bytes()).map_err(|error| {
        CommandError::new(Exit::Usage, "`--name` is not a name").because(&error)
    })?;
    let unpackers = pipeline.steps().iter().filter(|step| step.plugin.role == Role::Unpacker);
    let unpacked = unpackers.filter_map(|step| match &step.declaration {
        Declaration::Accepts(types) => Some(types.iter().cloned()),
        _ => None,
    });
    let content = Piped::new(std::io::stdin(), name.clone()).unpacking(
        unpacked.flatten().collect(),
        pipeline.media_types().clone(),
        context::spool(),
        options.taking.sizes.max_unpacked.as_u64(),
    );
    Ok(Offer { name, content: Ok::<_, Unreadable>(Box::new(content)) })
}

/// Standard input if it is named, then files.
struct Inputs {
    input: Option<Offer>,
    files: Files,
}

impl Origin for Inputs {
    fn next(&mut self) -> Option<Offer> {
        self.input.take().or_else(|| self.files.next())
    }

    fn is_gone(&self, name: &SourceName) -> bool {
        self.files.is_gone(name)
    }
}
