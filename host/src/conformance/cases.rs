//! Golden cases: folders with an input, what is chosen and said, and what is expected of a plugin.
//!
//! A folder has a file `input`, with any extension; `case.tsv`, with a name, a tab and a value per
//! line: `media-type`, `language`, `setting KEY`, `table NAME` (a file beside it),
//! `attribute NAME`, and what earlier steps found, in files beside it: `labels STEP` and
//! `annotations STEP` in the words of an `expected.txt`, `translation STEP LANGUAGE` as text; and
//! `expected.txt`. The SDK runs the same folders natively (`testing::cases`): what is changed here
//! is changed there.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::wording::{
    annotations_of, labels_of, tell_annotation, tell_attributes, tell_bytes, tell_error,
    tell_extracted, tell_label, tell_member,
};
use super::{Configuration, ConfigurationError};
use crate::abi::{Answer, Call, Declaration, Task};
use crate::capabilities::{
    Allowance, LARGEST_TABLE, Member, MemberSink, Refused, SourceBytes, Table, TableError,
};
use crate::catalog::{Catalog, Plugin};
use crate::error::{Hint, Hinted};
use crate::manifest::{read_file, read_text};
use crate::model::{
    Attribute, Document, Findings, LanguageTag, Limits, MediaType, NameError, Translation,
};
use crate::sandbox::{Inputs, Reported, Stopped};

/// The largest input of a case, in bytes; what its members have together is as much again.
const LARGEST_INPUT: u64 = 64 << 20;
/// The largest file that says what is chosen or expected, in bytes.
const LARGEST_TEXT: u64 = 16 << 20;
/// The most cases in one folder.
const MOST_CASES: usize = 10_000;

/// A case, as its folder has it.
#[derive(Debug, Clone)]
pub struct Case {
    /// What its folder is called.
    pub name: String,
    /// What is expected, if anybody has said so.
    pub expected: Option<String>,
    folder: PathBuf,
    input: Arc<[u8]>,
    media_type: Option<MediaType>,
    language: Option<LanguageTag>,
    settings: Vec<(String, String)>,
    tables: Vec<(String, PathBuf)>,
    attributes: Vec<Attribute>,
    /// What earlier steps found, by their names.
    prior: BTreeMap<String, Findings>,
}

/// Why a case cannot be put to the test.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaseError {
    /// There is none in the folder.
    #[error("there is no case in `{}`", .0.display())]
    None(PathBuf),
    /// There are too many in the folder.
    #[error("there are more than {MOST_CASES} cases in `{}`", .0.display())]
    TooMany(PathBuf),
    /// A file of it cannot be read.
    #[error("`{}` could not be read", .path.display())]
    Unreadable {
        /// The file, or the folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is nothing to call the plugin on.
    #[error("case `{0}` has no file `input`")]
    NoInput(String),
    /// It says something that is no part of a case.
    #[error("line {line} of `case.tsv` of case `{case}` is none")]
    Line {
        /// The case.
        case: String,
        /// The number of the line, from 1.
        line: usize,
        /// What is wrong with it.
        #[source]
        kind: CaseLineError,
    },
    /// A table of it is none.
    #[error("table `{name}` of case `{case}` cannot be used")]
    Table {
        /// The case.
        case: String,
        /// The name of the table.
        name: String,
        /// Why.
        source: TableError,
    },
    /// It has findings that would never reach the plugin.
    #[error("case `{case}` has what `{step}` finds, which the plugin does not read")]
    NotRead {
        /// The case.
        case: String,
        /// Who found them.
        step: String,
    },
    /// It chooses what the plugin does not declare, or leaves out what it requires.
    #[error("case `{case}` does not fit the plugin")]
    Configuration {
        /// The case.
        case: String,
        /// Why.
        source: ConfigurationError,
    },
    /// The call came to no end of its own: it was stopped, or broke the contract.
    #[error("the plugin fails in case `{case}`: {}", .stopped.causes().join(": "))]
    Stopped {
        /// The case.
        case: String,
        /// Why.
        stopped: Box<Stopped>,
    },
}

