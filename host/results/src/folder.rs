//! A folder of results in the place of a store: a run fills it, and finds in it what is done
//! already.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use docmill::model::{
    Cost, Digest, DocumentId, Failure, Finding, PluginName, RunId, SourceName, SourceState,
    StoredDocument, StoredSource,
};
use docmill::pipeline::Share;
use docmill::store::Commit;

use crate::error::ResultsError;
use crate::files::{Files, Folder, Place, now_in_micros};
use crate::index::{By, Places, Rows, Sources, id_of};
use crate::rows::{
    CostRow, DocumentRow, FailureRow, PartRow, ResultRow, Row, SourceRow, WalkRow, Wrong,
};
use crate::schema::Table;

mod store;

/// So many commits are written at once, as a file has to be worth it, or what came in
/// [`GATHERING`].
const GROUP: usize = 4_096;
/// The most that is lost where a process is killed.
const GATHERING: Duration = Duration::from_secs(30);
/// The number of every run: which one it was is no part of a row.
const RUN: RunId = RunId(1);

/// A folder of results in the place of a store, as one process sees it that has to do with a share
/// of the sources.
///
/// In memory it holds where the newest row of each of these sources lies, and, once a pipeline
/// differs from the one that was run on a source, where those of its documents are: some 100 bytes
/// for each. Several processes may write into the same folder; none sees what another one wrote
/// after it opened it.
pub struct ResultFolder {
    files: Files,
    share: Share,
    sources: RwLock<Sources>,
    documents: Mutex<Option<Places>>,
    results: Mutex<Option<Places>>,
    failures: Mutex<Option<Places>>,
    costs: Mutex<Option<Places>>,
    /// The parts that are there, and those of this process as they are.
    parts: Mutex<HashMap<Digest, Option<Vec<u8>>>>,
    part_files: Mutex<Vec<String>>,
}

impl ResultFolder {
    /// The results in a folder, which may be empty or not there, for who has to do with a share of
    /// the sources.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or holds what no docmill wrote.
    pub fn open(path: &Path, share: Share) -> Result<ResultFolder, ResultsError> {
        ResultFolder::at(Folder(path.to_owned()), share)
    }

    /// The results at any place.
    pub(crate) fn at(place: impl Place + 'static, share: Share) -> Result<Self, ResultsError> {
        let files = Files::new(place);
        let sources = Sources::read(&files, share)?;
        // What is written next is newer than all that is there.
        for table in Table::ALL {
            files.list(table)?;
        }
        let mut parts = HashMap::new();
        let part_files = files.list(Table::Parts)?;
        for file in &part_files {
            files.read(Table::Parts, file, Some(&["sha256"]), None, |row: DigestRow| {
                parts.insert(digest(&row.sha256, Table::Parts, file)?, None);
                Ok(())
            })?;
        }
        Ok(ResultFolder {
            files,
            share,
            sources: RwLock::new(sources),
            documents: Mutex::default(),
            results: Mutex::default(),
            failures: Mutex::default(),
            costs: Mutex::default(),
            parts: Mutex::new(parts),
            part_files: Mutex::new(part_files),
        })
    }

    fn known(&self) -> RwLockReadGuard<'_, Sources> {
        self.sources.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The rows that belong to a source or document, oldest first.
    fn rows_of<T: Row>(&self, by: By, id: &DocumentId) -> Result<Vec<T>, ResultsError> {
        let wanted: Vec<(String, Rows)> = {
            let mut places = lock(self.places(T::TABLE));
            let places = match &mut *places {
                Some(places) => places,
                unread => unread.insert(Places::read(&self.files, T::TABLE, by, self.share)?),
            };
            let file = |rows: &Rows| places.files.get(rows.file as usize).cloned();
            places.of(id).iter().filter_map(|rows| Some((file(rows)?, *rows))).collect()
        };
        let mut found = Vec::new();
        for (file, rows) in wanted {
            self.files.read(T::TABLE, &file, None, Some(rows.range()), |row| {
                found.push(row);
                Ok(())
            })?;
        }
        Ok(found)
    }

    fn places(&self, table: Table) -> &Mutex<Option<Places>> {
        match table {
            Table::Documents => &self.documents,
            Table::Results => &self.results,
            Table::Failures => &self.failures,
            _ => &self.costs,
        }
    }

