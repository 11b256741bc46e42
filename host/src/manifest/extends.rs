//! `extends = "built-in"`: a pipeline that takes over the steps of the built-in one, whichever they
//! are in the docmill that runs it, and adds to them or changes some.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use toml::Spanned;

use super::{
    ManifestError, ManifestErrorKind, Placed, PluginRef, RawManifest, RawStep, Reader, StepRequest,
};
use crate::model::Limits;

/// What a file may build on.
const BUILT_IN: &str = "built-in";

/// The steps of a pipeline while it is read: first those that it builds on, then its own.
#[derive(Default)]
pub(super) struct Steps {
    /// Absent where the file takes one out.
    built_in: Vec<Option<StepRequest>>,
    /// Which of them the file has changed.
    changed: Vec<bool>,
    own: Vec<StepRequest>,
}

impl Steps {
    /// Begins with the steps of the built-in pipeline. What is wrong with one is a mistake at the
    /// place where the file extends it: its own text is nowhere to be seen.
    pub(super) fn of(
        file: &Reader<'_>,
        extends: &Spanned<String>,
        built_in: Option<&str>,
        limits: Limits,
    ) -> Result<Steps, ManifestError> {
        let error = |kind| file.error(extends.span(), kind);
        if extends.get_ref() != BUILT_IN {
            return Err(error(ManifestErrorKind::Extends(extends.get_ref().clone())));
        }
        let Some(text) = built_in else { return Err(error(ManifestErrorKind::NoBuiltIn)) };
        let raw: RawManifest = toml::from_str(text)
            .map_err(|cause| error(ManifestErrorKind::Syntax(cause.message().to_owned())))?;
        let reader = Reader { path: Path::new(BUILT_IN), text, folder: Path::new("") };
        let step = |step: Spanned<RawStep>| {
            let step = reader.step(step.into_inner(), limits).map_err(|it| error(it.kind))?;
            Ok(Some(placed(step, &extends.span())))
        };
        let built_in: Vec<_> = raw.step.into_iter().map(step).collect::<Result<_, _>>()?;
        Ok(Steps { changed: vec![false; built_in.len()], built_in, own: Vec::new() })
    }

    /// Which step of the built-in pipeline this one changes: the one of its name, which for a
    /// shipped plugin without another is that of the plugin. Each is changed once.
    pub(super) fn changed_by(&self, step: &RawStep) -> Option<usize> {
        let name = step.name.as_ref().unwrap_or(&step.plugin).get_ref();
        let is_meant = |it: &StepRequest| match (&it.name, &it.plugin) {
            (Some(built_in), _) => built_in.as_str() == name,
            (None, PluginRef::Shipped(built_in)) => built_in == name,
            (None, PluginRef::File(_)) => false,
        };
        let mut steps = self.built_in.iter().zip(&self.changed);
        steps.position(|(step, changed)| !changed && step.as_ref().is_some_and(is_meant))
    }

    /// What one call of the step at this place may use.
    pub(super) fn limits(&self, place: usize) -> Limits {
        self.built_in[place].as_ref().map_or_else(Limits::default, |step| step.limits)
    }

    /// Puts a step at its place, or behind all others; one that does not run takes the place, too.
    pub(super) fn put(&mut self, place: Option<usize>, step: Option<StepRequest>) {
        let Some(place) = place else {
            self.own.extend(step);
            return;
        };
        self.changed[place] = true;
        let built_in = self.built_in[place].take();
        self.built_in[place] = step.map(|step| match built_in {
            Some(built_in) => changed(built_in, step),
            None => step,
        });
    }

    pub(super) fn into_requests(self) -> Vec<StepRequest> {
        self.built_in.into_iter().flatten().chain(self.own).collect()
    }
}

/// The same step, with all of it at this place.
fn placed(step: StepRequest, place: &Range<usize>) -> StepRequest {
    fn all<T>(
        entries: BTreeMap<String, Placed<T>>,
        place: &Range<usize>,
    ) -> BTreeMap<String, Placed<T>> {
        let at = |(key, it): (String, Placed<T>)| (key, Placed { place: place.clone(), ..it });
        entries.into_iter().map(at).collect()
    }
    let targets = step.targets.map(|targets| {
        targets.into_iter().map(|it| Placed { place: place.clone(), ..it }).collect()
    });
    StepRequest {
        settings: all(step.settings, place),
        tables: all(step.tables, place),
        targets,
        place: place.clone(),
        ..step
    }
}

