//! `plugin add`, `remove`, `enable`, `disable`: change the file of the pipeline and nothing else in
//! it, and pin what it runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use docmill::catalog::{Catalog, Plugin};
use docmill::manifest::{Draft, DraftError, Lock, NewStep, names_a_file};
use docmill::model::{Digest, PluginName};
use docmill::store::Store;

use crate::args::{AddPlugin, Common};
use crate::component::{read, rejected};
use crate::context;
use crate::exit::Exit;
use crate::in_force::{self, InForce};
use crate::replacement::{write_whole, write_whole_at_name};
use crate::report::{CommandError, note, one_line};

/// How a file begins that is made for the first step of one's own.
const NEW_FILE: &str = "\
# The steps of this docmill's built-in pipeline, and what is added to them or changed.
extends = \"built-in\"
";

/// What a component in the store is called on the command line.
const KEPT: &str = "sha256:";

/// Adds a plugin, those of a folder, or one that the store keeps; where a step of that name is
/// there already, it runs the new one.
pub fn add(common: &Common, options: &AddPlugin) -> Result<Exit, CommandError> {
    let mut edit = Edit::begin(common)?;
    let files = files(common, &edit, &options.plugin)?;
    if files.len() > 1
        && (options.name.is_some() || !options.settings.is_empty() || !options.tables.is_empty())
    {
        let message = "`--name`, `--settings` and `--table` are for one plugin";
        let hint = "add the plugins of the folder one by one";
        return Err(CommandError::new(Exit::Usage, message).hint(hint));
    }
    let mut told = Vec::new();
    for file in files {
        let content = read(&file)?;
        let plugin = edit.catalog.load(&content).map_err(|error| rejected(&file, &error))?;
        let description = &plugin.description;
        let name = options.name.clone().unwrap_or_else(|| description.name.clone());
        let called =
            format!("`{name}` ({} {})", description.name, one_line(&description.version, 64));
        let reference = edit.reference(&file)?;
        match edit.position(&name, Some(&reference))? {
            Some(index) => {
                if !options.settings.is_empty() || !options.tables.is_empty() {
                    let message = format!("the pipeline has a step `{name}` already");
                    let hint =
                        "change its settings and tables in the file, or give another `--name`";
                    return Err(CommandError::new(Exit::Usage, message).hint(hint));
                }
                let given = (name != description.name).then_some(name.as_str());
                edit.draft.replace(index, &reference, given);
                told.push(format!("step {called} replaced"));
            }
            None => {
                // By its name alone it takes the place of a built-in step.
                let is_named = name != description.name || edit.is_built_in(&name)?;
                let step = NewStep {
                    plugin: reference,
                    name: is_named.then(|| name.to_string()),
                    settings: options.settings.iter().cloned().collect(),
                    tables: options.tables.iter().cloned().collect(),
                };
                edit.draft.add(&step);
                told.push(format!("step {called} added"));
            }
        }
        edit.changed.push((name, plugin));
    }
    edit.finish(common, &told)
}

/// Takes a step out.
pub fn remove(common: &Common, name: &PluginName) -> Result<Exit, CommandError> {
    let mut edit = Edit::begin(common)?;
    let Some(index) = edit.existing(name)? else {
        edit.disable_built_in(name);
        return edit.finish(common, &[format!("built-in step `{name}` disabled")]);
    };
    edit.draft.remove(index);
    if let Some(lock) = &mut edit.lock {
        lock.pins.remove(name.as_str());
    }
    edit.finish(common, &[format!("step `{name}` removed")])
}

