//! What is due on the sources of a store, and why: the plan of an update, made by the rules that
//! the update goes by.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::assembly::Pipeline;
use super::configuration::Configured;
use super::reading::{Came, Due, EarlierFinding, ReadDocument, Work, walk};
use super::reuse::{Before, EarlierPipelines, StoredResults};
use super::step::Step;
use crate::model::{
    Cost, Digest, Document, DocumentId, Failure, FailureClass, Findings, PluginName, Provenance,
    Role, SourceName, SourceState, StoredSource,
};
use crate::store::{Store, StoreError};

/// Why a step is due.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The step was not in the pipeline that was run before.
    NewStep,
    /// The plugin is another component than before.
    NewComponent {
        /// Name and version of the plugin before.
        before: String,
        /// Name and version of the plugin now.
        now: String,
    },
    /// The plugin is configured otherwise than before. All empty where the store no longer knows
    /// what it was before.
    Configuration {
        /// The settings that have other values.
        settings: Vec<String>,
        /// The tables that have other entries.
        tables: Vec<String>,
        /// Whether a translator is asked for other languages.
        languages: bool,
    },
    /// The document that it reads, or what it reads of other steps, is or may be another than
    /// before.
    Input,
    /// Steps whose findings it reads are due. If they find the same as before, this one is not run.
    Findings(Vec<PluginName>),
    /// It failed before.
    Failed(FailureClass),
    /// The store has no result of it, and does not know why.
    Missing,
}

impl Reason {
    /// The reason in one word, such as `new-step`.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Reason::NewStep => "new-step",
            Reason::NewComponent { .. } => "new-component",
            Reason::Configuration { .. } => "configuration",
            Reason::Input => "input",
            Reason::Findings(_) => "findings",
            Reason::Failed(_) => "failed",
            Reason::Missing => "missing",
        }
    }
}

/// A step that is due, for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueStep {
    /// The step.
    pub step: PluginName,
    /// What kind of step it is.
    pub role: Role,
    /// Why.
    pub reason: Reason,
    /// On how many documents it will be run; for unpackers and extractors, on how many sources.
    pub certain: u64,
    /// On how many more it will be run if what it reads comes out differently.
    pub possible: u64,
    /// What one call took so far, on average; absent if there is no record of any.
    pub mean: Option<Duration>,
}

impl DueStep {
    /// What all calls will take one after the other, as far as can be told; the possible ones
    /// included.
    pub fn estimate(&self) -> Option<Duration> {
        let calls = u32::try_from(self.certain + self.possible).unwrap_or(u32::MAX);
        self.mean.map(|mean| mean.saturating_mul(calls))
    }
}

/// What an update of a store would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// What is due, in the order in which it runs on a document.
    pub due: Vec<DueStep>,
    /// Steps that are no longer in the pipeline, or no longer apply, and in how many documents
    /// their findings go.
    pub retired: BTreeMap<PluginName, u64>,
    /// How many sources there are, retired ones not counted.
    pub sources: u64,
    /// The sources that an update takes up, by name.
    pub stale: Vec<SourceName>,
    /// Sources that failed before any content of theirs was read: an update can do nothing for
    /// them.
    pub unread: u64,
}

impl Plan {
    /// Compares what a store holds with what the pipeline asks for. Changes nothing.
    ///
    /// Where nothing is due, this reads one small record per source and nothing else.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub fn make(store: &dyn Store, pipeline: &Pipeline) -> Result<Plan, StoreError> {
        Plan::look(store, pipeline, true)
    }

    /// Only counts the sources and names those that an update takes up, without asking which steps
    /// are due on them.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub fn stale(store: &dyn Store, pipeline: &Pipeline) -> Result<Plan, StoreError> {
        Plan::look(store, pipeline, false)
    }

    fn look(store: &dyn Store, pipeline: &Pipeline, steps: bool) -> Result<Plan, StoreError> {
        let mut planner = Planner {
            store,
            pipeline,
            steps,
            earlier: EarlierPipelines::new(store, pipeline),
            plan: Plan::default(),
            due: BTreeMap::new(),
            costs: BTreeMap::new(),
            differences: BTreeMap::new(),
            opened: BTreeMap::new(),
        };
        for source in store.sources() {
            let source = source?;
            if !source.retired {
                planner.source(&source)?;
            }
        }
        Ok(planner.finish())
    }

    /// Whether an update would change nothing that was found.
    pub fn is_empty(&self) -> bool {
        self.due.is_empty() && self.retired.is_empty()
    }
}

