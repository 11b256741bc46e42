//! Track 0.1 of the contract: `docmill:plugin@0.1.x`.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use wasmtime::Store;
use wasmtime::component::{Component, HasSelf, Instance, InstancePre, Linker, Resource};

use self::bindings::imports::docmill::plugin as wit;
use super::content::Content;
use super::{
    Answer, Call, Declaration, Description, Guest, PACKAGE, Rendering, Setting, TableUse, Task,
    Track, check, role_interface,
};
use crate::capabilities::{Member, SourceBytes, Table};
use crate::model::{
    Annotation, Aside, Attribute, Clause, ContractVersion, Document, Extracted, FailureClass,
    Label, LanguageTag, LogLevel, Mark, MediaType, Role, Span,
};
use crate::sandbox::{BrokenPromise, Called, Fault, Reported, Sandbox, State, Stopped};

pub(super) const TRACK: Track = Track {
    version: ContractVersion { major: 0, minor: 1 },
    link,
    imports: &["types", "log", "config", "lookup", "sources", "members", "findings"],
};

/// What wasmtime makes of the contract: the imports once, and each exported interface in a module of its own that shares their
/// types.
mod bindings {
    #![allow(missing_docs, clippy::all, clippy::allow_attributes, reason = "generated code")]

    pub(super) mod imports {
        wasmtime::component::bindgen!({
            inline: r"
                package docmill:host;
                world imports {
                    import docmill:plugin/types@0.1.0;
                    import docmill:plugin/log@0.1.0;
                    import docmill:plugin/config@0.1.0;
                    import docmill:plugin/lookup@0.1.0;
                    import docmill:plugin/sources@0.1.0;
                    import docmill:plugin/members@0.1.0;
                    import docmill:plugin/findings@0.1.0;
                }
            ",
            path: "../wit",
            world: "docmill:host/imports",
            imports: { default: trappable },
            with: {
                "docmill:plugin/sources.source": crate::capabilities::SourceBytes,
                "docmill:plugin/lookup.table": crate::abi::v0_1::LentTable,
            },
        });
    }

    macro_rules! exports {
        ($interface:ident, $inline:literal, $world:literal, { $($import:literal: $shared:ident),* }) => {
            pub(super) mod $interface {
                wasmtime::component::bindgen!({
                    inline: $inline,
                    path: "../wit",
                    world: $world,
                    with: { $($import: crate::abi::v0_1::bindings::imports::docmill::plugin::$shared,)* },
                });
            }
        };
    }

    exports!(
        metadata,
        "package docmill:host; world exports { export docmill:plugin/metadata@0.1.0; }",
        "docmill:host/exports",
        { "docmill:plugin/types@0.1.0": types }
    );
    exports!(
        unpacking,
        "package docmill:host; world exports { export docmill:plugin/unpacking@0.1.0; }",
        "docmill:host/exports",
        { "docmill:plugin/types@0.1.0": types, "docmill:plugin/sources@0.1.0": sources }
    );
    exports!(
        extraction,
        "package docmill:host; world exports { export docmill:plugin/extraction@0.1.0; }",
        "docmill:host/exports",
        { "docmill:plugin/types@0.1.0": types, "docmill:plugin/sources@0.1.0": sources }
    );
    exports!(
        translation,
        "package docmill:host; world exports { export docmill:plugin/translation@0.1.0; }",
        "docmill:host/exports",
        { "docmill:plugin/types@0.1.0": types }
    );
    exports!(
        classification,
        "package docmill:host; world exports { export docmill:plugin/classification@0.1.0; }",
        "docmill:host/exports",
        { "docmill:plugin/types@0.1.0": types }
    );
    exports!(
        analysis,
        "package docmill:host; world exports { export docmill:plugin/analysis@0.1.0; }",
        "docmill:host/exports",
        { "docmill:plugin/types@0.1.0": types }
    );
}

/// A table while a guest holds a handle to it.
pub type LentTable = Arc<Table>;

