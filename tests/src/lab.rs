//! Runs pipelines inside the test's own process, over sources and into stores that exist only in
//! memory.

use std::collections::VecDeque;
use std::fmt::Write;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use docmill::catalog::{Catalog, CodeCache, Compiler};
use docmill::error::Hinted;
use docmill::ingest::{Content, Offer, Origin, Unreadable};
use docmill::manifest::Manifest;
use docmill::model::{
    Cost, Failure, FailureClass, Finding, Findings, MediaType, Run, SourceName, StoredDocument,
};
use docmill::pipeline::{Event, Fate, Pipeline, Reporter, RunError, RunOptions, run};
use docmill::sandbox::{Sandbox, SandboxOptions};
use docmill::store::{MemoryStore, Store};
use docmill_shipped::SHIPPED;

use crate::{code_folder, root};

/// How many calls run at the same time. Tests run side by side and share the sandbox.
const CONCURRENCY: usize = 8;

/// What all tests of one process share: the sandbox.
#[derive(Debug)]
pub struct Lab {
    catalog: Catalog,
}

impl Lab {
    /// The one of this process.
    ///
    /// # Panics
    ///
    /// If this machine cannot run plugins.
    pub fn get() -> &'static Lab {
        static LAB: OnceLock<Lab> = OnceLock::new();
        LAB.get_or_init(|| {
            let options = SandboxOptions { concurrency: CONCURRENCY, ..SandboxOptions::default() };
            let sandbox = Sandbox::new(&options).expect("this machine runs plugins");
            let cache = CodeCache::open(&code_folder()).expect("the folder can be made");
            let catalog = Catalog::new(sandbox, Compiler::InProcess, Some(cache));
            Lab { catalog: catalog.with_shipped(&SHIPPED) }
        })
    }

    /// Loads plugins into the sandbox.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// A pipeline of this text. Relative files are looked for in the folder of the workspace.
    ///
    /// # Errors
    ///
    /// What an operator would read, hint included.
    pub fn try_pipeline(&self, text: &str) -> Result<Pipeline, String> {
        let told = |message: String, source: Option<&dyn std::error::Error>, hint| {
            let causes = std::iter::successors(source, |&cause| cause.source());
            let mut told = causes.fold(message, |told, cause| format!("{told}: {cause}"));
            if let Some(hint) = hint {
                // Writing to a string does not fail.
                let _ = write!(told, "\nhint: {hint}");
            }
            told
        };
        let manifest =
            Manifest::parse_over(&root().join("docmill.toml"), text, Some(SHIPPED.pipeline))
                .map_err(|error| told(error.to_string(), None, error.hint()))?;
        Pipeline::assemble(&manifest, &self.catalog).map_err(|error| {
            told(error.to_string(), std::error::Error::source(&error), error.hint())
        })
    }

    /// A pipeline of this text.
    ///
    /// # Panics
    ///
    /// If it is refused.
    pub fn pipeline(&self, text: &str) -> Pipeline {
        self.try_pipeline(text).unwrap_or_else(|told| panic!("{told}\nin\n{text}"))
    }

    /// Takes sources through a pipeline into a new store, with this many jobs.
    ///
    /// # Panics
    ///
    /// If the run as a whole fails.
    pub fn ingest(&self, pipeline: &Pipeline, sources: Sources, jobs: usize) -> Ingested {
        let store = MemoryStore::new();
        let options = RunOptions { jobs, ..RunOptions::default() };
        let (run, told) = self
            .ingest_into(&store, pipeline, sources, &options)
            .unwrap_or_else(|error| panic!("{error}"));
        Ingested { store, run, told }
    }

    /// Takes what an origin offers through a pipeline into a store, and tells what was told.
    ///
    /// # Errors
    ///
    /// If the run as a whole fails.
    pub fn ingest_into(
        &self,
        store: &dyn Store,
        pipeline: &Pipeline,
        mut origin: impl Origin,
        options: &RunOptions,
    ) -> Result<(Run, Vec<Told>), RunError> {
        let listener = Listener::default();
        let run = run(store, pipeline, &mut origin, options, &listener)?;
        Ok((run, listener.0.into_inner().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// What came out of a run.
#[derive(Debug)]
pub struct Ingested {
    /// The store, which was empty before.
    pub store: MemoryStore,
    /// The run.
    pub run: Run,
    /// What was told about each source, in the order in which it was told.
    pub told: Vec<Told>,
}

impl Ingested {
    /// All failures.
    ///
    /// # Panics
    ///
    /// If the store cannot be read.
    pub fn failures(&self) -> Vec<Failure> {
        self.store.failures().map(|failure| failure.expect("the store can be read")).collect()
    }

    /// All documents.
    ///
    /// # Panics
    ///
    /// If the store cannot be read.
    pub fn documents(&self) -> Vec<StoredDocument> {
        self.store.documents().map(|document| document.expect("the store can be read")).collect()
    }

    /// The documents with all that was found in each, by step.
    ///
    /// # Panics
    ///
    /// If the store cannot be read.
    pub fn found(&self) -> Vec<(StoredDocument, Vec<Finding>)> {
        let findings =
            |document: &StoredDocument| self.store.findings(document.id, document.version);
        (self.documents().into_iter())
            .map(|document| {
                let found = findings(&document).expect("the store can be read");
                (document, found)
            })
            .collect()
    }

    /// The values that an analyzer found, of all documents in order.
    pub fn values(&self, step: &str) -> Vec<String> {
        let found = self.found();
        let findings = found.iter().flat_map(|(_, findings)| findings);
        findings
            .filter(|finding| finding.step.as_str() == step)
            .flat_map(|finding| match &finding.findings {
                Findings::Annotations(annotations) => annotations.as_slice(),
                _ => &[],
            })
            .filter_map(|annotation| annotation.value.clone())
            .collect()
    }
}

/// What was told about a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Its name.
    pub name: String,
    /// What became of it.
    pub fate: Fate,
    /// How many documents were found in it.
    pub documents: usize,
    /// How many results were computed for it.
    pub computed: usize,
}

#[derive(Default)]
struct Listener(Mutex<Vec<Told>>);

impl Reporter for Listener {
    fn event(&self, event: &Event<'_>) {
        if let Event::Source { name, fate, documents, computed, .. } = event {
            let (fate, documents, computed) = (*fate, *documents, *computed);
            let told = Told { name: name.to_string(), fate, documents, computed };
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(told);
        }
    }
}

/// Sources that exist only in memory.
#[derive(Debug, Clone)]
pub struct Sources {
    offered: VecDeque<(SourceName, Arc<[u8]>)>,
    claimed: Option<MediaType>,
    is_everything: bool,
}

impl Sources {
    /// The same sources, and whatever else is stored is gone.
    #[must_use]
    pub fn and_nothing_else(self) -> Sources {
        Sources { is_everything: true, ..self }
    }

    /// The same sources, which are claimed to be of this kind.
    ///
    /// # Panics
    ///
    /// If there is no such kind.
    #[must_use]
    pub fn claimed_as(self, media_type: &str) -> Sources {
        Sources { claimed: Some(MediaType::new(media_type).expect("a media type")), ..self }
    }
}

/// Sources of these names and bytes.
///
/// # Panics
///
/// If a name is none.
pub fn sources<N: Into<String>, B: AsRef<[u8]>>(
    offered: impl IntoIterator<Item = (N, B)>,
) -> Sources {
    let source = |(name, bytes): (N, B)| {
        (SourceName::new(name).expect("the name of a source"), Arc::from(bytes.as_ref()))
    };
    let offered = offered.into_iter().map(source).collect();
    Sources { offered, claimed: None, is_everything: false }
}

impl Origin for Sources {
    fn next(&mut self) -> Option<Offer> {
        let (name, bytes) = self.offered.pop_front()?;
        let content = InMemory { bytes, claimed: self.claimed.clone() };
        Some(Offer { name, content: Ok(Box::new(content)) })
    }

    fn is_gone(&self, _: &SourceName) -> bool {
        self.is_everything
    }
}

struct InMemory {
    bytes: Arc<[u8]>,
    claimed: Option<MediaType>,
}

impl Content for InMemory {
    fn read(self: Box<Self>, limit: u64) -> Result<Arc<[u8]>, Unreadable> {
        if self.bytes.len() as u64 > limit {
            return Err(Unreadable::because("it is too large"));
        }
        Ok(self.bytes)
    }

    fn claimed(&self) -> Option<MediaType> {
        self.claimed.clone()
    }
}

/// Everything a store has on its lists but runs, costs, and where a deadline struck: what has to be
/// equal whenever the same work was done.
///
/// # Panics
///
/// If the store cannot be read.
pub fn contents(store: &dyn Store) -> String {
    let mut contents = String::new();
    // Writing to a string does not fail.
    for source in store.sources() {
        let source = source.expect("the store can be read");
        if source.retired {
            continue;
        }
        let original = store.original(&source.info.digest).expect("the store can be read");
        let _ = writeln!(contents, "{source:#?}\noriginal: {:?}", original.map(|it| it.len()));
    }
    for document in store.documents() {
        let mut document = document.expect("the store can be read");
        document.provenance.cost = Cost::default();
        let _ = writeln!(contents, "{document:#?}");
        for mut finding in store.findings(document.id, document.version).expect("it can be read") {
            finding.provenance.cost = Cost::default();
            let _ = writeln!(contents, "{finding:#?}");
        }
    }
    for failure in store.failures() {
        let mut failure = failure.expect("the store can be read");
        failure.cost = failure.cost.map(|_| Cost::default());
        if failure.class == FailureClass::Deadline {
            failure.backtrace.clear();
            failure.log.clear();
        }
        let _ = writeln!(contents, "{failure:#?}");
    }
    contents
}

/// The labels that a classifier gave to a document, in order.
pub fn labels(findings: &[Finding], step: &str) -> Vec<docmill::model::Label> {
    findings
        .iter()
        .filter(|finding| finding.step.as_str() == step)
        .flat_map(|finding| match &finding.findings {
            Findings::Labels(labels) => labels.clone(),
            _ => Vec::new(),
        })
        .collect()
}
