//! The ways between a folder of results and a store that keeps versions.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use docmill::model::{
    Digest, Failure, FailureClass, Finding, MediaType, NameError, Provenance, Run, RunId,
    SourceInfo, SourceState, StoredDocument, StoredSource, Tally, Weight,
};
use docmill::store::{Commit, Store, StoreError};
use serde::Deserialize;

use crate::error::ResultsError;
use crate::folder::ResultFolder;

/// So many sources are written at once.
const GROUP: usize = 4_096;
/// Or as many as have so many bytes.
const GROUP_BYTES: u64 = 64 << 20;

/// What was written into a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Exported {
    /// How many sources.
    pub sources: u64,
    /// How many documents.
    pub documents: u64,
}

/// What was taken into a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Imported {
    /// How many sources.
    pub sources: u64,
    /// How many documents.
    pub documents: u64,
    /// How many failures.
    pub failures: u64,
}

/// Writes what a store has of all sources that are on its lists: the content that each has now,
/// what was found in it, and what failed. Earlier versions and originals stay in the store.
///
/// # Errors
///
/// If the store cannot be read or the folder cannot be written. What was written is whole as far as
/// its sources are in the folder.
pub fn export(store: &dyn Store, folder: &ResultFolder) -> Result<Exported, ResultsError> {
    let mut exported = Exported::default();
    let mut recipes = BTreeSet::new();
    let mut group = Group::default();
    for source in store.sources() {
        let source = source?;
        if source.retired {
            continue;
        }
        if recipes.insert(source.pipeline) {
            keep_recipe(store, folder, &source.pipeline)?;
        }
        let commit = commit_of(store, source)?;
        exported.sources += u64::from(commit.source.version > 0);
        exported.documents += commit.documents.len() as u64;
        group.add(folder, commit)?;
    }
    group.write(folder)?;
    Ok(exported)
}

/// What a store has of a source as it is now.
fn commit_of(store: &dyn Store, source: StoredSource) -> Result<Commit, StoreError> {
    let mut documents: Vec<StoredDocument> = Vec::new();
    let mut findings = Vec::new();
    for id in &source.documents {
        // What is kept of an earlier content is not what the source is now.
        let document = store.document(*id, Some(source.version))?;
        let Some(document) = document.filter(|it| it.original == source.info.digest) else {
            continue;
        };
        let found = store.findings(*id, source.version)?;
        findings.extend(found.into_iter().map(|finding| (*id, source.version, finding)));
        documents.push(document);
    }
    let failures = store.failures_of(&source.info.name)?;
    let is_container = store.members(&source.info.name).next().transpose()?.is_some();
    let walked = is_container && failures.iter().all(|failure| failure.class.is_settled());
    let ids = documents.iter().map(|document| document.id).collect();
    Ok(Commit {
        source: StoredSource { documents: ids, ..source },
        original: None,
        documents,
        findings,
        retired: Vec::new(),
        failures,
        walked,
    })
}

/// A recipe, as far as it says what else is kept with it.
#[derive(Deserialize)]
struct Recipe {
    steps: Vec<RecipeStep>,
}

#[derive(Deserialize)]
struct RecipeStep {
    configuration: String,
}

fn keep_recipe(
    store: &dyn Store,
    folder: &ResultFolder,
    digest: &Digest,
) -> Result<(), ResultsError> {
    let Some(recipe) = store.part(digest)? else { return Ok(()) };
    let steps =
        serde_json::from_slice::<Recipe>(&recipe).map_or_else(|_| Vec::new(), |it| it.steps);
    let configurations = steps.iter().filter_map(|step| step.configuration.parse().ok());
    for configuration in configurations {
        if let Some(part) = store.part(&configuration)? {
            folder.keep(&[&part])?;
        }
    }
    Ok(folder.keep(&[&recipe])?)
}

/// Takes what a folder has of each source, the newest of it, into a store, as one run. The store
/// gets no originals: what needs one reads the file of that name, if it has the same content.
///
/// How a failure can be had again is kept where the store has the component that failed.
///
/// # Errors
///
/// If the folder cannot be read, or the store cannot be written. What was taken in until then
/// stays, and may be taken in again.
pub fn import(folder: &ResultFolder, store: &dyn Store) -> Result<Imported, ResultsError> {
    for digest in folder.part_digests() {
        if let Some(part) = folder.part(&digest)? {
            store.keep(&[&part])?;
        }
    }
    let mut run = Run {
        id: RunId::NONE,
        started: SystemTime::now(),
        finished: None,
        pipeline: Digest::of(b""),
        tally: Tally::default(),
    };
    if let Some(first) = folder.sources().next() {
        run.pipeline = first?.pipeline;
    }
    run.id = store.begin_run(&run)?;
    let (pipeline, components) = (run.pipeline, BTreeMap::new());
    let mut taking = Taking { folder, store, run: run.id, pipeline, components };
    let mut imported = Imported::default();
    let mut group = Group::default();
    let unread = taking.unread()?;
    let sources = folder.sources().map(|source| source.map_err(ResultsError::from));
    let commits = sources.map(|source| taking.commit(source?)).chain(unread.into_iter().map(Ok));
    for commit in commits {
        let commit = commit?;
        imported.sources += 1;
        imported.documents += commit.documents.len() as u64;
        let failures = commit.failures.iter().filter(|it| it.class.is_failure()).count() as u64;
        imported.failures += failures;
        group.add(store, commit)?;
    }
    group.write(store)?;
    run.tally.sources = imported.sources;
    run.tally.added = imported.documents;
    run.tally.failures = imported.failures;
    run.finished = Some(SystemTime::now());
    store.finish_run(&run)?;
    Ok(imported)
}

