//! Runs two versions of a step on what is stored, and tells where they differ: before one takes the
//! place of the other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};

use super::configuration::Configured;
use super::reading::{Again, Product};
use super::step::Step;
use crate::abi::Declaration;
use crate::catalog::{Catalog, LoadError};
use crate::error::{Hint, Hinted};
use crate::manifest::PluginRef;
use crate::model::{
    Bill, Cost, DocumentId, FailureClass, Limits, Role, SourceName, StoredDocument, StoredSource,
};
use crate::sandbox::{Sandbox, Stopped};
use crate::store::{Store, StoreError};

mod change;

use change::changes;
pub use change::{Change, Counted};

/// How many compared documents may wait for those before them.
const WAITING: usize = 64;

/// Why a component cannot run as a version of a step.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VersionError {
    /// It is no plugin.
    #[error("it cannot be loaded")]
    Load(#[source] LoadError),
    /// It is a plugin of another role than the step.
    #[error("its role is {role}, and that of step `{step}` is {of}")]
    Role {
        /// Its role.
        role: Role,
        /// The name of the step.
        step: String,
        /// The role of the step.
        of: Role,
    },
    /// It needs a setting that the step does not have.
    #[error("it needs the setting `{0}`, and nothing says which")]
    MissingSetting(String),
    /// It needs a table that the step does not have.
    #[error("it needs the table `{0}`, and nothing says which")]
    MissingTable(String),
    /// It failed before it came to a document.
    #[error("it failed while declaring what it does: {}", .0.causes().join(": "))]
    Declare(Box<Stopped>),
}

impl Hinted for VersionError {
    fn hint(&self) -> Option<Hint> {
        match self {
            VersionError::Load(error) => error.hint(),
            VersionError::MissingSetting(_) | VersionError::MissingTable(_) => {
                Some(Hint::NameStepThatHas)
            }
            VersionError::Role { .. } | VersionError::Declare(_) => None,
        }
    }
}

impl Step {
    /// A step that runs another component with the settings, tables, languages and limits of
    /// `like`, as far as it knows them, and with defaults otherwise.
    ///
    /// # Errors
    ///
    /// See [`VersionError`].
    pub fn version(
        catalog: &Catalog,
        component: Vec<u8>,
        origin: PluginRef,
        like: Option<&Step>,
    ) -> Result<Step, VersionError> {
        let plugin = catalog.load(&component).map_err(VersionError::Load)?;
        if let Some(like) = like
            && like.plugin.role != plugin.role
        {
            let (role, of) = (plugin.role, like.plugin.role);
            return Err(VersionError::Role { role, step: like.name.to_string(), of });
        }
        let description = &plugin.description;
        let mut settings = BTreeMap::new();
        for setting in &description.settings {
            let chosen = like.and_then(|like| like.settings().get(&setting.key));
            let value = chosen
                .or(setting.default_value.as_deref())
                .ok_or_else(|| VersionError::MissingSetting(setting.key.clone()))?;
            settings.insert(setting.key.clone(), value.to_owned());
        }
        let mut tables = BTreeMap::new();
        for table in &description.tables {
            match like.and_then(|like| like.tables().get(&table.name)) {
                Some(granted) => {
                    tables.insert(table.name.clone(), Arc::clone(granted));
                }
                None if table.required => {
                    return Err(VersionError::MissingTable(table.name.clone()));
                }
                None => {}
            }
        }
        let (settings, tables) = (Arc::new(settings.into_iter().collect()), Arc::new(tables));
        let limits = like.map_or_else(Limits::default, |like| like.limits);
        let declaration = (catalog.declare(&plugin, limits, &settings, &tables))
            .map_err(|stopped| VersionError::Declare(Box::new(stopped)))?;
        let mut pairs = match &declaration {
            Declaration::Pairs(offered) => offered.clone(),
            _ => Vec::new(),
        };
        if let Some(like) = like {
            pairs.retain(|(_, target)| like.pairs().iter().any(|(_, wanted)| wanted == target));
        }
        let name = like.map_or_else(|| description.name.clone(), |like| like.name.clone());
        let configured = Configured { settings, tables, pairs };
        Ok(Step::new(name, plugin, origin, limits, declaration, configured))
    }
}

