//! What most commands need: the store, the pipeline in force, the catalog.

use std::path::{Path, PathBuf};

use docmill::catalog::{Catalog, CodeCache, Compiler};
use docmill::manifest::{LARGEST_MANIFEST, Lock, Manifest, PluginRef, TableRef};
use docmill::pipeline::Pipeline;
use docmill::sandbox::{Sandbox, SandboxOptions};
use docmill::store::{Address, AnyStore};
use docmill_shipped::SHIPPED;

use crate::args::{Common, SaidTypes};
use crate::exit::Exit;
use crate::files::{read_bounded, read_text};
use crate::report::{CommandError, one_line};

/// The file that is the pipeline where no other is named.
pub const PIPELINE_FILE: &str = "docmill.toml";
/// What the built-in pipeline is called in messages.
const BUILT_IN: &str = "<built-in pipeline>";

/// The folder of the store where no other address is named.
const STORE: &str = ".docmill";

/// Where the store is, or will be.
pub fn address(common: &Common) -> Result<Address, CommandError> {
    let address = common.store.clone().unwrap_or_else(|| PathBuf::from(STORE));
    Address::read(address).map_err(|error| {
        CommandError::of(Exit::Usage, &error)
            .hint("name a folder; `./` before it makes anything a folder")
    })
}

/// The folder that names of files are relative to: the one that holds the store.
pub fn base(common: &Common) -> Result<PathBuf, CommandError> {
    let address = address(common)?;
    let folder = std::path::absolute(address.path().unwrap_or(Path::new(STORE)))?;
    Ok(folder.parent().unwrap_or(&folder).to_owned())
}

/// Opens the store, and makes it if it is not there.
pub fn open_store(common: &Common) -> Result<AnyStore, CommandError> {
    Ok(address(common)?.open()?)
}

/// Opens a store that has to be there already.
pub fn existing_store(common: &Common) -> Result<AnyStore, CommandError> {
    Ok(existing(common)?.open()?)
}

/// Opens a store that has to be there already, for reading what is left of it.
pub fn damaged_store(common: &Common) -> Result<AnyStore, CommandError> {
    Ok(existing(common)?.open_damaged()?)
}

/// The address of a store that has to be there already.
pub fn existing(common: &Common) -> Result<Address, CommandError> {
    let address = address(common)?;
    if address.is_there() {
        return Ok(address);
    }
    let error = CommandError::new(Exit::Store, format!("there is no store at `{address}`"));
    Err(error.hint("`docmill ingest PATH` makes one, and `--store DIR` names another folder"))
}

/// The text of the pipeline in force, and what it is called in messages.
pub fn pipeline_text(common: &Common) -> Result<(PathBuf, String), CommandError> {
    let path = match &common.pipeline {
        Some(path) => path.clone(),
        None if Path::new(PIPELINE_FILE).exists() => PathBuf::from(PIPELINE_FILE),
        None => return Ok((PathBuf::from(BUILT_IN), built_in()?.to_owned())),
    };
    let unreadable = |error: &dyn std::error::Error| {
        CommandError::new(
            Exit::Rejected,
            format!("the pipeline `{}` could not be read", path.display()),
        )
        .because(error)
    };
    let text = read_text(&path, LARGEST_MANIFEST).map_err(|error| unreadable(&error))?;
    Ok((path, text))
}

/// The text of the built-in pipeline.
pub fn built_in() -> Result<&'static str, CommandError> {
    if SHIPPED.plugins.is_empty() {
        let message = "this docmill was built without its plugins, and has no pipeline of its own";
        let error = CommandError::new(Exit::Rejected, message);
        return Err(error.hint("build it with `cargo xtask build`, or write a `docmill.toml`"));
    }
    Ok(SHIPPED.pipeline)
}

/// Reads the pipeline in force.
pub fn manifest(common: &Common) -> Result<Manifest, CommandError> {
    let (path, text) = pipeline_text(common)?;
    Ok(Manifest::parse(&path, &text)?)
}

/// Loads the pipeline in force, for `jobs` documents at a time.
pub fn pipeline(common: &Common, jobs: usize) -> Result<Pipeline, CommandError> {
    let manifest = manifest(common)?;
    let pipeline = Pipeline::assemble(&manifest, &catalog(jobs)?)?;
    if let Some(lock) = lock(&manifest.path)? {
        check_lock(&manifest.path, &lock, &pipeline)?;
    }
    Ok(pipeline)
}

