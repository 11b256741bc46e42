//! Works on the contract: checks that it stays compatible, generates bindings for C, and encodes
//! components.
//!
//! The last two follow the command lines of `wit-bindgen` and `wasm-tools`, as far as
//! `plugins/polyglot` uses them: compiling the libraries takes a fraction of the time that
//! installing those programs does.

#![expect(clippy::print_stdout, reason = "a tool tells people what it found")]

mod compatibility;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use wit_bindgen_core::Files;
use wit_component::ComponentEncoder;
use wit_parser::Resolve;

const HELP: &str = "\
Usage: contract-tools check WIT
       contract-tools c --world WORLD --out-dir FOLDER WIT
       contract-tools component new MODULE -o COMPONENT";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["check", wit] => {
            for line in compatibility::check(Path::new(wit))? {
                println!("{line}");
            }
            Ok(())
        }
        ["c", "--world", world, "--out-dir", folder, wit] => {
            bindings(Path::new(wit), world, Path::new(folder))
        }
        ["component", "new", module, "-o", component] => encode(module, component),
        // Whoever caches what this made asks for the version.
        ["--version"] => {
            println!("contract-tools {}", env!("CARGO_PKG_VERSION"));
            Ok(())
        }
        _ => bail!("unknown arguments `{}`\n{HELP}", words.join(" ")),
    }
}

/// Writes the header, the source and the object file that a plugin in C is compiled with.
fn bindings(wit: &Path, world: &str, folder: &Path) -> Result<()> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(wit)?;
    let world = resolve.select_world(&[package], Some(world))?;
    let mut files = Files::default();
    wit_bindgen_c::Opts::default().build().generate(&mut resolve, world, &mut files)?;
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    for (name, bytes) in files.iter() {
        let path = folder.join(name);
        fs::write(&path, bytes).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

/// Makes a component of a module whose object files described its world.
fn encode(module: &str, component: &str) -> Result<()> {
    let bytes = fs::read(module).with_context(|| module.to_owned())?;
    let bytes = ComponentEncoder::default()
        .validate(true)
        .module(&bytes)
        .and_then(|encoder| encoder.encode())
        .with_context(|| format!("`{module}` cannot become a component"))?;
    fs::write(component, bytes).with_context(|| component.to_owned())
}