/// Where the functions of the role's interface are found in an instance; looked up once, when the component is loaded.
enum RoleIndices {
    Unpacker(bindings::unpacking::ExportsIndices),
    Extractor(bindings::extraction::ExportsIndices),
    Translator(bindings::translation::ExportsIndices),
    Classifier(bindings::classification::ExportsIndices),
    Analyzer(bindings::analysis::ExportsIndices),
}

struct Plugin {
    pre: InstancePre<State>,
    metadata: bindings::metadata::ExportsIndices,
    role: RoleIndices,
}

fn link(sandbox: &Sandbox, component: &Component, role: Role) -> wasmtime::Result<Box<dyn Guest>> {
    let mut linker = super::linker(sandbox)?;
    bindings::imports::Imports::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
    share_sources(&mut linker)?;
    let pre = linker.instantiate_pre(component)?;
    let metadata = bindings::metadata::ExportsIndices::new(&pre)?;
    let role = match role {
        Role::Unpacker => RoleIndices::Unpacker(bindings::unpacking::ExportsIndices::new(&pre)?),
        Role::Extractor => RoleIndices::Extractor(bindings::extraction::ExportsIndices::new(&pre)?),
        Role::Translator => {
            RoleIndices::Translator(bindings::translation::ExportsIndices::new(&pre)?)
        }
        Role::Classifier => {
            RoleIndices::Classifier(bindings::classification::ExportsIndices::new(&pre)?)
        }
        Role::Analyzer => RoleIndices::Analyzer(bindings::analysis::ExportsIndices::new(&pre)?),
    };
    Ok(Box::new(Plugin { pre, metadata, role }))
}

/// Takes the place of the `read` that wasmtime generates, which returns a `Vec`: every source would be copied for it once more.
fn share_sources(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    linker.instance("docmill:plugin/sources@0.1.0")?.func_wrap(
        "[method]source.read",
        |mut store, (source, offset, length): (Resource<SourceBytes>, u64, u32)| {
            let state: &mut State = store.data_mut();
            Ok((state.read_source(&source, offset, length)?,))
        },
    )?;
    linker.allow_shadowing(false);
    Ok(())
}

/// The pipeline asks a plugin only for what its role does.
const WRONG_ROLE: &str = "the catalog knows the role of every plugin";

/// Loads the interface of the role, or panics, which the sandbox turns into a failure of the host.
macro_rules! role {
    ($plugin:ident, $role:ident, $interface:ident, $store:ident, $instance:ident) => {{
        let RoleIndices::$role(indices) = &$plugin.role else { unreachable!("{WRONG_ROLE}") };
        indices.load(&mut *$store, $instance)?
    }};
}

impl Plugin {
    fn call<T>(
        &self,
        call: Call<'_>,
        body: impl FnOnce(&mut Store<State>, &Instance) -> Result<T, Fault>,
    ) -> Result<Called<T>, Stopped> {
        self.call_sealed(call, false, body)
    }

    fn call_sealed<T>(
        &self,
        Call { sandbox, limits, inputs, depth }: Call<'_>,
        sealed: bool,
        body: impl FnOnce(&mut Store<State>, &Instance) -> Result<T, Fault>,
    ) -> Result<Called<T>, Stopped> {
        crate::sandbox::call(sandbox, &self.pre, limits, inputs, sealed, depth, body)
    }
}

impl Plugin {
    fn describe(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
    ) -> Result<Description, Fault> {
        let exports = self.metadata.load(&mut *store, instance)?;
        description(exports.docmill_plugin_metadata().call_describe(store)?)
    }

