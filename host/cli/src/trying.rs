//! A plugin that is tried outside of any run: what it is given, and the documents and sources that
//! it is called on.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use docmill::abi::Declaration;
use docmill::capabilities::{PriorFindings, SourceBytes};
use docmill::catalog::{Catalog, Plugin};
use docmill::conformance::{Candidate, Work};
use docmill::ingest::{Files, MediaTypes, Offer, Origin, Unreadable, judge};
use docmill::model::{FailureClass, Limits, PluginName};
use docmill::pipeline::{Pipeline, ReadOptions, Reading};
use docmill::sandbox::Stopped;

use crate::args::{Common, Configuring};
use crate::component;
use crate::exit::Exit;
use crate::in_force::InForce;
use crate::report::{CommandError, hint_of, hint_words, note, one_line};

/// The largest source that is read, in bytes, as where nothing else is asked for.
const LARGEST_SOURCE: u64 = 64 << 20;

/// A plugin, and the pipeline that reads documents for it.
pub struct Trying {
    pub candidate: Candidate,
    /// The pipeline in force; without documents, an unpacker or an extractor does without one.
    pipeline: Option<Pipeline>,
}

/// What a plugin is tried on, which decides whether there has to be a pipeline that works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// Files and folders that were named.
    Files,
    /// What docmill brings along: nothing has to be read.
    Samples,
}

/// Something that a plugin can be called on, or why it cannot.
pub struct Given {
    /// The name of the source, with the number of the document in it where there are several.
    pub name: String,
    pub work: Result<Work, Unfit>,
}

/// Why there is nothing to call the plugin on.
pub struct Unfit {
    pub causes: Vec<String>,
    pub hint: Option<String>,
}

impl Trying {
    /// Readies a plugin: with what was asked for, else what the step of its name in the pipeline in
    /// force has, else its defaults.
    pub fn new(
        common: &Common,
        catalog: &Catalog,
        plugin: &Arc<Plugin>,
        asked: &Configuring,
        on: On,
    ) -> Result<Trying, CommandError> {
        let assembled = InForce::read(common).and_then(|mut it| it.assemble(common, catalog));
        let needs_none = plugin.role.reads_sources() || on == On::Samples;
        let pipeline = match assembled {
            Ok(pipeline) => Some(pipeline),
            Err(error) if needs_none && common.pipeline.is_none() => {
                let message = one_line(&error.message, 400);
                note(
                    common,
                    &format!(
                        "without the pipeline in force, and so with what was asked for alone: {message}"
                    ),
                );
                None
            }
            Err(error) => return Err(error),
        };
        let description = &plugin.description;
        let mut steps = pipeline.iter().flat_map(Pipeline::steps);
        let like = steps.find(|step| {
            step.plugin.role == plugin.role && step.plugin.description.name == description.name
        });
        let mut settings = BTreeMap::new();
        let mut tables = BTreeMap::new();
        if let Some(step) = like {
            for setting in &description.settings {
                let chosen = step.settings().get(&setting.key).map(str::to_owned);
                settings.extend(chosen.map(|value| (setting.key.clone(), value)));
            }
            for table in &description.tables {
                let granted = step.tables().get(&table.name).map(Arc::clone);
                tables.extend(granted.map(|it| (table.name.clone(), it)));
            }
        }
        settings.extend(asked.settings.iter().cloned());
        tables.extend(component::tables(&asked.tables)?);
        let limits = asked.limits(like.map_or_else(Limits::default, |step| step.limits));
        let configuration = component::configuration(plugin, settings, tables, limits)?;
        let candidate = Candidate::new(catalog, Arc::clone(plugin), configuration)
            .map_err(|stopped| undeclared(plugin, &stopped))?;
        Ok(Trying { candidate, pipeline })
    }