/// Lets a step run, or not.
pub fn enable(common: &Common, name: &PluginName, enabled: bool) -> Result<Exit, CommandError> {
    let mut edit = Edit::begin(common)?;
    let index = edit.existing(name)?;
    let done = if enabled { "enabled" } else { "disabled" };
    if index.is_none_or(|index| edit.draft.steps()[index].enabled) == enabled {
        note(common, &format!("nothing to do: step `{name}` is {done}"));
        return Ok(Exit::Success);
    }
    match index {
        Some(index) => {
            // A step that was disabled before there was a lock has no pin: who enables it means it.
            let is_pinned =
                edit.lock.as_ref().is_none_or(|lock| lock.pins.contains_key(name.as_str()));
            if enabled && !is_pinned {
                let plugin = edit.load(&edit.draft.steps()[index].plugin)?;
                edit.changed.push((name.clone(), plugin));
            }
            edit.draft.enable(index, enabled);
        }
        None => edit.disable_built_in(name),
    }
    edit.finish(common, &[format!("step `{name}` {done}")])
}

/// The file of the pipeline in force while it is changed.
struct Edit {
    path: PathBuf,
    draft: Draft,
    /// Without one, everything in the pipeline is pinned now.
    lock: Option<Lock>,
    catalog: Catalog,
    /// Steps that may run another component than the one that is pinned, and which.
    changed: Vec<(PluginName, Arc<Plugin>)>,
}

impl Edit {
    /// Begins with the file in force, or with one that extends the built-in pipeline where there is
    /// none.
    fn begin(common: &Common) -> Result<Edit, CommandError> {
        let path = common.pipeline.clone().unwrap_or_else(|| PathBuf::from(context::PIPELINE_FILE));
        let text = match path.exists() {
            true => context::pipeline_text(common)?.1,
            false => context::built_in().map(|_| NEW_FILE.to_owned())?,
        };
        let draft = Draft::of(&text).map_err(|error| unusable(&path, &error))?;
        let lock = in_force::lock(common, &path)?;
        Ok(Edit { path, draft, lock, catalog: context::catalog(common, 1)?, changed: Vec::new() })
    }

    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// How the pipeline names a file: relative to its own where the file lies below it.
    fn reference(&self, file: &Path) -> Result<String, CommandError> {
        if file.to_str().is_some_and(|name| !names_a_file(name)) {
            return Ok(file.display().to_string());
        }
        let (file, folder) =
            (std::path::absolute(file)?, std::path::absolute(self.folder().join("x"))?);
        let folder = folder.parent().unwrap_or(Path::new(""));
        let relative = file.strip_prefix(folder).unwrap_or(&file);
        relative.to_str().map(str::to_owned).ok_or_else(|| {
            let message = format!("the path `{}` is not valid UTF-8", file.display());
            CommandError::new(Exit::Rejected, message)
        })
    }

    /// The place of the step of this name, or of one without a name of its own that runs this very
    /// file, whatever is in it by now.
    fn position(
        &self,
        wanted: &PluginName,
        reference: Option<&str>,
    ) -> Result<Option<usize>, CommandError> {
        for (index, step) in self.draft.steps().iter().enumerate() {
            let is_meant = match &step.name {
                Some(name) => name == wanted.as_str(),
                None if Some(step.plugin.as_str()) == reference => true,
                None => self.load(&step.plugin)?.description.name == *wanted,
            };
            if is_meant {
                return Ok(Some(index));
            }
        }
        Ok(None)
    }

    fn load(&self, plugin: &str) -> Result<Arc<Plugin>, CommandError> {
        let path = match names_a_file(plugin) {
            true => self.folder().join(plugin),
            false => PathBuf::from(plugin),
        };
        self.catalog.load(&read(&path)?).map_err(|error| rejected(&path, &error))
    }

    /// The place of the step of this name in the file; none if it is one of the built-in pipeline
    /// that the file says nothing of.
    fn existing(&self, name: &PluginName) -> Result<Option<usize>, CommandError> {
        let position = self.position(name, None)?;
        if position.is_none() && !self.is_built_in(name)? {
            let message = format!("the pipeline has no step `{name}`");
            let error = CommandError::new(Exit::Usage, message);
            return Err(error.hint("`docmill plugin list` shows its steps"));
        }
        Ok(position)
    }

