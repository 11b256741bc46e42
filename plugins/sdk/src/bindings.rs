//! What `wit-bindgen` makes of the contract: one module per role, all sharing the same types.
#![allow(
    missing_docs,
    unsafe_op_in_unsafe_fn,
    clippy::all,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    reason = "generated code"
)]

pub use wit_bindgen;

/// What every role may import, and the types that all roles share.
pub mod imports {
    wit_bindgen::generate!({
        inline: r"
            package docmill:sdk;
            world everything {
                import docmill:plugin/types@0.1.0;
                import docmill:plugin/log@0.1.0;
                import docmill:plugin/config@0.1.0;
                import docmill:plugin/lookup@0.1.0;
                import docmill:plugin/sources@0.1.0;
                import docmill:plugin/members@0.1.0;
                import docmill:plugin/findings@0.1.0;
            }
        ",
        path: "../../wit",
        world: "docmill:sdk/everything",
        generate_all,
        additional_derives: [PartialEq],
        runtime_path: "docmill_plugin::bindings::wit_bindgen::rt",
    });
}

/// Generates the exports of one interface. A world of the contract exports two of them, `metadata` and its role; here each
/// gets a module of its own, because the macros that `wit-bindgen` makes for an interface may exist only once in a crate.
///
/// `$shared` names the imports of the interface; all of them are the ones generated above.
macro_rules! exports {
    ($interface:ident, $inline:literal, $world:literal, $macro:literal, $path:literal, { $($import:literal: $shared:ident),* }) => {
        pub mod $interface {
            wit_bindgen::generate!({
                inline: $inline,
                path: "../../wit",
                world: $world,
                pub_export_macro: true,
                export_macro_name: $macro,
                default_bindings_module: $path,
                runtime_path: "docmill_plugin::bindings::wit_bindgen::rt",
                with: {
                    $($import: docmill_plugin::bindings::imports::docmill::plugin::$shared,)*
                },
                generate_all,
            });
        }
    };
}

exports!(
    metadata,
    "package docmill:sdk; world exports-metadata { export docmill:plugin/metadata@0.1.0; }",
    "docmill:sdk/exports-metadata",
    "__export_metadata",
    "docmill_plugin::bindings::metadata",
    { "docmill:plugin/types@0.1.0": types }
);
exports!(
    unpacking,
    "package docmill:sdk; world exports-unpacking { export docmill:plugin/unpacking@0.1.0; }",
    "docmill:sdk/exports-unpacking",
    "__export_unpacking",
    "docmill_plugin::bindings::unpacking",
    { "docmill:plugin/types@0.1.0": types, "docmill:plugin/sources@0.1.0": sources }
);
exports!(
    extraction,
    "package docmill:sdk; world exports-extraction { export docmill:plugin/extraction@0.1.0; }",
    "docmill:sdk/exports-extraction",
    "__export_extraction",
    "docmill_plugin::bindings::extraction",
    { "docmill:plugin/types@0.1.0": types, "docmill:plugin/sources@0.1.0": sources }
);
exports!(
    translation,
    "package docmill:sdk; world exports-translation { export docmill:plugin/translation@0.1.0; }",
    "docmill:sdk/exports-translation",
    "__export_translation",
    "docmill_plugin::bindings::translation",
    { "docmill:plugin/types@0.1.0": types }
);
exports!(
    classification,
    "package docmill:sdk; world exports-classification { export docmill:plugin/classification@0.1.0; }",
    "docmill:sdk/exports-classification",
    "__export_classification",
    "docmill_plugin::bindings::classification",
    { "docmill:plugin/types@0.1.0": types }
);
exports!(
    analysis,
    "package docmill:sdk; world exports-analysis { export docmill:plugin/analysis@0.1.0; }",
    "docmill:sdk/exports-analysis",
    "__export_analysis",
    "docmill_plugin::bindings::analysis",
    { "docmill:plugin/types@0.1.0": types }
);