    fn declare(&self, store: &mut Store<State>, instance: &Instance) -> Result<Declaration, Fault> {
        match &self.role {
            RoleIndices::Unpacker(indices) => {
                let exports = indices.load(&mut *store, instance)?;
                accepts(exports.docmill_plugin_unpacking().call_accepts(store)?.map_err(reported)?)
            }
            RoleIndices::Extractor(indices) => {
                let exports = indices.load(&mut *store, instance)?;
                accepts(exports.docmill_plugin_extraction().call_accepts(store)?.map_err(reported)?)
            }
            RoleIndices::Translator(indices) => {
                let exports = indices.load(&mut *store, instance)?;
                let pairs =
                    exports.docmill_plugin_translation().call_pairs(store)?.map_err(reported)?;
                let pair = |pair: bindings::translation::exports::docmill::plugin::translation::LanguagePair| {
                    let tag = |tag| check::language(tag, Clause::PAIRS);
                    Ok((tag(pair.original)?, tag(pair.target)?))
                };
                Ok(Declaration::Pairs(pairs.into_iter().map(pair).collect::<Result<_, Fault>>()?))
            }
            RoleIndices::Classifier(indices) => {
                let exports = indices.load(&mut *store, instance)?;
                let labels = exports
                    .docmill_plugin_classification()
                    .call_labels(store)?
                    .map_err(reported)?;
                Ok(Declaration::Labels(check::label_names(labels)?))
            }
            RoleIndices::Analyzer(indices) => {
                let exports = indices.load(&mut *store, instance)?;
                let kinds =
                    exports.docmill_plugin_analysis().call_kinds(store)?.map_err(reported)?;
                Ok(Declaration::Kinds(check::kind_names(kinds)?))
            }
        }
    }

    fn unpack(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
        container: SourceBytes,
    ) -> Result<(), Fault> {
        let exports = role!(self, Unpacker, unpacking, store, instance);
        store.data_mut().takes_apart(container.size());
        let source = lend(store, container)?;
        let before = store.data().members;
        let ended = exports.docmill_plugin_unpacking().call_unpack(&mut *store, source)?;
        let ended = ended.map_err(reported);
        check::unpacked(ended, store.data().members - before)
    }

    fn extract(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
        source: SourceBytes,
    ) -> Result<Vec<Extracted>, Fault> {
        let exports = role!(self, Extractor, extraction, store, instance);
        let source = lend(store, source)?;
        let extracted = exports
            .docmill_plugin_extraction()
            .call_extract(&mut *store, source)?
            .map_err(reported)?;
        let extracted =
            extracted.into_iter().map(extracted_document).collect::<Result<Vec<_>, _>>()?;
        store.data_mut().bytes_out += extracted.content();
        Ok(extracted)
    }

    fn translate(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
        segments: &[String],
        original: &LanguageTag,
        target: &LanguageTag,
    ) -> Result<Rendering, Fault> {
        let exports = role!(self, Translator, translation, store, instance);
        store.data_mut().bytes_in += segments.content() + original.content() + target.content();
        let pair = bindings::translation::exports::docmill::plugin::translation::LanguagePair {
            original: original.to_string(),
            target: target.to_string(),
        };
        let empty: Vec<bool> = segments.iter().map(String::is_empty).collect();
        let rendering = exports
            .docmill_plugin_translation()
            .call_translate(&mut *store, segments, &pair)?
            .map_err(reported)?;
        check::segments(&empty, &rendering.segments)?;
        let attributes = rendering.attributes.into_iter().map(attribute).collect::<Vec<_>>();
        check::attributes(&attributes)?;
        store.data_mut().bytes_out += rendering.segments.content() + attributes.content();
        Ok(Rendering { segments: rendering.segments, attributes })
    }

    fn classify(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
        document: &Document,
        declared: &BTreeSet<String>,
    ) -> Result<Vec<Label>, Fault> {
        let exports = role!(self, Classifier, classification, store, instance);
        store.data_mut().bytes_in += document.content();
        let labels = exports
            .docmill_plugin_classification()
            .call_classify(&mut *store, &to_wit(document))?
            .map_err(reported)?;
        let labels = labels.into_iter().map(label).collect::<Vec<_>>();
        check::labels(&document.text, &labels, declared)?;
        store.data_mut().bytes_out += labels.content();
        Ok(labels)
    }

