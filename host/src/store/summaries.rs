//! Keeps what a list tells of each document in step with every commit, and tells it.

use std::collections::{BTreeMap, BTreeSet};

use super::changes::Before;
use super::mapped::{Batch, Entry, KeyValue};
use super::record::{Kind, Record};
use super::{Commit, StoreError, keys, pieces, queries, writing};
use crate::model::{
    DocumentId, DocumentSummary, Failure, Finding, PluginName, SourceName, StepSummary,
    StoredDocument, StoredSource,
};

/// How much is written at a time, in bytes.
const BATCH: usize = 1 << 20;

/// What is told of the documents of a source once this commit is stored. `replaced` are the
/// versions of documents that get another text by it.
pub(super) fn following(
    commit: &Commit,
    replaced: &BTreeSet<(DocumentId, u32)>,
    before: &impl Before,
) -> Result<Vec<DocumentSummary>, StoreError> {
    let source = &commit.source;
    if source.retired || source.documents.is_empty() {
        return Ok(Vec::new());
    }
    // A source may have very many documents.
    let told = before.summaries(&source.info.name)?;
    let told: BTreeMap<DocumentId, DocumentSummary> =
        told.into_iter().map(|it| (it.id, it)).collect();
    let mut news: BTreeMap<DocumentId, &StoredDocument> = BTreeMap::new();
    for document in &commit.documents {
        let news = news.entry(document.id).or_insert(document);
        *news = if news.version > document.version { news } else { document };
    }
    let changes = Changes::of(commit);
    let mut summaries = Vec::with_capacity(source.documents.len());
    for id in &source.documents {
        let stored = before.latest(*id)?;
        let new = news.get(id).filter(|it| Some(it.version) >= stored);
        let version = new.map(|it| it.version).or(stored);
        let told = told.get(id).filter(|it| Some(it.version) == version);
        let mut summary = match (new, told) {
            (Some(new), told) => {
                let mut summary = DocumentSummary::of(source, new, [], &commit.failures);
                if stored == version && !replaced.contains(&(*id, new.version)) {
                    // The text is the same, so what was found in it stays.
                    summary.steps = match told {
                        Some(told) => told.steps.clone(),
                        None => steps(&before.findings(*id, new.version)?),
                    };
                }
                summary
            }
            (None, Some(told)) => told.clone().with_source(source, &commit.failures),
            (None, None) => {
                let Some(version) = stored else { continue };
                // What cannot be read cannot be told.
                let Some(Some(document)) = before.document(*id, version)? else { continue };
                let found = before.findings(*id, version)?;
                DocumentSummary::of(source, &document, &found, &commit.failures)
            }
        };
        changes.apply(&mut summary);
        summaries.push(summary);
    }
    Ok(summaries)
}

fn steps(findings: &[Finding]) -> Vec<StepSummary> {
    findings.iter().map(StepSummary::from).collect()
}

/// What a commit takes out and puts in, by the version of the document that it was found in.
#[derive(Default)]
struct Changes<'a> {
    retired: BTreeMap<(DocumentId, u32), Vec<&'a PluginName>>,
    found: BTreeMap<(DocumentId, u32), Vec<&'a Finding>>,
}

impl Changes<'_> {
    fn of(commit: &Commit) -> Changes<'_> {
        let mut changes = Changes::default();
        for (id, version, step) in &commit.retired {
            changes.retired.entry((*id, *version)).or_default().push(step);
        }
        for (id, version, finding) in &commit.findings {
            changes.found.entry((*id, *version)).or_default().push(finding);
        }
        changes
    }

    fn apply(&self, summary: &mut DocumentSummary) {
        let place = (summary.id, summary.version);
        for step in self.retired.get(&place).into_iter().flatten() {
            summary.steps.retain(|it| it.step != **step);
        }
        for finding in self.found.get(&place).into_iter().flatten() {
            summary.put(StepSummary::from(*finding));
        }
    }
}

/// What a list tells, read off the records themselves. `None` if the document is not there.
pub(super) fn read_off(
    map: &impl KeyValue,
    source: &StoredSource,
    id: DocumentId,
    failures: &[Failure],
) -> Result<Option<DocumentSummary>, StoreError> {
    let Some(document) = queries::document(map, id, None)? else { return Ok(None) };
    let findings = queries::all(map, keys::findings(id, document.version));
    let findings = findings.collect::<Result<Vec<Finding>, _>>()?;
    Ok(Some(DocumentSummary::of(source, &document, &findings, failures)))
}

