//! What a component of this track exports, called with values of the model;
//! [`Loaded`](crate::abi::guest::Loaded) does the rest.

use wasmtime::Store;
use wasmtime::component::{Instance, InstancePre, Resource};

use super::bindings::{analysis, classification, extraction, metadata, translation, unpacking};
use super::convert;
use crate::abi::guest::{Declared, Described, Exports};
use crate::abi::{Rendering, role_interface};
use crate::capabilities::SourceBytes;
use crate::model::{Annotation, Document, Extracted, Label, LanguageTag, Role};
use crate::sandbox::{Fault, State};

/// Where the exports are found in an instance; looked up once, when the component is loaded.
pub(super) struct Exported {
    metadata: metadata::GuestIndices,
    role: RoleIndices,
}

enum RoleIndices {
    Unpacker(unpacking::GuestIndices),
    Extractor(extraction::GuestIndices),
    Translator(translation::GuestIndices),
    Classifier(classification::GuestIndices),
    Analyzer(analysis::GuestIndices),
}

impl Exported {
    pub(super) fn new(pre: &InstancePre<State>, role: Role) -> wasmtime::Result<Exported> {
        let metadata = metadata::GuestIndices::new(pre)?;
        let role = match role {
            Role::Unpacker => RoleIndices::Unpacker(unpacking::GuestIndices::new(pre)?),
            Role::Extractor => RoleIndices::Extractor(extraction::GuestIndices::new(pre)?),
            Role::Translator => RoleIndices::Translator(translation::GuestIndices::new(pre)?),
            Role::Classifier => RoleIndices::Classifier(classification::GuestIndices::new(pre)?),
            Role::Analyzer => RoleIndices::Analyzer(analysis::GuestIndices::new(pre)?),
        };
        Ok(Exported { metadata, role })
    }
}

/// Loads the interface of the role, or panics, which the sandbox turns into a failure of the host.
macro_rules! role {
    ($self:ident, $role:ident, $store:ident, $instance:ident) => {{
        let RoleIndices::$role(indices) = &$self.role else {
            unreachable!("the pipeline asks a plugin only for what its role does")
        };
        indices.load(&mut *$store, $instance)?
    }};
}

impl Exports for Exported {
    fn fits(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
    ) -> Result<(), (&'static str, wasmtime::Error)> {
        self.metadata.load(&mut *store, instance).map_err(|error| ("metadata", error))?;
        let (role, loaded) = match &self.role {
            RoleIndices::Unpacker(it) => (Role::Unpacker, it.load(store, instance).map(drop)),
            RoleIndices::Extractor(it) => (Role::Extractor, it.load(store, instance).map(drop)),
            RoleIndices::Translator(it) => (Role::Translator, it.load(store, instance).map(drop)),
            RoleIndices::Classifier(it) => (Role::Classifier, it.load(store, instance).map(drop)),
            RoleIndices::Analyzer(it) => (Role::Analyzer, it.load(store, instance).map(drop)),
        };
        loaded.map_err(|error| (role_interface(role), error))
    }

    fn describe(&self, store: &mut Store<State>, instance: &Instance) -> Result<Described, Fault> {
        let exports = self.metadata.load(&mut *store, instance)?;
        Ok(convert::description(exports.call_describe(store)?))
    }

    fn declare(&self, store: &mut Store<State>, instance: &Instance) -> Result<Declared, Fault> {
        match &self.role {
            RoleIndices::Unpacker(indices) => {
                let types = indices.load(&mut *store, instance)?.call_accepts(store)?;
                Ok(Declared::Accepts(types.map_err(convert::error)?))
            }
            RoleIndices::Extractor(indices) => {
                let types = indices.load(&mut *store, instance)?.call_accepts(store)?;
                Ok(Declared::Accepts(types.map_err(convert::error)?))
            }
            RoleIndices::Translator(indices) => {
                let pairs = indices.load(&mut *store, instance)?.call_pairs(store)?;
                let pairs = pairs.map_err(convert::error)?;
                Ok(Declared::Pairs(pairs.into_iter().map(convert::pair).collect()))
            }
            RoleIndices::Classifier(indices) => {
                let labels = indices.load(&mut *store, instance)?.call_labels(store)?;
                Ok(Declared::Labels(labels.map_err(convert::error)?))
            }
            RoleIndices::Analyzer(indices) => {
                let kinds = indices.load(&mut *store, instance)?.call_kinds(store)?;
                Ok(Declared::Kinds(kinds.map_err(convert::error)?))
            }
        }
    }

    fn unpack(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
        container: Resource<SourceBytes>,
    ) -> Result<(), Fault> {
        role!(self, Unpacker, store, instance)
            .call_unpack(store, container)?
            .map_err(convert::error)
    }

    fn extract(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
        source: Resource<SourceBytes>,
    ) -> Result<Vec<Extracted>, Fault> {
        let extracted = role!(self, Extractor, store, instance).call_extract(store, source)?;
        extracted.map_err(convert::error)?.into_iter().map(convert::extracted).collect()
    }

    fn translate(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
        segments: &[String],
        original: &LanguageTag,
        target: &LanguageTag,
    ) -> Result<Rendering, Fault> {
        let pair = convert::pair_to_wit(original, target);
        let exports = role!(self, Translator, store, instance);
        let rendering = exports.call_translate(store, segments, &pair)?.map_err(convert::error)?;
        let attributes = convert::attributes(rendering.attributes);
        Ok(Rendering { segments: rendering.segments, attributes })
    }

    fn classify(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
        document: &Document,
    ) -> Result<Vec<Label>, Fault> {
        let document = convert::document_to_wit(document);
        let labels = role!(self, Classifier, store, instance).call_classify(store, &document)?;
        Ok(labels.map_err(convert::error)?.into_iter().map(convert::label).collect())
    }

    fn analyze(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
        document: &Document,
    ) -> Result<Vec<Annotation>, Fault> {
        let document = convert::document_to_wit(document);
        let found = role!(self, Analyzer, store, instance).call_analyze(store, &document)?;
        Ok(found.map_err(convert::error)?.into_iter().map(convert::annotation).collect())
    }
}
