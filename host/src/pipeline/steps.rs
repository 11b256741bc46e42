//! Takes one source through the steps, reusing every result whose key says that nothing it depends on has changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::assembly::Pipeline;
use super::key::{extraction_key, finding_key};
use super::reading::Incoming;
use super::reuse::{EarlierPipeline, EarlierPipelines};
use super::step::Step;
use crate::capabilities::{MemberSink, PriorFindings, SourceBytes};
use crate::ingest::Unreadable;
use crate::model::{
    Attempt, Attribute, Digest, Document, DocumentId, Extracted, Failure, FailureClass, FailureId,
    Finding, FindingSummary, Findings, LogLine, PluginName, Provenance, Role, RunId, SourceInfo,
    SourceState, StoredDocument, StoredSource,
};
use crate::sandbox::{Called, Stopped};
use crate::store::{Commit, Store, StoreError};

/// What the store has of a source with the content that it has now.
#[derive(Default)]
pub(super) struct Known {
    /// Whether its bytes are there, if that was asked.
    has_original: Option<bool>,
    /// Its documents, where extracting them again would find the same, and what was found in each.
    documents: Option<Vec<(StoredDocument, Digest, Vec<EarlierFinding>)>>,
}

impl Known {
    /// About how much memory it holds, in bytes.
    pub(super) fn weight(&self) -> u64 {
        let extracted =
            |(document, ..): &(StoredDocument, _, _)| document.provenance.cost.bytes_out;
        self.documents.iter().flatten().map(extracted).fold(0, u64::saturating_add)
    }
}

/// What a step found in a document.
pub(super) struct EarlierFinding {
    pub(super) summary: FindingSummary,
    /// What it was, if another step reads it: a translation is as long as its text, and few findings are read.
    pub(super) findings: Option<Findings>,
}

/// What was found in one version of a document, as far as `pipeline` has to know.
pub(super) fn found_in(
    store: &dyn Store,
    pipeline: &Pipeline,
    id: DocumentId,
    version: u32,
) -> Result<Vec<EarlierFinding>, StoreError> {
    let with_findings = |summary: FindingSummary| {
        let is_read = pipeline.is_read(&summary.step);
        let finding = is_read.then(|| store.finding(id, version, &summary.step)).transpose()?;
        Ok(match finding.flatten() {
            // Both of one reading: it may have been replaced after the first.
            Some(Finding { step, findings, provenance }) => EarlierFinding {
                summary: FindingSummary { step, provenance },
                findings: Some(findings),
            },
            None => EarlierFinding { summary, findings: None },
        })
    };
    store.finding_summaries(id, version)?.into_iter().map(with_findings).collect()
}

/// What a source came to.
pub(super) struct Processed {
    pub(super) commit: Commit,
    /// How many results were computed rather than reused.
    pub(super) computed: usize,
}

/// Why the run as a whole cannot go on.
#[derive(Debug)]
pub(super) enum Abort {
    Store(StoreError),
    /// Every other document would fail the same way.
    Misconfigured {
        step: PluginName,
        causes: Vec<String>,
    },
}

impl From<StoreError> for Abort {
    fn from(error: StoreError) -> Abort {
        Abort::Store(error)
    }
}

/// Why a source could not be taken through the steps.
#[derive(Debug)]
pub(super) enum Halted {
    /// The run as a whole cannot go on.
    Run(Abort),
    /// The bytes of the source are needed and cannot be read.
    Source(Unreadable),
}

impl<T: Into<Abort>> From<T> for Halted {
    fn from(abort: T) -> Halted {
        Halted::Run(abort.into())
    }
}

impl From<Unreadable> for Halted {
    fn from(unreadable: Unreadable) -> Halted {
        Halted::Source(unreadable)
    }
}

/// Takes sources through a pipeline, in one run.
pub(super) struct Runner<'a> {
    pub(super) pipeline: &'a Pipeline,
    pub(super) store: &'a dyn Store,
    pub(super) run: RunId,
    pub(super) earlier: EarlierPipelines<'a>,
}

/// A source on its way through the steps.
struct Progress<'a> {
    incoming: &'a Incoming,
    version: u32,
    failures: Vec<Failure>,
    findings: Vec<(DocumentId, u32, Finding)>,
    retired: Vec<(DocumentId, u32, PluginName)>,
    computed: usize,
}

