//! Everything about one failure in one file, so that it can be had again on another machine.
//!
//! A bundle is a tar archive of plain files in this order:
//!
//! | File | Content |
//! |---|---|
//! | `README.txt` | `docmill failure bundle 1` and a line feed, then what happened, for people |
//! | `failure.record`, `source.record` | the records of the failure and its source, as [`crate::store::record`] describes |
//! | `component.wasm` | the plugin |
//! | `configuration.json` | its settings, tables, and pairs of languages |
//! | `content` | the bytes of the source |
//! | `document.record` | the document that the step failed on, unless it was the source as a whole |
//! | `findings/STEP.record` | what other steps had found in the document |
//!
//! Whoever reads one trusts nothing in it: every file has a greatest size, records are checked as
//! always, and the plugin runs in the sandbox within limits that are no larger than a pipeline
//! could ask for.

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::sync::Arc;

use super::configuration::Configured;
use super::reading::Again;
use super::step::Step;
use crate::catalog::{Catalog, LARGEST_COMPONENT, LoadError};
use crate::error::Action;
use crate::manifest::PluginRef;
use crate::model::{Attempt, Cost, Failure, Finding, Limits, StoredDocument, StoredSource};
use crate::sandbox::Stopped;
use crate::store::record::{LARGEST_PAYLOAD, Record, RecordError};
use crate::store::{Store, StoreError};

mod tar;

const MAGIC: &str = "docmill failure bundle 1\n";
/// The largest content, configuration or record, in bytes.
const LARGEST_FILE: u64 = LARGEST_PAYLOAD;
const LARGEST_README: u64 = 1 << 20;
/// The most findings of other steps.
const MOST_FINDINGS: usize = 100;

/// A failure, and what it takes to have it again.
#[derive(Debug)]
pub struct Bundle {
    failure: Failure,
    attempt: Attempt,
    source: StoredSource,
    component: Vec<u8>,
    configuration: Vec<u8>,
    content: Vec<u8>,
    document: Option<StoredDocument>,
    findings: Vec<Finding>,
}

/// Why a bundle could not be made, read, or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// There is nothing to run again.
    #[error("no plugin took part in this failure, so there is nothing to reproduce")]
    NoPlugin,
    /// The store lacks something that a bundle needs.
    #[error("{0} is no longer in the store")]
    Gone(BundlePart),
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file could not be written or read, or is no archive.
    #[error("the bundle could not be {action}")]
    Io {
        /// What was tried.
        action: Action,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// The file is an archive, but no whole bundle.
    #[error("it is not a whole bundle: {0}")]
    Damaged(BundleFlaw),
    /// Its plugin could not be loaded.
    #[error("the plugin in it cannot be loaded")]
    Load(#[source] LoadError),
    /// Its plugin failed before it came to the document.
    #[error("the plugin in it failed while declaring what it does: {}", .0.causes().join(": "))]
    Declare(Box<Stopped>),
}

/// What a store has to have of a failure, for a bundle to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BundlePart {
    /// The component that failed.
    #[error("the plugin")]
    Plugin,
    /// Its settings and tables.
    #[error("the plugin's configuration")]
    Configuration,
    /// The record of the source.
    #[error("the source")]
    Source,
    /// The bytes of the source.
    #[error("the content")]
    Content,
    /// The document that it failed on, as it was.
    #[error("the document in this version")]
    Document,
}

/// What is wrong with a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BundleFlaw {
    /// Its first file does not say so.
    #[error("it does not say that it is one")]
    NoBundle,
    /// A file is missing, or another stands in its place.
    #[error("`{0}` is not in its place")]
    Missing(&'static str),
    /// A record cannot be read.
    #[error("a record in it: {0}")]
    Record(RecordError),
    /// There are too many findings, or some that point out of the document.
    #[error("it holds findings that do not belong to it")]
    Findings,
    /// The configuration of the plugin cannot be read.
    #[error("`configuration.json` is none")]
    Configuration,
    /// A plugin that reads documents failed, and there is none.
    #[error("its plugin reads documents, and it has none")]
    NoDocument,
}

impl Bundle {
    /// Gathers a bundle from the store in which the failure is recorded.
    ///
    /// # Errors
    ///
    /// If no plugin took part, the store has other content of the source by now, or cannot be read.
    pub fn collect(store: &dyn Store, failure: &Failure) -> Result<Bundle, BundleError> {
        let (Some(component), Some(attempt)) = (failure.component, failure.attempt.clone()) else {
            return Err(BundleError::NoPlugin);
        };
        let original = failure.original.ok_or(BundleError::NoPlugin)?;
        let component = store.part(&component)?.ok_or(BundleError::Gone(BundlePart::Plugin))?;
        let configuration = store.part(&attempt.configuration)?;
        let configuration = configuration.ok_or(BundleError::Gone(BundlePart::Configuration))?;
        let source = store.source(&failure.source)?.ok_or(BundleError::Gone(BundlePart::Source))?;
        let content = store.original(&original)?.ok_or(BundleError::Gone(BundlePart::Content))?;
        let mut findings = Vec::new();
        let document = match failure.document {
            None => None,
            Some(id) => {
                let document = store.document(id, None)?;
                let document = document
                    .filter(|document| document.original == original)
                    .ok_or(BundleError::Gone(BundlePart::Document))?;
                findings = store.findings(id, document.version)?;
                findings.retain(|finding| Some(&finding.step) != failure.step.as_ref());
                Some(document)
            }
        };
        let failure = failure.clone();
        Ok(Bundle {
            failure,
            attempt,
            source,
            component,
            configuration,
            content,
            document,
            findings,
        })
    }