/// What is wrong with a line of `case.tsv`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CaseLineError {
    /// Name and value are not told apart.
    #[error("it has no tab")]
    NoTab,
    /// It is about nothing that a case has.
    #[error("`{}` is nothing that a case says", .0.escape_debug())]
    Unknown(String),
    /// Its value is neither a media type nor a language.
    #[error(transparent)]
    Name(#[from] NameError),
    /// It says of no language what the translation is in.
    #[error("it names no language")]
    NoLanguage,
    /// What a step found is not to be had from the file that it names.
    #[error("`{}`: {reason}", .file.escape_debug())]
    Findings {
        /// The file.
        file: String,
        /// Why, with the line in the file.
        reason: String,
    },
    /// A step has one kind of findings.
    #[error("`{}` has findings already", .0.escape_debug())]
    Again(String),
}

impl Hinted for CaseError {
    fn hint(&self) -> Option<Hint> {
        match self {
            CaseError::Configuration { source, .. } => source.hint(),
            CaseError::Stopped { stopped, .. } => stopped.hint(),
            _ => None,
        }
    }
}

impl Case {
    /// All cases in a folder, by name: each is a folder in it.
    ///
    /// # Errors
    ///
    /// If there is none, or one of them cannot be read or says what no case says.
    pub fn all(folder: &Path) -> Result<Vec<Case>, CaseError> {
        let folders: Vec<_> = entries(folder)?.into_iter().filter(|path| path.is_dir()).collect();
        match folders.len() {
            0 => Err(CaseError::None(folder.to_owned())),
            1..=MOST_CASES => folders.iter().map(|it| Case::read(it)).collect(),
            _ => Err(CaseError::TooMany(folder.to_owned())),
        }
    }