    /// One row.
    fn row<T: Row>(&self, files: &[String], at: Rows) -> Result<Option<T>, ResultsError> {
        let Some(file) = files.get(at.file as usize) else { return Ok(None) };
        let mut found = None;
        self.files.read(T::TABLE, file, None, Some(at.range()), |row| {
            found = Some(row);
            Ok(())
        })?;
        Ok(found)
    }

    fn source_by_id(&self, id: &DocumentId) -> Result<Option<StoredSource>, ResultsError> {
        let known = self.known();
        if let Some(at) = known.newest.get(id) {
            let Some(row) = self.row::<SourceRow>(&known.files, *at)? else { return Ok(None) };
            let mut source = checked(row.model(), Table::Sources)?;
            let kind = (&source.info.digest, &source.pipeline);
            // Its own row says nothing of members in this share that nobody has taken in.
            if known.is_walked(id, kind, self.share) == Some(false) {
                source.state = SourceState::Failed;
            }
            return Ok(Some(source));
        }
        let Some(newest) = known.walks.get(id).and_then(|walks| walks.last()) else {
            return Ok(None);
        };
        let kind = (&newest.digest, &newest.recipe);
        let is_walked = known.is_walked(id, kind, self.share) == Some(true);
        let Some(row) = self.row::<WalkRow>(&known.walk_files, newest.row)? else {
            return Ok(None);
        };
        let source = checked(row.model(), Table::Walks)?;
        let state = if is_walked { SourceState::Done } else { SourceState::Failed };
        Ok(Some(StoredSource { state, ..source }))
    }

    /// The newest text of a document.
    fn newest_document(&self, id: &DocumentId) -> Result<Option<DocumentRow>, ResultsError> {
        Ok(self.rows_of::<DocumentRow>(By::Document, id)?.pop())
    }

    /// The newest rows of all steps in a document, but for what was taken back.
    fn newest_results(
        &self,
        id: &DocumentId,
    ) -> Result<Vec<(DocumentId, Digest, Finding)>, ResultsError> {
        let rows = self.rows_of::<ResultRow>(By::Document, id)?;
        let newest: BTreeMap<String, ResultRow> =
            rows.into_iter().map(|row| (row.step.clone(), row)).collect();
        let mut found = Vec::new();
        for row in newest.into_values().filter(|row| !row.is_taken_back()) {
            found.push(checked(row.model(Cost::default()), Table::Results)?);
        }
        Ok(found)
    }

    /// What the newest calls on a source cost, by document, step and key.
    pub(crate) fn costs_of(&self, source: &SourceName) -> Result<Costs, ResultsError> {
        let rows = self.rows_of::<CostRow>(By::Source, &id_of(source))?;
        let cost = |row: CostRow| {
            let cost = row.model();
            ((row.document, row.step, row.key), cost)
        };
        Ok(Costs(rows.into_iter().map(cost).collect()))
    }

    /// All parts that are there.
    pub(crate) fn part_digests(&self) -> Vec<Digest> {
        lock(&self.parts).keys().copied().collect()
    }

    fn write(&self, commits: &[Commit]) -> Result<(), ResultsError> {
        let mut new = NewRows::default();
        for commit in commits {
            self.add(commit, &mut new)?;
        }
        let (first, name) = (self.files.new_name(), self.files.new_name());
        let NewRows { sources, documents, results, failures, costs, walks, names } = new;
        // What says that something is whole comes after it: who reads a folder that somebody writes
        // to, or the folder of one who was killed, sees rows too many at most.
        self.files.write(&name, &documents)?;
        self.files.write(&name, &results)?;
        self.files.write(&name, &failures)?;
        self.files.write(&name, &costs)?;
        // The row of a container in `sources` speaks of its members in one share only: before it is
        // there, it is said that this is so.
        let begun = match self.share {
            Share::WHOLE => Vec::new(),
            _ => walks.iter().map(WalkRow::begun).collect(),
        };
        self.files.write(&first, &begun)?;
        self.files.write(&name, &sources)?;
        self.files.write(&name, &walks)?;
        let mut known = self.sources.write().unwrap_or_else(PoisonError::into_inner);
        if !sources.is_empty() {
            let names = names.iter().map(|(name, container)| (name, container.as_ref()));
            known.add(name.clone(), names, self.share);
        }
        if !walks.is_empty() {
            known.add_walks(name.clone(), &walks)?;
        }
        drop(known);
        self.note::<DocumentRow>(&name, &documents, |row| row.document.parse().ok());
        self.note::<ResultRow>(&name, &results, |row| row.document.parse().ok());
        self.note::<FailureRow>(&name, &failures, |row| Some(id_of(&row.source_name().ok()?)));
        self.note::<CostRow>(&name, &costs, |row| Some(id_of(&row.source_name().ok()?)));
        Ok(())
    }

