//! What of an earlier result still holds: how the pipeline that was run on a source before compares
//! to the one in force, and what the store has of the source.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::assembly::Pipeline;
use super::key::extraction_key;
use super::reading::{EarlierFinding, KeptDocument, ReadDocument, Reuse, Text};
use super::recipe::Recipe;
use super::step::Step;
use crate::model::{
    Digest, DocumentId, Failure, Finding, FindingSummary, PluginName, Role, SourceInfo,
    SourceState, StoredDocument, StoredSource,
};
use crate::store::{Store, StoreError};

/// What a store has of a source whose results may hold.
pub(super) struct StoredResults<'a> {
    pub(super) store: &'a dyn Store,
    pub(super) pipeline: &'a Pipeline,
    /// What is known of the source now.
    pub(super) info: &'a SourceInfo,
    /// What was stored of it, if it had the content that it has now.
    pub(super) before: Option<&'a Before<'a>>,
    /// Whether its parts lie in the store and need not come out of it again.
    pub(super) has_parts: bool,
    /// Its documents, if they were looked up ahead.
    pub(super) looked_up: Option<LookedUp>,
}

/// The documents of a source, if extracting it again would give the same.
pub(super) type LookedUp = Option<Vec<KeptDocument>>;

impl StoredResults<'_> {
    /// Reads the documents that extracting the source again would give, and what was found in them,
    /// as far as the pipeline has to know.
    pub(super) fn look_up(&self) -> Result<LookedUp, StoreError> {
        let Some(before) = self.before else { return Ok(None) };
        let Some(documents) = self.same_documents(before)? else { return Ok(None) };
        let kept = |stored: StoredDocument| {
            let found = self.found_in(stored.id, stored.version)?;
            let digest = stored.extracted.document.digest();
            let StoredDocument { extracted, provenance, .. } = stored;
            Ok(KeptDocument { document: ReadDocument { extracted, provenance }, digest, found })
        };
        documents.into_iter().map(kept).collect::<Result<_, _>>().map(Some)
    }

    /// What was extracted before, if the very same extraction was done.
    fn same_documents(
        &self,
        before: &Before<'_>,
    ) -> Result<Option<Vec<StoredDocument>>, StoreError> {
        // What has no text may stand for an earlier version that had some.
        if before.source.state == SourceState::Empty {
            return Ok(None);
        }
        // Where the same extractors had a try, those before the one that read it said that they do
        // not.
        let same_tries = before.was_read()
            && before.source.info == *self.info
            && before.earlier.had_all(Role::Unpacker)
            && before.earlier.had_all(Role::Extractor);
        if before.source.documents.is_empty() {
            return Ok(same_tries.then(Vec::new));
        }
        let tries = if same_tries { usize::MAX } else { 1 };
        let extractors = self.pipeline.accepting(Role::Extractor, &self.info.media_type);
        let keys: Vec<Digest> =
            extractors.take(tries).map(|step| extraction_key(step, self.info)).collect();
        let mut documents = Vec::new();
        for id in &before.source.documents {
            match self.store.document(*id, Some(before.source.version))? {
                Some(document) if keys.contains(&document.provenance.key) => {
                    documents.push(document);
                }
                _ => return Ok(None),
            }
        }
        Ok(Some(documents))
    }

    /// What was found in one version of a document, as far as the pipeline has to know.
    fn found_in(&self, id: DocumentId, version: u32) -> Result<Vec<EarlierFinding>, StoreError> {
        let with_findings = |summary: FindingSummary| {
            let is_read = self.pipeline.is_read(&summary.step);
            let finding = is_read.then(|| self.store.finding(id, version, &summary.step));
            Ok(match finding.transpose()?.flatten() {
                // Both of one reading: it may have been replaced after the first.
                Some(Finding { step, findings, provenance }) => EarlierFinding {
                    summary: FindingSummary { step, provenance },
                    findings: Some(findings),
                },
                None => EarlierFinding { summary, findings: None },
            })
        };
        self.store.finding_summaries(id, version)?.into_iter().map(with_findings).collect()
    }
}

/// Of a container that is in another share than what comes out of it: its text is read there.
pub(super) struct OnlyParts;

impl Reuse for OnlyParts {
    type Error = StoreError;

    fn is_unreadable(&self) -> bool {
        false
    }

    fn has_parts(&self) -> bool {
        false
    }