    /// What failed, and how.
    pub fn failure(&self) -> &Failure {
        &self.failure
    }

    /// Writes the bundle; `explanation` is what people read in it.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn write(&self, to: &mut dyn Write, explanation: &str) -> Result<(), BundleError> {
        let writing = |cause| BundleError::Io { action: Action::Written, cause };
        let mut file = |name: &str, content: &[u8]| tar::write_file(to, name, content);
        file("README.txt", format!("{MAGIC}\n{explanation}").as_bytes()).map_err(writing)?;
        file("failure.record", &self.failure.encode()).map_err(writing)?;
        file("source.record", &self.source.encode()).map_err(writing)?;
        file("component.wasm", &self.component).map_err(writing)?;
        file("configuration.json", &self.configuration).map_err(writing)?;
        file("content", &self.content).map_err(writing)?;
        if let Some(document) = &self.document {
            file("document.record", &document.encode()).map_err(writing)?;
        }
        for finding in &self.findings {
            let name = format!("findings/{}.record", finding.step);
            file(&name, &finding.encode()).map_err(writing)?;
        }
        tar::write_end(to).and_then(|()| to.flush()).map_err(writing)
    }

    /// Reads a bundle, whoever wrote it.
    ///
    /// # Errors
    ///
    /// If it is none, is damaged, or a part of it is larger than it may be.
    pub fn read(from: &mut dyn Read) -> Result<Bundle, BundleError> {
        let mut next = |limit: u64| {
            tar::read_file(from, limit)
                .map_err(|cause| BundleError::Io { action: Action::Read, cause })
        };
        let mut expect = |name: &'static str, limit| match next(limit)? {
            Some((found, content)) if found == name => Ok(content),
            _ => Err(BundleError::Damaged(BundleFlaw::Missing(name))),
        };
        if !expect("README.txt", LARGEST_README)?.starts_with(MAGIC.as_bytes()) {
            return Err(BundleError::Damaged(BundleFlaw::NoBundle));
        }
        let failure: Failure = decode(&expect("failure.record", LARGEST_FILE)?)?;
        let source = decode(&expect("source.record", LARGEST_FILE)?)?;
        let component = expect("component.wasm", LARGEST_COMPONENT)?;
        let configuration = expect("configuration.json", LARGEST_FILE)?;
        let content = expect("content", LARGEST_FILE)?;
        let document: Option<StoredDocument> = match failure.document {
            Some(_) => Some(decode(&expect("document.record", LARGEST_FILE)?)?),
            None => None,
        };
        let mut findings: Vec<Finding> = Vec::new();
        while let Some((_, content)) = next(LARGEST_FILE)? {
            let finding: Finding = decode(&content)?;
            let fits = document
                .as_ref()
                .is_some_and(|document| finding.findings.fit(&document.extracted.document.text));
            if !fits || findings.len() == MOST_FINDINGS {
                return Err(BundleError::Damaged(BundleFlaw::Findings));
            }
            findings.push(finding);
        }
        let Some(attempt) = failure.attempt.clone() else { return Err(BundleError::NoPlugin) };
        Ok(Bundle {
            failure,
            attempt,
            source,
            component,
            configuration,
            content,
            document,
            findings,
        })
    }

    /// Runs the step that failed once more, on what it failed on, and tells how it ended.
    ///
    /// # Errors
    ///
    /// If it does not even come to that.
    pub fn reproduce(&self, catalog: &Catalog) -> Result<Result<Cost, Stopped>, BundleError> {
        let step = self.step(catalog)?;
        let bytes: Arc<[u8]> = Arc::from(&self.content[..]);
        let on = match &self.document {
            _ if step.plugin.role.reads_sources() => {
                Again::Source { info: &self.source.info, bytes: &bytes }
            }
            Some(document) => {
                Again::Document { document: &document.extracted.document, findings: &self.findings }
            }
            None => return Err(BundleError::Damaged(BundleFlaw::NoDocument)),
        };
        Ok(step.run_again(catalog.sandbox(), on).map(|called| called.cost))
    }

    fn step(&self, catalog: &Catalog) -> Result<Step, BundleError> {
        let plugin = catalog.load(&self.component).map_err(BundleError::Load)?;
        let configured = Configured::from_bytes(&self.configuration)
            .ok_or_else(|| BundleError::Damaged(BundleFlaw::Configuration))?;
        let (wanted, most) = (self.attempt.limits, Limits::CEILING);
        let limits = Limits {
            deadline: wanted.deadline.min(most.deadline),
            memory: wanted.memory.min(most.memory),
            output: wanted.output.min(most.output),
            log: wanted.log.min(most.log),
        };
        let declaration =
            (catalog.declare(&plugin, limits, &configured.settings, &configured.tables))
                .map_err(|stopped| BundleError::Declare(Box::new(stopped)))?;
        let name = self.failure.step.clone().unwrap_or_else(|| self.attempt.plugin.clone());
        let origin = PluginRef::File(PathBuf::from("component.wasm"));
        Ok(Step::new(name, plugin, origin, limits, declaration, configured))
    }
}

fn decode<R: Record>(bytes: &[u8]) -> Result<R, BundleError> {
    R::decode(bytes).map_err(|error| BundleError::Damaged(BundleFlaw::Record(error)))
}