    fn analyze(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
        document: &Document,
        declared: &BTreeSet<String>,
    ) -> Result<Vec<Annotation>, Fault> {
        let exports = role!(self, Analyzer, analysis, store, instance);
        store.data_mut().bytes_in += document.content();
        let annotations = exports
            .docmill_plugin_analysis()
            .call_analyze(&mut *store, &to_wit(document))?
            .map_err(reported)?;
        let annotations = annotations.into_iter().map(annotation).collect::<Vec<_>>();
        check::annotations(&document.text, &annotations, declared)?;
        store.data_mut().bytes_out += annotations.content();
        Ok(annotations)
    }

    fn answer(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
        task: &Task<'_>,
    ) -> Result<Answer, Fault> {
        match task {
            Task::Describe => self.describe(store, instance).map(Answer::Description),
            Task::Declare => self.declare(store, instance).map(Answer::Declaration),
            Task::Unpack(container) => {
                self.unpack(store, instance, container.clone()).map(|()| Answer::Unpacked)
            }
            Task::Extract(source) => {
                self.extract(store, instance, source.clone()).map(Answer::Extracted)
            }
            Task::Translate { segments, original, target } => {
                self.translate(store, instance, segments, original, target).map(Answer::Rendering)
            }
            Task::Classify { document, declared } => {
                self.classify(store, instance, document, declared).map(Answer::Labels)
            }
            Task::Analyze { document, declared } => {
                self.analyze(store, instance, document, declared).map(Answer::Annotations)
            }
        }
    }
}

impl Guest for Plugin {
    fn fits(&self, call: Call<'_>) -> Result<Called<Result<(), String>>, Stopped> {
        self.call_sealed(call, true, |store, instance| {
            let other = |interface: &str, error: wasmtime::Error| {
                let reason = error.root_cause();
                format!("its `{PACKAGE}/{interface}` has other types than contract 0.1: {reason}")
            };
            if let Err(error) = self.metadata.load(&mut *store, instance) {
                return Ok(Err(other("metadata", error)));
            }
            let (role, loaded) = match &self.role {
                RoleIndices::Unpacker(it) => (Role::Unpacker, it.load(store, instance).map(drop)),
                RoleIndices::Extractor(it) => (Role::Extractor, it.load(store, instance).map(drop)),
                RoleIndices::Translator(it) => {
                    (Role::Translator, it.load(store, instance).map(drop))
                }
                RoleIndices::Classifier(it) => {
                    (Role::Classifier, it.load(store, instance).map(drop))
                }
                RoleIndices::Analyzer(it) => (Role::Analyzer, it.load(store, instance).map(drop)),
            };
            Ok(loaded.map_err(|error| other(role_interface(role), error)))
        })
    }

    fn describe(&self, call: Call<'_>) -> Result<Called<Description>, Stopped> {
        self.call_sealed(call, true, |store, instance| self.describe(store, instance))
    }

    fn declare(&self, call: Call<'_>) -> Result<Called<Declaration>, Stopped> {
        self.call(call, |store, instance| self.declare(store, instance))
    }

    fn unpack(&self, call: Call<'_>, container: SourceBytes) -> Result<Called<()>, Stopped> {
        self.call(call, |store, instance| self.unpack(store, instance, container))
    }

    fn extract(
        &self,
        call: Call<'_>,
        source: SourceBytes,
    ) -> Result<Called<Vec<Extracted>>, Stopped> {
        self.call(call, |store, instance| self.extract(store, instance, source))
    }

    fn translate(
        &self,
        call: Call<'_>,
        segments: &[String],
        original: &LanguageTag,
        target: &LanguageTag,
    ) -> Result<Called<Rendering>, Stopped> {
        self.call(call, |store, instance| {
            self.translate(store, instance, segments, original, target)
        })
    }

