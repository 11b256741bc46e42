//! Counts what a component asks for before its first instruction, so that too much of it is refused
//! before it is compiled.

use wasmparser::{
    ComponentAlias, ComponentExternalKind, ComponentInstance, ComponentOuterAliasKind,
    ComponentTypeRef, Encoding, Instance, Payload,
};

use super::error::LoadError;
use crate::model::Limits;
use crate::sandbox::{CORE_INSTANCES, MEMORIES, TABLE_ELEMENTS, TABLES};

/// How many core modules a component may hold. Python's runtime comes with some dozens.
const CORE_MODULES: u64 = 200;

/// What is known after some of a component's sections.
#[derive(Debug, Default)]
pub(super) struct Needs {
    modules: u64,
    memories: u64,
    tables: u64,
    /// The largest memory in the beginning, in pages of 64 KiB.
    memory_pages: u64,
    /// The largest table in the beginning.
    table_elements: u64,
    /// The components and modules that are being read, outermost first.
    open: Vec<Open>,
    /// The core instances of the outermost component, once it was read.
    instances: u64,
}

/// A component or module that is being read.
#[derive(Debug, Default)]
struct Open {
    is_component: bool,
    /// How many core instances it makes, those of components within it included.
    instances: u64,
    /// How many core instances each component makes that can be instantiated here, by index.
    components: Vec<u64>,
}

/// What a component makes that comes from elsewhere: too much, as nobody can tell.
const UNKNOWN: u64 = u64::MAX;

impl Needs {
    /// Counts one section of a component that was validated.
    pub(super) fn add(&mut self, payload: &Payload<'_>) -> wasmparser::Result<()> {
        match payload {
            Payload::Version { encoding, .. } => {
                let is_component = *encoding == Encoding::Component;
                self.modules += u64::from(!is_component);
                self.open.push(Open { is_component, ..Open::default() });
            }
            Payload::End(_) => self.close(),
            Payload::MemorySection(section) => {
                for memory in section.clone() {
                    self.memories += 1;
                    self.memory_pages = self.memory_pages.max(memory?.initial);
                }
            }
            Payload::TableSection(section) => {
                for table in section.clone() {
                    self.tables += 1;
                    self.table_elements = self.table_elements.max(table?.ty.initial);
                }
            }
            Payload::InstanceSection(section) => {
                for instance in section.clone() {
                    if matches!(instance?, Instance::Instantiate { .. }) {
                        self.make(1);
                    }
                }
            }
            Payload::ComponentInstanceSection(section) => {
                for instance in section.clone() {
                    if let ComponentInstance::Instantiate { component_index, .. } = instance? {
                        self.make(self.component(0, component_index));
                    }
                }
            }
            Payload::ComponentImportSection(section) => {
                for import in section.clone() {
                    if matches!(import?.ty, ComponentTypeRef::Component(_)) {
                        self.define(UNKNOWN);
                    }
                }
            }
            Payload::ComponentExportSection(section) => {
                for export in section.clone() {
                    let export = export?;
                    if export.kind == ComponentExternalKind::Component {
                        self.define(self.component(0, export.index));
                    }
                }
            }
            Payload::ComponentAliasSection(section) => {
                for alias in section.clone() {
                    match alias? {
                        ComponentAlias::InstanceExport {
                            kind: ComponentExternalKind::Component,
                            ..
                        } => self.define(UNKNOWN),
                        ComponentAlias::Outer {
                            kind: ComponentOuterAliasKind::Component,
                            count,
                            index,
                        } => self.define(self.component(count, index)),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The component or module at hand has been read.
    fn close(&mut self) {
        let Some(closed) = self.open.pop() else { return };
        match self.open.last_mut() {
            Some(parent) if closed.is_component => parent.components.push(closed.instances),
            Some(_) => {}
            None => self.instances = closed.instances,
        }
    }

    /// What a component makes; `outwards` counts how many components it lies outside of the one at
    /// hand.
    fn component(&self, outwards: u32, index: u32) -> u64 {
        let open = self.open.iter().rev().nth(outwards as usize);
        open.and_then(|open| open.components.get(index as usize)).copied().unwrap_or(UNKNOWN)
    }

    fn define(&mut self, instances: u64) {
        if let Some(open) = self.open.last_mut() {
            open.components.push(instances);
        }
    }

    fn make(&mut self, instances: u64) {
        if let Some(open) = self.open.last_mut() {
            open.instances = open.instances.saturating_add(instances);
        }
    }

    /// Refuses what is more than the pool has for one instance.
    pub(super) fn check(&self) -> Result<(), LoadError> {
        let check = |what, asked: u64, limit: u64| {
            if asked > limit { Err(LoadError::Resources { what, asked, limit }) } else { Ok(()) }
        };
        check("core modules", self.modules, CORE_MODULES)?;
        check("core instances", self.instances, CORE_INSTANCES as u64)?;
        check("memories", self.memories, MEMORIES as u64)?;
        check("tables", self.tables, TABLES as u64)?;
        check("table elements", self.table_elements, TABLE_ELEMENTS as u64)?;
        check("pages of 64 KiB of memory", self.memory_pages, Limits::CEILING.memory.as_u64() >> 16)
    }
}
