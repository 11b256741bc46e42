//! A second track with other types, in tests only: it compiles beside the first, and has no
//! behaviour of its own to copy.

mod bindings;
mod convert;
mod exports;
mod imports;

use wasmtime::component::Component;

use super::{Guest, Track, guest};
use crate::model::{ContractVersion, Role};
use crate::sandbox::Sandbox;

pub(super) const TRACK: Track = Track {
    version: ContractVersion { major: 0, minor: 99 },
    link,
    offer: imports::add_to_linker,
    imports: &["host"],
};

fn link(sandbox: &Sandbox, component: &Component, role: Role) -> wasmtime::Result<Box<dyn Guest>> {
    let exports = |pre: &_| exports::Exported::new(pre, role);
    guest::load(sandbox, component, TRACK.version, exports)
}
