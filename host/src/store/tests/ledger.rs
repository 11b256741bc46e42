//! A store that was written from the documentation of [`Store`] alone and shares no code with the
//! others.
//!
//! Maps of values of the model, and the rules in the plainest words: what the shared behaviours say
//! of all stores is then said by two implementations, and a rule that only stands in the code of
//! one of them is found.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard};

use crate::model::*;
use crate::store::{Commit, Position, Store, StoreError};

#[derive(Default)]
pub(super) struct Ledger(Mutex<Pages>);

/// A place in which a step finds something.
type Place = (DocumentId, u32);

#[derive(Default)]
struct Pages {
    runs: BTreeMap<u64, Run>,
    parts: BTreeMap<Digest, Vec<u8>>,
    originals: BTreeMap<Digest, Vec<u8>>,
    sources: BTreeMap<SourceName, StoredSource>,
    documents: BTreeMap<Place, StoredDocument>,
    findings: BTreeMap<(Place, PluginName), Finding>,
    // `None` sorts first: the extraction.
    histories: BTreeMap<(Place, Option<PluginName>), History>,
    failures: BTreeMap<(SourceName, FailureId), Failure>,
    /// Of which source each commit was, and a checksum of it.
    log: Vec<(SourceName, u32)>,
}

impl Pages {
    fn remember(&mut self, place: Place, step: Option<PluginName>, past: Past) {
        let new = History { step: step.clone(), past: Vec::new() };
        let history = self.histories.entry((place, step)).or_insert(new);
        history.past.push(past);
        if history.past.len() > History::MOST {
            history.past.remove(0);
        }
    }

    fn take_out(&mut self, place: Place, step: &PluginName) {
        if let Some(finding) = self.findings.remove(&(place, step.clone())) {
            let (digest, outline) =
                (finding.findings.digest(), Outline::of_findings(&finding.findings));
            let past = Past { provenance: finding.provenance, digest, outline };
            self.remember(place, Some(finding.step), past);
        }
    }

    fn commit(&mut self, commit: &Commit) {
        let source = &commit.source;
        if let Some(original) = &commit.original {
            self.originals.entry(source.info.digest).or_insert_with(|| original.to_vec());
        }
        self.failures.retain(|(name, _), _| *name != source.info.name);
        for failure in &commit.failures {
            self.failures.insert((failure.source.clone(), failure.id), failure.clone());
        }
        for document in &commit.documents {
            let place = (document.id, document.version);
            if let Some(old) = self.documents.insert(place, document.clone()) {
                if old.extracted.document != document.extracted.document {
                    let found = self.findings.keys().filter(|(there, _)| *there == place);
                    let steps: Vec<PluginName> = found.map(|(_, step)| step.clone()).collect();
                    steps.iter().for_each(|step| self.take_out(place, step));
                }
                if old.provenance.key != document.provenance.key {
                    let text = &old.extracted.document;
                    let (digest, outline) = (text.digest(), Outline::of_document(text));
                    let past = Past { provenance: old.provenance, digest, outline };
                    self.remember(place, None, past);
                }
            }
        }
        for (id, version, step) in &commit.retired {
            self.take_out((*id, *version), step);
        }
        for (id, version, finding) in &commit.findings {
            let (place, step) = ((*id, *version), &finding.step);
            let old = self.findings.get(&(place, step.clone()));
            if old.is_some_and(|old| old.provenance.key != finding.provenance.key) {
                self.take_out(place, step);
            }
            self.findings.insert((place, step.clone()), finding.clone());
        }
        let digest = Digest::of(format!("{source:?}").as_bytes());
        let checksum = *digest.as_bytes().first_chunk().unwrap();
        self.log.push((source.info.name.clone(), u32::from_le_bytes(checksum)));
        self.sources.insert(source.info.name.clone(), source.clone());
    }

    fn position(&self, commits: usize) -> Position {
        let last = commits.checked_sub(1).map(|last| self.log[last].1);
        Position { commits: commits as u64, checksum: last }
    }

    fn is_retired(&self, name: &SourceName) -> bool {
        self.sources.get(name).is_some_and(|source| source.retired)
    }
}

impl Ledger {
    fn open(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap()
    }
}

type List<'a, T> = Box<dyn Iterator<Item = Result<T, StoreError>> + 'a>;

fn list<'a, T: 'a>(values: impl Iterator<Item = T>) -> List<'a, T> {
    let values: Vec<T> = values.collect();
    Box::new(values.into_iter().map(Ok))
}

fn begins(id: impl ToString, prefix: &str) -> bool {
    id.to_string().starts_with(&prefix.to_lowercase())
}

impl Store for Ledger {
    fn begin_run(&self, run: &Run) -> Result<RunId, StoreError> {
        let mut pages = self.open();
        let id = RunId(pages.runs.keys().last().copied().unwrap_or(0) + 1);
        pages.runs.insert(id.0, Run { id, ..run.clone() });
        Ok(id)
    }

    fn finish_run(&self, run: &Run) -> Result<(), StoreError> {
        self.open().runs.insert(run.id.0, run.clone());
        Ok(())
    }

    fn commit(&self, commits: &[Commit]) -> Result<(), StoreError> {
        let mut pages = self.open();
        for Commit { source, original, .. } in commits {
            let is_known = pages.originals.contains_key(&source.info.digest);
            let is_wrong = |bytes| !is_known && Digest::of(bytes) != source.info.digest;
            if original.as_ref().is_some_and(|bytes| is_wrong(bytes)) {
                return Err(StoreError::Mismatch { source_name: source.info.name.clone() });
            }
        }
        commits.iter().for_each(|commit| pages.commit(commit));
        Ok(())
    }

