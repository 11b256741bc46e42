//! Packs what travels inside docmill: compresses every component, and writes beside it what the
//! plugin said of itself and declared in the built-in pipeline.
//!
//! `docmill-pack PLUGINS COMPONENTS TABLES CACHE OUT`: the folders of the plugins' sources, of
//! their components, of the tables and of compiled code, and the one to fill. `cargo xtask` calls
//! it.

#[path = "../../pipeline.rs"]
mod pipeline;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use docmill::catalog::{Catalog, CodeCache, Compiler, Declared, Shipped, ShippedPlugin};
use docmill::manifest::{Manifest, PluginRef};
use docmill::pipeline::Pipeline;
use docmill::sandbox::{Sandbox, SandboxOptions};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

fn main() -> Outcome {
    let folders: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let [plugins, components, tables, cache, out] = folders.as_slice() else {
        return Err("five folders are needed: PLUGINS COMPONENTS TABLES CACHE OUT".into());
    };
    let pipeline = pipeline::of(plugins)?;
    let mut files = BTreeMap::new();
    let mut shipped = Vec::new();
    for name in &pipeline.plugins {
        let component = fs::read(components.join(format!("{name}.wasm")))
            .map_err(|error| format!("`{name}` was not built: {error}"))?;
        let component = ShippedPlugin::pack(&component)?;
        files.insert(format!("{name}.zst"), component.clone());
        shipped.push(ShippedPlugin {
            name: kept(name),
            component: component.leak(),
            manifest: &[],
        });
    }
    let shipped: &'static Shipped = Box::leak(Box::new(Shipped {
        plugins: shipped.leak(),
        tables: read_tables(tables)?.leak(),
        pipeline: kept(&pipeline.text),
    }));
    for (name, manifest) in manifests(shipped, cache)? {
        files.insert(format!("{name}.json"), manifest);
    }
    lay_out(out, &files)
}

/// The names and texts of all tables.
fn read_tables(folder: &Path) -> Outcome<Vec<(&'static str, &'static str)>> {
    let mut tables = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if let (Some(name), true) =
            (path.file_stem(), path.extension().is_some_and(|it| it == "tsv"))
        {
            tables.push((kept(&name.to_string_lossy()), kept(&fs::read_to_string(&path)?)));
        }
    }
    Ok(tables)
}

/// Assembles the built-in pipeline as any other, and writes down what its plugins said.
fn manifests(shipped: &'static Shipped, cache: &Path) -> Outcome<BTreeMap<String, Vec<u8>>> {
    let sandbox = Sandbox::new(&SandboxOptions::default())?;
    let cache = CodeCache::open(cache).ok();
    let catalog = Catalog::new(sandbox, Compiler::InProcess, cache).with_shipped(shipped);
    let manifest = Manifest::parse(Path::new("built-in pipeline"), shipped.pipeline)?;
    let pipeline = Pipeline::assemble(&manifest, &catalog)?;
    let mut manifests = BTreeMap::new();
    for step in pipeline.steps() {
        let PluginRef::Shipped(name) = &step.origin else { continue };
        let declared = Declared {
            limits: &step.limits,
            settings: step.settings(),
            tables: step.tables(),
            declaration: &step.declaration,
        };
        manifests.insert(name.clone(), ShippedPlugin::describe(&step.plugin, &[declared]));
    }
    Ok(manifests)
}

/// Writes what has changed, as cargo goes by times, and takes out what is packed no more.
fn lay_out(folder: &Path, files: &BTreeMap<String, Vec<u8>>) -> Outcome {
    fs::create_dir_all(folder)?;
    for (name, content) in files {
        let path = folder.join(name);
        if fs::read(&path).ok().as_ref() != Some(content) {
            fs::write(path, content)?;
        }
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_name().to_str().is_some_and(|name| files.contains_key(name)) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// What travels with a program lives as long as the program, and so it does here.
fn kept(text: &str) -> &'static str {
    text.to_owned().leak()
}
