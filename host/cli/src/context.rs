//! What most commands need: the store, the pipeline in force, the catalog.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use docmill::catalog::{Catalog, CodeCache, Compiler};
use docmill::manifest::{LARGEST_MANIFEST, Lock, Manifest, PluginRef, TableRef, read_text};
use docmill::pipeline::Pipeline;
use docmill::sandbox::{Confinement, Sandbox, SandboxOptions};
use docmill::store::{Address, AnyStore, StoreError};
use docmill_shipped::SHIPPED;

use crate::args::{Common, SaidTypes};
use crate::exit::Exit;
use crate::found;
use crate::in_force::InForce;
use crate::report::{CommandError, note};

/// The file that is the pipeline where no other is named.
pub const PIPELINE_FILE: &str = "docmill.toml";
/// What the built-in pipeline is called in messages.
const BUILT_IN: &str = "<built-in pipeline>";

/// For so long a command waits for a store that is in use.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// A wait of this length is not worth a word.
const UNNOTICED: Duration = Duration::from_millis(500);
/// The store is asked for this often.
const BETWEEN_TRIES: Duration = Duration::from_millis(50);

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

/// Opens the store, and makes it if it is not there: while another process has it, that is waited
/// for.
pub fn open_store(common: &Common) -> Result<AnyStore, CommandError> {
    waited_for(common, &ready(common)?)
}

/// Where the store is that may be opened: one that was named, or is this user's.
pub fn ready(common: &Common) -> Result<Address, CommandError> {
    let address = address(common)?;
    let Some(path) = address.path() else { return Ok(address) };
    if common.store.is_none() {
        found::store(path)?;
    }
    remember(common, path)?;
    Ok(address)
}

/// Remembers that a store is this user's, if it lies where it could be found without being named.
pub fn remember(common: &Common, store: &Path) -> Result<(), CommandError> {
    match store.file_name().is_some_and(|name| name == STORE) {
        true => found::remember(common, store),
        false => Ok(()),
    }
}

/// Opens a store that has to be there already.
pub fn existing_store(common: &Common) -> Result<AnyStore, CommandError> {
    Ok(existing(common)?.open()?)
}

/// Opens a store that has to be there already, for a command that only looks: while another process
/// has it, that is waited for.
pub fn store_to_read(common: &Common) -> Result<AnyStore, CommandError> {
    waited_for(common, &existing(common)?)
}

fn waited_for(common: &Common, address: &Address) -> Result<AnyStore, CommandError> {
    let began = Instant::now();
    let mut is_told = false;
    loop {
        match address.open() {
            Err(StoreError::Locked(_)) if began.elapsed() < LONGEST_WAIT => {
                if !is_told && began.elapsed() > UNNOTICED {
                    note(common, "waiting: another process has the store open");
                    is_told = true;
                }
                std::thread::sleep(BETWEEN_TRIES);
            }
            opened => return Ok(opened?),
        }
    }
}

/// Opens a store that has to be there already, for reading what is left of it.
pub fn damaged_store(common: &Common) -> Result<AnyStore, CommandError> {
    Ok(existing(common)?.open_damaged()?)
}

/// The address of a store that has to be there already.
pub fn existing(common: &Common) -> Result<Address, CommandError> {
    let address = address(common)?;
    if address.is_there() {
        return ready(common);
    }
    let error = CommandError::new(Exit::Store, format!("there is no store at `{address}`"));
    Err(error.hint("`docmill ingest PATH` makes one, and `--store DIR` names another folder"))
}