    /// Notes where rows lie that were written just now, if it is known where the others lie.
    fn note<T: Row>(&self, name: &str, rows: &[T], id: impl Fn(&T) -> Option<DocumentId>) {
        if let Some(places) = lock(self.places(T::TABLE)).as_mut()
            && !rows.is_empty()
        {
            places.add(name.to_owned(), rows.iter().map(id));
        }
    }

    /// The rows of what a source came to.
    fn add(&self, commit: &Commit, new: &mut NewRows) -> Result<(), ResultsError> {
        let Commit { source, documents, findings, retired, failures, walked, .. } = commit;
        let name = &source.info.name;
        if *walked || !self.share.holds(name) {
            new.walks.push(WalkRow::of(source, *walked, self.share));
        }
        // The rest of it is written where it is taken in.
        if !self.share.holds(name) {
            return Ok(());
        }
        let now = now_in_micros();
        let row = SourceRow::of(source, source.documents.len(), failures);
        let has_news = !documents.is_empty() || !findings.is_empty() || !retired.is_empty();
        if !has_news && self.newest_row(name)?.is_some_and(|newest| newest.key == row.key) {
            return Ok(());
        }
        for (first, document) in documents.iter().enumerate() {
            new.documents.push(DocumentRow::of(document));
            if first == 0 {
                new.costs.push(CostRow::of_document(document, now));
            }
        }
        let mut texts: HashMap<DocumentId, Digest> =
            documents.iter().map(|it| (it.id, it.extracted.document.digest())).collect();
        for (document, _, finding) in findings {
            let text = match texts.get(document) {
                Some(text) => *text,
                None => {
                    let row = self.newest_document(document)?;
                    let text = row.map(|row| checked(row.digest_of_text(), Table::Documents));
                    let text = text.transpose()?.ok_or_else(|| missing(document))?;
                    texts.insert(*document, text);
                    text
                }
            };
            new.results.push(ResultRow::of(name, *document, &text, finding));
            new.costs.push(CostRow::of_finding(name, *document, finding, now));
        }
        for (document, _, step) in retired {
            let rows = self.rows_of::<ResultRow>(By::Document, document)?;
            let newest = rows.into_iter().rfind(|row| row.step == step.as_str());
            new.results.extend(newest.filter(|row| !row.is_taken_back()).map(ResultRow::take_back));
        }
        for failure in failures {
            let source_key = (source.version > 0).then_some(row.key.as_str());
            new.failures.push(FailureRow::of(failure, source_key));
            new.costs.extend(CostRow::of_failure(failure, now));
        }
        // What was never read has nothing that could be said of it but why.
        if source.version > 0 {
            new.sources.push(row);
            new.names.push((name.clone(), source.info.container.clone()));
        }
        Ok(())
    }

    fn newest_row(&self, name: &SourceName) -> Result<Option<SourceRow>, ResultsError> {
        let known = self.known();
        let at = known.newest.get(&id_of(name));
        Ok(at.map(|at| self.row(&known.files, *at)).transpose()?.flatten())
    }

    /// Failures of sources that could not be read, the newest of each, and of which nothing else is
    /// known.
    pub(crate) fn failures_of_unread(&self) -> Result<Vec<Failure>, ResultsError> {
        let mut newest: BTreeMap<String, Failure> = BTreeMap::new();
        for file in self.files.list(Table::Failures)? {
            self.files.read(Table::Failures, &file, None, None, |row: FailureRow| {
                let name = checked(row.source_name(), Table::Failures)?;
                if row.source_key.is_some()
                    || !self.share.holds(&name)
                    || self.known().newest.contains_key(&id_of(&name))
                {
                    return Ok(());
                }
                let failure = checked(row.model(None), Table::Failures)?;
                newest.insert(failure.id.to_string(), failure);
                Ok(())
            })?;
        }
        Ok(newest.into_values().collect())
    }

