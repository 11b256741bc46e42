//! Writes what `wit-bindgen` is asked to make of the contract, with the version that the contract
//! says it has.
//!
//! A macro cannot put a version into the strings that it hands to another macro, and the version
//! stands in `wit/worlds.wit` alone.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// What the host provides, in one module with the types that all roles share.
const IMPORTS: [&str; 7] = ["types", "log", "config", "lookup", "sources", "members", "findings"];

/// What a plugin exports, each with the imports whose types it names. A world of the contract
/// exports two of them, `metadata` and its role; here each gets a module of its own, because the
/// macros that `wit-bindgen` makes for an interface may exist only once in a crate.
const EXPORTS: [(&str, &[&str]); 6] = [
    ("metadata", &["types"]),
    ("unpacking", &["types", "sources"]),
    ("extraction", &["types", "sources"]),
    ("translation", &["types"]),
    ("classification", &["types"]),
    ("analysis", &["types"]),
];

/// The folder of the contract, from this one.
const WIT: &str = "../../wit";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={WIT}/worlds.wit");
    let version = version(&Path::new(WIT).join("worlds.wit"));
    let package = |interface: &str| format!("docmill:plugin/{interface}@{version}");

    let imports: String =
        IMPORTS.iter().map(|it| format!("                import {};\n", package(it))).collect();
    let mut text = format!(
        r##"
        /// What every role may import, and the types that all roles share.
        pub mod imports {{
            wit_bindgen::generate!({{
                inline: r#"
                package docmill:sdk;
                world everything {{
{imports}
                }}
                "#,
                path: "{WIT}",
                world: "docmill:sdk/everything",
                generate_all,
                additional_derives: [PartialEq],
                runtime_path: "docmill_plugin::bindings::wit_bindgen::rt",
            }});
        }}
        "##
    );
    for (interface, shared) in EXPORTS {
        let with: String = (shared.iter())
            .map(|it| {
                format!(
                    "{:?}: docmill_plugin::bindings::imports::docmill::plugin::{it},",
                    package(it)
                )
            })
            .collect();
        let exported = package(interface);
        // Writing to a string does not fail.
        let _ = write!(
            text,
            r##"
            pub mod {interface} {{
                wit_bindgen::generate!({{
                    inline: "package docmill:sdk; world exports-{interface} {{ export {exported}; }}",
                    path: "{WIT}",
                    world: "docmill:sdk/exports-{interface}",
                    pub_export_macro: true,
                    export_macro_name: "__export_{interface}",
                    default_bindings_module: "docmill_plugin::bindings::{interface}",
                    runtime_path: "docmill_plugin::bindings::wit_bindgen::rt",
                    with: {{ {with} }},
                    generate_all,
                }});
            }}
            "##
        );
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("bindings.rs");
    fs::write(out, text).expect("the folder for generated files can be written");
}

/// The version of the contract, such as `0.1.0`.
fn version(worlds: &Path) -> String {
    let text = fs::read_to_string(worlds).expect("the contract is there");
    let line = text.lines().find_map(|line| line.strip_prefix("package docmill:plugin@"));
    line.and_then(|line| line.strip_suffix(';')).expect("the contract has a version").to_owned()
}
