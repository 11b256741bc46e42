//! From a manifest to steps that can run: loads and configures every plugin, and puts them in
//! order.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use super::configuration::Configured;
use super::error::{DeclareError, FileError, NotPinned, PipelineError, PipelineErrorKind};
use super::recipe::Recipe;
use super::step::Step;
use crate::abi::{Declaration, Description};
use crate::capabilities::{LARGEST_TABLE, Settings, Table};
use crate::catalog::{Catalog, LARGEST_COMPONENT, LoadError, Plugin};
use crate::error::choice;
use crate::ingest::MediaTypes;
use crate::manifest::{
    Lock, Manifest, Pin, Placed, PluginRef, StepRequest, TableRef, read_file, read_text,
};
use crate::model::{
    Digest, Failure, FailureClass, LanguageTag, Limits, MediaType, Needed, PluginName, Role,
};
use crate::sandbox::{Sandbox, Stopped};
use crate::store::{Commit, Store, StoreError};

/// Steps in the order in which they run.
#[derive(Debug)]
pub struct Pipeline {
    sandbox: Sandbox,
    /// Unpackers and extractors in the order of the file, then the others, each after those it
    /// reads.
    steps: Vec<Step>,
    /// What the store keeps of them, under `digest`.
    recipe: Vec<u8>,
    digest: Digest,
    /// What sources are said to be; each is stored with its source, so that no result depends on
    /// this beside.
    media_types: MediaTypes,
}

impl Pipeline {
    /// All steps in the order in which they run.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The digest of everything that results depend on besides the documents.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// What sources are said to be, whatever they look like.
    pub fn media_types(&self) -> &MediaTypes {
        &self.media_types
    }

    /// The same with patterns that count before those of its file.
    #[must_use]
    pub fn with_media_types(self, types: MediaTypes) -> Pipeline {
        let media_types = types.then(self.media_types);
        Pipeline { media_types, ..self }
    }