/// How two versions are compared.
#[derive(Debug, Clone)]
pub struct CompareOptions {
    /// On how many documents, or sources for unpackers and extractors; absent: on all. The choice
    /// is the same each time: as ids are digests of names, those with the smallest ids are as good
    /// as drawn by lot.
    pub sample: Option<usize>,
    /// How many are processed at the same time; at least 1.
    pub jobs: usize,
    /// Set it to end early.
    pub stop: Arc<AtomicBool>,
}

/// Where two versions differ on one document, or on one source for unpackers and extractors.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The source.
    pub source: SourceName,
    /// The document, unless it is about the source.
    pub document: Option<DocumentId>,
    /// How the old version failed, if it did.
    pub old: Option<Failed>,
    /// How the new version failed, if it did.
    pub new: Option<Failed>,
    /// How what they found differs, if neither failed.
    pub changes: Vec<Change>,
}

/// How a version failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// What kind of thing went wrong.
    pub class: FailureClass,
    /// What went wrong, outermost first; in part the plugin's words.
    pub causes: Vec<String>,
}

impl Failed {
    /// Of a version that is not asked at all.
    fn unasked(cause: String) -> Failed {
        Failed { class: FailureClass::Unsupported, causes: vec![cause] }
    }
}

/// What a comparison came to.
#[derive(Debug, Clone, Default)]
pub struct Comparison {
    /// On how many documents or sources both versions say the same, or fail in the same way.
    pub same: u64,
    /// On how many they differ.
    pub different: u64,
    /// How many could not be compared, as their content is gone.
    pub skipped: u64,
    /// How often each label, kind of annotation, language, attribute, or member of a container was
    /// found.
    pub counts: BTreeMap<String, Counted>,
    /// What the old version cost.
    pub old: Bill,
    /// What the new version cost.
    pub new: Bill,
}

/// What is compared on.
enum Unit {
    Source(SourceName),
    Document(DocumentId),
}

/// What came of a unit.
#[derive(Default)]
struct Tried {
    difference: Option<Difference>,
    counts: BTreeMap<String, Counted>,
    /// Of the old and the new version, if it was asked; and whether it failed.
    costs: [Option<(Cost, bool)>; 2],
}

/// How a version ended, and what that cost if it was asked.
type Ended = (Result<Product, Failed>, Option<Cost>);

/// What is told while two versions are compared.
#[derive(Debug)]
pub enum Compared<'a> {
    /// They have been run on so many of all that there is to compare on.
    Passed {
        /// How many.
        done: usize,
        /// Of how many.
        all: usize,
    },
    /// They differ.
    Different(&'a Difference),
}