    /// Whether the file extends the built-in pipeline, and that has a step of this name.
    fn is_built_in(&self, name: &PluginName) -> Result<bool, CommandError> {
        if !self.draft.extends_built_in() {
            return Ok(false);
        }
        let built_in = Draft::of(context::built_in()?).map_err(|it| unusable(&self.path, &it))?;
        let mut steps = built_in.steps().into_iter();
        Ok(steps.any(|step| step.name.unwrap_or(step.plugin) == name.as_str()))
    }

    fn disable_built_in(&mut self, name: &PluginName) {
        self.draft.add(&NewStep { plugin: name.to_string(), ..NewStep::default() });
        self.draft.enable(self.draft.steps().len() - 1, false);
    }

    /// Checks the changed pipeline as a run would, then writes it, its lock, and its components.
    fn finish(self, common: &Common, told: &[String]) -> Result<Exit, CommandError> {
        let text = self.draft.text();
        let manifest = context::parsed(&self.path, &text)?;
        let mut in_force = InForce::with(manifest, self.lock);
        for (name, plugin) in &self.changed {
            in_force.accept(name, plugin);
        }
        let (pipeline, lock) = in_force.pinned(common, &self.catalog)?;
        if context::address(common)?.is_there() {
            pipeline.keep_in(&context::existing_store(common)?)?;
        }
        // With the lock first, an interruption in between is noticed.
        write_whole(&Lock::path_for(&self.path), lock.text().as_bytes())?;
        write_whole(&self.path, text.as_bytes())?;
        let path = one_line(&self.path.display().to_string(), 200);
        for told in told {
            note(common, &format!("{told} in `{path}`"));
        }
        note(common, "`docmill plan` tells what that means for what is stored");
        Ok(Exit::Success)
    }
}

/// The files that are meant: one, or those of a folder in the order of their names.
fn files(common: &Common, edit: &Edit, meant: &Path) -> Result<Vec<PathBuf>, CommandError> {
    if let Some(digest) = meant.to_str().and_then(|meant| meant.strip_prefix(KEPT)) {
        return Ok(vec![taken_out(common, edit, digest)?]);
    }
    if !meant.is_dir() {
        return Ok(vec![meant.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(meant)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "wasm") {
            files.push(path);
        }
    }
    files.sort();
    if files.is_empty() {
        let message = format!("there is no `.wasm` file in `{}`", meant.display());
        return Err(CommandError::new(Exit::Rejected, message));
    }
    Ok(files)
}

/// Writes a component that the store keeps into a file beside the pipeline.
fn taken_out(common: &Common, edit: &Edit, digest: &str) -> Result<PathBuf, CommandError> {
    let unknown = |message: String| {
        let hint = "earlier versions of `docmill.lock` have digests";
        CommandError::new(Exit::Usage, message).hint(hint)
    };
    let shown = one_line(digest, 80);
    let parsed: Digest = digest
        .parse()
        .map_err(|_| unknown(format!("`{shown}` is not a digest of 64 hexadecimal digits")))?;
    let kept = context::existing_store(common)?.part(&parsed)?;
    let kept = kept.ok_or_else(|| unknown(format!("the store keeps no component `{shown}`")))?;
    let plugin = edit.catalog.load(&kept).map_err(|error| rejected(Path::new(digest), &error))?;
    let folder = edit.folder().join("plugins");
    std::fs::create_dir_all(&folder)?;
    let file = folder.join(format!("{}-{}.wasm", plugin.description.name, parsed.short()));
    write_whole_at_name(&file, &kept)?;
    Ok(file)
}

fn unusable(path: &Path, error: &DraftError) -> CommandError {
    let message = format!("the pipeline `{}` cannot be changed", path.display());
    CommandError::new(Exit::Rejected, message).because(error)
}