    fn documents(&mut self) -> Result<LookedUp, StoreError> {
        Ok(Some(Vec::new()))
    }

    fn found(&mut self, _: u32) -> Result<Vec<EarlierFinding>, StoreError> {
        Ok(Vec::new())
    }

    fn is_settled(&self, _: &Step) -> bool {
        true
    }
}

impl Reuse for StoredResults<'_> {
    type Error = StoreError;

    fn is_unreadable(&self) -> bool {
        self.before.is_some_and(|before| before.is_unreadable(self.info))
    }

    fn has_parts(&self) -> bool {
        self.has_parts
    }

    fn fails_again(&self) -> bool {
        self.before.is_some_and(|before| before.fails_again(self.pipeline, self.info))
    }

    fn documents(&mut self) -> Result<LookedUp, StoreError> {
        match self.looked_up.take() {
            Some(looked_up) => Ok(looked_up),
            None => self.look_up(),
        }
    }

    fn found(&mut self, index: u32) -> Result<Vec<EarlierFinding>, StoreError> {
        match self.before {
            Some(before) => {
                let id = DocumentId::of(&self.info.name, index);
                self.found_in(id, before.source.version)
            }
            None => Ok(Vec::new()),
        }
    }

    fn is_settled(&self, step: &Step) -> bool {
        self.before.is_some_and(|before| before.is_settled(self.pipeline, step))
    }
}

/// What was stored of a source, and the pipeline that was run on it.
pub(super) struct Before<'a> {
    pub(super) source: &'a StoredSource,
    pub(super) earlier: Arc<EarlierPipeline>,
    /// What failed on it, where failures are results as others are; see
    /// [`Keeping::versions`](crate::store::Keeping::versions).
    failures: Vec<Failure>,
}

impl Before<'_> {
    /// Whether the step had come to an end on everything in it, as it is now. What it did not find
    /// then it would not find now.
    fn is_settled(&self, pipeline: &Pipeline, step: &Step) -> bool {
        let mut own = self.failures.iter().filter(|it| it.step.as_ref() == Some(&step.name));
        self.earlier.had(step)
            && (self.source.state == SourceState::Done
                || (self.was_read() && own.all(|it| pipeline.would_fail_again(it))))
    }

    /// Whether unpackers and extractors came to an end on it, whatever became of the steps after
    /// them.
    fn was_read(&self) -> bool {
        self.source.state == SourceState::Done
            || (!self.failures.is_empty() && self.failures.iter().all(|it| it.document.is_some()))
    }

    /// Whether reading a source of which this is known would fail as it failed before.
    fn fails_again(&self, pipeline: &Pipeline, info: &SourceInfo) -> bool {
        self.source.info == *info
            && self.source.documents.is_empty()
            && self.earlier.had_all(Role::Unpacker)
            && self.earlier.had_all(Role::Extractor)
            && self.failures.iter().any(|it| is_of_extractor(pipeline, it))
            && self.failures.iter().all(|it| pipeline.would_fail_again(it))
    }

    /// The failures that would come again, of calls that were not made again: `text` is what became
    /// of the text, and `failures` what failed, this time.
    pub(super) fn failing_again(
        &self,
        pipeline: &Pipeline,
        text: &Text,
        failures: &[Failure],
    ) -> Vec<Failure> {
        let steps = pipeline.steps();
        let is_again = |it: &&Failure| {
            let step = steps.iter().find(|step| it.step.as_ref() == Some(&step.name));
            match (text, it.document, step) {
                (Text::Kept, Some(_), Some(step)) => self.is_settled(pipeline, step),
                (Text::FailedBefore, None, Some(step)) => step.plugin.role == Role::Extractor,
                _ => false,
            }
        };
        let is_new = |it: &&Failure| failures.iter().all(|failure| failure.id != it.id);
        self.failures.iter().filter(is_again).filter(is_new).cloned().collect()
    }

    /// Whether unpackers would do with it what they did, and its members lie in the store, each
    /// with a record of its own.
    pub(super) fn is_unpacked(
        &self,
        store: &dyn Store,
        info: &SourceInfo,
    ) -> Result<bool, StoreError> {
        let same_tries = self.source.state == SourceState::Done
            && self.source.info == *info
            && self.earlier.had_all(Role::Unpacker);
        // Where nothing came out of it, it may be done only because an extractor read it.
        Ok(same_tries
            && (self.earlier.had_all(Role::Extractor)
                || store.members(&info.name).next().transpose()?.is_some()))
    }

    /// Whether every unpacker and extractor that there is had a try, and none reads it.
    pub(super) fn is_unreadable(&self, info: &SourceInfo) -> bool {
        self.source.state == SourceState::Unsupported
            && self.source.info == *info
            && self.earlier.had_all(Role::Unpacker)
            && self.earlier.had_all(Role::Extractor)
    }
}

