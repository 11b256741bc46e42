//! Track 0.1 of the contract: `docmill:plugin@0.1.x`.

pub(super) mod bindings;
mod convert;
mod exports;
mod imports;

use wasmtime::component::Component;

use super::{Guest, Track, guest};
use crate::model::{ContractVersion, Role};
use crate::sandbox::Sandbox;

pub(super) const TRACK: Track = Track {
    version: ContractVersion { major: 0, minor: 1 },
    link,
    offer: imports::add_to_linker,
    imports: &["types", "log", "config", "lookup", "sources", "members", "findings"],
};

fn link(sandbox: &Sandbox, component: &Component, role: Role) -> wasmtime::Result<Box<dyn Guest>> {
    let exports = |pre: &_| exports::Exported::new(pre, role);
    guest::load(sandbox, component, TRACK.version, exports)
}

#[cfg(test)]
mod tests {
    use super::bindings::RELEASE;

    #[test]
    fn the_track_is_bound_to_a_release_that_nobody_edits() {
        assert!(RELEASE.starts_with("../wit/released/0.1."), "{RELEASE}");
    }
}
