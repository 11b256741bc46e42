//! Makes the guests that say whatever they are told: one per role, whose result is an image of
//! memory that comes in as text.
//!
//! In a build script for the reason given in `tests/build.rs`.

use std::path::PathBuf;
use std::{env, fs};

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// Reads the source that an extractor is given, all of it, and gives it back.
const READ_SOURCE: &str = "
    (call $read (local.get 0) (i64.const 0) (i32.const 0x10000) (i32.const 512))
    (call $drop (local.get 0))
    (call $say (i32.load (i32.const 512)) (i32.load (i32.const 516)))";
const SOURCE: &str = "
    (import \"docmill:plugin/sources@VERSION\" \"[resource-drop]source\" (func $drop (param i32)))
    (import \"docmill:plugin/sources@VERSION\" \"[method]source.read\" (func $read (param i32 i64 i32 i32)))";

/// World, interface, what declares, what is called, how many words its parameters have, what it
/// does, imports.
const ROLES: [(&str, &str, &str, &str, usize, &str, &str); 4] = [
    ("extractor", "extraction", "accepts", "extract", 1, READ_SOURCE, SOURCE),
    // The text of the only segment.
    (
        "translator",
        "translation",
        "pairs",
        "translate",
        6,
        "(call $say (i32.load (local.get 0)) (i32.load offset=4 (local.get 0)))",
        "",
    ),
    // The text of the document.
    (
        "classifier",
        "classification",
        "labels",
        "classify",
        9,
        "(call $say (local.get 0) (local.get 1))",
        "",
    ),
    ("analyzer", "analysis", "kinds", "analyze", 9, "(call $say (local.get 0) (local.get 1))", ""),
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../../wit");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let (resolve, package) = contract();
    let version = resolve.packages[package].name.version.as_ref().expect("it has a version");
    for role in ROLES {
        let (world, ..) = role;
        // The version stands in the contract alone.
        let text = module(role).replace("@VERSION", &format!("@{version}"));
        let mut module =
            wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\nin\n{text}"));
        let id = resolve.select_world(&[package], Some(world)).expect("a world of the contract");
        embed_component_metadata(&mut module, &resolve, id, StringEncoding::UTF8)
            .expect("the types can be embedded");
        let component = ComponentEncoder::default()
            .module(&module)
            .and_then(|encoder| encoder.validate(true).encode())
            .unwrap_or_else(|error| panic!("{error:#}"));
        fs::write(out.join(format!("{world}.wasm")), component)
            .expect("the folder for generated files can be written");
    }
}

fn contract() -> (Resolve, wit_parser::PackageId) {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir("../../wit").expect("the contract parses");
    (resolve, package)
}

/// What is declared are the names at 64: `finding`, `text`, `fr` and `en`, and the kind
/// `text/plain`. Images may point to them, and lie at 65,536.
fn module(
    (world, interface, declare, call, words, body, imports): (
        &str,
        &str,
        &str,
        &str,
        usize,
        &str,
        &str,
    ),
) -> String {
    let parameters = "i32 ".repeat(words);
    // A list of one string, of one pair of strings, or of four strings.
    let (declared, count) = match world {
        "extractor" => (data(352, &[71, 10]), 1),
        "translator" => (data(352, &[81, 2, 83, 2]), 1),
        _ => (data(352, &[64, 7, 71, 4, 81, 2, 83, 2]), 4),
    };
    let name = data(256, &[0, world.len() as u32, 16, 5, 16, 5, 0, 0, 0, 0, 0, 0, 0, 0]);
    let list = data(320, &[0, 0, 352, count]);
    format!(
        "(module {imports}
            (memory (export \"memory\") 8)
            (global $next (mut i32) (i32.const 0x20000))
            (data (i32.const 0) \"{world}\") (data (i32.const 16) \"1.0.0\")
            (data (i32.const 64) \"findingtext/plainfren\")
            {name} {list} {declared}
            (func (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32) (local $at i32)
                (local.set $at (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
                (global.set $next (i32.add (local.get $at) (local.get 3)))
                (local.get $at))
            ;; Two characters are one byte: the low halves of both.
            (func $say (param $from i32) (param $length i32) (result i32) (local $to i32)
                (local.set $to (i32.const 0x10000))
                (loop $next
                    (if (i32.ge_u (local.get $length) (i32.const 2)) (then
                        (i32.store8 (local.get $to) (i32.or
                            (i32.shl (i32.and (i32.load8_u (local.get $from)) (i32.const 15)) (i32.const 4))
                            (i32.and (i32.load8_u offset=1 (local.get $from)) (i32.const 15))))
                        (local.set $to (i32.add (local.get $to) (i32.const 1)))
                        (local.set $from (i32.add (local.get $from) (i32.const 2)))
                        (local.set $length (i32.sub (local.get $length) (i32.const 2)))
                        (br $next))))
                (i32.const 0x10000))
            (func (export \"docmill:plugin/metadata@VERSION#describe\") (result i32) (i32.const 256))
            (func (export \"docmill:plugin/{interface}@VERSION#{declare}\") (result i32) (i32.const 320))
            (func (export \"docmill:plugin/{interface}@VERSION#{call}\") (param {parameters}) (result i32) {body}))"
    )
}

/// Words in the memory of a guest.
fn data(at: u32, words: &[u32]) -> String {
    let bytes = words.iter().flat_map(|word| word.to_le_bytes());
    let bytes: String = bytes.map(|byte| format!("\\{byte:02x}")).collect();
    format!("(data (i32.const {at}) \"{bytes}\")")
}
