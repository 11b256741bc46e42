//! Why a pipeline cannot be put together: what is wrong, and where in its file.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::capabilities::TableError;
use crate::catalog::LoadError;
use crate::error::{Hint, Hinted, Location, listed};
use crate::ingest::GlobError;
use crate::manifest::{ManifestError, ManifestErrorKind, Pin, PluginRef};
use crate::model::{Choice, FailureClass, LanguageTag, LimitName, Needed, PluginName, Role};
use crate::sandbox::{Remains, Stopped};

/// Why a pipeline was refused.
#[derive(Debug)]
pub struct PipelineError {
    /// What is wrong.
    pub kind: Box<PipelineErrorKind>,
    /// Where in the pipeline's file the trouble lies.
    pub place: Location,
}

impl fmt::Display for PipelineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl Error for PipelineError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.kind.source()
    }
}

impl Hinted for PipelineError {
    fn hint(&self) -> Option<Hint> {
        self.kind.hint()
    }
}

impl From<ManifestError> for PipelineError {
    fn from(ManifestError { kind, place }: ManifestError) -> PipelineError {
        PipelineError { kind: Box::new(PipelineErrorKind::Manifest(kind)), place }
    }
}

/// What is wrong with a pipeline.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PipelineErrorKind {
    /// Its file says something that none may say.
    #[error(transparent)]
    Manifest(ManifestErrorKind),
    /// What sources are said to be is told of no pattern of names.
    #[error(transparent)]
    MediaTypes(GlobError),
    /// The findings of two steps could not be told apart.
    #[error("two steps are called `{0}`")]
    SameName(PluginName),
    /// The file of a plugin could not be read.
    #[error("plugin `{}` could not be read", .path.display())]
    PluginUnreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: FileError,
    },
    /// What is in the file of a plugin is none.
    #[error("plugin `{plugin}` cannot be loaded")]
    PluginUnusable {
        /// The plugin.
        plugin: PluginRef,
        /// Why.
        source: LoadError,
    },
    /// No plugin of this name travels with the program.
    #[error("there is no shipped plugin `{}`", .name.escape_debug())]
    NoSuchPlugin {
        /// The name.
        name: String,
        /// Those that do; `None` if none does.
        choice: Option<Choice>,
    },
    /// The lock has something else for a step, or nothing.
    #[error("{}", not_pinned(.file, .step.as_ref(), .plugin, .source))]
    Unpinned {
        /// The lock.
        file: PathBuf,
        /// The step, if its name is known without asking the plugin.
        step: Option<PluginName>,
        /// The plugin.
        plugin: PluginRef,
        /// What is pinned, and what there is.
        source: NotPinned,
    },
    /// A setting is given that the plugin does not have.
    #[error("plugin `{plugin}` has no setting `{}`", .key.escape_debug())]
    UnknownSetting {
        /// The plugin.
        plugin: PluginName,
        /// The setting.
        key: String,
        /// Those that it has.
        choice: Choice,
    },
    /// A setting that the plugin needs is not given.
    #[error("plugin `{plugin}` needs a value for the setting `{}`", .needed.name)]
    MissingSetting {
        /// The plugin.
        plugin: PluginName,
        /// The setting.
        needed: Needed,
    },
    /// A table is given that the plugin does not have.
    #[error("plugin `{plugin}` has no table `{}`", .name.escape_debug())]
    UnknownTable {
        /// The plugin.
        plugin: PluginName,
        /// The table.
        name: String,
        /// Those that it has.
        choice: Choice,
    },
    /// A table that the plugin needs is not given.
    #[error("plugin `{plugin}` needs the table `{}`", .needed.name)]
    MissingTable {
        /// The plugin.
        plugin: PluginName,
        /// The table.
        needed: Needed,
    },
    /// No table of this name travels with the program.
    #[error("there is no shipped table `{}`", .name.escape_debug())]
    NoSuchTable {
        /// The name.
        name: String,
        /// Those that do.
        choice: Choice,
    },
    /// A table could not be read, or is none.
    #[error("table `{table}` cannot be used")]
    TableUnusable {
        /// Its file or its name.
        table: String,
        /// Why.
        source: FileError,
    },
    /// A plugin says that its settings or tables are unusable.
    #[error("plugin `{plugin}` refuses its configuration")]
    Refused {
        /// The plugin.
        plugin: PluginName,
        /// What it says.
        source: DeclareError,
    },
    /// A plugin failed before it came to any document.
    #[error("plugin `{plugin}` failed while declaring what it does")]
    Undeclared {
        /// The plugin.
        plugin: PluginName,
        /// How.
        source: DeclareError,
    },
    /// Languages are given to a plugin that translates nothing.
    #[error("plugin `{plugin}` is a {role} and has no `targets`")]
    NoTargets {
        /// The plugin.
        plugin: PluginName,
        /// What it does instead.
        role: Role,
    },
    /// A translator does not know a language.
    #[error("plugin `{plugin}` does not translate into `{target}`")]
    UnknownTarget {
        /// The plugin.
        plugin: PluginName,
        /// The language.
        target: LanguageTag,
        /// Those that it knows.
        offered: Vec<LanguageTag>,
    },
    /// Nothing reads documents out of sources.
    #[error("the pipeline has no extractor, so no document would ever come out")]
    NoExtractor,
    /// Steps read what others find, in a circle.
    #[error("the steps {} wait for each other's findings", listed(.0.iter().map(|step| step.as_str())))]
    Circle(Vec<PluginName>),
}