/// What was stored of a source whose content is the same as now.
pub(super) struct Before<'a> {
    pub(super) source: &'a StoredSource,
    /// The pipeline that was run on it.
    pub(super) earlier: Arc<EarlierPipeline>,
}

impl Before<'_> {
    /// Whether the step had come to an end on everything in it, as it is now. What it did not find then it would not find now.
    fn settled(&self, step: &Step) -> bool {
        self.source.state == SourceState::Done && self.earlier.had(step)
    }

    /// Whether its members lie in the store, each with a record of its own.
    pub(super) fn is_unpacked(&self, info: &SourceInfo) -> bool {
        self.source.state == SourceState::Done
            && self.source.info == *info
            && self.earlier.had_all(Role::Unpacker)
    }

    /// Whether every extractor that there is had a try, and none reads it.
    pub(super) fn is_unreadable(&self, info: &SourceInfo) -> bool {
        self.source.state == SourceState::Unsupported
            && self.source.info == *info
            && self.earlier.had_all(Role::Unpacker)
            && self.earlier.had_all(Role::Extractor)
    }
}

/// What a step has to do on a document.
pub(super) enum Need<'a> {
    /// Nothing: the step has no business with it, or had none before.
    Nothing,
    /// What it would find is known.
    Known(&'a EarlierFinding),
    /// It has to run; the result will have this key.
    Run { key: Digest, prior: Vec<(String, Arc<Findings>)> },
}

/// What a step has to do on a document in which `stored` was found before and `known` is known by now.
pub(super) fn need<'a>(
    step: &Step,
    document: &Document,
    digest: Digest,
    known: &BTreeMap<&str, Arc<Findings>>,
    stored: &'a [EarlierFinding],
    before: Option<&Before<'_>>,
) -> Need<'a> {
    if !step.applies_to(document) {
        return Need::Nothing;
    }
    let prior: Vec<(String, Arc<Findings>)> = (step.reads.iter())
        .filter_map(|read| Some((read.to_string(), Arc::clone(known.get(read.as_str())?))))
        .collect();
    let key = finding_key(step, digest, &prior);
    let of_step = stored.iter().find(|found| found.summary.step == step.name);
    match of_step {
        Some(found) if found.summary.provenance.key == key => Need::Known(found),
        None if before.is_some_and(|before| before.settled(step)) => Need::Nothing,
        _ => Need::Run { key, prior },
    }
}