struct Planner<'a> {
    store: &'a dyn Store,
    pipeline: &'a Pipeline,
    /// Whether to tell which steps are due, where it is plain that the source is taken up.
    steps: bool,
    earlier: EarlierPipelines<'a>,
    plan: Plan,
    /// How often each step, by its place in the pipeline, is due for each reason: certainly,
    /// possibly.
    due: BTreeMap<(usize, Reason), (u64, u64)>,
    /// What the calls of each step took, and how many they were.
    costs: BTreeMap<PluginName, (Duration, u32)>,
    /// How the configuration of a step differs from one of an earlier digest.
    differences: BTreeMap<(PluginName, Digest), Reason>,
    /// Whether a container will be opened: its members then come out of it again.
    opened: BTreeMap<SourceName, bool>,
}

impl Planner<'_> {
    fn finish(self) -> Plan {
        let Planner { mut plan, due, costs, pipeline, .. } = self;
        for ((index, reason), (certain, possible)) in due {
            let Some(step) = pipeline.steps().get(index) else { continue };
            let mean = costs.get(&step.name).map(|(total, calls)| *total / *calls);
            let (step, role) = (step.name.clone(), step.plugin.role);
            plan.due.push(DueStep { step, role, reason, certain, possible, mean });
        }
        plan
    }

    fn add(&mut self, step: &Step, reason: Reason, certain: bool) {
        let steps = self.pipeline.steps();
        let index = steps.iter().position(|it| it.name == step.name).unwrap_or(steps.len());
        let (certainly, possibly) = self.due.entry((index, reason)).or_default();
        *(if certain { certainly } else { possibly }) += 1;
    }

    fn took(&mut self, step: &PluginName, cost: &Cost) {
        let (total, calls) = self.costs.entry(step.clone()).or_default();
        (*total, *calls) = (*total + cost.duration, calls.saturating_add(1));
    }

    fn source(&mut self, source: &StoredSource) -> Result<(), StoreError> {
        self.plan.sources += 1;
        let same_pipeline = source.pipeline == self.pipeline.digest();
        if same_pipeline && source.state != SourceState::Failed {
            return Ok(());
        }
        if source.version == 0 {
            self.plan.unread += 1;
            return Ok(());
        }
        if !same_pipeline && !self.steps {
            return self.take_up(source);
        }
        let before = self.earlier.before(source)?;
        let failures = match source.state {
            SourceState::Failed => self.store.failures_of(&source.info.name)?,
            _ => Vec::new(),
        };
        // What docmill itself could not do needs no step to be tried again.
        let is_ours = |it: &Failure| matches!(it.class, FailureClass::Host | FailureClass::Machine);
        let was_docmill = failures.iter().any(is_ours);
        let is_due = self.steps(&before, &failures)? || was_docmill;
        if is_due || !same_pipeline { self.take_up(source) } else { Ok(()) }
    }

    fn take_up(&mut self, source: &StoredSource) -> Result<(), StoreError> {
        if !self.comes_out_again(source)? {
            self.plan.stale.push(source.info.name.clone());
        }
        Ok(())
    }

    /// Adds the steps that are due on a source, and tells whether there are any.
    fn steps(&mut self, before: &Before<'_>, failures: &[Failure]) -> Result<bool, StoreError> {
        let info = &before.source.info;
        if info.size == 0 {
            return Ok(false);
        }
        let (store, pipeline) = (self.store, self.pipeline);
        let is_container = pipeline.accepting(Role::Unpacker, &info.media_type).next().is_some();
        let has_parts = !is_container || before.is_unpacked(store, info)?;
        let mut stored = StoredResults {
            store,
            pipeline,
            info,
            before: Some(before),
            has_parts,
            looked_up: None,
        };
        let mut counting = Counting { planner: self, before, failures, is_due: false };
        walk(pipeline, info, &mut stored, &mut counting)?;
        Ok(counting.is_due)
    }

    /// Why a step has to run on a source or document of which it made `result` before.
    fn reason(
        &mut self,
        step: &Step,
        before: &Before<'_>,
        document: Option<DocumentId>,
        result: Option<&Provenance>,
        failures: &[Failure],
    ) -> Result<Reason, StoreError> {
        let failed = failures
            .iter()
            .find(|it| it.step.as_ref() == Some(&step.name) && it.document == document);
        if let Some(failure) = failed {
            return Ok(Reason::Failed(failure.class));
        }
        let entry = before.earlier.recipe.as_ref().map(|recipe| recipe.step(step.name.as_str()));
        let named = |plugin: &str, version: &str| format!("{plugin} {version}");
        let (component, settings, was) = match (result, entry) {
            (Some(result), _) => {
                let was = named(result.plugin.as_str(), &result.version);
                (result.component, result.settings, was)
            }
            (None, None) => return Ok(Reason::Missing),
            (None, Some(None)) => return Ok(Reason::NewStep),
            (None, Some(Some(entry))) => match (entry.component.parse(), entry.settings.parse()) {
                (Ok(component), Ok(settings)) => {
                    (component, settings, named(&entry.plugin, &entry.version))
                }
                _ => return Ok(Reason::Missing),
            },
        };
        if component != step.plugin.digest {
            let description = &step.plugin.description;
            let now = named(description.name.as_str(), &description.version);
            return Ok(Reason::NewComponent { before: was, now });
        }
        if settings == step.configuration {
            return Ok(Reason::Input);
        }
        let key = (step.name.clone(), settings);
        if let Some(known) = self.differences.get(&key) {
            return Ok(known.clone());
        }
        let entry = entry.flatten().filter(|entry| entry.settings == settings.to_string());
        let kept = entry.and_then(|entry| entry.configuration.parse().ok());
        let kept = kept.map(|digest| self.store.part(&digest)).transpose()?.flatten();
        let earlier = kept.and_then(|bytes| Configured::from_bytes(&bytes));
        let reason = difference(earlier.as_ref(), &step.configured);
        self.differences.insert(key, reason.clone());
        Ok(reason)
    }

    /// Whether a source comes out of a container that will be opened.
    fn comes_out_again(&mut self, source: &StoredSource) -> Result<bool, StoreError> {
        let Some(name) = &source.info.container else { return Ok(false) };
        if let Some(opened) = self.opened.get(name) {
            return Ok(*opened);
        }
        let Some(container) = self.store.source(name)? else { return Ok(false) };
        let unpackers = &mut self.pipeline.accepting(Role::Unpacker, &container.info.media_type);
        let is_stale =
            container.pipeline != self.pipeline.digest() || container.state == SourceState::Failed;
        let before = self.earlier.before(&container)?;
        let is_opened = is_stale
            && unpackers.next().is_some()
            && !before.is_unpacked(self.store, &container.info)?;
        let opened = is_opened || self.comes_out_again(&container)?;
        self.opened.insert(name.clone(), opened);
        Ok(opened)
    }
}

