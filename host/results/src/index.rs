//! Where the newest rows of each source lie: read off the files once, and all that is kept of them
//! in memory.

use std::collections::HashMap;
use std::ops::Range;

use docmill::model::{Digest, DocumentId, SourceName};
use docmill::pipeline::Share;
use serde::Deserialize;

use crate::error::ResultsError;
use crate::files::Files;
use crate::rows::{PlaceRow, WalkRow, digest, source_name};
use crate::schema::Table;

/// Some rows of one file, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rows {
    /// The place of the file among those of its table.
    pub(crate) file: u32,
    pub(crate) start: u32,
    pub(crate) length: u32,
}

impl Rows {
    pub(crate) fn range(self) -> Range<u32> {
        self.start..self.start.saturating_add(self.length)
    }
}

/// What a source is known by here: 20 bytes in the place of a name.
pub(crate) fn id_of(name: &SourceName) -> DocumentId {
    DocumentId::of(name, 0)
}

/// The sources of one share, and which containers were taken apart.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    pub(crate) files: Vec<String>,
    /// The newest row of each.
    pub(crate) newest: HashMap<DocumentId, Rows>,
    pub(crate) walk_files: Vec<String>,
    /// By container.
    pub(crate) walks: HashMap<DocumentId, Vec<Walk>>,
    /// By container, what came out of it.
    pub(crate) members: HashMap<DocumentId, Vec<DocumentId>>,
}

/// A container that was taken apart for some share of its members.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Walk {
    pub(crate) digest: Digest,
    pub(crate) recipe: Digest,
    pub(crate) share: Share,
    pub(crate) is_whole: bool,
    pub(crate) row: Rows,
}

impl Sources {
    /// Reads what there is, of the sources of this share.
    pub(crate) fn read(files: &Files, share: Share) -> Result<Sources, ResultsError> {
        let mut sources = Sources::default();
        for file in files.list(Table::Sources)? {
            let columns = &["source", "container"][..];
            let mut rows: Vec<(SourceName, Option<SourceName>)> = Vec::new();
            files.read(Table::Sources, &file, Some(columns), None, |row: PlaceRow| {
                rows.push(names(row, &file)?);
                Ok(())
            })?;
            let rows = rows.iter().map(|(name, container)| (name, container.as_ref()));
            sources.add(file.clone(), rows, share);
        }
        for file in files.list(Table::Walks)? {
            let mut rows: Vec<WalkRow> = Vec::new();
            files.read(Table::Walks, &file, None, None, |row| {
                rows.push(row);
                Ok(())
            })?;
            sources.add_walks(file, &rows)?;
        }
        Ok(sources)
    }

    /// Adds the rows of a file that is newer than all before. Those of other shares count as places
    /// only.
    pub(crate) fn add<'a>(
        &mut self,
        file: String,
        rows: impl Iterator<Item = (&'a SourceName, Option<&'a SourceName>)>,
        share: Share,
    ) {
        let at = number(self.files.len());
        self.files.push(file);
        for (start, (name, container)) in (0..).zip(rows) {
            if !share.holds(name) {
                continue;
            }
            let id = id_of(name);
            let is_new = self.newest.insert(id, Rows { file: at, start, length: 1 }).is_none();
            if let Some(container) = container.filter(|_| is_new) {
                self.members.entry(id_of(container)).or_default().push(id);
            }
        }
    }

    /// Adds the rows of a file about containers.
    pub(crate) fn add_walks(&mut self, file: String, rows: &[WalkRow]) -> Result<(), ResultsError> {
        let at = number(self.walk_files.len());
        for (start, row) in (0..).zip(rows) {
            let damaged = |wrong: String| ResultsError::damaged(&format!("walks/{file}"), wrong);
            let id = id_of(&source_name(row.source.clone()).map_err(damaged)?);
            let walk = Walk {
                digest: digest(&row.sha256).map_err(damaged)?,
                recipe: digest(&row.recipe).map_err(damaged)?,
                share: Share { first: row.first, last: row.last },
                is_whole: row.is_whole(),
                row: Rows { file: at, start, length: 1 },
            };
            let before = self.walks.entry(id).or_default();
            let is_new = before.is_empty();
            before.push(walk);
            if let Some(container) = row.container.clone().filter(|_| is_new) {
                let container = id_of(&source_name(container).map_err(damaged)?);
                let members = self.members.entry(container).or_default();
                if !members.contains(&id) {
                    members.push(id);
                }
            }
        }
        self.walk_files.push(file);
        Ok(())
    }

    /// Whether the members of a container, with this content, that are in a share were all taken in
    /// by this recipe; `None` if nobody took it apart.
    pub(crate) fn is_walked(
        &self,
        container: &DocumentId,
        (content, recipe): (&Digest, &Digest),
        share: Share,
    ) -> Option<bool> {
        let walks = self.walks.get(container)?;
        let mut same =
            walks.iter().filter(|it| it.digest == *content && it.recipe == *recipe).peekable();
        same.peek()?;
        Some(share.is_covered_by(same.filter(|it| it.is_whole).map(|it| it.share)))
    }
}