impl Runner<'_> {
    /// Reads what the store has of a source, in so far as it is still right.
    pub(super) fn look_up(
        &self,
        info: &SourceInfo,
        before: Option<&StoredSource>,
    ) -> Result<Known, StoreError> {
        let has_original = Some(self.store.has_original(&info.digest)?);
        let Some(before) = before.filter(|before| is_of(before, info)) else {
            return Ok(Known { has_original, documents: None });
        };
        let before = self.before(before)?;
        let documents = stored_documents(self.store, self.pipeline, &before, info)?;
        let with_found = |document: StoredDocument| {
            let found = found_in(self.store, self.pipeline, document.id, document.version)?;
            let digest = document.extracted.document.digest();
            Ok((document, digest, found))
        };
        let documents = documents.map(|all| all.into_iter().map(with_found).collect());
        let documents = documents.transpose()?;
        Ok(Known { has_original, documents })
    }

    /// Runs every step on a source of which the store has `known`. `members` takes what an unpacker emits.
    pub(super) fn process(
        &self,
        incoming: &Incoming,
        before: Option<&StoredSource>,
        known: Known,
        members: Option<Box<dyn MemberSink>>,
    ) -> Result<Processed, Halted> {
        let Known { has_original, documents: known } = known;
        let same_content = before.filter(|before| is_of(before, &incoming.info));
        let version = before.map_or(1, |before| before.version + u32::from(same_content.is_none()));
        let mut progress = Progress {
            incoming,
            version,
            failures: Vec::new(),
            findings: Vec::new(),
            retired: Vec::new(),
            computed: 0,
        };
        let same = same_content.map(|source| self.before(source)).transpose()?;
        let mut documents = Documents::default();
        let state = if incoming.info.size == 0 {
            progress.fail(
                self.run,
                None,
                None,
                Stopped::new(FailureClass::Malformed, "the source is empty"),
            );
            SourceState::Failed
        } else if let (Some(step), Some(members)) =
            (self.pipeline.accepting(Role::Unpacker, &incoming.info.media_type).next(), members)
        {
            self.unpack(step, &mut progress, members)?;
            SourceState::Done
        } else {
            self.extract(&mut progress, same.as_ref(), known, &mut documents)?
        };
        for document in &documents.fresh {
            // The same document may have come out of another extractor.
            let found = match same_content {
                Some(_) => found_in(self.store, self.pipeline, document.id, document.version)?,
                None => Vec::new(),
            };
            let digest = document.extracted.document.digest();
            self.find(&mut progress, document, digest, &found, None)?;
        }
        for (document, digest, found) in &documents.stored {
            self.find(&mut progress, document, *digest, found, same.as_ref())?;
        }
        let state =
            if progress.failures.iter().any(|failure| failure.class != FailureClass::Unsupported) {
                SourceState::Failed
            } else {
                state
            };
        let source = StoredSource {
            info: incoming.info.clone(),
            version,
            state,
            pipeline: self.pipeline.digest(),
            documents: match before {
                // A content that cannot be read does not destroy what was found in the one before it.
                Some(before) if documents.is_empty() && state == SourceState::Failed => {
                    before.documents.clone()
                }
                _ => documents.all().map(|document| document.id).collect(),
            },
            run: self.run,
            retired: false,
        };
        let is_kept = match has_original {
            Some(is_kept) => is_kept,
            None => self.store.has_original(&incoming.info.digest)?,
        };
        let original = (!is_kept).then(|| incoming.bytes.get()).transpose()?;
        let Progress { failures, findings, retired, computed, .. } = progress;
        let documents = documents.fresh;
        let commit = Commit { source, original, documents, findings, retired, failures };
        Ok(Processed { commit, computed })
    }

    /// What was stored of a source, and the pipeline that was run on it.
    pub(super) fn before<'s>(&self, source: &'s StoredSource) -> Result<Before<'s>, StoreError> {
        Ok(Before { source, earlier: self.earlier.with(source.pipeline)? })
    }

    fn unpack(
        &self,
        step: &Step,
        progress: &mut Progress<'_>,
        members: Box<dyn MemberSink>,
    ) -> Result<(), Halted> {
        let source = progress.source()?;
        progress.computed += 1;
        match step.unpack_at(self.pipeline.sandbox(), source, members, progress.incoming.depth) {
            Ok(called) => {
                passed_on(step, progress, &called.log);
                Ok(())
            }
            Err(stopped) => Ok(self.failed(progress, None, step, stopped)?),
        }
    }

    fn extract(
        &self,
        progress: &mut Progress<'_>,
        before: Option<&Before<'_>>,
        known: Option<Vec<(StoredDocument, Digest, Vec<EarlierFinding>)>>,
        documents: &mut Documents,
    ) -> Result<SourceState, Halted> {
        let info = &progress.incoming.info;
        if before.is_some_and(|before| before.is_unreadable(info)) {
            progress.failures = self.store.failures_of(&info.name)?;
            return Ok(SourceState::Unsupported);
        }
        if let Some(stored) = known {
            documents.stored = stored;
            return Ok(SourceState::Done);
        }
        let mut reasons = Vec::new();
        for step in self.pipeline.accepting(Role::Extractor, &info.media_type) {
            let key = extraction_key(step, info);
            let source = progress.source()?;
            progress.computed += 1;
            match step.extract_at(self.pipeline.sandbox(), source, progress.incoming.depth) {
                Ok(called) => {
                    passed_on(step, progress, &called.log);
                    let provenance = self.provenance(step, key, &called);
                    for (index, extracted) in (0..).zip(called.value) {
                        documents.fresh.push(StoredDocument {
                            id: DocumentId::of(&info.name, index),
                            version: progress.version,
                            source: info.name.clone(),
                            original: info.digest,
                            index,
                            extracted: with_attributes(extracted, &info.attributes),
                            provenance: provenance.clone(),
                            run: self.run,
                        });
                    }
                    return Ok(SourceState::Done);
                }
                Err(stopped) if stopped.class == FailureClass::Unsupported => {
                    reasons.push(format!("`{}`: {}", step.name, stopped.causes.join(": ")));
                }
                Err(stopped) => {
                    self.failed(progress, None, step, stopped)?;
                    return Ok(SourceState::Failed);
                }
            }
        }
        let mut stopped = Stopped::new(
            FailureClass::Unsupported,
            format!("no plugin of the pipeline reads `{}`", info.media_type),
        );
        stopped.causes.extend(reasons);
        stopped.hint =
            Some(format!("add a step with an extractor that accepts `{}`", info.media_type));
        progress.fail(self.run, None, None, stopped);
        Ok(SourceState::Unsupported)
    }

    /// Runs translators, classifiers and analyzers on one document, which has this digest, and in which `found_before` was found.
    fn find(
        &self,
        progress: &mut Progress<'_>,
        stored: &StoredDocument,
        digest: Digest,
        found_before: &[EarlierFinding],
        before: Option<&Before<'_>>,
    ) -> Result<(), Abort> {
        let document = &stored.extracted.document;
        let mut known: BTreeMap<&str, Arc<Findings>> = BTreeMap::new();
        // What was found by steps that are gone, or that find nothing now. Of a step that fails, the last good finding stays.
        let mut out_of_date: BTreeSet<&PluginName> =
            found_before.iter().map(|found| &found.summary.step).collect();
        for step in self.pipeline.finders() {
            let is_read = self.pipeline.is_read(&step.name);
            let findings = match need(step, document, digest, &known, found_before, before) {
                Need::Nothing => continue,
                Need::Known(found) => found.findings.clone(),
                Need::Run { key, prior } => {
                    progress.computed += 1;
                    let prior: PriorFindings = prior.into_iter().collect();
                    let depth = progress.incoming.depth;
                    match step.find_at(self.pipeline.sandbox(), document, &prior, depth) {
                        Ok(called) => {
                            passed_on(step, progress, &called.log);
                            let provenance = self.provenance(step, key, &called);
                            let copy = is_read.then(|| called.value.clone());
                            let finding = Finding {
                                step: step.name.clone(),
                                findings: called.value,
                                provenance,
                            };
                            progress.findings.push((stored.id, stored.version, finding));
                            copy
                        }
                        Err(stopped) if stopped.class == FailureClass::Unsupported => continue,
                        Err(stopped) => {
                            self.failed(progress, Some(stored.id), step, stopped)?;
                            out_of_date.remove(&step.name);
                            continue;
                        }
                    }
                }
            };
            out_of_date.remove(&step.name);
            known.extend(findings.map(|findings| (step.name.as_str(), Arc::new(findings))));
        }
        let retired = out_of_date.into_iter().map(|step| (stored.id, stored.version, step.clone()));
        progress.retired.extend(retired);
        Ok(())
    }

    fn provenance<T>(&self, step: &Step, key: Digest, called: &Called<T>) -> Provenance {
        Provenance {
            plugin: step.plugin.description.name.clone(),
            version: step.plugin.description.version.clone(),
            role: step.plugin.role,
            component: step.plugin.digest,
            contract: step.plugin.contract,
            settings: step.configuration,
            key,
            run: self.run,
            cost: called.cost,
        }
    }

    fn failed(
        &self,
        progress: &mut Progress<'_>,
        document: Option<DocumentId>,
        step: &Step,
        stopped: Stopped,
    ) -> Result<(), Abort> {
        if stopped.class == FailureClass::Misconfigured {
            return Err(Abort::Misconfigured { step: step.name.clone(), causes: stopped.causes });
        }
        progress.fail(self.run, document, Some(step), stopped);
        Ok(())
    }
}