/// Counts the steps that the walk of one source asks for, instead of running them.
struct Counting<'c, 'a> {
    planner: &'c mut Planner<'a>,
    before: &'c Before<'c>,
    failures: &'c [Failure],
    is_due: bool,
}

impl Counting<'_, '_> {
    fn add(&mut self, step: &Step, reason: Reason, certain: bool) {
        self.planner.add(step, reason, certain);
        self.is_due = true;
    }

    /// Why a step has to run that made `result` of the source, or of the document at `index`.
    fn reason(
        &mut self,
        step: &Step,
        index: Option<u32>,
        result: Option<&Provenance>,
    ) -> Result<Reason, StoreError> {
        let documents = &self.before.source.documents;
        let document = index.and_then(|index| documents.get(index as usize)).copied();
        self.planner.reason(step, self.before, document, result, self.failures)
    }
}

impl<'p> Work<'p> for Counting<'_, 'p> {
    type Halt = StoreError;

    fn unpack(&mut self, step: &'p Step, certain: bool) -> Result<Came<()>, StoreError> {
        let reason = self.reason(step, None, None)?;
        self.add(step, reason, certain);
        Ok(Came::Untold)
    }

    fn extract(
        &mut self,
        step: &'p Step,
        certain: bool,
    ) -> Result<Came<Vec<ReadDocument>>, StoreError> {
        let StoredSource { documents, version, .. } = self.before.source;
        let store = self.planner.store;
        let extracted = documents.first().map(|id| store.document(*id, Some(*version)));
        let extracted = extracted.transpose()?.flatten().map(|document| document.provenance);
        let of_step = extracted.filter(|it| it.plugin == step.plugin.description.name);
        if let Some(provenance) = &of_step {
            self.planner.took(&step.name, &provenance.cost);
        }
        let reason = self.reason(step, None, of_step.as_ref())?;
        self.add(step, reason, certain);
        Ok(Came::Untold)
    }