impl Hinted for PipelineErrorKind {
    fn hint(&self) -> Option<Hint> {
        let shipped = |choice: &Choice, file: String| Hint::UseShipped {
            choice: Box::new(choice.clone()),
            file: file.into(),
        };
        Some(match self {
            PipelineErrorKind::Manifest(kind) => return kind.hint(),
            PipelineErrorKind::SameName(_) => Hint::RenameStep,
            PipelineErrorKind::Unpinned { source, .. } => {
                Hint::UpdateLock(source.pin.as_ref().map(|pin| pin.digest.to_string()))
            }
            PipelineErrorKind::PluginUnusable { source, .. } => return source.hint(),
            PipelineErrorKind::NoSuchPlugin { choice: None, .. } => Hint::BuildWithPlugins,
            PipelineErrorKind::NoSuchPlugin { name, choice: Some(choice) } => {
                shipped(choice, format!("./{name}.wasm"))
            }
            PipelineErrorKind::NoSuchTable { name, choice } => {
                shipped(choice, format!("./{name}.tsv"))
            }
            PipelineErrorKind::UnknownSetting { choice, .. }
            | PipelineErrorKind::UnknownTable { choice, .. } => {
                Hint::UseDeclared(Box::new(choice.clone()))
            }
            PipelineErrorKind::MissingSetting { needed, .. } => {
                Hint::AddSetting(Box::new(needed.clone()))
            }
            PipelineErrorKind::MissingTable { needed, .. } => {
                Hint::AddTable(Box::new(needed.clone()))
            }
            PipelineErrorKind::Refused { source, .. }
            | PipelineErrorKind::Undeclared { source, .. } => return source.hint(),
            PipelineErrorKind::UnknownTarget { offered, .. } => {
                Hint::UseTarget(offered.iter().map(ToString::to_string).collect())
            }
            PipelineErrorKind::NoExtractor => Hint::AddExtractor,
            PipelineErrorKind::PluginUnreadable { .. }
            | PipelineErrorKind::TableUnusable { .. }
            | PipelineErrorKind::MediaTypes(_)
            | PipelineErrorKind::NoTargets { .. }
            | PipelineErrorKind::Circle(_) => return None,
        })
    }
}

/// Why a file that a pipeline names cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// It cannot be read, is too large, or is no text where it should be.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is no table.
    #[error(transparent)]
    Table(#[from] TableError),
}

/// What is pinned, and what there is instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotPinned {
    /// What the lock pins for the step, if anything.
    pub pin: Option<Pin>,
    /// What would run, with its digest.
    pub found: String,
}

impl fmt::Display for NotPinned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = &self.found;
        // Parts of it are a plugin's words about itself.
        let told = match &self.pin {
            Some(Pin { plugin, digest }) => {
                format!("pinned is {plugin} with {digest}, and this is {found}")
            }
            None => format!("it is {found}"),
        };
        write!(f, "{}", told.escape_debug())
    }
}

impl Error for NotPinned {}

fn not_pinned(
    file: &Path,
    step: Option<&PluginName>,
    plugin: &PluginRef,
    source: &NotPinned,
) -> String {
    let file = file.display();
    match (step, &source.pin) {
        (Some(step), Some(_)) => {
            format!("the plugin of step `{step}` is not the one that `{file}` pins")
        }
        (Some(step), None) => format!("`{file}` pins no plugin for step `{step}`"),
        (None, _) => format!("`{file}` pins no plugin like `{plugin}`"),
    }
}

/// How a plugin failed while it declared what it does.
#[derive(Debug)]
pub struct DeclareError {
    /// How.
    pub stopped: Box<Stopped>,
    remains: Option<Remains>,
}

impl DeclareError {
    pub(super) fn new(stopped: Stopped) -> DeclareError {
        DeclareError { remains: stopped.remains(), stopped: Box::new(stopped) }
    }
}

impl fmt::Display for DeclareError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The plugin's own words, which may be anything.
        let causes: Vec<String> =
            self.stopped.causes().iter().map(|cause| cause.escape_debug().to_string()).collect();
        f.write_str(&causes.join(": "))
    }
}

impl Error for DeclareError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.remains.as_ref().map(|remains| remains as _)
    }
}

impl Hinted for DeclareError {
    fn hint(&self) -> Option<Hint> {
        // The other hints speak of a document.
        match self.stopped.class() {
            FailureClass::Output => self.stopped.hint(),
            FailureClass::Memory => Some(Hint::RaiseLimitOfStep(LimitName::Memory)),
            _ => None,
        }
    }
}
