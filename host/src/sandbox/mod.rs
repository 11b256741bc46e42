//! Where plugins run: engine, limits, and the only place that interprets traps.
//!
//! Every call gets a fresh instance with its own memory, deadline and budgets ([`Limits`]). However
//! it ends, the instance is dropped; nothing of it is seen by the next document. A call that does
//! not end well becomes a [`Stopped`].

mod call;
mod clock;
mod confinement;
mod engine;
mod limits;
mod network;
mod printed;
mod state;
mod stopped;
mod wasi;
mod words;

pub use crate::model::Limits;
pub(crate) use call::{BrokenPromise, Called, Fault, call};
#[cfg(test)]
pub(crate) use clock::Clock;
pub use confinement::Confinement;
pub(crate) use confinement::confine;
pub(crate) use engine::{CORE_INSTANCES, MEMORIES, NESTING, TABLE_ELEMENTS, TABLES};
pub use engine::{Sandbox, SandboxError, SandboxOptions};
pub(crate) use state::{Inputs, State};
pub use stopped::{Remains, Reported, StopKind, Stopped};
pub(crate) use wasi::{add_to_linker, offers};
