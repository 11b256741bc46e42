//! Takes one source through the steps, reusing every result whose key says that nothing it depends on has changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::plan::{Pipeline, Step};
use crate::abi::Declaration;
use crate::capabilities::{MemberSink, PriorFindings, SourceBytes};
use crate::model::{
    Attempt, Attribute, Digest, DocumentId, Extracted, Failure, FailureClass, FailureId, Finding,
    Findings, Hasher, LogLine, MediaType, Provenance, Role, RunId, SourceInfo, SourceState,
    StoredDocument, StoredSource,
};
use crate::sandbox::{Called, Stopped};
use crate::store::{Commit, Store, StoreError};

/// A source whose bytes have been read.
pub(super) struct Incoming {
    pub(super) info: SourceInfo,
    pub(super) bytes: Arc<[u8]>,
    /// How many containers it was taken out of.
    pub(super) depth: usize,
}

/// What a source came to.
pub(super) struct Outcome {
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
        step: crate::model::PluginName,
        causes: Vec<String>,
    },
}

impl From<StoreError> for Abort {
    fn from(error: StoreError) -> Abort {
        Abort::Store(error)
    }
}

/// Takes sources through a pipeline, in one run.
pub(super) struct Runner<'a> {
    pub(super) pipeline: &'a Pipeline,
    pub(super) store: &'a dyn Store,
    pub(super) run: RunId,
}

/// A source on its way through the steps.
struct Progress<'a> {
    incoming: &'a Incoming,
    version: u32,
    failures: Vec<Failure>,
    computed: usize,
}