    /// The steps of this role that accept sources of this kind, in the order in which they have a
    /// try.
    pub(super) fn accepting<'a>(
        &'a self,
        role: Role,
        media_type: &MediaType,
    ) -> impl Iterator<Item = &'a Step> {
        self.steps.iter().filter(move |step| {
            step.plugin.role == role && matches!(&step.declaration, Declaration::Accepts(types) if types.contains(media_type))
        })
    }

    /// The steps that look for something in documents.
    pub(super) fn finders(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| !step.plugin.role.reads_sources())
    }

    /// Whether another step reads what this one finds.
    pub(super) fn is_read(&self, name: &PluginName) -> bool {
        self.steps.iter().any(|step| step.reads.contains(name))
    }

    pub(super) fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// Keeps what the steps are made of, and which steps they are, in a store: for whoever runs
    /// them again, or asks what was run.
    ///
    /// # Errors
    ///
    /// If the store cannot be written.
    pub fn keep_in(&self, store: &dyn Store) -> Result<(), StoreError> {
        for step in &self.steps {
            keep_component(step, store)?;
        }
        self.keep_recipe_in(store)
    }

    /// Keeps which steps they are, and how each is configured. Every run does this when it begins;
    /// components follow with what they were used for.
    pub(super) fn keep_recipe_in(&self, store: &dyn Store) -> Result<(), StoreError> {
        for step in &self.steps {
            store.keep(&[&step.configured.to_bytes()])?;
        }
        store.keep(&[&self.recipe])
    }

    /// Whether the call that failed would fail in the same way again, as its step is now: on the
    /// same content, it is not worth another try. Of unpackers, that is known only of what is
    /// damaged: how much may come out of a file depends on the run.
    pub(super) fn would_fail_again(&self, failure: &Failure) -> bool {
        let class = failure.class;
        let (Some(name), Some(attempt)) = (&failure.step, &failure.attempt) else {
            return class.is_settled() && failure.step.is_none();
        };
        let Some(step) = self.steps.iter().find(|step| step.name == *name) else { return false };
        let limits = |limits: &Limits| (limits.memory, limits.output);
        class.is_settled()
            && failure.component == Some(step.plugin.digest)
            && attempt.configuration == step.kept
            && limits(&attempt.limits) == limits(&step.limits)
            && (step.plugin.role != Role::Unpacker || class == FailureClass::Malformed)
    }

    /// Keeps the components that made what is about to be stored, or failed at it, but for those in
    /// `kept`, which takes them in.
    pub(super) fn keep_components_of<'a>(
        &self,
        commits: impl IntoIterator<Item = &'a Commit>,
        store: &dyn Store,
        kept: &mut BTreeSet<Digest>,
    ) -> Result<(), StoreError> {
        for commit in commits {
            let documents = commit.documents.iter().map(|it| it.provenance.component);
            let findings = commit.findings.iter().map(|(.., it)| it.provenance.component);
            let failures = commit.failures.iter().filter_map(|it| it.component);
            // What an unpacker emitted is stored elsewhere.
            let unpackers = self
                .accepting(Role::Unpacker, &commit.source.info.media_type)
                .map(|step| step.plugin.digest);
            for component in documents.chain(findings).chain(failures).chain(unpackers) {
                let step = self.steps.iter().find(|step| step.plugin.digest == component);
                // What an earlier run brought along was kept by that run.
                if let Some(step) = step.filter(|_| !kept.contains(&component)) {
                    keep_component(step, store)?;
                    kept.insert(component);
                }
            }
        }
        Ok(())
    }

    /// Loads and configures all plugins of a manifest, and checks everything that can be checked
    /// before the first document.
    ///
    /// # Errors
    ///
    /// See [`PipelineError`]; the first mistake in the order of the file is reported.
    pub fn assemble(manifest: &Manifest, catalog: &Catalog) -> Result<Pipeline, PipelineError> {
        Pipeline::of(&Assembler { manifest, catalog, lock: None })
    }

    /// The same, where every step runs the component that a lock pins for it: nothing else is
    /// compiled, asked what it is, or run.
    ///
    /// # Errors
    ///
    /// As [`Pipeline::assemble`], or if the lock has another component for a step, or none.
    pub fn assemble_locked(
        manifest: &Manifest,
        lock: &Lock,
        catalog: &Catalog,
    ) -> Result<Pipeline, PipelineError> {
        let catalog = &catalog.clone().only(lock.digests());
        Pipeline::of(&Assembler { manifest, catalog, lock: Some(lock) })
    }

    /// What is pinned if everything that this pipeline runs is.
    pub fn lock(&self) -> Lock {
        let pin = |step: &Step| {
            let description = &step.plugin.description;
            let plugin = format!("{} {}", description.name, description.version);
            (step.name.to_string(), Pin { plugin, digest: step.plugin.digest })
        };
        Lock { pins: self.steps.iter().map(pin).collect() }
    }

    fn of(assembler: &Assembler<'_>) -> Result<Pipeline, PipelineError> {
        let Assembler { manifest, catalog, .. } = *assembler;
        let steps = assembler.steps()?;
        let mut names = BTreeSet::new();
        for (step, request) in steps.iter().zip(&manifest.steps) {
            if !names.insert(&step.name) {
                let kind = PipelineErrorKind::SameName(step.name.clone());
                return Err(assembler.error(&request.place, kind));
            }
        }
        let steps = assembler.in_order(steps)?;
        let recipe = Recipe::of(&steps).to_bytes();
        let digest = Digest::of(&recipe);
        let mut media_types = MediaTypes::default();
        for (pattern, media_type) in &manifest.media_types {
            media_types.add(pattern, media_type.value.clone()).map_err(|error| {
                assembler.error(&media_type.place, PipelineErrorKind::MediaTypes(error))
            })?;
        }
        Ok(Pipeline { sandbox: catalog.sandbox().clone(), steps, recipe, digest, media_types })
    }
}

/// Keeps the component of a step, unless the store has it: it may have to be unpacked for that.
fn keep_component(step: &Step, store: &dyn Store) -> Result<(), StoreError> {
    if !store.parts_with_prefix(&step.plugin.digest.to_string(), 1)?.is_empty() {
        return Ok(());
    }
    match step.plugin.component() {
        Ok(component) => store.keep(&[&component]),
        // It ran from code that is kept elsewhere, so what it did is worth storing.
        Err(error) => {
            tracing::error!(step = %step.name, %error, "the component of a step cannot be kept");
            Ok(())
        }
    }
}

