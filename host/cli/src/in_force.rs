//! The pipeline in force: its file, and the lock beside it that says what of it may run.

use std::io::ErrorKind;
use std::path::Path;

use docmill::catalog::{Catalog, Plugin};
use docmill::manifest::{LARGEST_MANIFEST, Lock, Manifest, Pin, read_text};
use docmill::model::PluginName;
use docmill::pipeline::{Pipeline, PipelineError};

use crate::args::Common;
use crate::context;
use crate::exit::Exit;
use crate::found;
use crate::replacement::write_whole;
use crate::report::{CommandError, note, one_line};

/// See the module.
#[derive(Debug)]
pub struct InForce {
    pub manifest: Manifest,
    /// Without one, everything that the pipeline names may run.
    lock: Option<Lock>,
}

impl InForce {
    /// Reads the pipeline in force and its lock.
    pub fn read(common: &Common) -> Result<InForce, CommandError> {
        let (path, text) = context::pipeline_text(common)?;
        let manifest = context::parsed(&path, &text)?;
        let lock = if context::is_built_in(&path) { None } else { lock(common, &path)? };
        Ok(InForce { manifest, lock })
    }

    /// A pipeline that is about to be in force.
    pub fn with(manifest: Manifest, lock: Option<Lock>) -> InForce {
        InForce { manifest, lock }
    }

    /// Loads what the lock allows; where that was asked for, the lock pins what the pipeline runs
    /// first.
    pub fn assemble(
        &mut self,
        common: &Common,
        catalog: &Catalog,
    ) -> Result<Pipeline, CommandError> {
        if !common.update_lock {
            return self.assemble_again(catalog);
        }
        if context::is_built_in(&self.manifest.path) {
            let message = "the built-in pipeline has no lock: it comes with docmill";
            let hint = "`docmill pipeline > docmill.toml` makes it yours";
            return Err(CommandError::new(Exit::Usage, message).hint(hint));
        }
        let (pipeline, lock) = self.pinned(common, catalog)?;
        write_whole(&Lock::path_for(&self.manifest.path), lock.text().as_bytes())?;
        self.lock = Some(lock);
        Ok(pipeline)
    }

    /// Loads what the lock allows, after the manifest was changed.
    pub fn assemble_again(&self, catalog: &Catalog) -> Result<Pipeline, CommandError> {
        Ok(self.try_assemble(catalog)?)
    }

    /// The same for whoever looks at what is wrong.
    pub fn try_assemble(&self, catalog: &Catalog) -> Result<Pipeline, PipelineError> {
        match &self.lock {
            Some(lock) => Pipeline::assemble_locked(&self.manifest, lock, catalog),
            None => Pipeline::assemble(&self.manifest, catalog),
        }
    }

    /// Loads what the lock allows, or everything if the lock is to be brought up to date, and tells
    /// what it has to pin from now on.
    pub fn pinned(
        &self,
        common: &Common,
        catalog: &Catalog,
    ) -> Result<(Pipeline, Lock), CommandError> {
        let pipeline = match common.update_lock {
            true => Pipeline::assemble(&self.manifest, catalog)?,
            false => self.assemble_again(catalog)?,
        };
        let mut lock = pipeline.lock();
        let before = self.lock.clone().unwrap_or_default();
        if common.update_lock {
            changes(&before, &lock).for_each(|change| note(common, &change));
        }
        // What is disabled may be enabled again.
        for (step, pin) in before.pins {
            lock.pins.entry(step).or_insert(pin);
        }
        Ok((pipeline, lock))
    }

    /// Lets a step run a component that somebody named, whatever the lock says.
    pub fn accept(&mut self, step: &PluginName, plugin: &Plugin) {
        if let Some(lock) = &mut self.lock {
            let called = plugin.description.name.to_string();
            let pin = Pin { plugin: called, digest: plugin.digest };
            lock.pins.insert(step.to_string(), pin);
        }
    }
}

/// What is pinned now that was not, in the order of names.
fn changes<'a>(before: &'a Lock, now: &'a Lock) -> impl Iterator<Item = String> + 'a {
    now.pins.iter().filter_map(|(step, pin)| {
        let plugin = one_line(&pin.plugin, 200);
        let now = format!("`{step}` is pinned to {plugin} with {}", pin.digest.short());
        match before.pins.get(step) {
            Some(before) if before.digest == pin.digest => None,
            Some(before) => Some(format!(
                "{now} in the place of {} with {}",
                one_line(&before.plugin, 200),
                before.digest.short()
            )),
            None => Some(now),
        }
    })
}

/// The lock beside a pipeline, if there is one.
pub fn lock(common: &Common, pipeline: &Path) -> Result<Option<Lock>, CommandError> {
    let path = Lock::path_for(pipeline);
    // Whoever names a pipeline names what lies beside it.
    if common.pipeline.is_none() && !found::file(&path)? {
        return Ok(None);
    }
    let unusable = |error: &dyn std::error::Error| {
        let message = format!("`{}` could not be read", path.display());
        CommandError::new(Exit::Rejected, message).because(error)
    };
    match read_text(&path, LARGEST_MANIFEST) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unusable(&error)),
        Ok(text) => Lock::parse(&text).map(Some).map_err(|error| unusable(&error)),
    }
}

#[cfg(test)]
mod tests {
    use docmill::model::Digest;

    use super::*;

    #[test]
    fn every_pin_that_is_new_is_told() {
        let lock = |pins: &[(&str, &str)]| Lock {
            pins: (pins.iter())
                .map(|(step, content)| {
                    let digest = Digest::of(content.as_bytes());
                    ((*step).to_owned(), Pin { plugin: format!("{step} 1.0.0"), digest })
                })
                .collect(),
        };
        let before = lock(&[("a", "1"), ("b", "1"), ("gone", "1")]);
        let now = lock(&[("a", "1"), ("b", "2"), ("c", "3")]);
        let told: Vec<String> = changes(&before, &now).collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(
            told[0].contains("`b` is pinned to b 1.0.0") && told[0].contains("in the place of")
        );
        assert!(told[1].contains("`c` is pinned"));
    }
}