    /// All rows of a table by their keys, doubles dropped, as objects of JSON; all at once in
    /// memory. Of `costs`, in which no two rows are the same, the key is the whole row.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, or two rows of the same key differ, which no docmill writes.
    pub fn rows(&self, table: Table) -> Result<BTreeMap<String, serde_json::Value>, ResultsError> {
        let mut rows = BTreeMap::new();
        match table {
            Table::Sources => self.gather::<SourceRow>(&mut rows)?,
            Table::Documents => self.gather::<DocumentRow>(&mut rows)?,
            Table::Results => self.gather::<ResultRow>(&mut rows)?,
            Table::Failures => self.gather::<FailureRow>(&mut rows)?,
            Table::Costs => self.gather::<CostRow>(&mut rows)?,
            Table::Walks => self.gather::<WalkRow>(&mut rows)?,
            Table::Parts => self.gather::<PartRow>(&mut rows)?,
        }
        Ok(rows)
    }

    fn gather<T: Row>(
        &self,
        rows: &mut BTreeMap<String, serde_json::Value>,
    ) -> Result<(), ResultsError> {
        for file in self.files.list(T::TABLE)? {
            let damaged =
                |wrong: &str| ResultsError::damaged(&format!("{}/{file}", T::TABLE.name()), wrong);
            self.files.read(T::TABLE, &file, None, None, |row: T| {
                let row = serde_json::to_value(row).map_err(|_| damaged("no row"))?;
                let key = match T::TABLE.key() {
                    [] => row.to_string(),
                    key => key.iter().map(|column| format!("{} ", row[column])).collect(),
                };
                match rows.get(&key) {
                    Some(same) if *same != row => Err(damaged("two rows with the same key differ")),
                    Some(_) => Ok(()),
                    None => {
                        rows.insert(key, row);
                        Ok(())
                    }
                }
            })?;
        }
        Ok(())
    }

    /// Whether there are no results in it.
    pub fn is_empty(&self) -> Result<bool, ResultsError> {
        for table in Table::ALL {
            if !self.files.list(table)?.is_empty() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn ids(&self) -> Vec<DocumentId> {
        let known = self.known();
        let mut places: Vec<(Rows, DocumentId)> =
            known.newest.iter().map(|(id, at)| (*at, *id)).collect();
        places.sort_by_key(|(at, id)| (at.file, at.start, *id));
        places.into_iter().map(|(_, id)| id).collect()
    }
}

/// Rows that are to be written.
#[derive(Default)]
struct NewRows {
    sources: Vec<SourceRow>,
    documents: Vec<DocumentRow>,
    results: Vec<ResultRow>,
    failures: Vec<FailureRow>,
    costs: Vec<CostRow>,
    walks: Vec<WalkRow>,
    /// Of `sources`: each with its container.
    names: Vec<(SourceName, Option<SourceName>)>,
}

/// What calls on a source cost.
pub(crate) struct Costs(HashMap<CostKey, Cost>);

/// Document, step and key of a call, as far as it has them.
type CostKey = (Option<String>, Option<String>, Option<String>);

impl Costs {
    pub(crate) fn of_document(&self, document: &StoredDocument) -> Cost {
        let key = (None, None, Some(document.provenance.key.to_string()));
        self.0.get(&key).copied().unwrap_or_default()
    }

    pub(crate) fn of_finding(&self, document: DocumentId, finding: &Finding) -> Cost {
        let step = Some(finding.step.to_string());
        let key = (Some(document.to_string()), step, Some(finding.provenance.key.to_string()));
        self.0.get(&key).copied().unwrap_or_default()
    }

    pub(crate) fn of_failure(&self, failure: &Failure) -> Option<Cost> {
        let document = failure.document.as_ref().map(DocumentId::to_string);
        let step = failure.step.as_ref().map(PluginName::to_string);
        self.0.get(&(document, step, None)).copied()
    }
}

#[derive(serde::Deserialize)]
struct DigestRow {
    sha256: String,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn checked<T>(read: Result<T, Wrong>, table: Table) -> Result<T, ResultsError> {
    read.map_err(|wrong| ResultsError::damaged(table.name(), wrong))
}

fn digest(text: &str, table: Table, file: &str) -> Result<Digest, ResultsError> {
    let wrong = |_| ResultsError::damaged(&format!("{}/{file}", table.name()), "no digest");
    text.parse().map_err(wrong)
}

fn missing(document: &DocumentId) -> ResultsError {
    ResultsError::damaged(Table::Documents.name(), format!("document `{document}` is not there"))
}

/// Begins like a component, which is kept with the plugins and not with results.
fn is_component(part: &[u8]) -> bool {
    part.starts_with(b"\0asm")
}
