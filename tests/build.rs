//! Makes the hostile components that no compiler makes.
//!
//! In a build script and not in the test, because what makes components shares crates with
//! wasmtime: as a dependency of the test it would have all of wasmtime compiled a second time with
//! other features.

#[path = "adversarial/handmade.rs"]
mod handmade;
#[path = "adversarial/raw.rs"]
mod raw;

use std::path::PathBuf;
use std::{env, fs};

fn main() {
    for path in ["build.rs", "adversarial/handmade.rs", "adversarial/raw.rs", "../wit"] {
        println!("cargo::rerun-if-changed={path}");
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let folder = out.join("handmade");
    fs::create_dir_all(&folder).expect("the folder for generated files can be written");
    let mut list = String::from(
        "/// The hostile components of `adversarial/handmade.rs`: name, verdict, reason, file.\n\
         pub static HANDMADE: &[(&str, &str, &str, &str)] = &[\n",
    );
    handmade::cases(|name, verdict, because, bytes| {
        let file = folder.join(format!("{name}.wasm"));
        fs::write(&file, bytes).expect("the folder for generated files can be written");
        list.push_str(&format!("    ({name:?}, {verdict:?}, {because:?}, {file:?}),\n"));
    });
    list.push_str("];\n\n/// All functions of the contract, such as `extraction.extract`.\npub static FUNCTIONS: &[&str] = &[\n");
    for function in raw::functions() {
        list.push_str(&format!("    {function:?},\n"));
    }
    list.push_str("];\n");
    fs::write(out.join("handmade.rs"), list)
        .expect("the folder for generated files can be written");
}