    fn classify(
        &self,
        call: Call<'_>,
        document: &Document,
        declared: &BTreeSet<String>,
    ) -> Result<Called<Vec<Label>>, Stopped> {
        self.call(call, |store, instance| self.classify(store, instance, document, declared))
    }

    fn analyze(
        &self,
        call: Call<'_>,
        document: &Document,
        declared: &BTreeSet<String>,
    ) -> Result<Called<Vec<Annotation>>, Stopped> {
        self.call(call, |store, instance| self.analyze(store, instance, document, declared))
    }

    fn answers(
        &self,
        call: Call<'_>,
        tasks: &[Task<'_>],
    ) -> Result<Called<Vec<Result<Answer, Reported>>>, Stopped> {
        let sealed = tasks.iter().all(|task| matches!(task, Task::Describe));
        self.call_sealed(call, sealed, |store, instance| {
            let answer = |task| match self.answer(store, instance, task) {
                Ok(answer) => Ok(Ok(answer)),
                Err(Fault::Reported(reported)) => Ok(Err(reported)),
                Err(fault) => Err(fault),
            };
            tasks.iter().map(answer).collect()
        })
    }
}

/// Makes a source reachable for the duration of the call. The guest gets a borrow, and the table is dropped with the store.
fn lend(store: &mut Store<State>, source: SourceBytes) -> Result<Resource<SourceBytes>, Fault> {
    store.data_mut().handles.push(source).map_err(|error| Fault::Call(error.into()))
}

fn description(
    it: bindings::metadata::exports::docmill::plugin::metadata::Description,
) -> Result<Description, Fault> {
    let settings = it.settings.into_iter().map(|setting| {
        check::kebab_case("a setting", &setting.key)?;
        let summary = check::sentence("summary of a setting", setting.summary)?;
        Ok(Setting { key: setting.key, summary, default_value: setting.default_value })
    });
    let tables = it.tables.into_iter().map(|table| {
        check::kebab_case("a table", &table.name)?;
        let summary = check::sentence("summary of a table", table.summary)?;
        Ok(TableUse { name: table.name, summary, required: table.required })
    });
    let attributes = it.attributes.into_iter().map(attribute).collect::<Vec<_>>();
    check::attributes(&attributes)?;
    let settings = settings.collect::<Result<Vec<_>, Fault>>()?;
    check::unique("the setting", settings.iter().map(|it| it.key.as_str()))?;
    let tables = tables.collect::<Result<Vec<_>, Fault>>()?;
    check::unique("the table", tables.iter().map(|it| it.name.as_str()))?;
    check::unique("that it reads", it.reads.iter().map(String::as_str))?;
    Ok(Description {
        name: check::plugin_name(it.name)?,
        version: check::version(it.version)?,
        summary: check::sentence("summary", it.summary)?,
        settings,
        tables,
        reads: it.reads.into_iter().map(check::plugin_name).collect::<Result<_, _>>()?,
        attributes,
    })
}

fn accepts(types: Vec<String>) -> Result<Declaration, Fault> {
    Ok(Declaration::Accepts(types.into_iter().map(check::media_type).collect::<Result<_, _>>()?))
}

fn reported(error: wit::types::Error) -> Fault {
    use wit::types::Error;
    let reported = |class, reason: &str| Reported {
        class,
        reason: fitting(reason, 400),
        offset: None,
        key: None,
    };
    Fault::Reported(match error {
        Error::Unsupported(reason) => reported(FailureClass::Unsupported, &reason),
        Error::Malformed(defect) => {
            Reported { offset: defect.offset, ..reported(FailureClass::Malformed, &defect.reason) }
        }
        Error::Misconfigured(setting) => Reported {
            key: Some(fitting(&setting.key, 80)),
            ..reported(FailureClass::Misconfigured, &setting.reason)
        },
        Error::Internal(reason) => reported(FailureClass::Internal, &reason),
    })
}

/// A plugin's words, cut at this many bytes.
fn fitting(words: &str, longest: usize) -> String {
    let fitting = &words[..words.floor_char_boundary(longest)];
    let more = if fitting.len() < words.len() { "…" } else { "" };
    format!("{fitting}{more}")
}

fn attribute(it: wit::types::Attribute) -> Attribute {
    Attribute { name: it.name, value: it.value }
}

fn span(it: wit::types::Span) -> Span {
    Span { start: it.start, end: it.end }
}

fn label(it: wit::types::Label) -> Label {
    Label {
        name: it.name,
        confidence: it.confidence,
        evidence: it.evidence.into_iter().map(span).collect(),
        attributes: it.attributes.into_iter().map(attribute).collect(),
    }
}

fn annotation(it: wit::types::Annotation) -> Annotation {
    Annotation {
        kind: it.kind,
        span: it.span.map(span),
        value: it.value,
        confidence: it.confidence,
        attributes: it.attributes.into_iter().map(attribute).collect(),
    }
}

fn extracted_document(
    it: bindings::extraction::exports::docmill::plugin::extraction::Extracted,
) -> Result<Extracted, Fault> {
    let mark = |mark: wit::types::Mark| Mark {
        kind: mark.kind,
        span: span(mark.span),
        attributes: mark.attributes.into_iter().map(attribute).collect(),
    };
    let aside = |aside: bindings::extraction::exports::docmill::plugin::extraction::Aside| Aside {
        kind: aside.kind,
        text: aside.text,
        position: aside.position,
        attributes: aside.attributes.into_iter().map(attribute).collect(),
    };
    let document = Document {
        text: it.document.text,
        language: it
            .document
            .language
            .map(|language| check::language(language, Clause::LANGUAGE))
            .transpose()?,
        attributes: it.document.attributes.into_iter().map(attribute).collect(),
        marks: it.document.marks.into_iter().map(mark).collect(),
    };
    check::document(&document)?;
    let asides = it.asides.into_iter().map(aside).collect::<Vec<_>>();
    check::asides(&document.text, &asides)?;
    Ok(Extracted { document, asides })
}

fn to_wit(document: &Document) -> wit::types::Document {
    let attributes = |attributes: &[Attribute]| attributes.iter().map(attribute_to_wit).collect();
    wit::types::Document {
        text: document.text.clone(),
        language: document.language.as_ref().map(ToString::to_string),
        attributes: attributes(&document.attributes),
        marks: document
            .marks
            .iter()
            .map(|mark| wit::types::Mark {
                kind: mark.kind.clone(),
                span: span_to_wit(mark.span),
                attributes: attributes(&mark.attributes),
            })
            .collect(),
    }
}

fn attribute_to_wit(it: &Attribute) -> wit::types::Attribute {
    wit::types::Attribute { name: it.name.clone(), value: it.value.clone() }
}

fn span_to_wit(it: Span) -> wit::types::Span {
    wit::types::Span { start: it.start, end: it.end }
}

impl State {
    /// Every import begins with this: it counts, and holds `describe` to its promise.
    fn host_call(&mut self, interface: &'static str) -> wasmtime::Result<()> {
        self.host_calls += 1;
        self.called(interface);
        if self.sealed {
            let what = "it called the host while describing itself".to_owned();
            return Err(BrokenPromise { what, clause: Clause::DESCRIBE_SEALED }.into());
        }
        Ok(())
    }
}

impl wit::types::Host for State {}

impl wit::log::Host for State {
    fn write(
        &mut self,
        level: wit::log::Level,
        message: String,
        fields: Vec<wit::types::Attribute>,
    ) -> wasmtime::Result<()> {
        self.host_call("log")?;
        let level = match level {
            wit::log::Level::Trace => LogLevel::Trace,
            wit::log::Level::Debug => LogLevel::Debug,
            wit::log::Level::Info => LogLevel::Info,
            wit::log::Level::Warn => LogLevel::Warn,
            wit::log::Level::Error => LogLevel::Error,
        };
        let fields = fields.iter().map(|field| (field.name.as_str(), field.value.as_str()));
        self.log.write(level, &message, fields);
        Ok(())
    }
}

impl wit::config::Host for State {
    fn get(&mut self, key: String) -> wasmtime::Result<Option<String>> {
        self.host_call("config")?;
        let value = self.inputs.settings.get(&key).map(str::to_owned);
        self.bytes_in += value.content();
        Ok(value)
    }
}

impl wit::lookup::Host for State {
    fn open(&mut self, name: String) -> wasmtime::Result<Option<Resource<LentTable>>> {
        self.host_call("lookup")?;
        let table = self.inputs.tables.get(&name).map(Arc::clone);
        Ok(table.map(|table| self.handles.push(table)).transpose()?)
    }
}

impl State {
    fn table(&mut self, handle: &Resource<LentTable>) -> wasmtime::Result<Arc<Table>> {
        self.host_call("lookup")?;
        Ok(Arc::clone(self.handles.get(handle)?))
    }
}

impl wit::lookup::HostTable for State {
    fn size(&mut self, table: Resource<LentTable>) -> wasmtime::Result<u64> {
        Ok(self.table(&table)?.size())
    }

