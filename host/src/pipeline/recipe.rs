//! What a pipeline consists of, as the store keeps it under the pipeline's digest: so that a source can say what was run on it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::plan::{Pipeline, Step};
use crate::model::{Digest, PluginName, Role};
use crate::store::{Store, StoreError};

/// The steps of a pipeline in the order in which they run, written as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Recipe {
    pub(super) steps: Vec<RecipeStep>,
}

/// One step of a recipe. Digests are in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecipeStep {
    pub(super) name: String,
    pub(super) role: String,
    pub(super) plugin: String,
    pub(super) version: String,
    pub(super) component: String,
    pub(super) contract: String,
    /// The digest of its settings, tables and languages that results depend on.
    pub(super) settings: String,
    /// The digest under which the store keeps them.
    pub(super) configuration: String,
    /// The steps whose findings it asks for. Left out where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) reads: Vec<String>,
}

impl RecipeStep {
    fn of(step: &Step) -> RecipeStep {
        RecipeStep {
            name: step.name.to_string(),
            role: step.plugin.role.to_string(),
            plugin: step.plugin.description.name.to_string(),
            version: step.plugin.description.version.clone(),
            component: step.plugin.digest.to_string(),
            contract: step.plugin.contract.to_string(),
            settings: step.configuration.to_string(),
            configuration: step.kept.to_string(),
            reads: step.reads.iter().map(PluginName::to_string).collect(),
        }
    }
}

impl Recipe {
    pub(super) fn of(steps: &[Step]) -> Recipe {
        Recipe { steps: steps.iter().map(RecipeStep::of).collect() }
    }

    /// What is kept of it. Its digest is that of the pipeline.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("strings have a form in JSON")
    }

    /// The recipe that the store keeps under this digest, if it does and it can be read.
    pub(super) fn kept(store: &dyn Store, pipeline: &Digest) -> Result<Option<Recipe>, StoreError> {
        let kept = match store.part(pipeline) {
            Err(StoreError::Damaged { .. } | StoreError::Later { .. }) => None,
            kept => kept?,
        };
        Ok(kept.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    /// The step of this name.
    pub(super) fn step(&self, name: &str) -> Option<&RecipeStep> {
        self.steps.iter().find(|step| step.name == name)
    }

    fn with_role(&self, role: Role) -> impl Iterator<Item = &RecipeStep> {
        self.steps.iter().filter(move |step| step.role == role.as_str())
    }
}

/// How the pipeline that was run on a source before compares to the one in force.
#[derive(Debug, Default)]
pub(super) struct Earlier {
    /// The earlier one; absent where the store does not know it.
    pub(super) recipe: Option<Recipe>,
    /// The steps that were there, as they are now, and so were all that they read.
    unchanged: BTreeSet<PluginName>,
    same_unpackers: bool,
    same_extractors: bool,
}

impl Earlier {
    fn compare(recipe: Recipe, pipeline: &Pipeline) -> Earlier {
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
        Earlier {
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
pub(super) struct Comparison<'a> {
    store: &'a dyn Store,
    pipeline: &'a Pipeline,
    compared: Mutex<BTreeMap<Digest, Arc<Earlier>>>,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(store: &'a dyn Store, pipeline: &'a Pipeline) -> Comparison<'a> {
        Comparison { store, pipeline, compared: Mutex::default() }
    }

    /// The earlier pipeline of this digest. One that the store no longer knows has nothing in common with the one in force.
    pub(super) fn with(&self, digest: Digest) -> Result<Arc<Earlier>, StoreError> {
        let mut compared = self.compared.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(earlier) = compared.get(&digest) {
            return Ok(Arc::clone(earlier));
        }
        let recipe = Recipe::kept(self.store, &digest)?;
        let earlier = recipe.map(|recipe| Earlier::compare(recipe, self.pipeline));
        let earlier = Arc::new(earlier.unwrap_or_default());
        compared.insert(digest, Arc::clone(&earlier));
        Ok(earlier)
    }
}