fn is_of_extractor(pipeline: &Pipeline, failure: &Failure) -> bool {
    let step = pipeline.steps().iter().find(|step| failure.step.as_ref() == Some(&step.name));
    step.is_some_and(|step| step.plugin.role == Role::Extractor)
}

/// Whether a source has the content now that this record speaks of.
pub(super) fn is_of(before: &StoredSource, info: &SourceInfo) -> bool {
    before.version > 0 && before.info.digest == info.digest
}

/// How the pipeline that was run on a source before compares to the one in force.
#[derive(Debug, Default)]
pub(super) struct EarlierPipeline {
    /// The earlier one; absent where the store does not know it.
    pub(super) recipe: Option<Recipe>,
    /// The steps that were there, as they are now, and so were all that they read.
    unchanged: BTreeSet<PluginName>,
    same_unpackers: bool,
    same_extractors: bool,
}

impl EarlierPipeline {
    fn compare(recipe: Recipe, pipeline: &Pipeline) -> EarlierPipeline {
        let now = Recipe::of(pipeline.steps());
        let same = |role| recipe.with_role(role).eq(now.with_role(role));
        let mut unchanged: BTreeSet<PluginName> = BTreeSet::new();
        // Every step comes after those it reads.
        for (step, entry) in pipeline.steps().iter().zip(&now.steps) {
            let reads_the_same = |read: &PluginName| {
                unchanged.contains(read)
                    || (recipe.step(read.as_str()).is_none() && now.step(read.as_str()).is_none())
            };
            if recipe.step(&entry.name) == Some(entry) && step.reads.iter().all(reads_the_same) {
                unchanged.insert(step.name.clone());
            }
        }
        EarlierPipeline {
            same_unpackers: same(Role::Unpacker),
            same_extractors: same(Role::Extractor),
            unchanged,
            recipe: Some(recipe),
        }
    }

    /// Whether a step was there as it is now, and read the same steps.
    pub(super) fn had(&self, step: &Step) -> bool {
        self.unchanged.contains(&step.name)
    }

    /// Whether the same steps of this role had a try, in the same order. Of unpackers and
    /// extractors.
    pub(super) fn had_all(&self, role: Role) -> bool {
        match role {
            Role::Unpacker => self.same_unpackers,
            Role::Extractor => self.same_extractors,
            _ => false,
        }
    }
}

/// Compares earlier pipelines to the one in force, each once.
pub(super) struct EarlierPipelines<'a> {
    store: &'a dyn Store,
    pipeline: &'a Pipeline,
    compared: Mutex<BTreeMap<Digest, Arc<EarlierPipeline>>>,
}

impl<'a> EarlierPipelines<'a> {
    pub(super) fn new(store: &'a dyn Store, pipeline: &'a Pipeline) -> EarlierPipelines<'a> {
        EarlierPipelines { store, pipeline, compared: Mutex::default() }
    }

    /// The earlier pipeline of this digest. One that the store no longer knows has nothing in
    /// common with the one in force.
    pub(super) fn with(&self, digest: Digest) -> Result<Arc<EarlierPipeline>, StoreError> {
        let mut compared = self.compared.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(earlier) = compared.get(&digest) {
            return Ok(Arc::clone(earlier));
        }
        let recipe = Recipe::kept(self.store, &digest)?;
        let earlier = recipe.map(|recipe| EarlierPipeline::compare(recipe, self.pipeline));
        let earlier = Arc::new(earlier.unwrap_or_default());
        compared.insert(digest, Arc::clone(&earlier));
        Ok(earlier)
    }

    /// What was stored of a source, and the pipeline that was run on it.
    pub(super) fn before<'s>(&self, source: &'s StoredSource) -> Result<Before<'s>, StoreError> {
        let failures = match source.state {
            SourceState::Failed if !self.store.keeping().versions => {
                self.store.failures_of(&source.info.name)?
            }
            _ => Vec::new(),
        };
        Ok(Before { source, earlier: self.with(source.pipeline)?, failures })
    }
}