/// A step of the built-in pipeline with what the file says of it: of settings and tables, each key
/// alone. Another plugin in its place begins with none.
fn changed(built_in: StepRequest, step: StepRequest) -> StepRequest {
    if built_in.plugin != step.plugin {
        return step;
    }
    let mut settings = built_in.settings;
    settings.extend(step.settings);
    let mut tables = built_in.tables;
    tables.extend(step.tables);
    StepRequest { settings, tables, targets: step.targets.or(built_in.targets), ..step }
}

#[cfg(test)]
mod tests {
    use super::super::Manifest;
    use super::*;
    use crate::model::ByteSize;

    const BUILT_IN_TEXT: &str = "[[step]]\nplugin = 'a'\ntables = { t = 'one' }\nsettings = { x = 1, y = 2 }\n\
                                 limits = { memory = '256 MiB' }\n\n[[step]]\nplugin = 'b'\n";

    fn parse(text: &str) -> Result<Manifest, ManifestError> {
        Manifest::parse_over(Path::new("docmill.toml"), text, Some(BUILT_IN_TEXT))
    }

    fn names(manifest: &Manifest) -> Vec<String> {
        manifest.steps.iter().map(|step| step.plugin.to_string()).collect()
    }

    #[test]
    fn own_steps_come_behind_those_of_the_built_in_pipeline() {
        let manifest = parse("extends = 'built-in'\n[[step]]\nplugin = 'c.wasm'\n").unwrap();
        assert_eq!(names(&manifest), ["a", "b", "c.wasm"]);
        assert_eq!(names(&parse("extends = 'built-in'\n").unwrap()), ["a", "b"]);
        assert_eq!(names(&parse("[[step]]\nplugin = 'c.wasm'\n").unwrap()), ["c.wasm"]);
    }

    #[test]
    fn a_step_of_the_same_name_changes_what_it_names_and_keeps_the_rest() {
        let text = "extends = 'built-in'\n[limits]\ndeadline = '5s'\n[[step]]\nplugin = 'a'\n\
                    settings = { y = 3, z = 4 }\nlimits = { output = '1 MiB' }\n[[step]]\nplugin = 'b'\nenabled = false\n";
        let manifest = parse(text).unwrap();
        let [a] = manifest.steps.as_slice() else { panic!("{:?}", names(&manifest)) };
        let settings: Vec<_> =
            a.settings.iter().map(|(key, it)| (key.as_str(), it.value.as_str())).collect();
        assert_eq!(settings, [("x", "1"), ("y", "3"), ("z", "4")]);
        assert_eq!(a.tables.len(), 1);
        assert_eq!((a.limits.memory, a.limits.output), (ByteSize::mib(256), ByteSize::mib(1)));
        assert_eq!(a.limits.deadline.as_secs(), 5);
    }

    #[test]
    fn another_plugin_may_take_the_place_of_a_step() {
        let text = "extends = 'built-in'\n[[step]]\nname = 'a'\nplugin = './mine.wasm'\n";
        let manifest = parse(text).unwrap();
        assert_eq!(names(&manifest), ["./mine.wasm", "b"]);
        assert!(manifest.steps[0].tables.is_empty());
    }

    #[test]
    fn a_step_is_changed_once_and_own_steps_may_run_a_plugin_twice() {
        let text = "extends = 'built-in'\n[[step]]\nplugin = 'a'\n[[step]]\nplugin = 'a'\n\
                    [[step]]\nplugin = 'c'\n[[step]]\nplugin = 'c'\n";
        // Assembly complains about two steps of one name.
        assert_eq!(names(&parse(text).unwrap()), ["a", "b", "a", "c", "c"]);
    }

    #[test]
    fn what_cannot_be_extended_is_told_at_its_place() {
        let error = parse("# a\nextends = 'theirs'\n").unwrap_err();
        assert_eq!(error.to_string(), "a pipeline can extend `built-in`, and not `theirs`");
        assert_eq!(error.place.line, 2);
        let alone = Manifest::parse(Path::new("docmill.toml"), "extends = 'built-in'\n");
        assert!(alone.unwrap_err().to_string().contains("no built-in pipeline"));
    }
}