struct Assembler<'a> {
    manifest: &'a Manifest,
    catalog: &'a Catalog,
    /// What may run; without one, everything that the manifest names.
    lock: Option<&'a Lock>,
}

impl Assembler<'_> {
    fn error(&self, place: &std::ops::Range<usize>, kind: PipelineErrorKind) -> PipelineError {
        PipelineError { kind: Box::new(kind), place: self.manifest.location(place) }
    }

    /// All steps, in the order of the file. Several are assembled at a time: the first start
    /// compiles every plugin.
    fn steps(&self) -> Result<Vec<Step>, PipelineError> {
        let requests = &self.manifest.steps;
        // Steps with the same plugin follow each other, so that it is compiled once.
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for (index, request) in requests.iter().enumerate() {
            match groups.iter_mut().find(|group| requests[group[0]].plugin == request.plugin) {
                Some(group) => group.push(index),
                None => groups.push(vec![index]),
            }
        }
        let assembled: Vec<OnceLock<_>> = requests.iter().map(|_| OnceLock::new()).collect();
        let next = AtomicUsize::new(0);
        let workers = std::thread::available_parallelism().map_or(1, usize::from).min(groups.len());
        std::thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| {
                    while let Some(group) = groups.get(next.fetch_add(1, Ordering::Relaxed)) {
                        for &index in group {
                            assembled[index].get_or_init(|| self.step(&requests[index]));
                        }
                    }
                });
            }
        });
        assembled.into_iter().filter_map(OnceLock::into_inner).collect()
    }

    fn step(&self, request: &StepRequest) -> Result<Step, PipelineError> {
        let plugin = self.plugin(request)?;
        let description = &plugin.description;
        let name = request.name.clone().unwrap_or_else(|| description.name.clone());
        if let Some(lock) = self.lock {
            // A component that is pinned for another step does not run as this one.
            let pin = lock.pins.get(name.as_str());
            if pin.is_none_or(|pin| pin.digest != plugin.digest) {
                let version = &description.version;
                let found = format!("{} {version} with {}", description.name, plugin.digest);
                return Err(self.unpinned(request, Some(&name), pin, found));
            }
        }
        let settings = Arc::new(self.settings(request, description)?);
        let tables = Arc::new(self.tables(request, description)?);
        let declaration = (self.catalog.declare(&plugin, request.limits, &settings, &tables))
            .map_err(|stopped| self.undeclared(request, &plugin, stopped))?;
        let pairs = self.pairs(request, &plugin, &declaration)?;
        let configured = Configured { settings, tables, pairs };
        let origin = request.plugin.clone();
        Ok(Step::new(name, plugin, origin, request.limits, declaration, configured))
    }

    fn plugin(&self, request: &StepRequest) -> Result<Arc<Plugin>, PipelineError> {
        let loaded = match &request.plugin {
            PluginRef::Shipped(name) => (self.catalog.load_shipped(name))
                .ok_or_else(|| self.unknown_plugin(request, name))?,
            PluginRef::File(path) => {
                let bytes = read_file(path, LARGEST_COMPONENT).map_err(|error| {
                    let (path, source) = (path.clone(), error.into());
                    self.error(&request.place, PipelineErrorKind::PluginUnreadable { path, source })
                })?;
                self.catalog.load(&bytes)
            }
        };
        loaded.map_err(|source: LoadError| {
            if let (LoadError::NotAllowed { digest }, Some(lock)) = (&source, self.lock) {
                let name = match (&request.name, &request.plugin) {
                    (Some(name), _) => Some(name.clone()),
                    // Shipped plugins are called what they call themselves.
                    (None, PluginRef::Shipped(name)) => PluginName::new(name.as_str()).ok(),
                    (None, PluginRef::File(_)) => None,
                };
                let pin = name.as_ref().and_then(|name| lock.pins.get(name.as_str()));
                let found = format!("`{}` with {digest}", request.plugin);
                return self.unpinned(request, name.as_ref(), pin, found);
            }
            let plugin = request.plugin.clone();
            self.error(&request.place, PipelineErrorKind::PluginUnusable { plugin, source })
        })
    }

    /// The lock has something else for a step, or nothing: it is called `name` if that is known
    /// without asking the plugin.
    fn unpinned(
        &self,
        request: &StepRequest,
        name: Option<&PluginName>,
        pin: Option<&Pin>,
        found: String,
    ) -> PipelineError {
        let file = Lock::path_for(&self.manifest.path);
        let file = file.file_name().map_or_else(|| file.clone(), PathBuf::from);
        let kind = PipelineErrorKind::Unpinned {
            file,
            step: name.cloned(),
            plugin: request.plugin.clone(),
            source: NotPinned { pin: pin.cloned(), found },
        };
        self.error(&request.place, kind)
    }

    fn unknown_plugin(&self, request: &StepRequest, name: &str) -> PipelineError {
        let shipped = || self.catalog.shipped().plugin_names();
        let choice = shipped().next().is_some().then(|| choice(name, shipped()));
        let name = name.to_owned();
        self.error(&request.place, PipelineErrorKind::NoSuchPlugin { name, choice })
    }

    fn settings(
        &self,
        request: &StepRequest,
        description: &Description,
    ) -> Result<Settings, PipelineError> {
        let plugin = &description.name;
        for (key, Placed { place, .. }) in &request.settings {
            let keys = || description.settings.iter().map(|setting| setting.key.as_str());
            if !keys().any(|declared| declared == key) {
                let (key, choice) = (key.clone(), choice(key, keys()));
                let plugin = plugin.clone();
                let kind = PipelineErrorKind::UnknownSetting { plugin, key, choice };
                return Err(self.error(place, kind));
            }
        }
        let value = |setting: &crate::abi::Setting| {
            let chosen = request.settings.get(&setting.key).map(|chosen| chosen.value.clone());
            match chosen.or_else(|| setting.default_value.clone()) {
                Some(value) => Ok((setting.key.clone(), value)),
                None => {
                    let (name, summary) = (setting.key.clone(), setting.summary.clone());
                    let (plugin, needed) = (plugin.clone(), Needed { name, summary });
                    let kind = PipelineErrorKind::MissingSetting { plugin, needed };
                    Err(self.error(&request.place, kind))
                }
            }
        };
        description.settings.iter().map(value).collect()
    }

    fn tables(
        &self,
        request: &StepRequest,
        description: &Description,
    ) -> Result<BTreeMap<String, Arc<Table>>, PipelineError> {
        let plugin = &description.name;
        for (name, Placed { place, .. }) in &request.tables {
            let names = || description.tables.iter().map(|table| table.name.as_str());
            if !names().any(|declared| declared == name) {
                let (name, choice) = (name.clone(), choice(name, names()));
                let plugin = plugin.clone();
                let kind = PipelineErrorKind::UnknownTable { plugin, name, choice };
                return Err(self.error(place, kind));
            }
        }
        let missing = |table: &&crate::abi::TableUse| {
            table.required && !request.tables.contains_key(&table.name)
        };
        if let Some(table) = description.tables.iter().find(missing) {
            let (name, summary) = (table.name.clone(), table.summary.clone());
            let (plugin, needed) = (plugin.clone(), Needed { name, summary });
            return Err(
                self.error(&request.place, PipelineErrorKind::MissingTable { plugin, needed })
            );
        }
        request
            .tables
            .iter()
            .map(|(name, table)| Ok((name.clone(), Arc::new(self.table(table)?))))
            .collect()
    }

    fn table(&self, Placed { value, place }: &Placed<TableRef>) -> Result<Table, PipelineError> {
        let unusable = |table: String, source: FileError| {
            self.error(place, PipelineErrorKind::TableUnusable { table, source })
        };
        match value {
            TableRef::Shipped(name) => {
                let shipped = self.catalog.shipped();
                let text = shipped.table(name).ok_or_else(|| {
                    let (name, choice) = (name.clone(), choice(name, shipped.table_names()));
                    self.error(place, PipelineErrorKind::NoSuchTable { name, choice })
                })?;
                Table::from_tsv(text).map_err(|error| unusable(name.clone(), error.into()))
            }
            TableRef::File(path) => {
                table_in(path).map_err(|error| unusable(path.display().to_string(), error))
            }
        }
    }

    fn undeclared(
        &self,
        request: &StepRequest,
        plugin: &Plugin,
        stopped: Stopped,
    ) -> PipelineError {
        // The plugin names the setting that it cannot use; point there.
        let causes = stopped.causes();
        let named = |key: &&String| causes.iter().any(|cause| cause.contains(&format!("`{key}`")));
        let place = request
            .settings
            .keys()
            .find(named)
            .and_then(|key| request.settings.get(key))
            .map_or(&request.place, |setting| &setting.place);
        let is_misconfigured = stopped.class() == FailureClass::Misconfigured;
        let plugin = plugin.description.name.clone();
        let source = DeclareError::new(stopped);
        self.error(
            place,
            match is_misconfigured {
                true => PipelineErrorKind::Refused { plugin, source },
                false => PipelineErrorKind::Undeclared { plugin, source },
            },
        )
    }

    fn pairs(
        &self,
        request: &StepRequest,
        plugin: &Plugin,
        declaration: &Declaration,
    ) -> Result<Vec<(LanguageTag, LanguageTag)>, PipelineError> {
        let (Declaration::Pairs(offered), name) = (declaration, &plugin.description.name) else {
            return match request.targets.as_deref().and_then(<[_]>::first) {
                Some(target) => {
                    let (plugin, role) = (plugin.description.name.clone(), plugin.role);
                    let kind = PipelineErrorKind::NoTargets { plugin, role };
                    Err(self.error(&target.place, kind))
                }
                None => Ok(Vec::new()),
            };
        };
        let Some(targets) = &request.targets else { return Ok(offered.clone()) };
        let mut pairs = Vec::new();
        for Placed { value: target, place } in targets {
            let before = pairs.len();
            pairs.extend(offered.iter().filter(|(_, offered)| offered == target).cloned());
            if pairs.len() == before {
                let known: BTreeSet<&LanguageTag> =
                    offered.iter().map(|(_, target)| target).collect();
                let kind = PipelineErrorKind::UnknownTarget {
                    plugin: name.clone(),
                    target: target.clone(),
                    offered: known.into_iter().cloned().collect(),
                };
                return Err(self.error(place, kind));
            }
        }
        Ok(pairs)
    }

    /// Puts every step after those it reads, and otherwise keeps the order of roles and of the
    /// file.
    fn in_order(&self, steps: Vec<Step>) -> Result<Vec<Step>, PipelineError> {
        if !steps.iter().any(|step| matches!(step.plugin.role, Role::Extractor)) {
            return Err(self.error(&(0..0), PipelineErrorKind::NoExtractor));
        }
        let names: BTreeSet<PluginName> = steps.iter().map(|step| step.name.clone()).collect();
        let mut waiting = steps;
        waiting.sort_by_key(|step| {
            let role = step.plugin.role;
            (!role.reads_sources(), role == Role::Extractor)
        });
        let mut ordered: Vec<Step> = Vec::new();
        while !waiting.is_empty() {
            let done: BTreeSet<&PluginName> = ordered.iter().map(|step| &step.name).collect();
            let ready = |step: &Step| {
                step.reads.iter().all(|read| !names.contains(read) || done.contains(read))
            };
            match waiting.iter().position(ready) {
                Some(next) => ordered.push(waiting.remove(next)),
                None => {
                    let circle = waiting.iter().map(|step| step.name.clone()).collect();
                    return Err(self.error(&(0..0), PipelineErrorKind::Circle(circle)));
                }
            }
        }
        Ok(ordered)
    }
}

fn table_in(path: &Path) -> Result<Table, FileError> {
    Ok(Table::from_tsv(&read_text(path, LARGEST_TABLE)?)?)
}