/// Makes commits of what a folder has.
struct Taking<'a> {
    folder: &'a ResultFolder,
    store: &'a dyn Store,
    run: RunId,
    pipeline: Digest,
    /// Whether the store has them.
    components: BTreeMap<Digest, bool>,
}

impl Taking<'_> {
    fn commit(&mut self, source: StoredSource) -> Result<Commit, ResultsError> {
        let before = self.store.source(&source.info.name)?;
        let version = before.map_or(1, |before| {
            before.version
                + u32::from(before.version == 0 || before.info.digest != source.info.digest)
        });
        let costs = self.folder.costs_of(&source.info.name)?;
        let made = |made: Provenance, cost| Provenance { run: self.run, cost, ..made };
        let (mut documents, mut findings) = (Vec::new(), Vec::new());
        for id in &source.documents {
            let Some(document) = self.folder.document(*id, None)? else {
                let what = format!("document `{id}` is not there");
                return Err(ResultsError::damaged("documents", what));
            };
            for finding in self.folder.findings(*id, 1)? {
                let cost = costs.of_finding(*id, &finding);
                let provenance = made(finding.provenance, cost);
                findings.push((*id, version, Finding { provenance, ..finding }));
            }
            let cost = costs.of_document(&document);
            let provenance = made(document.provenance, cost);
            documents.push(StoredDocument { version, provenance, run: self.run, ..document });
        }
        let mut failures = Vec::new();
        for failure in self.folder.failures_of(&source.info.name)? {
            let cost = costs.of_failure(&failure);
            failures.push(self.failure(Failure { cost, ..failure })?);
        }
        let mut source = StoredSource { version, run: self.run, ..source };
        // Members that another share has to take in are no failure of the container that anybody
        // could look up.
        let failed = failures.iter().any(|failure| failure.class.is_failure());
        if source.state == SourceState::Failed && !failed {
            source.state = SourceState::Done;
        }
        let retired = Vec::new();
        let original = None;
        Ok(Commit { source, original, documents, findings, retired, failures, walked: false })
    }

    /// A failure as the store can keep it: how to have it again is worth nothing without its
    /// component.
    fn failure(&mut self, failure: Failure) -> Result<Failure, ResultsError> {
        let is_there = match failure.component {
            Some(component) => match self.components.get(&component) {
                Some(is_there) => *is_there,
                None => {
                    let is_there = self.store.part(&component)?.is_some();
                    self.components.insert(component, is_there);
                    is_there
                }
            },
            None => false,
        };
        let attempt = failure.attempt.filter(|_| is_there);
        Ok(Failure { attempt, run: self.run, ..failure })
    }

    /// Sources that could not be read when they were to be taken in.
    fn unread(&mut self) -> Result<Vec<Commit>, ResultsError> {
        let mut commits = Vec::new();
        for failure in self.folder.failures_of_unread()? {
            if failure.class == FailureClass::Unsupported {
                continue;
            }
            // What is stored under this name was read at some time.
            if self.store.source(&failure.source)?.is_some() {
                continue;
            }
            commits.push(Commit {
                source: self.unread_source(&failure)?,
                original: None,
                documents: Vec::new(),
                findings: Vec::new(),
                retired: Vec::new(),
                failures: vec![self.failure(failure)?],
                walked: false,
            });
        }
        Ok(commits)
    }

    fn unread_source(&self, failure: &Failure) -> Result<StoredSource, ResultsError> {
        let unknown = MediaType::new("application/octet-stream");
        let wrong = |error: NameError| ResultsError::damaged("failures", error);
        Ok(StoredSource {
            info: SourceInfo {
                name: failure.source.clone(),
                media_type: unknown.map_err(wrong)?,
                size: 0,
                digest: Digest::of(b""),
                container: None,
                attributes: Vec::new(),
            },
            // Nothing of it was ever read.
            version: 0,
            state: SourceState::Failed,
            pipeline: self.pipeline,
            documents: Vec::new(),
            run: self.run,
            retired: false,
            is_copied: false,
        })
    }
}

/// Commits that are written together.
#[derive(Default)]
struct Group {
    commits: Vec<Commit>,
    bytes: u64,
}

impl Group {
    fn add(&mut self, to: &dyn Store, commit: Commit) -> Result<(), StoreError> {
        let documents = commit.documents.iter().map(|it| it.extracted.held());
        let findings = commit.findings.iter().map(|(_, _, finding)| finding.held());
        self.bytes = documents.chain(findings).fold(self.bytes, u64::saturating_add);
        self.commits.push(commit);
        if self.commits.len() >= GROUP || self.bytes >= GROUP_BYTES {
            self.write(to)?;
        }
        Ok(())
    }

    fn write(&mut self, to: &dyn Store) -> Result<(), StoreError> {
        self.bytes = 0;
        let commits = std::mem::take(&mut self.commits);
        if commits.is_empty() { Ok(()) } else { to.commit(&commits) }
    }
}