    fn keep(&self, parts: &[&[u8]]) -> Result<(), StoreError> {
        self.open().parts.extend(parts.iter().map(|part| (Digest::of(part), part.to_vec())));
        Ok(())
    }

    fn part(&self, digest: &Digest) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.open().parts.get(digest).cloned())
    }

    fn parts_with_prefix(&self, prefix: &str, limit: usize) -> Result<Vec<Digest>, StoreError> {
        let pages = self.open();
        Ok(pages.parts.keys().copied().filter(|it| begins(it, prefix)).take(limit).collect())
    }

    fn source(&self, name: &SourceName) -> Result<Option<StoredSource>, StoreError> {
        Ok(self.open().sources.get(name).cloned())
    }

    fn sources(&self) -> List<'_, StoredSource> {
        list(self.open().sources.values().cloned())
    }

    fn members<'a>(&'a self, container: &'a SourceName) -> List<'a, StoredSource> {
        let pages = self.open();
        let is_member = |it: &&StoredSource| it.info.container.as_ref() == Some(container);
        list(pages.sources.values().filter(is_member).cloned())
    }

    fn original(&self, digest: &Digest) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.open().originals.get(digest).cloned())
    }

    fn has_original(&self, digest: &Digest) -> Result<bool, StoreError> {
        Ok(self.open().originals.contains_key(digest))
    }

    fn document(
        &self,
        id: DocumentId,
        version: Option<u32>,
    ) -> Result<Option<StoredDocument>, StoreError> {
        let pages = self.open();
        let found = match version {
            Some(version) => pages.documents.get(&(id, version)),
            None => pages.documents.range((id, 0)..=(id, u32::MAX)).last().map(|(_, it)| it),
        };
        Ok(found.cloned())
    }

    fn documents(&self) -> List<'_, StoredDocument> {
        let pages = self.open();
        let on_list = pages.sources.values().filter(|source| !source.retired);
        let ids: Vec<DocumentId> = on_list.flat_map(|it| it.documents.clone()).collect();
        drop(pages);
        list(ids.into_iter().map(|id| self.document(id, None).unwrap().unwrap()))
    }

    fn summaries(&self) -> List<'_, DocumentSummary> {
        let documents: Vec<StoredDocument> = self.documents().map(Result::unwrap).collect();
        list(documents.into_iter().map(|document| {
            let source = self.source(&document.source).unwrap().unwrap();
            let findings = self.findings(document.id, document.version).unwrap();
            let failures = self.failures_of(&document.source).unwrap();
            DocumentSummary::of(&source, &document, &findings, &failures)
        }))
    }

    fn document_ids(&self, prefix: &str, limit: usize) -> Result<Vec<DocumentId>, StoreError> {
        let mut ids: Vec<DocumentId> = self.open().documents.keys().map(|(id, _)| *id).collect();
        ids.dedup();
        Ok(ids.into_iter().filter(|id| begins(id, prefix)).take(limit).collect())
    }

    fn findings(&self, id: DocumentId, version: u32) -> Result<Vec<Finding>, StoreError> {
        let pages = self.open();
        let found = pages.findings.iter().filter(|((place, _), _)| *place == (id, version));
        Ok(found.map(|(_, finding)| finding.clone()).collect())
    }

    fn finding_summaries(
        &self,
        id: DocumentId,
        version: u32,
    ) -> Result<Vec<FindingSummary>, StoreError> {
        let findings = self.findings(id, version)?.into_iter();
        let summary = |it: Finding| FindingSummary { step: it.step, provenance: it.provenance };
        Ok(findings.map(summary).collect())
    }

    fn finding(
        &self,
        id: DocumentId,
        version: u32,
        step: &PluginName,
    ) -> Result<Option<Finding>, StoreError> {
        Ok(self.open().findings.get(&((id, version), step.clone())).cloned())
    }

    fn history(&self, id: DocumentId, version: u32) -> Result<Vec<History>, StoreError> {
        let pages = self.open();
        let found = pages.histories.iter().filter(|((place, _), _)| *place == (id, version));
        Ok(found.map(|(_, history)| history.clone()).collect())
    }

    fn failures(&self) -> List<'_, Failure> {
        let pages = self.open();
        list(pages.failures.values().filter(|it| !pages.is_retired(&it.source)).cloned())
    }

    fn failures_of(&self, source: &SourceName) -> Result<Vec<Failure>, StoreError> {
        let pages = self.open();
        Ok(pages.failures.values().filter(|it| it.source == *source).cloned().collect())
    }

    fn failures_with_prefix(&self, prefix: &str, limit: usize) -> Result<Vec<Failure>, StoreError> {
        let pages = self.open();
        let found = pages.failures.values().filter(|it| begins(it.id, prefix));
        Ok(found.take(limit).cloned().collect())
    }

    fn run(&self, id: RunId) -> Result<Option<Run>, StoreError> {
        Ok(self.open().runs.get(&id.0).cloned())
    }

    fn runs(&self) -> List<'_, Run> {
        list(self.open().runs.values().cloned())
    }

    fn position(&self) -> Result<Position, StoreError> {
        let pages = self.open();
        Ok(pages.position(pages.log.len()))
    }

    fn changed_since(&self, since: &Position) -> Result<Option<BTreeSet<SourceName>>, StoreError> {
        let pages = self.open();
        let commits = since.commits as usize;
        let is_ours = commits <= pages.log.len() && pages.position(commits) == *since;
        let changed = |it: &[(SourceName, u32)]| it.iter().map(|(name, _)| name.clone()).collect();
        Ok(is_ours.then(|| changed(&pages.log[commits..])))
    }

    fn size_on_disk(&self) -> Result<Option<u64>, StoreError> {
        Ok(None)
    }
}
