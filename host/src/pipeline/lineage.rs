//! Where results come from: which plugin made them, given what, in which run, and of which other
//! results.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::configuration::Configured;
use super::key::{key_of_extraction, key_of_finding};
use super::recipe::{Recipe, RecipeStep};
use super::step::step_digest;
use crate::capabilities::{Settings, Table};
use crate::model::{
    Digest, Finding, LanguageTag, PluginName, Provenance, Role, Run, SourceName, StoredDocument,
};
use crate::sandbox::NESTING;
use crate::store::{Store, StoreError};

/// Where some findings in one version of a document come from.
#[derive(Debug)]
pub struct Lineage {
    /// The results that were asked for, then all that they were made of, each once; the extraction
    /// is the last.
    pub results: Vec<Ancestor>,
    /// The containers that the source was taken out of, the innermost first.
    pub containers: Vec<SourceName>,
}

/// A result, and what it was made of.
#[derive(Debug)]
pub struct Ancestor {
    /// The step that asked for it; absent for an extraction of which the store does not know it.
    pub step: Option<PluginName>,
    /// How it came about.
    pub provenance: Provenance,
    /// The run that computed it, if the store has a record of it.
    pub run: Option<Run>,
    /// What its plugin was given besides the document, if the store has it.
    pub given: Option<Given>,
    /// The steps whose findings it read.
    pub reads: Vec<PluginName>,
    /// Whether all that it was made of is what the store has now, as its key says. What is not is
    /// out of date.
    pub is_up_to_date: bool,
}

/// What a plugin was given besides a document.
#[derive(Debug)]
pub struct Given {
    /// The value of every setting.
    pub settings: Arc<Settings>,
    /// The tables, by the name under which the plugin opens them.
    pub tables: Arc<BTreeMap<String, Arc<Table>>>,
    /// For a translator: original, target.
    pub pairs: Vec<(LanguageTag, LanguageTag)>,
}

impl Lineage {
    /// Where the findings of these steps come from. `findings` are all that were found in the
    /// document.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub fn trace(
        store: &dyn Store,
        document: &StoredDocument,
        findings: &[Finding],
        of: &[PluginName],
    ) -> Result<Lineage, StoreError> {
        let digest = document.extracted.document.digest();
        let mut results: Vec<Ancestor> = Vec::new();
        let mut wanted = of.to_vec();
        let mut next = 0;
        // Every step once, however the findings of several pipelines read each other.
        while let Some(step) = wanted.get(next).cloned() {
            next += 1;
            let Some(finding) = findings.iter().find(|it| it.step == step) else { continue };
            let ancestor = of_finding(store, finding, findings, digest)?;
            for read in &ancestor.reads {
                if !wanted.contains(read) {
                    wanted.push(read.clone());
                }
            }
            results.push(ancestor);
        }
        results.push(of_extraction(store, document)?);
        let mut containers = Vec::new();
        let mut inner = store.source(&document.source)?;
        while let Some(name) = inner.and_then(|source| source.info.container)
            && containers.len() <= NESTING
        {
            inner = store.source(&name)?;
            containers.push(name);
        }
        Ok(Lineage { results, containers })
    }
}

fn of_finding(
    store: &dyn Store,
    finding: &Finding,
    findings: &[Finding],
    document: Digest,
) -> Result<Ancestor, StoreError> {
    let provenance = &finding.provenance;
    let run = store.run(provenance.run)?;
    let entry = entry(store, run.as_ref(), provenance, |it| it.name == finding.step.as_str())?;
    let wanted = entry.as_ref().map_or(&[][..], |entry| &entry.reads);
    let reads: Vec<&Finding> = (wanted.iter())
        .filter_map(|read| findings.iter().find(|it| it.step.as_str() == read))
        .collect();
    let prior: Vec<_> =
        reads.iter().map(|it| (it.step.to_string(), Arc::new(it.findings.clone()))).collect();
    let key = key_of_finding(made_by(provenance), document, &prior);
    Ok(Ancestor {
        step: Some(finding.step.clone()),
        given: given(store, entry.as_ref())?,
        reads: reads.into_iter().map(|it| it.step.clone()).collect(),
        is_up_to_date: key == provenance.key,
        provenance: provenance.clone(),
        run,
    })
}

fn of_extraction(store: &dyn Store, document: &StoredDocument) -> Result<Ancestor, StoreError> {
    let provenance = &document.provenance;
    let run = store.run(provenance.run)?;
    let entry = entry(store, run.as_ref(), provenance, |it| it.role == Role::Extractor.as_str())?;
    let is_same = |source: crate::model::StoredSource| {
        key_of_extraction(made_by(provenance), &source.info) == provenance.key
    };
    Ok(Ancestor {
        step: entry.as_ref().and_then(|entry| PluginName::new(&entry.name).ok()),
        given: given(store, entry.as_ref())?,
        reads: Vec::new(),
        is_up_to_date: store.source(&document.source)?.is_some_and(is_same),
        provenance: provenance.clone(),
        run,
    })
}

fn made_by(provenance: &Provenance) -> Digest {
    step_digest(provenance.component, provenance.contract, provenance.settings)
}

/// The entry of the step that made a result, in the recipe of the run that computed it.
fn entry(
    store: &dyn Store,
    run: Option<&Run>,
    provenance: &Provenance,
    is_meant: impl Fn(&RecipeStep) -> bool,
) -> Result<Option<RecipeStep>, StoreError> {
    let Some(run) = run else { return Ok(None) };
    let Some(recipe) = Recipe::kept(store, &run.pipeline)? else { return Ok(None) };
    let (component, settings) = (provenance.component.to_string(), provenance.settings.to_string());
    let made = |it: &RecipeStep| it.component == component && it.settings == settings;
    Ok(recipe.steps.into_iter().find(|it| made(it) && is_meant(it)))
}

fn given(store: &dyn Store, entry: Option<&RecipeStep>) -> Result<Option<Given>, StoreError> {
    let Some(digest) = entry.and_then(|entry| entry.configuration.parse().ok()) else {
        return Ok(None);
    };
    let kept = match store.part(&digest) {
        Err(StoreError::Damaged { .. } | StoreError::Later { .. }) => None,
        kept => kept?,
    };
    Ok(kept
        .and_then(|bytes| Configured::from_bytes(&bytes))
        .map(|Configured { settings, tables, pairs }| Given { settings, tables, pairs }))
}