    fn get(&mut self, table: Resource<LentTable>, key: String) -> wasmtime::Result<Option<String>> {
        let value = self.table(&table)?.get(&key).map(str::to_owned);
        self.bytes_in += value.content();
        Ok(value)
    }

    fn get_many(
        &mut self,
        table: Resource<LentTable>,
        keys: Vec<String>,
    ) -> wasmtime::Result<Vec<Option<String>>> {
        let table = self.table(&table)?;
        let values = table.get_many(&keys)?;
        let values: Vec<_> = values.into_iter().map(|value| value.map(str::to_owned)).collect();
        self.bytes_in += values.content();
        Ok(values)
    }

    fn entries(
        &mut self,
        table: Resource<LentTable>,
        start: u64,
        count: u32,
    ) -> wasmtime::Result<Vec<wit::lookup::Entry>> {
        let table = self.table(&table)?;
        let entry = |(key, value): (&str, &str)| wit::lookup::Entry {
            key: key.to_owned(),
            value: value.to_owned(),
        };
        let entries: Vec<_> = table.page(start, count).map(entry).collect();
        let content = |it: &wit::lookup::Entry| it.key.content() + it.value.content();
        self.bytes_in += entries.iter().map(content).sum::<u64>();
        Ok(entries)
    }

    fn find(
        &mut self,
        table: Resource<LentTable>,
        text: String,
    ) -> wasmtime::Result<Vec<wit::lookup::Occurrence>> {
        let table = self.table(&table)?;
        // What finds the keys is built once, and takes no plugin's time.
        let begun = Instant::now();
        let prepared = table.prepare();
        self.pause(begun.elapsed());
        prepared?;
        let found = table.find(&text)?;
        self.bytes_in += found.iter().map(|it| it.value.content()).sum::<u64>();
        let occurrence = |it: crate::capabilities::Occurrence<'_>| wit::lookup::Occurrence {
            span: span_to_wit(it.span),
            value: it.value.to_owned(),
        };
        Ok(found.into_iter().map(occurrence).collect())
    }

