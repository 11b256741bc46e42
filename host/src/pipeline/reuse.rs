//! What of an earlier result still holds: how the pipeline that was run on a source before compares to the one in force.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::assembly::Pipeline;
use super::recipe::Recipe;
use super::step::Step;
use crate::model::{Digest, PluginName, Role};
use crate::store::{Store, StoreError};

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

    /// Whether the same steps of this role had a try, in the same order. Of unpackers and extractors.
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

    /// The earlier pipeline of this digest. One that the store no longer knows has nothing in common with the one in force.
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
}