impl Progress<'_> {
    fn source(&self) -> Result<SourceBytes, Unreadable> {
        let bytes = self.incoming.bytes.get()?;
        Ok(SourceBytes::new(self.incoming.info.media_type.clone(), bytes))
    }

    fn fail(
        &mut self,
        run: RunId,
        document: Option<DocumentId>,
        step: Option<&Step>,
        stopped: Stopped,
    ) {
        let info = &self.incoming.info;
        self.failures.push(Failure {
            id: FailureId::of(&info.name, document, step.map(|step| &step.name)),
            source: info.name.clone(),
            original: Some(info.digest),
            document,
            step: step.map(|step| step.name.clone()),
            component: step.map(|step| step.plugin.digest),
            attempt: step.map(|step| Attempt {
                plugin: step.plugin.description.name.clone(),
                version: step.plugin.description.version.clone(),
                limits: step.limits,
                configuration: step.kept,
            }),
            cost: stopped.cost.map(|cost| *cost),
            class: stopped.class,
            causes: stopped.causes,
            hint: stopped.hint,
            backtrace: stopped.backtrace,
            log: stopped.log,
            run,
        });
    }
}

/// Passes on what a plugin logged during a call that went well; otherwise it is kept with the failure.
fn passed_on(step: &Step, progress: &Progress<'_>, log: &[LogLine]) {
    use crate::model::LogLevel;
    for LogLine { level, message } in log {
        let (step, source, message) = (
            step.name.as_str(),
            progress.incoming.info.name.as_str().escape_debug(),
            message.escape_debug(),
        );
        match level {
            LogLevel::Error => {
                tracing::error!(target: "docmill::plugin", step, %source, "{message}")
            }
            LogLevel::Warn => tracing::warn!(target: "docmill::plugin", step, %source, "{message}"),
            LogLevel::Info => tracing::info!(target: "docmill::plugin", step, %source, "{message}"),
            LogLevel::Debug => {
                tracing::debug!(target: "docmill::plugin", step, %source, "{message}")
            }
            LogLevel::Trace => {
                tracing::trace!(target: "docmill::plugin", step, %source, "{message}")
            }
        }
    }
}

