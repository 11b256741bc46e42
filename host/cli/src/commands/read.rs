//! `read`: takes files through the pipeline and prints what comes out. Nothing is stored.

use std::collections::VecDeque;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::PathBuf;

use docmill::ingest::{Choice, Files, Offer, Origin, Piped};
use docmill::model::{
    DocumentId, Failure, FailureClass, Finding, RunId, SourceName, StoredDocument, StoredSource,
};
use docmill::pipeline::{ReadOptions, Reading, RunError};
use docmill::render::{Markup, render};

use crate::args::{Common, Read, ReadFormat};
use crate::context;
use crate::dossier::Dossier;
use crate::exit::Exit;
use crate::files::{STANDARD_INPUT, check_standard_input, is_standard_input};
use crate::report::{CommandError, DocumentObject, finish, hint_words, note, one_line, write_json};

/// Runs the command.
pub fn run(common: &Common, options: &Read) -> Result<Exit, CommandError> {
    check_standard_input(&options.paths)?;
    let jobs = options.jobs.number();
    let pipeline = context::pipeline_for(common, jobs, &options.media_types)?;
    let read_options = ReadOptions {
        jobs,
        largest_source: options.max_size,
        // A text needs nobody to find anything in it.
        only: (options.format != ReadFormat::Jsonl).then(Vec::new),
        ..ReadOptions::default()
    };
    let mut origin = Inputs::new(&options.paths, &options.choosing.choice()?)?;
    let mut output = Written {
        format: options.format,
        to: std::io::BufWriter::new(std::io::stdout().lock()),
        any: false,
    };
    let (mut exit, mut ended) = (Exit::Success, Ok(()));
    pipeline.read_all(&mut origin, &read_options, &mut |reading| {
        ended = refusal(&reading).and_then(|()| output.write(&reading).map_err(CommandError::from));
        if tell_failures(common, &reading) {
            exit = Exit::SomeFailed;
        }
        if ended.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    ended?;
    output.to.flush()?;
    Ok(exit)
}

/// A step that refuses its configuration would for every source.
fn refusal(reading: &Reading) -> Result<(), CommandError> {
    match reading.misconfigured() {
        Some(Failure { step: Some(step), causes, .. }) => {
            let (step, causes) = (step.clone(), causes.clone());
            Err(RunError::Misconfigured { step, causes }.into())
        }
        _ => Ok(()),
    }
}

/// Tells what failed. That nobody reads some member of a container, such as a picture, is told of
/// no member.
fn tell_failures(common: &Common, reading: &Reading) -> bool {
    let is_member = reading.source.container.is_some();
    let mut any = false;
    for failure in &reading.failures {
        let is_unsupported = failure.class == FailureClass::Unsupported;
        if (is_unsupported && is_member) || failure.class == FailureClass::Misconfigured {
            continue;
        }
        let name = one_line(failure.source.as_str(), 200);
        if failure.class == FailureClass::Empty {
            note(common, &format!("there is no text in `{name}`"));
            continue;
        }
        any = true;
        let message = match &failure.step {
            Some(step) => format!("step `{step}` failed on `{name}`"),
            None => format!("`{name}` could not be read"),
        };
        let error = CommandError::new(Exit::SomeFailed, message);
        let (causes, hint) = (failure.causes.clone(), failure.hint.as_ref().map(hint_words));
        finish(common, Err(CommandError { causes, hint, ..error }));
    }
    any
}

/// Writes documents as they come.
struct Written<W> {
    format: ReadFormat,
    to: W,
    /// Whether one was written.
    any: bool,
}

impl<W: Write> Written<W> {
    fn write(&mut self, reading: &Reading) -> std::io::Result<()> {
        for index in 0..reading.documents.len() {
            match self.format {
                ReadFormat::Jsonl => {
                    let dossier = dossier(reading, index);
                    write_json(&mut self.to, &DocumentObject::new(&dossier, false))?;
                }
                ReadFormat::Text | ReadFormat::Markdown => {
                    let is_text = self.format == ReadFormat::Text;
                    let markup = if is_text { Markup::Text } else { Markup::Markdown };
                    let text = render(&reading.documents[index].extracted.document, markup);
                    self.text(text.trim_end_matches('\n'))?;
                }
            }
        }
        Ok(())
    }

    /// Writes a text, after an empty line if it is not the first.
    fn text(&mut self, text: &str) -> std::io::Result<()> {
        let between = if std::mem::replace(&mut self.any, true) { "\n" } else { "" };
        writeln!(self.to, "{between}{text}")
    }
}

/// A document as if it had been stored: what is printed for programs is the same.
fn dossier(reading: &Reading, index: usize) -> Dossier {
    let Reading { source, state, documents, findings, failures, .. } = reading;
    let document = documents[index].clone();
    let place = u32::try_from(index).unwrap_or(u32::MAX);
    let id = DocumentId::of(&source.name, place);
    let found = findings.iter().filter(|(of, _)| *of == index);
    let mut findings: Vec<Finding> = found.map(|(_, finding)| finding.clone()).collect();
    findings.sort_by(|one, other| one.step.cmp(&other.step));
    let of_document = |failure: &&Failure| failure.document.is_none_or(|it| it == id);
    Dossier {
        source: Some(StoredSource {
            info: source.clone(),
            version: 1,
            state: *state,
            pipeline: document.provenance.key,
            documents: vec![id],
            run: RunId::NONE,
            retired: false,
            is_copied: false,
        }),
        findings,
        failures: failures.iter().filter(of_document).cloned().collect(),
        stored: StoredDocument {
            id,
            version: 1,
            source: source.name.clone(),
            original: source.digest,
            index: place,
            extracted: document.extracted,
            provenance: document.provenance,
            run: RunId::NONE,
        },
    }
}

/// Files, folders and standard input, in the order in which they were named.
struct Inputs {
    left: VecDeque<Input>,
}

enum Input {
    Files(Box<Files>),
    StandardInput,
}

impl Inputs {
    fn new(paths: &[PathBuf], choice: &Choice) -> Result<Inputs, CommandError> {
        let work = std::env::current_dir()?;
        let input = |path: &PathBuf| match is_standard_input(path) {
            true => Input::StandardInput,
            false => {
                let files = Files::new([], &work).matching([path.clone()]);
                let files = files.choosing(choice.clone());
                Input::Files(Box::new(files))
            }
        };
        Ok(Inputs { left: paths.iter().map(input).collect() })
    }
}

impl Origin for Inputs {
    fn next(&mut self) -> Option<Offer> {
        loop {
            match self.left.front_mut()? {
                Input::Files(files) => {
                    if let Some(offer) = files.next() {
                        return Some(offer);
                    }
                    self.left.pop_front();
                }
                Input::StandardInput => {
                    self.left.pop_front();
                    let name = SourceName::new(STANDARD_INPUT).ok()?;
                    let content = Piped::new(std::io::stdin(), name.clone());
                    return Some(Offer { name, content: Ok(Box::new(content)) });
                }
            }
        }
    }
}
