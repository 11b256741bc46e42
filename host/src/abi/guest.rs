//! A loaded component of any track: gives calls their instance, counts what passes, and checks what
//! comes back.

use std::collections::BTreeSet;

use wasmtime::Store;
use wasmtime::component::{Component, Instance, InstancePre, Linker, Resource};

use super::content::Content;
use super::{
    Answer, Call, Declaration, Description, Guest, PACKAGE, Rendering, Setting, TRACKS, TableUse,
    Task, check,
};
use crate::capabilities::SourceBytes;
use crate::model::{
    Annotation, Attribute, ContractVersion, Document, Extracted, FailureClass, Label, LanguageTag,
};
use crate::sandbox::{Called, Fault, Reported, Sandbox, State, Stopped};

/// What a track knows about a component: how to call what it exports, in values of the model. It
/// neither counts nor checks.
pub(super) trait Exports: Send + Sync {
    /// Whether the exports have the types of the track, and if not, in which interface.
    fn fits(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
    ) -> Result<(), (&'static str, wasmtime::Error)>;
    fn describe(&self, store: &mut Store<State>, instance: &Instance) -> Result<Described, Fault>;
    fn declare(&self, store: &mut Store<State>, instance: &Instance) -> Result<Declared, Fault>;
    fn unpack(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
        container: Resource<SourceBytes>,
    ) -> Result<(), Fault>;
    fn extract(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
        source: Resource<SourceBytes>,
    ) -> Result<Vec<Extracted>, Fault>;
    fn translate(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
        segments: &[String],
        original: &LanguageTag,
        target: &LanguageTag,
    ) -> Result<Rendering, Fault>;
    fn classify(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
        document: &Document,
    ) -> Result<Vec<Label>, Fault>;
    fn analyze(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
        document: &Document,
    ) -> Result<Vec<Annotation>, Fault>;
}

/// What a plugin says about itself, in its own words.
pub(super) struct Described {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) summary: String,
    pub(super) settings: Vec<Setting>,
    pub(super) tables: Vec<TableUse>,
    pub(super) reads: Vec<String>,
    pub(super) attributes: Vec<Attribute>,
}

/// What a plugin declares, in its own words.
pub(super) enum Declared {
    Accepts(Vec<String>),
    /// Original and target.
    Pairs(Vec<(String, String)>),
    Labels(Vec<String>),
    Kinds(Vec<String>),
}

/// A component that is linked against what its track offers.
pub(super) struct Loaded<E> {
    pre: InstancePre<State>,
    contract: ContractVersion,
    exports: E,
}

/// Links a component of one track; `exports` finds what it offers.
pub(super) fn load<E: Exports + 'static>(
    sandbox: &Sandbox,
    component: &Component,
    contract: ContractVersion,
    exports: impl FnOnce(&InstancePre<State>) -> wasmtime::Result<E>,
) -> wasmtime::Result<Box<dyn Guest>> {
    let mut linker = Linker::new(sandbox.engine());
    crate::sandbox::add_to_linker(&mut linker)?;
    TRACKS.iter().try_for_each(|track| (track.offer)(&mut linker))?;
    let pre = linker.instantiate_pre(component)?;
    let exports = exports(&pre)?;
    Ok(Box::new(Loaded { pre, contract, exports }))
}

/// Whether a call may use the contract's imports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Imports {
    Open,
    Sealed,
}

impl<E: Exports> Loaded<E> {
    fn call<T: Send>(
        &self,
        Call { sandbox, limits, inputs, depth }: Call<'_>,
        imports: Imports,
        body: impl FnOnce(&mut Store<State>, &Instance) -> Result<T, Fault> + Send,
    ) -> Result<Called<T>, Stopped> {
        let sealed = imports == Imports::Sealed;
        crate::sandbox::call(sandbox, &self.pre, limits, inputs, sealed, depth, body)
    }

    fn answer(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
        task: &Task<'_>,
    ) -> Result<Answer, Fault> {
        match task {
            Task::Describe => self.described(store, instance).map(Answer::Description),
            Task::Declare => self.declared(store, instance).map(Answer::Declaration),
            Task::Unpack(container) => {
                self.unpacked(store, instance, container.clone()).map(|()| Answer::Unpacked)
            }
            Task::Extract(source) => {
                self.extracted(store, instance, source.clone()).map(Answer::Extracted)
            }
            Task::Translate { segments, original, target } => {
                self.translated(store, instance, segments, original, target).map(Answer::Rendering)
            }
            Task::Classify { document, declared } => {
                self.classified(store, instance, document, declared).map(Answer::Labels)
            }
            Task::Analyze { document, declared } => {
                self.analyzed(store, instance, document, declared).map(Answer::Annotations)
            }
        }
    }

    fn described(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
    ) -> Result<Description, Fault> {
        check::description(self.exports.describe(store, instance)?)
    }

    fn declared(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
    ) -> Result<Declaration, Fault> {
        check::declaration(self.exports.declare(store, instance)?)
    }

    fn unpacked(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
        container: SourceBytes,
    ) -> Result<(), Fault> {
        store.data_mut().close_member()?;
        store.data_mut().takes_apart(container.size());
        let container = store.data_mut().lend(container)?;
        let before = store.data().members;
        let ended = self.exports.unpack(store, instance, container);
        let state = store.data();
        check::unpacked(ended, state.members - before, state.open_member.is_some())
    }

