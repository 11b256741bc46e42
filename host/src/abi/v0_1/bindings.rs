//! What wasmtime makes of a frozen release of the contract: one module per world, all sharing the
//! same types and imports.
#![allow(missing_docs, clippy::all, clippy::allow_attributes, reason = "generated code")]

/// Generates a module per world, all of one release. A world that does not come first shares
/// interfaces with those before it.
macro_rules! bindings {
    ($release:literal $($module:ident = $world:literal { $($with:tt)* })*) => {
        /// The folder of the release that this track is bound to.
        pub(super) const RELEASE: &str = $release;

        $(mod $module {
            wasmtime::component::bindgen!({
                path: $release,
                world: $world,
                imports: { default: trappable },
                with: { $($with)* },
            });
        })*
    };
}

bindings! {
    "../wit/released/0.1.1"

    unpacker = "unpacker" {
        "docmill:plugin/sources.source": crate::capabilities::SourceBytes,
        "docmill:plugin/lookup.table": crate::abi::calls::LentTable,
        "docmill:plugin/members.member-writer": crate::abi::calls::OpenMember,
    }
    extractor = "extractor" {
        "docmill:plugin/types": crate::abi::v0_1::bindings::types,
        "docmill:plugin/log": crate::abi::v0_1::bindings::log,
        "docmill:plugin/config": crate::abi::v0_1::bindings::config,
        "docmill:plugin/lookup": crate::abi::v0_1::bindings::lookup,
        "docmill:plugin/sources": crate::abi::v0_1::bindings::sources,
    }
    translator = "translator" {
        "docmill:plugin/types": crate::abi::v0_1::bindings::types,
        "docmill:plugin/log": crate::abi::v0_1::bindings::log,
        "docmill:plugin/config": crate::abi::v0_1::bindings::config,
        "docmill:plugin/lookup": crate::abi::v0_1::bindings::lookup,
    }
    classifier = "classifier" {
        "docmill:plugin/types": crate::abi::v0_1::bindings::types,
        "docmill:plugin/log": crate::abi::v0_1::bindings::log,
        "docmill:plugin/config": crate::abi::v0_1::bindings::config,
        "docmill:plugin/lookup": crate::abi::v0_1::bindings::lookup,
    }
    analyzer = "analyzer" {
        "docmill:plugin/types": crate::abi::v0_1::bindings::types,
        "docmill:plugin/log": crate::abi::v0_1::bindings::log,
        "docmill:plugin/config": crate::abi::v0_1::bindings::config,
        "docmill:plugin/lookup": crate::abi::v0_1::bindings::lookup,
        "docmill:plugin/findings": crate::abi::v0_1::bindings::findings,
    }
}

pub use analyzer::exports::docmill::plugin::analysis;
pub use classifier::docmill::plugin::findings;
pub use classifier::exports::docmill::plugin::classification;
pub use extractor::exports::docmill::plugin::extraction;
pub use translator::exports::docmill::plugin::translation;
pub use unpacker::docmill::plugin::{config, log, lookup, members, sources, types};
pub use unpacker::exports::docmill::plugin::{metadata, unpacking};
