//! What a reader can do about an error or a failure, as a value that every program puts into its
//! own words.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Clause;

/// One thing that a reader can do now.
///
/// Displayed, a hint is a sentence without its final period that names no option and no command of
/// any program: programs that have one for it say so instead.
///
/// What a hint carries is boxed where it is more than a name, as every error carries room for one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Hint {
    /// Raise a limit of the step, if the document is worth it.
    RaiseLimit(LimitName),
    /// Raise a limit of the step, which needs more before it comes to any document.
    RaiseLimitOfStep(LimitName),
    /// Have an unpacker take a source with very many documents apart, or let its steps hand over
    /// more.
    TakeApart,
    /// Raise the largest size of a source.
    RaiseSourceSize,
    /// Keep the clause of the contract that has this id, such as `X-1`.
    KeepClause(String),
    /// Add a step with an extractor that accepts this media type.
    AddExtractorOf(String),
    /// Add a step with an extractor.
    AddExtractor,
    /// Add a step.
    AddStep,
    /// Give one of two steps another name.
    RenameStep,
    /// Name a step in kebab-case.
    NameStepInKebabCase,
    /// Add a step that has what a plugin needs, or tell which one has.
    NameStepThatHas,
    /// Add a setting to the step.
    AddSetting(Box<Needed>),
    /// Add a table to the step.
    AddTable(Box<Needed>),
    /// Give the plugin a value for this setting.
    GiveSetting(String),
    /// Give the plugin a file for this table.
    GiveTable(String),
    /// Correct a setting, and run again.
    CorrectSetting,
    /// Write a duration as docmill reads it.
    WriteDuration,
    /// Write a size as docmill reads it.
    WriteSize,
    /// The name that was probably meant.
    DidYouMean(String),
    /// Use one of the names that the plugin declares.
    UseDeclared(Box<Choice>),
    /// Use one of the plugins or tables that docmill ships, or name a file like this.
    UseShipped {
        /// What is shipped.
        choice: Box<Choice>,
        /// What a file would be called.
        file: Box<str>,
    },
    /// Build docmill with its plugins.
    BuildWithPlugins,
    /// Use one of the languages that a plugin translates into.
    UseTarget(Vec<String>),
    /// Turn a core module into a component.
    MakeComponent,
    /// Export a world of the contract.
    ExportWorld,
    /// Build one component for each role.
    SplitRoles,
    /// Let the lock name what the pipeline runs, or go back to the component of this digest.
    UpdateLock(Option<String>),
    /// See what the plugin imports.
    SeeImports,
    /// Build the plugin for the contract of this docmill.
    RebuildPlugin,
    /// Build the plugin with a standard error, so that its runtime can say why it gives up.
    LetItPrint,
    /// Rename the file, and ingest it again.
    RenameFile,
    /// Name the link itself as a path.
    NameLink,
    /// Ingest the source again, or try its failures again.
    IngestAgain,
    /// Take the file in again once nobody writes to it.
    WaitForWriter,
    /// Take in again the file that a source is, or lies in.
    BringFileBack,
    /// Give every case an id of its own.
    NumberCases,
    /// Write one case a line.
    WriteCases,
    /// Run the classifier with the taxonomy of the labels.
    UseTaxonomyOfLabels,
    /// What a docmill of another version said.
    Told(String),
}

/// The name of a limit, as in `limits.memory`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LimitName {
    /// How long one call may take.
    Deadline,
    /// How much memory it may use.
    Memory,
    /// How much it may hand over.
    Output,
    /// How much it may log.
    Log,
}

/// A setting or table that is needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Needed {
    /// Its name.
    pub name: String,
    /// What the plugin says about it.
    pub summary: String,
}

/// Names to choose from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The one that was probably meant.
    pub meant: Option<String>,
    /// All of them.
    pub names: Vec<String>,
}

impl Hint {
    /// Keep this clause.
    pub fn keep(clause: &Clause) -> Hint {
        Hint::KeepClause(clause.id.to_owned())
    }

    /// The hint as it is kept in a store.
    pub fn to_stored(&self) -> String {
        match self {
            Hint::Told(words) => words.clone(),
            // A value of this type has no part that JSON could not write.
            hint => serde_json::to_string(hint).unwrap_or_default(),
        }
    }

    /// The hint that was kept in a store; words, if a docmill of another version kept it.
    pub fn from_stored(stored: &str) -> Hint {
        serde_json::from_str(stored).unwrap_or_else(|_| Hint::Told(stored.to_owned()))
    }
}