    fn drop(&mut self, table: Resource<LentTable>) -> wasmtime::Result<()> {
        self.handles.delete(table)?;
        Ok(())
    }
}

impl State {
    fn read_source(
        &mut self,
        source: &Resource<SourceBytes>,
        offset: u64,
        length: u32,
    ) -> wasmtime::Result<Arc<[u8]>> {
        self.host_call("sources")?;
        let bytes = self.handles.get(source)?.read(offset, length)?;
        self.bytes_in += bytes.len() as u64;
        self.moved_on();
        Ok(bytes)
    }
}

impl wit::sources::Host for State {}

impl wit::sources::HostSource for State {
    fn media_type(&mut self, source: Resource<SourceBytes>) -> wasmtime::Result<String> {
        self.host_call("sources")?;
        let media_type = self.handles.get(&source)?.media_type().to_string();
        self.bytes_in += media_type.content();
        Ok(media_type)
    }

    fn size(&mut self, source: Resource<SourceBytes>) -> wasmtime::Result<u64> {
        self.host_call("sources")?;
        Ok(self.handles.get(&source)?.size())
    }

    fn read(
        &mut self,
        source: Resource<SourceBytes>,
        offset: u64,
        length: u32,
    ) -> wasmtime::Result<Vec<u8>> {
        // The trait asks for this; guests get what `share_sources` links in its place.
        Ok(self.read_source(&source, offset, length)?.to_vec())
    }