/// The documents of a source: those extracted just now, or else those that were stored before.
#[derive(Default)]
struct Documents {
    fresh: Vec<StoredDocument>,
    /// With the digest of each, and what was found in it.
    stored: Vec<(StoredDocument, Digest, Vec<EarlierFinding>)>,
}

impl Documents {
    fn all(&self) -> impl Iterator<Item = &StoredDocument> {
        self.fresh.iter().chain(self.stored.iter().map(|(document, ..)| document))
    }

    fn is_empty(&self) -> bool {
        self.all().next().is_none()
    }
}

/// Whether a source has the content now that this record speaks of.
fn is_of(before: &StoredSource, info: &SourceInfo) -> bool {
    before.version > 0 && before.info.digest == info.digest
}

/// What was extracted before, if the very same extraction was done.
pub(super) fn stored_documents(
    store: &dyn Store,
    pipeline: &Pipeline,
    before: &Before<'_>,
    info: &SourceInfo,
) -> Result<Option<Vec<StoredDocument>>, StoreError> {
    // Where the same extractors had a try, those before the one that read it said that they do not.
    let same_tries = before.source.state == SourceState::Done
        && before.source.info == *info
        && before.earlier.had_all(Role::Unpacker)
        && before.earlier.had_all(Role::Extractor);
    if before.source.documents.is_empty() {
        return Ok(same_tries.then(Vec::new));
    }
    let tries = if same_tries { usize::MAX } else { 1 };
    let keys: Vec<Digest> = (pipeline.accepting(Role::Extractor, &info.media_type).take(tries))
        .map(|step| extraction_key(step, info))
        .collect();
    let mut documents = Vec::new();
    for id in &before.source.documents {
        match store.document(*id, Some(before.source.version))? {
            Some(document) if keys.contains(&document.provenance.key) => documents.push(document),
            _ => return Ok(None),
        }
    }
    Ok(Some(documents))
}

/// Adds what the container knows and the extractor did not find.
pub(super) fn with_attributes(mut extracted: Extracted, attributes: &[Attribute]) -> Extracted {
    let found: Vec<String> =
        extracted.document.attributes.iter().map(|attribute| attribute.name.clone()).collect();
    let missing = attributes.iter().filter(|attribute| !found.contains(&attribute.name));
    extracted.document.attributes.extend(missing.cloned());
    extracted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_container_knows_fills_gaps_only() {
        let attribute =
            |name: &str, value: &str| Attribute { name: name.to_owned(), value: value.to_owned() };
        let mut extracted = Extracted::default();
        extracted.document.attributes.push(attribute("title", "found"));
        let extracted = with_attributes(
            extracted,
            &[attribute("title", "claimed"), attribute("date", "2025"), attribute("date", "2026")],
        );
        let values: Vec<_> =
            extracted.document.attributes.iter().map(|it| it.value.as_str()).collect();
        assert_eq!(values, ["found", "2025", "2026"]);
    }
}