    /// Hands over everything in these files and folders that the plugin can be called on, one at a
    /// time.
    pub fn each(
        &self,
        paths: &[PathBuf],
        said: &MediaTypes,
        each: &mut dyn FnMut(Given) -> ControlFlow<()>,
    ) -> Result<(), CommandError> {
        let work = std::env::current_dir()?;
        let mut files = Files::new(paths.iter().cloned(), &work);
        if self.candidate.plugin.role.reads_sources() {
            while let Some(offer) = files.next() {
                if each(self.source(offer, said)).is_break() {
                    break;
                }
            }
            return Ok(());
        }
        let Some(pipeline) = &self.pipeline else {
            return Err(CommandError::new(Exit::Bug, "documents are read by a pipeline"));
        };
        // What the plugin reads is found for it, and nothing else is run.
        let reads = &self.candidate.plugin.description.reads;
        let named = pipeline.steps().iter().map(|step| &step.name);
        let only: Vec<PluginName> = named.filter(|name| reads.contains(name)).cloned().collect();
        let options = ReadOptions { jobs: 1, only: Some(only), ..ReadOptions::default() };
        pipeline.read_all(&mut files, &options, &mut |reading| {
            self.documents(reading).into_iter().try_for_each(&mut *each)
        });
        Ok(())
    }

    fn source(&self, offer: Offer, said: &MediaTypes) -> Given {
        let Offer { name, content } = offer;
        let read = content.and_then(|content| {
            let claimed = content.claimed();
            let bytes = content.read(LARGEST_SOURCE)?;
            let types = self.pipeline.as_ref().map(Pipeline::media_types);
            let known = said.of(name.as_str()).or_else(|| types?.of(name.as_str())).cloned();
            let judged = || judge(name.as_str(), claimed.as_ref(), &bytes);
            Ok(SourceBytes::new(known.unwrap_or_else(judged), bytes))
        });
        let work = match read {
            Ok(source) if self.candidate.accepts(source.media_type()) => Ok(Work::Source(source)),
            Ok(source) => Err(self.not_accepted(source.media_type().as_str())),
            Err(unreadable) => Err(Unfit::from(unreadable)),
        };
        Given { name: name.to_string(), work }
    }

    fn not_accepted(&self, media_type: &str) -> Unfit {
        let accepted = match &self.candidate.declaration {
            Declaration::Accepts(types) => {
                types.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ")
            }
            _ => String::new(),
        };
        Unfit {
            causes: vec![format!("it is `{media_type}`, and the plugin accepts {accepted}")],
            hint: Some("say what it is with `--media-type GLOB=TYPE`".to_owned()),
        }
    }

    /// The documents of a source, or why it has none.
    fn documents(&self, reading: Reading) -> Vec<Given> {
        let name = reading.source.name.to_string();
        let failed = reading.failures.iter().find(|it| it.document.is_none());
        if reading.documents.is_empty() {
            // A container is told of by what is in it.
            let Some(failure) = failed else { return Vec::new() };
            let hint = failure.hint.as_ref().map(hint_words);
            // A picture in an archive has no text, and nobody asked for it by name.
            let is_member = reading.source.container.is_some();
            if is_member && failure.class == FailureClass::Unsupported {
                return Vec::new();
            }
            let unfit = Unfit { causes: failure.causes.clone(), hint };
            return vec![Given { name, work: Err(unfit) }];
        }
        let count = reading.documents.len();
        let given = |(index, document): (usize, docmill::pipeline::ReadDocument)| {
            let found = reading.findings.iter().filter(|(of, _)| *of == index);
            let prior: PriorFindings =
                found.map(|(_, it)| (it.step.to_string(), Arc::new(it.findings.clone()))).collect();
            let document = Arc::new(document.extracted.document);
            let work = match self.candidate.applies_to(&document) {
                true => Ok(Work::Document { document, prior }),
                false => {
                    let language = document.language.as_ref().map_or("unknown", |it| it.as_str());
                    let cause = format!(
                        "its language is {language}, from which the plugin does not translate"
                    );
                    Err(Unfit { causes: vec![cause], hint: None })
                }
            };
            let name = if count == 1 { name.clone() } else { format!("{name}#{index}") };
            Given { name, work }
        };
        reading.documents.into_iter().enumerate().map(given).collect()
    }
}

impl From<Unreadable> for Unfit {
    fn from(unreadable: Unreadable) -> Unfit {
        let hint = hint_of(&unreadable);
        Unfit { causes: unreadable.causes(), hint }
    }
}

/// The error about a plugin that will not work with what it is given.
fn undeclared(plugin: &Plugin, stopped: &Stopped) -> CommandError {
    let name = one_line(plugin.description.name.as_str(), 64);
    let message = format!("plugin `{name}` fails before its first document");
    CommandError {
        causes: stopped.causes(),
        hint: hint_of(stopped),
        ..CommandError::new(Exit::Rejected, message)
    }
}
