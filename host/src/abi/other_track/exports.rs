//! What a component of the other track exports.

use wasmtime::component::{Instance, InstancePre, Resource};
use wasmtime::{Error, Store};

use super::bindings::{analysis, description, unpacking};
use super::convert;
use crate::abi::Rendering;
use crate::abi::guest::{Declared, Described, Exports};
use crate::capabilities::SourceBytes;
use crate::model::{Annotation, Document, Extracted, Label, LanguageTag, Role};
use crate::sandbox::{Fault, State};

pub(super) struct Exported {
    description: description::GuestIndices,
    role: RoleIndices,
}

enum RoleIndices {
    Unpacker(unpacking::GuestIndices),
    Analyzer(analysis::GuestIndices),
}

fn no_such_role() -> Error {
    Error::msg("the other track has no such role")
}

impl Exported {
    pub(super) fn new(pre: &InstancePre<State>, role: Role) -> wasmtime::Result<Exported> {
        let description = description::GuestIndices::new(pre)?;
        let role = match role {
            Role::Unpacker => RoleIndices::Unpacker(unpacking::GuestIndices::new(pre)?),
            Role::Analyzer => RoleIndices::Analyzer(analysis::GuestIndices::new(pre)?),
            _ => return Err(no_such_role()),
        };
        Ok(Exported { description, role })
    }
}

impl Exports for Exported {
    fn fits(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
    ) -> Result<(), (&'static str, Error)> {
        self.description.load(store, instance).map(drop).map_err(|error| ("description", error))
    }

    fn describe(&self, store: &mut Store<State>, instance: &Instance) -> Result<Described, Fault> {
        let exports = self.description.load(&mut *store, instance)?;
        Ok(convert::described(exports.call_describe(store)?))
    }

    fn declare(&self, store: &mut Store<State>, instance: &Instance) -> Result<Declared, Fault> {
        match &self.role {
            RoleIndices::Unpacker(_) => Ok(Declared::Accepts(vec!["text/plain".to_owned()])),
            RoleIndices::Analyzer(it) => {
                Ok(Declared::Kinds(it.load(&mut *store, instance)?.call_kinds(store)?))
            }
        }
    }

    fn unpack(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
        container: Resource<SourceBytes>,
    ) -> Result<(), Fault> {
        let RoleIndices::Unpacker(it) = &self.role else { return Err(no_such_role().into()) };
        it.load(&mut *store, instance)?.call_unpack(store, container)?.map_err(convert::error)
    }

    fn analyze(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
        document: &Document,
    ) -> Result<Vec<Annotation>, Fault> {
        let RoleIndices::Analyzer(it) = &self.role else { return Err(no_such_role().into()) };
        let found = it.load(&mut *store, instance)?.call_analyze(store, &document.text)?;
        Ok(found.map_err(convert::error)?.into_iter().map(convert::annotation).collect())
    }

    fn extract(
        &self,
        _: &mut Store<State>,
        _: &Instance,
        _: Resource<SourceBytes>,
    ) -> Result<Vec<Extracted>, Fault> {
        Err(no_such_role().into())
    }

    fn translate(
        &self,
        _: &mut Store<State>,
        _: &Instance,
        _: &[String],
        _: &LanguageTag,
        _: &LanguageTag,
    ) -> Result<Rendering, Fault> {
        Err(no_such_role().into())
    }

    fn classify(
        &self,
        _: &mut Store<State>,
        _: &Instance,
        _: &Document,
    ) -> Result<Vec<Label>, Fault> {
        Err(no_such_role().into())
    }
}