/// The rows of a table by the source, or by the document, that they belong to; oldest first.
#[derive(Debug, Default)]
pub(crate) struct Places {
    pub(crate) files: Vec<String>,
    rows: HashMap<DocumentId, Vec<Rows>>,
}

/// By what the rows of a table are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    Source,
    Document,
}

#[derive(Debug, Deserialize)]
struct BelongsTo {
    source: String,
    document: Option<String>,
}

impl Places {
    pub(crate) fn read(
        files: &Files,
        table: Table,
        by: By,
        share: Share,
    ) -> Result<Places, ResultsError> {
        let mut places = Places::default();
        for file in files.list(table)? {
            let mut ids: Vec<Option<DocumentId>> = Vec::new();
            // Rows of one source come one after the other.
            let mut before: Option<(String, bool, DocumentId)> = None;
            let columns: &[&str] = match by {
                By::Source => &["source"],
                By::Document => &["source", "document"],
            };
            files.read(table, &file, Some(columns), None, |row: BelongsTo| {
                let damaged = |wrong: String| {
                    ResultsError::damaged(&format!("{}/{file}", table.name()), wrong)
                };
                if before.as_ref().is_none_or(|(name, ..)| *name != row.source) {
                    let name = source_name(row.source.clone()).map_err(damaged)?;
                    before = Some((row.source, share.holds(&name), id_of(&name)));
                }
                let id = match (by, &before, row.document) {
                    (_, Some((_, false, _)), _) | (_, None, _) => None,
                    (By::Source, Some((_, true, id)), _) => Some(*id),
                    (By::Document, _, Some(document)) => {
                        let id = document.parse();
                        Some(id.map_err(|_| damaged("no id of a document".to_owned()))?)
                    }
                    (By::Document, _, None) => None,
                };
                ids.push(id);
                Ok(())
            })?;
            places.add(file, ids.into_iter());
        }
        Ok(places)
    }

    /// Adds the rows of a file that is newer than all before, each with what it belongs to, or
    /// nothing if it is not looked for.
    pub(crate) fn add(&mut self, file: String, ids: impl Iterator<Item = Option<DocumentId>>) {
        let at = number(self.files.len());
        self.files.push(file);
        for (start, id) in (0..).zip(ids) {
            let Some(id) = id else { continue };
            let rows = self.rows.entry(id).or_default();
            match rows.last_mut() {
                Some(last) if last.file == at && last.range().end == start => last.length += 1,
                _ => rows.push(Rows { file: at, start, length: 1 }),
            }
        }
    }

    pub(crate) fn of(&self, id: &DocumentId) -> &[Rows] {
        self.rows.get(id).map_or(&[], Vec::as_slice)
    }
}

fn names(row: PlaceRow, file: &str) -> Result<(SourceName, Option<SourceName>), ResultsError> {
    let damaged = |wrong: String| ResultsError::damaged(&format!("sources/{file}"), wrong);
    let container = row.container.map(source_name).transpose().map_err(damaged)?;
    Ok((source_name(row.source).map_err(damaged)?, container))
}

fn number(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