    fn extracted(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
        source: SourceBytes,
    ) -> Result<Vec<Extracted>, Fault> {
        let source = store.data_mut().lend(source)?;
        let extracted = self.exports.extract(store, instance, source)?;
        extracted.iter().try_for_each(check::extracted)?;
        store.data_mut().bytes_out += extracted.content();
        Ok(extracted)
    }

    fn translated(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
        segments: &[String],
        original: &LanguageTag,
        target: &LanguageTag,
    ) -> Result<Rendering, Fault> {
        store.data_mut().bytes_in += segments.content() + original.content() + target.content();
        let rendering = self.exports.translate(store, instance, segments, original, target)?;
        check::rendering(segments, &rendering)?;
        store.data_mut().bytes_out += rendering.content();
        Ok(rendering)
    }

    fn classified(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
        document: &Document,
        declared: &BTreeSet<String>,
    ) -> Result<Vec<Label>, Fault> {
        store.data_mut().bytes_in += document.content();
        let labels = self.exports.classify(store, instance, document)?;
        check::labels(&document.text, &labels, declared)?;
        store.data_mut().bytes_out += labels.content();
        Ok(labels)
    }

    fn analyzed(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
        document: &Document,
        declared: &BTreeSet<String>,
    ) -> Result<Vec<Annotation>, Fault> {
        store.data_mut().bytes_in += document.content();
        let annotations = self.exports.analyze(store, instance, document)?;
        check::annotations(&document.text, &annotations, declared)?;
        store.data_mut().bytes_out += annotations.content();
        Ok(annotations)
    }
}

impl<E: Exports> Guest for Loaded<E> {
    fn fits(&self, call: Call<'_>) -> Result<Called<Result<(), String>>, Stopped> {
        let contract = self.contract;
        self.call(call, Imports::Sealed, |store, instance| {
            Ok(self.exports.fits(store, instance).map_err(|(interface, error)| {
                let reason = error.root_cause();
                format!(
                    "its `{PACKAGE}/{interface}` has other types than contract {contract}: {reason}"
                )
            }))
        })
    }

    fn describe(&self, call: Call<'_>) -> Result<Called<Description>, Stopped> {
        self.call(call, Imports::Sealed, |store, instance| self.described(store, instance))
    }

    fn declare(&self, call: Call<'_>) -> Result<Called<Declaration>, Stopped> {
        self.call(call, Imports::Open, |store, instance| self.declared(store, instance))
    }

    fn unpack(&self, call: Call<'_>, container: SourceBytes) -> Result<Called<()>, Stopped> {
        self.call(call, Imports::Open, |store, instance| self.unpacked(store, instance, container))
    }

    fn extract(
        &self,
        call: Call<'_>,
        source: SourceBytes,
    ) -> Result<Called<Vec<Extracted>>, Stopped> {
        self.call(call, Imports::Open, |store, instance| self.extracted(store, instance, source))
    }

    fn translate(
        &self,
        call: Call<'_>,
        segments: &[String],
        original: &LanguageTag,
        target: &LanguageTag,
    ) -> Result<Called<Rendering>, Stopped> {
        self.call(call, Imports::Open, |store, instance| {
            self.translated(store, instance, segments, original, target)
        })
    }

    fn classify(
        &self,
        call: Call<'_>,
        document: &Document,
        declared: &BTreeSet<String>,
    ) -> Result<Called<Vec<Label>>, Stopped> {
        self.call(call, Imports::Open, |store, instance| {
            self.classified(store, instance, document, declared)
        })
    }

    fn analyze(
        &self,
        call: Call<'_>,
        document: &Document,
        declared: &BTreeSet<String>,
    ) -> Result<Called<Vec<Annotation>>, Stopped> {
        self.call(call, Imports::Open, |store, instance| {
            self.analyzed(store, instance, document, declared)
        })
    }

    fn answers(
        &self,
        call: Call<'_>,
        tasks: &[Task<'_>],
    ) -> Result<Called<Vec<Result<Answer, Reported>>>, Stopped> {
        let describes = tasks.iter().all(|task| matches!(task, Task::Describe));
        let imports = if describes { Imports::Sealed } else { Imports::Open };
        self.call(call, imports, |store, instance| {
            let answer = |task| match self.answer(store, instance, task) {
                Ok(answer) => Ok(Ok(answer)),
                Err(Fault::Reported(reported)) => Ok(Err(reported)),
                Err(fault) => Err(fault),
            };
            tasks.iter().map(answer).collect()
        })
    }
}

/// An error of the contract, with the plugin's words cut to a length that fits into a message.
pub(super) fn reported(
    class: FailureClass,
    reason: &str,
    offset: Option<u64>,
    key: Option<&str>,
) -> Fault {
    let key = key.map(|key| fitting(key, 80));
    Fault::Reported(Reported { class, reason: fitting(reason, 400), offset, key })
}

/// Words, cut at this many bytes.
fn fitting(words: &str, longest: usize) -> String {
    let fitting = &words[..words.floor_char_boundary(longest)];
    let more = if fitting.len() < words.len() { "…" } else { "" };
    format!("{fitting}{more}")
}