impl Runner<'_> {
    /// Runs every step on a source. `members` takes what an unpacker emits.
    pub(super) fn process(
        &self,
        incoming: &Incoming,
        before: Option<&StoredSource>,
        members: Option<Box<dyn MemberSink>>,
    ) -> Result<Outcome, Abort> {
        let same_content = before.is_some_and(|before| before.info.digest == incoming.info.digest);
        let version = before.map_or(1, |before| before.version + u32::from(!same_content));
        let mut progress = Progress { incoming, version, failures: Vec::new(), computed: 0 };
        let (mut documents, mut findings) = (Vec::new(), Vec::new());
        let state = if incoming.info.size == 0 {
            progress.fail(
                self.run,
                None,
                None,
                Stopped::new(FailureClass::Malformed, "the source is empty"),
            );
            SourceState::Failed
        } else if let (Some(step), Some(members)) =
            (self.accepting(Role::Unpacker, &incoming.info.media_type).next(), members)
        {
            self.unpack(step, &mut progress, members)?;
            SourceState::Done
        } else {
            self.extract(&mut progress, before.filter(|_| same_content), &mut documents)?
        };
        for document in &documents {
            self.find(&mut progress, document, same_content, &mut findings)?;
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
                _ => documents.iter().map(|document| document.id).collect(),
            },
            run: self.run,
        };
        let original =
            (!self.store.has_original(&incoming.info.digest)?).then(|| Arc::clone(&incoming.bytes));
        let commit = Commit { source, original, documents, findings, failures: progress.failures };
        Ok(Outcome { commit, computed: progress.computed })
    }

    /// Whether a source of this kind is taken apart rather than read.
    pub(super) fn unpacks(&self, media_type: &MediaType) -> bool {
        self.accepting(Role::Unpacker, media_type).next().is_some()
    }

    fn accepting<'a>(
        &'a self,
        role: Role,
        media_type: &'a MediaType,
    ) -> impl Iterator<Item = &'a Step> {
        self.pipeline.steps().iter().filter(move |step| {
            step.plugin.role == role && matches!(&step.declaration, Declaration::Accepts(types) if types.contains(media_type))
        })
    }

    fn unpack(
        &self,
        step: &Step,
        progress: &mut Progress<'_>,
        members: Box<dyn MemberSink>,
    ) -> Result<(), Abort> {
        let source = progress.source();
        progress.computed += 1;
        match step.unpack_at(self.pipeline.sandbox(), source, members, progress.incoming.depth) {
            Ok(called) => {
                passed_on(step, progress, &called.log);
                Ok(())
            }
            Err(stopped) => self.failed(progress, None, step, stopped),
        }
    }

    fn extract(
        &self,
        progress: &mut Progress<'_>,
        before: Option<&StoredSource>,
        documents: &mut Vec<StoredDocument>,
    ) -> Result<SourceState, Abort> {
        let info = &progress.incoming.info;
        let mut reasons = Vec::new();
        for step in self.accepting(Role::Extractor, &info.media_type) {
            let key = extraction_key(step, progress.incoming);
            if let Some(stored) = self.stored_documents(before, key)? {
                *documents = stored;
                return Ok(SourceState::Done);
            }
            progress.computed += 1;
            match step.extract_at(
                self.pipeline.sandbox(),
                progress.source(),
                progress.incoming.depth,
            ) {
                Ok(called) => {
                    passed_on(step, progress, &called.log);
                    let provenance = self.provenance(step, key, &called);
                    for (index, extracted) in (0..).zip(called.value) {
                        documents.push(StoredDocument {
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

    /// What was extracted before, if the very same extraction was done.
    fn stored_documents(
        &self,
        before: Option<&StoredSource>,
        key: Digest,
    ) -> Result<Option<Vec<StoredDocument>>, Abort> {
        let Some(before) = before.filter(|before| !before.documents.is_empty()) else {
            return Ok(None);
        };
        let mut documents = Vec::new();
        for id in &before.documents {
            match self.store.document(*id, Some(before.version))? {
                Some(document) if document.provenance.key == key => documents.push(document),
                _ => return Ok(None),
            }
        }
        Ok(Some(documents))
    }

    /// Runs translators, classifiers and analyzers on one document.
    fn find(
        &self,
        progress: &mut Progress<'_>,
        stored: &StoredDocument,
        look_up: bool,
        found: &mut Vec<(DocumentId, u32, Finding)>,
    ) -> Result<(), Abort> {
        let document = &stored.extracted.document;
        let digest = document.digest();
        let before =
            if look_up { self.store.findings(stored.id, stored.version)? } else { Vec::new() };
        let mut known: BTreeMap<&str, Arc<Findings>> = BTreeMap::new();
        for step in self.pipeline.steps().iter().filter(|step| step.plugin.role >= Role::Translator)
        {
            if step.plugin.role == Role::Translator && step.wanted_pairs(document).next().is_none()
            {
                continue;
            }
            let reads: Vec<(String, Arc<Findings>)> = (step.reads.iter())
                .filter_map(|read| Some((read.to_string(), Arc::clone(known.get(read.as_str())?))))
                .collect();
            let key = finding_key(step, digest, &reads);
            let finding = match before
                .iter()
                .find(|finding| finding.step == step.name && finding.provenance.key == key)
            {
                Some(finding) => finding.clone(),
                None => {
                    progress.computed += 1;
                    let prior: PriorFindings = reads.into_iter().collect();
                    match step.find_at(
                        self.pipeline.sandbox(),
                        document,
                        &prior,
                        progress.incoming.depth,
                    ) {
                        Ok(called) => {
                            passed_on(step, progress, &called.log);
                            let provenance = self.provenance(step, key, &called);
                            let finding = Finding {
                                step: step.name.clone(),
                                findings: called.value,
                                provenance,
                            };
                            found.push((stored.id, stored.version, finding.clone()));
                            finding
                        }
                        Err(stopped) if stopped.class == FailureClass::Unsupported => continue,
                        Err(stopped) => {
                            self.failed(progress, Some(stored.id), step, stopped)?;
                            continue;
                        }
                    }
                }
            };
            known.insert(step.name.as_str(), Arc::new(finding.findings));
        }
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
    fn source(&self) -> SourceBytes {
        SourceBytes::new(self.incoming.info.media_type.clone(), Arc::clone(&self.incoming.bytes))
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

/// The digest of everything an extraction depends on.
fn extraction_key(step: &Step, incoming: &Incoming) -> Digest {
    let mut hasher = Hasher::new("docmill extraction 1");
    hasher.field(step.digest().as_bytes());
    hasher.field(incoming.info.media_type.as_str().as_bytes());
    hasher.field(incoming.info.digest.as_bytes());
    // What the container knows becomes part of the document.
    for attribute in &incoming.info.attributes {
        hasher.field(attribute.name.as_bytes()).field(attribute.value.as_bytes());
    }
    hasher.finish()
}

/// The digest of everything a finding depends on.
fn finding_key(step: &Step, document: Digest, reads: &[(String, Arc<Findings>)]) -> Digest {
    let mut hasher = Hasher::new("docmill finding 1");
    hasher.field(step.digest().as_bytes()).field(document.as_bytes());
    for (name, findings) in reads {
        hasher.field(name.as_bytes()).field(findings.digest().as_bytes());
    }
    hasher.finish()
}

/// Adds what the container knows and the extractor did not find.
fn with_attributes(mut extracted: Extracted, attributes: &[Attribute]) -> Extracted {
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