    fn keeps(&mut self, _: u32, found: &[EarlierFinding]) {
        for EarlierFinding { summary, .. } in found {
            self.planner.took(&summary.step, &summary.provenance.cost);
        }
    }

    fn keeps_untold(&mut self) -> Result<(), StoreError> {
        let pipeline = self.planner.pipeline;
        // As many documents as there were, or one, are a fair guess.
        for _ in 0..self.before.source.documents.len().max(1) {
            for step in pipeline.finders() {
                let reason = self.reason(step, None, None)?;
                self.add(step, reason, false);
            }
        }
        Ok(())
    }

    fn find(
        &mut self,
        step: &'p Step,
        index: u32,
        _: &Document,
        before: Option<&EarlierFinding>,
        due: Due,
    ) -> Result<Came<Option<Findings>>, StoreError> {
        let result = before.map(|before| &before.summary.provenance);
        let own = self.reason(step, Some(index), result)?;
        let (reason, certain) = match (due, own) {
            (Due::After(steps), Reason::Input) => (Reason::Findings(steps), false),
            (_, own) => (own, true),
        };
        self.add(step, reason, certain);
        Ok(Came::Untold)
    }

    fn retire(&mut self, _: u32, step: &PluginName) {
        *self.planner.plan.retired.entry(step.clone()).or_default() += 1;
        self.is_due = true;
    }
}

/// What is different about a configuration.
fn difference(before: Option<&Configured>, now: &Configured) -> Reason {
    let (mut settings, mut tables, mut languages) = (Vec::new(), Vec::new(), false);
    if let Some(before) = before {
        let values = |it: &Configured| -> BTreeMap<String, String> {
            it.settings.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
        };
        let digests = |it: &Configured| -> BTreeMap<String, Digest> {
            it.tables.iter().map(|(name, table)| (name.clone(), table.digest())).collect()
        };
        settings = changed(&values(before), &values(now));
        tables = changed(&digests(before), &digests(now));
        languages = before.pairs != now.pairs;
    }
    Reason::Configuration { settings, tables, languages }
}

/// The keys that have another value, or are in one of the two only.
fn changed<T: PartialEq>(before: &BTreeMap<String, T>, now: &BTreeMap<String, T>) -> Vec<String> {
    let keys: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    keys.into_iter().filter(|key| before.get(*key) != now.get(*key)).cloned().collect()
}
