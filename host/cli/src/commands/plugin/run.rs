//! `plugin run`: calls a plugin on documents and shows what it made, what it logged, and what each
//! call cost. Nothing is stored.

use std::io::Write;
use std::ops::ControlFlow;

use docmill::model::FailureClass;

use crate::args::{Common, Output, RunPlugin};
use crate::component;
use crate::context;
use crate::exit::Exit;
use crate::report::{
    CommandError, Page, Paint, TrialObject, count, finish, note, one_line, show_trial, write_json,
};
use crate::trying::{Given, On, Trying};

/// Runs the command.
pub fn run(common: &Common, options: &RunPlugin) -> Result<Exit, CommandError> {
    let catalog = context::catalog(common, 1)?;
    let plugin = component::load(&catalog, &options.plugin)?;
    let trying = Trying::new(common, &catalog, &plugin, &options.configuring, On::Files)?;
    let mut stdout = std::io::BufWriter::new(std::io::stdout().lock());
    let (mut calls, mut failed) = (0, 0);
    let mut ended = Ok(());
    trying.each(&options.paths, &options.media_types.media_types(), &mut |given| {
        ended = (|| {
            let Given { name, work } = given;
            let work = match work {
                Ok(work) => work,
                Err(unfit) => {
                    failed += 1;
                    let message = format!("`{}` is nothing to run it on", one_line(&name, 400));
                    let error = CommandError::new(Exit::SomeFailed, message);
                    let (causes, hint) = (unfit.causes, unfit.hint);
                    finish(common, Err(CommandError { causes, hint, ..error }));
                    return Ok(());
                }
            };
            let trial = trying.candidate.run(&work);
            calls += 1;
            let is_failure = |class: FailureClass| class.is_failure();
            failed += u64::from(trial.outcome.as_ref().is_err_and(|it| is_failure(it.class())));
            match common.output {
                Output::Json => write_json(&mut stdout, &TrialObject::new(&name, &work, &trial))?,
                Output::Human => {
                    let mut page = Page::new(Paint::for_stdout(common));
                    show_trial(&mut page, &name, &work, &trial);
                    stdout.write_all(page.finish().as_bytes())?;
                }
            }
            stdout.flush()
        })();
        if ended.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    ended?;
    let description = &plugin.description;
    note(
        common,
        &format!(
            "{} {} ({}): {}, {failed} failed",
            description.name,
            one_line(&description.version, 64),
            plugin.role,
            count(calls, "call"),
        ),
    );
    Ok(if failed > 0 || calls == 0 { Exit::SomeFailed } else { Exit::Success })
}