impl fmt::Display for LimitName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LimitName::Deadline => "limits.deadline",
            LimitName::Memory => "limits.memory",
            LimitName::Output => "limits.output",
            LimitName::Log => "limits.log",
        })
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fixed = match self {
            Hint::RaiseLimit(LimitName::Deadline) => {
                "raise `limits.deadline` for this step if this document is worth the wait"
            }
            Hint::RaiseLimit(limit) => {
                return write!(f, "raise `{limit}` for this step if this document is worth it");
            }
            Hint::RaiseLimitOfStep(limit) => return write!(f, "raise `{limit}` for this step"),
            Hint::KeepClause(id) => match Clause::of(id) {
                Some(clause) => clause.must,
                None => return write!(f, "keep clause {id} of the contract"),
            },
            Hint::AddExtractorOf(media_type) => {
                return write!(f, "add a step with an extractor that accepts `{media_type}`");
            }
            Hint::AddSetting(needed) => {
                let Needed { name, summary } = &**needed;
                return write!(f, "add `settings = {{ {name} = … }}`: {summary}");
            }
            Hint::AddTable(needed) => {
                let Needed { name, summary } = &**needed;
                return write!(f, "add `tables = {{ {name} = … }}`: {summary}");
            }
            Hint::GiveSetting(key) => return write!(f, "give the setting `{key}` a value"),
            Hint::GiveTable(name) => return write!(f, "give a file for the table `{name}`"),
            Hint::DidYouMean(meant) => return write!(f, "did you mean `{meant}`?"),
            Hint::UseDeclared(choice) => {
                let Choice { meant, names } = &**choice;
                if let Some(meant) = meant {
                    write!(f, "did you mean `{meant}`? The plugin declares ")?;
                } else {
                    f.write_str("the plugin declares ")?;
                }
                return list(f, names);
            }
            Hint::UseShipped { choice, file } => {
                let Choice { meant, names } = &**choice;
                if let Some(meant) = meant {
                    return write!(
                        f,
                        "did you mean `{meant}`? A file of your own is named with its path, such as `{file}`"
                    );
                }
                f.write_str("shipped are ")?;
                list(f, names)?;
                return write!(f, "; a file of your own is named with its path, such as `{file}`");
            }
            Hint::UpdateLock(before) => {
                f.write_str("pin what the pipeline runs now, if that is what you want")?;
                return match before {
                    Some(digest) => write!(f, ", or go back to the component {digest}"),
                    None => Ok(()),
                };
            }
            Hint::UseTarget(targets) => {
                f.write_str("it translates into ")?;
                return list(f, targets);
            }
            Hint::Told(words) => words,
            Hint::TakeApart => {
                "read it with an unpacker, whose members are not held together, or raise `limits.output` for this step"
            }
            Hint::RaiseSourceSize => "raise the limit on the size of a source",
            Hint::AddExtractor => "add a step with an extractor, such as `extract-text`",
            Hint::AddStep => "add a `[[step]]` with a `plugin`",
            Hint::RenameStep => "give one of them another `name`",
            Hint::NameStepInKebabCase => "use kebab-case, such as `find-dates`",
            Hint::NameStepThatHas => "name a step of the pipeline that has it, or add one",
            Hint::CorrectSetting => {
                "correct the setting and run again; what was stored so far stays"
            }
            Hint::WriteDuration => "write it like `500ms`, `2s`, or `1m`",
            Hint::WriteSize => "write it like `64 MiB` or `100 KiB`",
            Hint::BuildWithPlugins => "this docmill was built without its plugins",
            Hint::MakeComponent => {
                "turn it into a component with `wasm-tools component new`, or build it for the target `wasm32-wasip2`"
            }
            Hint::ExportWorld => "export one of the worlds in `wit/worlds.wit`",
            Hint::SplitRoles => "build one component per role",
            Hint::SeeImports => "look at everything that the plugin imports",
            Hint::RebuildPlugin => "rebuild the plugin against the contract in `wit/`",
            Hint::LetItPrint => {
                "build the plugin with a standard error, and its runtime says why it gives up"
            }
            Hint::RenameFile => "rename the file and ingest it again",
            Hint::NameLink => "name the link itself as a path to ingest what it points to",
            Hint::IngestAgain => "ingest it again, or try its failures again",
            Hint::WaitForWriter => "take it in again once nobody writes to it",
            Hint::BringFileBack => "take in again the file that it is, or that it lies in",
            Hint::NumberCases => "give every case an id of its own",
            Hint::WriteCases => "write one JSON object per line; seeds/README.md tells the fields",
            Hint::UseTaxonomyOfLabels => "run the classifier with the taxonomy of these labels",
        };
        f.write_str(fixed)
    }
}

fn list(f: &mut fmt::Formatter<'_>, names: &[String]) -> fmt::Result {
    f.write_str(&listed(names.iter().map(String::as_str)))
}

/// Names in backticks, as a sentence lists them: `a`, `b`, and `c`.
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => "none".to_owned(),
        [only] => only.clone(),
        [one, other] => format!("{one} and {other}"),
        [first @ .., last] => format!("{}, and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_survives_its_store() {
        let choice = Choice { meant: None, names: vec!["a".to_owned(), "b".to_owned()] };
        for hint in [
            Hint::RaiseLimit(LimitName::Memory),
            Hint::keep(Clause::SPANS),
            Hint::UseShipped { choice: Box::new(choice), file: "./a.wasm".into() },
            Hint::Told("raise the limit with a spell".to_owned()),
        ] {
            assert_eq!(Hint::from_stored(&hint.to_stored()), hint);
        }
        assert_eq!(Hint::from_stored("{}"), Hint::Told("{}".to_owned()));
    }

    #[test]
    fn lists_read_like_sentences() {
        assert_eq!(listed([]), "none");
        assert_eq!(listed(["a"]), "`a`");
        assert_eq!(listed(["a", "b", "c"]), "`a`, `b`, and `c`");
    }

    #[test]
    fn a_clause_says_what_must_hold() {
        assert_eq!(Hint::keep(Clause::SPANS).to_string(), Clause::SPANS.must);
        assert_eq!(
            Hint::KeepClause("Q-9".to_owned()).to_string(),
            "keep clause Q-9 of the contract"
        );
    }
}