    /// The case in this folder.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or says what no case says.
    pub fn read(folder: &Path) -> Result<Case, CaseError> {
        let name = folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy().into_owned();
        let is_input = |path: &PathBuf| path.file_stem().is_some_and(|it| it == "input");
        let input = entries(folder)?.into_iter().find(is_input);
        let input = input.ok_or_else(|| CaseError::NoInput(name.clone()))?;
        let unreadable =
            |path: &Path, source| CaseError::Unreadable { path: path.to_owned(), source };
        let content =
            read_file(&input, LARGEST_INPUT).map_err(|error| unreadable(&input, error))?;
        let expected = folder.join("expected.txt");
        let expected = match read_text(&expected, LARGEST_TEXT) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(unreadable(&expected, error)),
        };
        let mut case = Case {
            name,
            expected,
            folder: folder.to_owned(),
            input: content.into(),
            media_type: None,
            language: None,
            settings: Vec::new(),
            tables: Vec::new(),
            attributes: Vec::new(),
            prior: BTreeMap::new(),
        };
        let said = folder.join("case.tsv");
        let said = match read_text(&said, LARGEST_TEXT) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(unreadable(&said, error)),
        };
        for (index, line) in said.lines().enumerate() {
            if let Err(kind) = case.say(line) {
                return Err(CaseError::Line { case: case.name, line: index + 1, kind });
            }
        }
        Ok(case)
    }

    fn say(&mut self, line: &str) -> Result<(), CaseLineError> {
        if line.is_empty() {
            return Ok(());
        }
        let (name, value) = line.split_once('\t').ok_or(CaseLineError::NoTab)?;
        let owned = |name: &str| (name.to_owned(), value.to_owned());
        match name.split_once(' ') {
            Some(("setting", key)) => self.settings.push(owned(key)),
            Some(("attribute", name)) => {
                let (name, value) = owned(name);
                self.attributes.push(Attribute { name, value });
            }
            Some((what @ ("labels" | "annotations" | "translation"), of)) => {
                self.say_prior(what, of, value)?;
            }
            Some(("table", name)) => self.tables.push((name.to_owned(), self.folder.join(value))),
            None if name == "media-type" => {
                self.media_type = Some(MediaType::new(value)?);
            }
            None if name == "language" => {
                self.language = Some(LanguageTag::new(value.to_owned())?);
            }
            _ => return Err(CaseLineError::Unknown(name.to_owned())),
        }
        Ok(())
    }

    /// What a step found earlier, in a file of these words.
    fn say_prior(&mut self, what: &str, of: &str, file: &str) -> Result<(), CaseLineError> {
        let in_file = |reason| CaseLineError::Findings { file: file.to_owned(), reason };
        let words = read_text(&self.folder.join(file), LARGEST_TEXT)
            .map_err(|error| in_file(error.to_string()))?;
        let text = String::from_utf8_lossy(&self.input);
        let (step, findings) = match what {
            "labels" => (of, Findings::Labels(labels_of(&words, &text).map_err(in_file)?)),
            "annotations" => {
                (of, Findings::Annotations(annotations_of(&words, &text).map_err(in_file)?))
            }
            _ => {
                let (step, target) = of.split_once(' ').ok_or(CaseLineError::NoLanguage)?;
                let target = LanguageTag::new(target.to_owned())?;
                let (segments, attributes) = (Vec::new(), Vec::new());
                let rendered = Translation { target, text: words, segments, attributes };
                (step, Findings::Translations(vec![rendered]))
            }
        };
        match (self.prior.get_mut(step), findings) {
            (Some(Findings::Translations(before)), Findings::Translations(mut more)) => {
                before.append(&mut more);
            }
            (Some(_), _) => return Err(CaseLineError::Again(step.to_owned())),
            (None, findings) => _ = self.prior.insert(step.to_owned(), findings),
        }
        Ok(())
    }

    /// What the plugin makes of it, in words: what `expected.txt` has to say. The case may choose
    /// other settings and tables than those given here.
    ///
    /// # Errors
    ///
    /// If the case does not fit the plugin, or the call came to no end of its own.
    pub fn told(
        &self,
        catalog: &Catalog,
        plugin: &Plugin,
        settings: &BTreeMap<String, String>,
        tables: &BTreeMap<String, Arc<Table>>,
        limits: Limits,
    ) -> Result<String, CaseError> {
        let reads = &plugin.description.reads;
        if let Some(step) =
            self.prior.keys().find(|it| !reads.iter().any(|read| read.as_str() == it.as_str()))
        {
            return Err(CaseError::NotRead { case: self.name.clone(), step: step.clone() });
        }
        let mut settings = settings.clone();
        settings.extend(self.settings.iter().cloned());
        let mut tables = tables.clone();
        for (name, path) in &self.tables {
            let text = read_text(path, LARGEST_TABLE)
                .map_err(|source| CaseError::Unreadable { path: path.clone(), source })?;
            let table = Table::from_tsv(&text).map_err(|source| CaseError::Table {
                case: self.name.clone(),
                name: name.clone(),
                source,
            })?;
            tables.insert(name.clone(), Arc::new(table));
        }
        let configuration = Configuration::of(&plugin.description, settings, tables, limits)
            .map_err(|source| CaseError::Configuration { case: self.name.clone(), source })?;
        self.answered(catalog, plugin, &configuration).map_err(|stopped| CaseError::Stopped {
            case: self.name.clone(),
            stopped: Box::new(stopped),
        })
    }

    fn answered(
        &self,
        catalog: &Catalog,
        plugin: &Plugin,
        configuration: &Configuration,
    ) -> Result<String, Stopped> {
        // What a declaration refuses is a result as well: a case may be about a setting that is
        // none.
        let declared = self.answer(catalog, plugin, configuration, Task::Declare)?;
        let declaration = match declared.0 {
            Ok(Answer::Declaration(declaration)) => declaration,
            Ok(_) => unreachable!("a task has one answer of its own kind"),
            Err(reported) => return Ok(tell_error(&reported)),
        };
        let answer = |task: Task<'_>| self.answer(catalog, plugin, configuration, task);
        let mut told = String::new();
        match &declaration {
            Declaration::Accepts(accepted) => {
                let media_type = self.media_type.as_ref().or(accepted.first());
                let Some(media_type) = media_type else { return Ok(told) };
                let source = SourceBytes::new(media_type.clone(), Arc::clone(&self.input));
                let source = source.with_attributes(self.attributes.clone());
                let is_unpacker = plugin.role == crate::model::Role::Unpacker;
                let task = if is_unpacker { Task::Unpack(source) } else { Task::Extract(source) };
                let (answered, members) = answer(task)?;
                members.iter().for_each(|member| tell_member(&mut told, member));
                match answered {
                    Ok(Answer::Extracted(documents)) => {
                        documents.iter().for_each(|it| tell_extracted(&mut told, it));
                    }
                    Ok(_) => {}
                    Err(reported) => told.push_str(&tell_error(&reported)),
                }
            }
            Declaration::Pairs(pairs) => {
                let document = self.document();
                let segments: Vec<String> = document.text.split('\n').map(str::to_owned).collect();
                let of_language = |original: &LanguageTag| {
                    document.language.as_ref().is_none_or(|language| language == original)
                };
                for (original, target) in pairs.iter().filter(|(original, _)| of_language(original))
                {
                    let _ = writeln!(told, "== {original} to {target}");
                    match answer(Task::Translate { segments: &segments, original, target })?.0 {
                        Ok(Answer::Rendering(rendering)) => {
                            tell_attributes(&mut told, &rendering.attributes);
                            tell_bytes(&mut told, rendering.segments.join("\n").as_bytes());
                        }
                        Ok(_) => {}
                        Err(reported) => told.push_str(&tell_error(&reported)),
                    }
                }
            }
            Declaration::Labels(declared) => {
                let document = &self.document();
                match answer(Task::Classify { document, declared })?.0 {
                    Ok(Answer::Labels(labels)) => {
                        labels.iter().for_each(|it| tell_label(&mut told, &document.text, it));
                    }
                    Ok(_) => {}
                    Err(reported) => told.push_str(&tell_error(&reported)),
                }
            }
            Declaration::Kinds(declared) => {
                let document = &self.document();
                match answer(Task::Analyze { document, declared })?.0 {
                    Ok(Answer::Annotations(found)) => {
                        found.iter().for_each(|it| tell_annotation(&mut told, &document.text, it));
                    }
                    Ok(_) => {}
                    Err(reported) => told.push_str(&tell_error(&reported)),
                }
            }
        }
        Ok(told)
    }

    /// The input as a document; what is not UTF-8 is replaced.
    fn document(&self) -> Document {
        Document {
            text: String::from_utf8_lossy(&self.input).into_owned(),
            language: self.language.clone(),
            attributes: self.attributes.clone(),
            marks: Vec::new(),
        }
    }

    fn answer(
        &self,
        catalog: &Catalog,
        plugin: &Plugin,
        configuration: &Configuration,
        task: Task<'_>,
    ) -> Result<(Result<Answer, Reported>, Vec<Member>), Stopped> {
        let kept = Kept { members: Arc::default(), allowance: Allowance::of(LARGEST_INPUT) };
        let members = Arc::clone(&kept.members);
        let sink = matches!(task, Task::Unpack(_)).then(|| Box::new(kept) as Box<dyn MemberSink>);
        let inputs = Inputs {
            settings: Arc::clone(&configuration.settings),
            tables: Arc::clone(&configuration.tables),
            members: sink,
            findings: self
                .prior
                .iter()
                .map(|(step, it)| (step.clone(), Arc::new(it.clone())))
                .collect(),
            ..Inputs::default()
        };
        let limits = &configuration.limits;
        let call = Call { sandbox: catalog.sandbox(), limits, inputs, depth: 0 };
        let mut answers = plugin.guest()?.answers(call, &[task])?.value;
        let answer = answers.pop().unwrap_or_else(|| unreachable!("one task has one answer"));
        let members = std::mem::take(&mut *members.lock().unwrap_or_else(PoisonError::into_inner));
        Ok((answer, members))
    }
}

/// What is in a folder, by name.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, CaseError> {
    let unreadable = |source| CaseError::Unreadable { path: folder.to_owned(), source };
    let entries = std::fs::read_dir(folder).map_err(unreadable)?;
    let entries: io::Result<Vec<_>> = entries.map(|entry| Ok(entry?.path())).collect();
    let mut entries = entries.map_err(unreadable)?;
    entries.sort();
    Ok(entries)
}

/// Keeps what an unpacker emits.
struct Kept {
    members: Arc<Mutex<Vec<Member>>>,
    allowance: Allowance,
}

impl MemberSink for Kept {
    fn count(&mut self, bytes: u64) -> Result<(), Refused> {
        self.allowance.count(bytes)
    }

    fn accept(&mut self, member: Member) -> Result<(), Refused> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner).push(member);
        Ok(())
    }
}