/// What a list tells of all documents on it: see [`super::Store::summaries`].
///
/// What was not kept, or was damaged, is read off the documents.
pub(super) fn list(
    map: &impl KeyValue,
) -> Box<dyn Iterator<Item = Result<DocumentSummary, StoreError>> + '_> {
    // Summaries lie in the order of their sources, so both are read once and side by side.
    let mut kept = map.scan(keys::beginning_with(keys::of_kind(Kind::Summary))).peekable();
    let mut kept_of = move |source: &SourceName| -> Result<Vec<Entry>, StoreError> {
        let prefix = keys::summaries(source);
        let mut entries = Vec::new();
        while let Some(entry) =
            kept.next_if(|it| it.as_ref().map_or(true, |(key, _)| is_up_to(key, &prefix)))
        {
            let (key, bytes) = entry?;
            if key.starts_with(&prefix) {
                entries.push((key, bytes));
            }
        }
        Ok(entries)
    };
    let of_source = move |source: Result<StoredSource, StoreError>| {
        let told = source.and_then(|source| {
            let kept = kept_of(&source.info.name)?;
            if source.retired { Ok(Vec::new()) } else { of_source(map, &source, kept) }
        });
        match told {
            Ok(summaries) => summaries.into_iter(),
            Err(error) => vec![Err(error)].into_iter(),
        }
    };
    Box::new(queries::all(map, keys::of_kind(Kind::Source)).flat_map(of_source))
}

fn is_up_to(key: &[u8], prefix: &[u8]) -> bool {
    key.starts_with(prefix) || key < prefix
}

fn of_source(
    map: &impl KeyValue,
    source: &StoredSource,
    kept: Vec<Entry>,
) -> Result<Vec<Result<DocumentSummary, StoreError>>, StoreError> {
    let kept = kept.into_iter().filter_map(|(key, bytes)| queries::decode(map, &key, bytes).ok());
    let mut kept: BTreeMap<DocumentId, DocumentSummary> =
        kept.map(|it: DocumentSummary| (it.id, it)).collect();
    let mut failures = None;
    let mut told = Vec::with_capacity(source.documents.len());
    for id in &source.documents {
        if let Some(summary) = kept.remove(id) {
            told.push(Ok(summary));
            continue;
        }
        if failures.is_none() {
            failures = Some(queries::failures_of(map, &source.info.name)?);
        }
        let failures = failures.as_deref().unwrap_or_default();
        told.push(read_off(map, source, *id, failures).and_then(|summary| {
            summary.ok_or_else(|| queries::listed_but_gone(*id, &source.info.name))
        }));
    }
    Ok(told)
}

/// Makes anew what a list tells of all documents.
pub(super) fn make_all(map: &impl KeyValue) -> Result<(), StoreError> {
    let (mut batch, mut size) = (Batch::new(), 0);
    let apply = |batch: &mut Batch, size: &mut usize, least: usize| {
        if *size < least {
            return Ok(());
        }
        *size = 0;
        writing::apply(map, std::mem::take(batch))
    };
    for entry in map.scan(keys::beginning_with(keys::of_kind(Kind::Summary))) {
        let (key, bytes) = entry?;
        size += key.len() + bytes.len();
        pieces::take_out(map, &mut batch, key)?;
        apply(&mut batch, &mut size, BATCH)?;
    }
    apply(&mut batch, &mut size, 1)?;
    for source in queries::all::<StoredSource>(map, keys::of_kind(Kind::Source)) {
        // What cannot be read is told of by `verify`.
        let Ok(source) = source else { continue };
        if source.retired {
            continue;
        }
        let failures = queries::failures_of(map, &source.info.name).unwrap_or_default();
        for id in &source.documents {
            let Ok(Some(summary)) = read_off(map, &source, *id, &failures) else { continue };
            let (key, bytes) = (keys::summary(&summary), summary.encode());
            size += key.len() + bytes.len();
            pieces::put(map, &mut batch, Kind::Summary, key, bytes)?;
            apply(&mut batch, &mut size, BATCH)?;
        }
    }
    apply(&mut batch, &mut size, 1)
}
