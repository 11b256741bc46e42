//! What a pipeline consists of, as the store keeps it under the pipeline's digest: so that a source
//! can say what was run on it.

use serde::{Deserialize, Serialize};

use super::step::Step;
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

    pub(super) fn with_role(&self, role: Role) -> impl Iterator<Item = &RecipeStep> {
        self.steps.iter().filter(move |step| step.role == role.as_str())
    }
}