/// Runs two steps of the same role on what is stored, writes nothing, and tells how far it is, and
/// each difference in the order of the store.
///
/// The steps read what is stored now of the findings of other steps.
///
/// # Errors
///
/// If the store cannot be read.
pub fn compare(
    store: &dyn Store,
    sandbox: &Sandbox,
    [old, new]: [&Step; 2],
    options: &CompareOptions,
    tell: &mut dyn FnMut(Compared<'_>),
) -> Result<Comparison, StoreError> {
    let units = units(store, [old, new], options.sample)?;
    // Once for nothing, so that neither version pays for what the first call of a step brings
    // about, such as the search tree of a table.
    if let Some(first) = units.first() {
        compare_on(store, sandbox, [old, new], first, false)?;
    }
    let next = AtomicUsize::new(0);
    let (sender, results) = sync_channel(WAITING);
    std::thread::scope(|scope| {
        for _ in 0..options.jobs.max(1) {
            let (units, next, sender) = (&units, &next, sender.clone());
            scope.spawn(move || {
                while !options.stop.load(Ordering::SeqCst) {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(unit) = units.get(index) else { return };
                    // Neither version is always the one that finds everything in the caches.
                    let new_first = index % 2 == 1;
                    let compared = compare_on(store, sandbox, [old, new], unit, new_first);
                    if sender.send((index, compared)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        // A worker must not wait for ever where this ends early.
        let results = results;
        collect(&results, units.len(), tell)
    })
}

/// Adds up what workers hand over, and tells differences in order.
fn collect(
    results: &Receiver<(usize, Result<Option<Tried>, StoreError>)>,
    all: usize,
    tell: &mut dyn FnMut(Compared<'_>),
) -> Result<Comparison, StoreError> {
    let mut comparison = Comparison::default();
    let mut waiting = BTreeMap::new();
    let (mut next, mut done) = (0, 0);
    while let Ok((index, tried)) = results.recv() {
        done += 1;
        tell(Compared::Passed { done, all });
        waiting.insert(index, tried?);
        while let Some(tried) = waiting.remove(&next) {
            next += 1;
            comparison.add(tried, tell);
        }
    }
    // After an early end, some are missing in between.
    waiting.into_values().for_each(|tried| comparison.add(tried, tell));
    Ok(comparison)
}

impl Comparison {
    fn add(&mut self, tried: Option<Tried>, tell: &mut dyn FnMut(Compared<'_>)) {
        let Some(Tried { difference, counts, costs: [old, new] }) = tried else {
            self.skipped += 1;
            return;
        };
        for (bill, cost) in [(&mut self.old, old), (&mut self.new, new)] {
            if let Some((cost, failed)) = cost {
                bill.add(cost, failed);
            }
        }
        for (name, counted) in counts {
            *self.counts.entry(name).or_default() += counted;
        }
        match difference {
            None => self.same += 1,
            Some(difference) => {
                self.different += 1;
                tell(Compared::Different(&difference));
            }
        }
    }
}

/// What there is to compare on, in the order of the store.
fn units(
    store: &dyn Store,
    steps: [&Step; 2],
    sample: Option<usize>,
) -> Result<Vec<Unit>, StoreError> {
    let reads_sources = steps[0].plugin.role.reads_sources();
    let accepted = |source: &StoredSource| {
        let is_readable = source.version > 0 && source.info.size > 0;
        is_readable && steps.into_iter().any(|step| accepts(step, source))
    };
    let mut units: Vec<(DocumentId, Unit)> = Vec::new();
    for source in store.sources() {
        let source = source?;
        if source.retired {
            continue;
        }
        if reads_sources {
            if accepted(&source) {
                let id = DocumentId::of(&source.info.name, 0);
                units.push((id, Unit::Source(source.info.name)));
            }
        } else {
            units.extend(source.documents.into_iter().map(|id| (id, Unit::Document(id))));
        }
    }
    if let Some(sample) = sample {
        let mut ids: Vec<DocumentId> = units.iter().map(|(id, _)| *id).collect();
        ids.sort_unstable();
        let chosen: BTreeSet<DocumentId> = ids.into_iter().take(sample).collect();
        units.retain(|(id, _)| chosen.contains(id));
    }
    Ok(units.into_iter().map(|(_, unit)| unit).collect())
}

/// Runs both versions; nothing if what they would read is gone.
fn compare_on(
    store: &dyn Store,
    sandbox: &Sandbox,
    steps: [&Step; 2],
    unit: &Unit,
    new_first: bool,
) -> Result<Option<Tried>, StoreError> {
    match unit {
        Unit::Document(id) => {
            let Some(stored) = store.document(*id, None)? else { return Ok(None) };
            let findings = store.findings(stored.id, stored.version)?;
            let StoredDocument { extracted, source, .. } = stored;
            let document = &extracted.document;
            if !steps.into_iter().any(|step| step.applies_to(document)) {
                return Ok(Some(Tried::default()));
            }
            let [old, new] = in_order(steps, new_first, |step| {
                ended(step.run_again(sandbox, Again::Document { document, findings: &findings }))
            });
            Ok(Some(told(source, Some(*id), old, new)))
        }
        Unit::Source(name) => {
            let Some(source) = store.source(name)? else { return Ok(None) };
            let Some(bytes) = store.original(&source.info.digest)? else { return Ok(None) };
            let bytes: Arc<[u8]> = bytes.into();
            let [old, new] = in_order(steps, new_first, |step| {
                if !accepts(step, &source) {
                    let cause = format!("it does not accept `{}`", source.info.media_type);
                    return (Err(Failed::unasked(cause)), None);
                }
                let on = Again::Source { info: &source.info, bytes: &bytes };
                ended(step.run_again(sandbox, on))
            });
            Ok(Some(told(source.info.name, None, old, new)))
        }
    }
}

/// Whether an unpacker or extractor is asked about such a source at all.
fn accepts(step: &Step, source: &StoredSource) -> bool {
    match &step.declaration {
        Declaration::Accepts(types) => types.contains(&source.info.media_type),
        _ => false,
    }
}

fn in_order<T>([old, new]: [&Step; 2], new_first: bool, mut run: impl FnMut(&Step) -> T) -> [T; 2] {
    if new_first {
        let new = run(new);
        [run(old), new]
    } else {
        [run(old), run(new)]
    }
}

fn ended(called: Result<crate::sandbox::Called<Product>, Stopped>) -> Ended {
    match called {
        Ok(called) => (Ok(called.value), Some(called.cost)),
        Err(stopped) => {
            let failed = Failed { class: stopped.class(), causes: stopped.causes() };
            (Err(failed), Some(stopped.cost.map_or_else(Cost::default, |cost| *cost)))
        }
    }
}

/// Puts together how the two versions compare.
fn told(source: SourceName, document: Option<DocumentId>, old: Ended, new: Ended) -> Tried {
    let costs = [&old, &new].map(|(ended, cost)| cost.map(|cost| (cost, ended.is_err())));
    let mut counts = BTreeMap::new();
    let difference = match (old.0, new.0) {
        (Ok(old), Ok(new)) => {
            let changes = changes(&old, &new, &mut counts);
            let differs = !changes.is_empty();
            differs.then_some(Difference { source, document, old: None, new: None, changes })
        }
        // What fails for the same kind of reason is not told: the words may hold an address or a
        // time.
        (Err(old), Err(new)) if old.class == new.class => None,
        (old, new) => {
            for (version, ended) in [&old, &new].into_iter().enumerate() {
                if let Ok(product) = ended {
                    change::count(product, version, &mut counts);
                }
            }
            let (old, new) = (old.err(), new.err());
            Some(Difference { source, document, old, new, changes: Vec::new() })
        }
    };
    Tried { difference, counts, costs }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_told_in_order_whoever_is_done_first() {
        let (sender, results) = sync_channel(9);
        let compared = |index: usize, differs: bool| {
            let name = SourceName::new(index.to_string()).unwrap();
            let failed = Failed { class: FailureClass::Trapped, causes: Vec::new() };
            let cost = Cost { host_calls: 1, ..Cost::default() };
            let new = if differs { Err(failed) } else { Ok(Product::Documents(Vec::new())) };
            let old = Ok(Product::Documents(Vec::new()));
            (index, Ok(Some(told(name, None, (old, Some(cost)), (new, Some(cost))))))
        };
        for (index, differs) in [(2, true), (0, true), (3, false), (1, true)] {
            sender.send(compared(index, differs)).unwrap();
        }
        sender.send((4, Ok(None))).unwrap();
        drop(sender);
        let mut found = Vec::new();
        let mut passed = Vec::new();
        let mut tell = |it: Compared<'_>| match it {
            Compared::Passed { done, all } => passed.push((done, all)),
            Compared::Different(it) => found.push(it.source.to_string()),
        };
        let comparison = collect(&results, 5, &mut tell).unwrap();
        assert_eq!(found, ["0", "1", "2"]);
        assert_eq!(passed, [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]);
        let Comparison { same, different, skipped, old, new, .. } = comparison;
        assert_eq!((same, different, skipped), (1, 3, 1));
        assert_eq!((old.calls, old.failed, new.failed, new.sum.host_calls), (4, 0, 3, 4));
    }
}