/// The text of the pipeline in force, and what it is called in messages.
pub fn pipeline_text(common: &Common) -> Result<(PathBuf, String), CommandError> {
    let path = match &common.pipeline {
        Some(path) => path.clone(),
        None if found::file(Path::new(PIPELINE_FILE))? => PathBuf::from(PIPELINE_FILE),
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

/// Whether the pipeline of this path is no file.
pub fn is_built_in(path: &Path) -> bool {
    path.as_os_str() == BUILT_IN
}

/// Reads a pipeline that may build on the built-in one.
pub fn parsed(path: &Path, text: &str) -> Result<Manifest, CommandError> {
    let built_in = (!SHIPPED.plugins.is_empty()).then_some(SHIPPED.pipeline);
    Ok(Manifest::parse_over(path, text, built_in)?)
}

/// Loads the pipeline in force, for `jobs` documents at a time.
pub fn pipeline(common: &Common, jobs: usize) -> Result<Pipeline, CommandError> {
    InForce::read(common)?.assemble(common, &catalog(common, jobs)?)
}

/// The files that the pipeline in force is made of, as far as they are known.
pub fn pipeline_files(common: &Common) -> Vec<PathBuf> {
    let file = common.pipeline.clone().unwrap_or_else(|| PathBuf::from(PIPELINE_FILE));
    let mut files = vec![Lock::path_for(&file), file];
    for step in InForce::read(common).map_or_else(|_| Vec::new(), |it| it.manifest.steps) {
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

/// Loads the pipeline in force for what is offered from outside, of which somebody may say what it
/// is.
pub fn pipeline_for(
    common: &Common,
    jobs: usize,
    said: &SaidTypes,
) -> Result<Pipeline, CommandError> {
    Ok(pipeline(common, jobs)?.with_media_types(said.media_types()))
}

/// Sets the sandbox up for `jobs` documents at a time.
pub fn catalog(common: &Common, jobs: usize) -> Result<Catalog, CommandError> {
    Ok(Catalog::new(sandbox(common, jobs)?, compiler(common), code_cache()).with_shipped(&SHIPPED))
}

/// The same for one document at a time, that compiles everything anew.
pub fn catalog_without_cache(common: &Common) -> Result<Catalog, CommandError> {
    Ok(Catalog::new(sandbox(common, 1)?, compiler(common), None).with_shipped(&SHIPPED))
}

fn sandbox(common: &Common, jobs: usize) -> Result<Sandbox, CommandError> {
    let options = SandboxOptions {
        concurrency: jobs,
        confinement: confinement(common),
        spool: spool(),
        ..SandboxOptions::default()
    };
    Sandbox::new(&options).map_err(|error| CommandError::of(Exit::Rejected, &error))
}

/// Where content waits that does not fit into memory: where people say that temporary files go.
pub fn spool() -> PathBuf {
    match std::env::var_os("TMPDIR").filter(|folder| !folder.is_empty()) {
        Some(folder) => folder.into(),
        None => SandboxOptions::default().spool,
    }
}

/// Whether the system has to confine what runs and compiles plugins.
pub fn confinement(common: &Common) -> Confinement {
    if common.require_confinement { Confinement::Required } else { Confinement::Available }
}

fn compiler(common: &Common) -> Compiler {
    let mut arguments = vec!["compile-component".to_owned()];
    if common.require_confinement {
        arguments.push("--require-confinement".to_owned());
    }
    match std::env::current_exe() {
        Ok(program) => Compiler::Child { program, arguments },
        Err(error) => {
            tracing::warn!(%error, "the path of this program could not be found out: plugins are compiled in its own process");
            Compiler::InProcess
        }
    }
}

/// The folder of compiled code: `docmill/code` in the user's cache folder, if the user has one.
pub fn code_folder() -> Option<PathBuf> {
    let cache =
        std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let cache = cache.or_else(|| std::env::home_dir().map(|home| home.join(".cache")))?;
    Some(cache.join("docmill").join("code"))
}

fn code_cache() -> Option<CodeCache> {
    match CodeCache::open(&code_folder()?) {
        Ok(cache) => Some(cache),
        Err(error) => {
            tracing::warn!(%error, "plugins are compiled anew at every start, as there is no place to keep their code");
            None
        }
    }
}