    fn drop(&mut self, source: Resource<SourceBytes>) -> wasmtime::Result<()> {
        self.handles.delete(source)?;
        Ok(())
    }
}

impl wit::members::Host for State {
    fn emit(&mut self, member: wit::members::Member) -> wasmtime::Result<()> {
        self.host_call("members")?;
        let attributes: Vec<Attribute> = member.attributes.into_iter().map(attribute).collect();
        self.bytes_out += member.content.len() as u64;
        self.bytes_out +=
            member.name.content() + member.media_type.content() + attributes.content();
        let promise = |fault: Fault| match fault {
            Fault::Broken { what, clause } => wasmtime::Error::from(BrokenPromise { what, clause }),
            Fault::Call(error) => error,
            Fault::Reported(reported) => wasmtime::Error::msg(reported.cause()),
        };
        check::attributes(&attributes).map_err(promise)?;
        // A container says what it likes about its members; a media type that is none is no reason to lose one.
        let media_type = member.media_type.and_then(|claimed| MediaType::new(claimed).ok());
        let member = Member { name: member.name, media_type, content: member.content, attributes };
        let Some(sink) = self.inputs.members.as_mut() else {
            let what = "it emitted a member, and it is no unpacker".to_owned();
            return Err(BrokenPromise { what, clause: Clause::UNPACKERS_EMIT }.into());
        };
        let begun = Instant::now();
        let accepted = sink.accept(member);
        self.pause(begun.elapsed());
        self.moved_on();
        self.members += u64::from(accepted.is_ok());
        Ok(accepted?)
    }
}

impl wit::findings::Host for State {
    fn labels(&mut self, classifier: String) -> wasmtime::Result<Option<Vec<wit::types::Label>>> {
        self.host_call("findings")?;
        let label = |it: &Label| wit::types::Label {
            name: it.name.clone(),
            confidence: it.confidence,
            evidence: it.evidence.iter().copied().map(span_to_wit).collect(),
            attributes: it.attributes.iter().map(attribute_to_wit).collect(),
        };
        let labels = self.inputs.findings.labels(&classifier);
        self.bytes_in += labels.content();
        Ok(labels.map(|labels| labels.iter().map(label).collect()))
    }

    fn annotations(
        &mut self,
        analyzer: String,
    ) -> wasmtime::Result<Option<Vec<wit::types::Annotation>>> {
        self.host_call("findings")?;
        let annotation = |it: &Annotation| wit::types::Annotation {
            kind: it.kind.clone(),
            span: it.span.map(span_to_wit),
            value: it.value.clone(),
            confidence: it.confidence,
            attributes: it.attributes.iter().map(attribute_to_wit).collect(),
        };
        let annotations = self.inputs.findings.annotations(&analyzer);
        self.bytes_in += annotations.content();
        Ok(annotations.map(|annotations| annotations.iter().map(annotation).collect()))
    }

    fn translation(
        &mut self,
        translator: String,
        target: String,
    ) -> wasmtime::Result<Option<String>> {
        self.host_call("findings")?;
        let translation = self.inputs.findings.translation(&translator, &target);
        self.bytes_in += translation.content();
        Ok(translation.map(str::to_owned))
    }
}
