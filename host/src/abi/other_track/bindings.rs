//! What wasmtime makes of the contract in this folder.
#![allow(missing_docs, clippy::all, clippy::allow_attributes, reason = "generated code")]

mod unpacker {
    wasmtime::component::bindgen!({
        path: "src/abi/other_track/contract.wit",
        world: "unpacker",
        imports: { default: trappable },
        with: { "docmill:plugin/host.input": crate::capabilities::SourceBytes },
    });
}

mod analyzer {
    wasmtime::component::bindgen!({
        path: "src/abi/other_track/contract.wit",
        world: "analyzer",
        imports: { default: trappable },
        with: {
            "docmill:plugin/types": crate::abi::other_track::bindings::types,
            "docmill:plugin/host": crate::abi::other_track::bindings::host,
        },
    });
}

pub use analyzer::exports::docmill::plugin::analysis;
pub use unpacker::docmill::plugin::{host, types};
pub use unpacker::exports::docmill::plugin::{description, unpacking};