/// The files that the pipeline in force is made of, as far as they are known.
pub fn pipeline_files(common: &Common) -> Vec<PathBuf> {
    let file = common.pipeline.clone().unwrap_or_else(|| PathBuf::from(PIPELINE_FILE));
    let mut files = vec![Lock::path_for(&file), file];
    for step in manifest(common).map_or_else(|_| Vec::new(), |manifest| manifest.steps) {
        if let PluginRef::File(path) = step.plugin {
            files.push(path);
        }
        files.extend(step.tables.into_values().filter_map(|table| match table.value {
            TableRef::File(path) => Some(path),
            TableRef::Shipped(_) => None,
        }));
    }
    files
}

/// Loads the pipeline in force for what is offered from outside, of which somebody may say what it is.
pub fn pipeline_for(
    common: &Common,
    jobs: usize,
    said: &SaidTypes,
) -> Result<Pipeline, CommandError> {
    Ok(pipeline(common, jobs)?.with_media_types(said.media_types()))
}

/// The lock beside a pipeline, if there is one.
pub fn lock(pipeline: &Path) -> Result<Option<Lock>, CommandError> {
    let path = Lock::path_for(pipeline);
    let unusable = |error: &dyn std::error::Error| {
        let message = format!("`{}` could not be read", path.display());
        CommandError::new(Exit::Rejected, message).because(error)
    };
    match read_bounded(&path, LARGEST_MANIFEST) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unusable(&error)),
        Ok(bytes) => match Lock::parse(&String::from_utf8_lossy(&bytes)) {
            Ok(lock) => Ok(Some(lock)),
            Err(error) => Err(unusable(&error)),
        },
    }
}

/// Refuses a pipeline of which a step runs another component than the one that is pinned.
pub fn check_lock(
    pipeline_file: &Path,
    lock: &Lock,
    pipeline: &Pipeline,
) -> Result<(), CommandError> {
    for step in pipeline.steps() {
        let Some(pin) = lock.pins.get(step.name.as_str()) else { continue };
        if pin.digest != step.plugin.digest {
            let path = Lock::path_for(pipeline_file);
            let message = format!(
                "the plugin of step `{}` is not the one that `{}` pins",
                step.name,
                path.display()
            );
            let error = CommandError::new(Exit::Rejected, message).hint(format!(
                "`docmill plugin add {}` accepts it, and `docmill plugin add sha256:{}` goes back",
                step.origin, pin.digest
            ));
            let causes = vec![format!(
                "pinned is {} with {}, and this is {} {} with {}",
                one_line(&pin.plugin, 200),
                pin.digest.short(),
                step.plugin.description.name,
                one_line(&step.plugin.description.version, 64),
                step.plugin.digest.short()
            )];
            return Err(CommandError { causes, ..error });
        }
    }
    Ok(())
}

/// Sets the sandbox up for `jobs` documents at a time.
pub fn catalog(jobs: usize) -> Result<Catalog, CommandError> {
    let mut options = SandboxOptions { concurrency: jobs, ..SandboxOptions::default() };
    // Where people say that temporary files go.
    if let Some(folder) = std::env::var_os("TMPDIR").filter(|folder| !folder.is_empty()) {
        options.spool = folder.into();
    }
    let sandbox =
        Sandbox::new(&options).map_err(|error| CommandError::of(Exit::Rejected, &error))?;
    Ok(Catalog::new(sandbox, compiler(), code_cache()).with_shipped(&SHIPPED))
}

fn compiler() -> Compiler {
    match std::env::current_exe() {
        Ok(program) => Compiler::Child { program, arguments: vec!["compile-component".to_owned()] },
        Err(error) => {
            tracing::warn!(%error, "this program does not know where it is, and compiles plugins in its own process");
            Compiler::InProcess
        }
    }
}

/// The folder of compiled code: `docmill/code` in the user's cache folder.
fn code_cache() -> Option<CodeCache> {
    let cache =
        std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let cache = cache.or_else(|| std::env::home_dir().map(|home| home.join(".cache")))?;
    match CodeCache::open(&cache.join("docmill").join("code")) {
        Ok(cache) => Some(cache),
        Err(error) => {
            tracing::warn!(%error, "plugins are compiled anew at every start, as there is no place to keep their code");
            None
        }
    }
}
