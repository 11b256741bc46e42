//! Tables in Parquet: column by column in the file, and row by row out of it.
//!
//! The reader is our own, as the README says why. It holds a page and a dictionary of each column
//! that is a cell of a row, and believes no number that a file says: what is unpacked and repeated
//! is paid out of a budget that grows with the size of the file.

mod cells;
mod codecs;
mod cursor;
mod footer;
mod levels;
mod schema;
mod thrift;
mod values;

use std::fmt;

use docmill_plugin::{Error, Source, log};

use crate::LONGEST_ROW;
use crate::columns::Part;
use crate::rows::{Rows, none_is_text};
use cursor::Cursor;
use footer::{Footer, Group};
use schema::Leaf;

/// The most columns that are read of a table.
const MOST_COLUMNS: usize = 512;

/// The most values of one cell, as the authors of an article.
const MOST_VALUES: usize = 256;

/// Reads all rows.
pub fn unpack(source: &Source<'_>, rows: &mut Rows) -> Result<(), Error> {
    let is_wanted = |name: &str| rows.columns().part(name) != Part::Unnamed;
    let Footer { mut leaves, mut groups } = footer::read(source, is_wanted)?;
    let names: Vec<&str> = leaves.iter().map(|it| it.column.as_str()).collect();
    if !rows.columns().has_text(&names) {
        return Err(none_is_text(&names));
    }
    if leaves.len() > MOST_COLUMNS {
        leave_out(&mut leaves, &mut groups, rows);
    }
    let mut budget = Budget::of(source);
    let mut first = 1_u64;
    for group in &groups {
        read_group(source, &leaves, group, first, &mut budget, rows)?;
        first = first.saturating_add(group.rows);
    }
    Ok(())
}

/// Of too many columns, those that docmill knows are kept, and as many others as there is room for.
fn leave_out(leaves: &mut Vec<Leaf>, groups: &mut [Group], rows: &Rows) {
    let mut order: Vec<usize> = (0..leaves.len()).collect();
    let is_other = |at: &usize| matches!(rows.columns().part(&leaves[*at].column), Part::Other(_));
    order.sort_by_key(is_other);
    order.truncate(MOST_COLUMNS);
    order.sort_unstable();
    log::warn!("{} columns are not read", leaves.len() - MOST_COLUMNS);
    *leaves = order.iter().map(|at| leaves[*at].clone()).collect();
    for group in groups {
        group.chunks = order.iter().map(|at| group.chunks[*at]).collect();
    }
}

/// Reads the rows of a group, of which the first has this number in the table.
fn read_group(
    source: &Source<'_>,
    leaves: &[Leaf],
    group: &Group,
    first: u64,
    budget: &mut Budget,
    rows: &mut Rows,
) -> Result<(), Error> {
    let mut cursors: Vec<Option<Cursor<'_>>> = leaves
        .iter()
        .zip(&group.chunks)
        .map(|(leaf, chunk)| chunk.map(|chunk| Cursor::new(source, leaf, chunk)))
        .collect();
    let is_text: Vec<bool> = leaves
        .iter()
        .map(|leaf| matches!(rows.columns().part(&leaf.column), Part::Text(_) | Part::Html(_)))
        .collect();
    let mut values = Vec::new();
    for row in 0..group.rows {
        let place = || format!("row {}", first.saturating_add(row));
        let mut cells: Vec<(&str, String)> = Vec::new();
        let mut problem = None;
        for ((leaf, cursor), is_text) in leaves.iter().zip(&mut cursors).zip(&is_text) {
            values.clear();
            let read = match cursor.as_mut() {
                Some(cursor) => cursor.row(&mut values, budget),
                None if *is_text => Err(Damage::Said("is not in the file")),
                None => Ok(()),
            };
            match read {
                Ok(()) => {}
                Err(Damage::TooMuch) => return Err(too_much()),
                Err(damage) if *is_text => {
                    let reason = format!("cannot be read: the column `{}` {damage}", leaf.column);
                    rows.broken_rows(&place(), group.rows - row, &reason);
                    return Ok(());
                }
                Err(damage) => {
                    *cursor = None;
                    log::warn!("from {} on, the column `{}` {damage}", place(), leaf.column);
                }
            }
            if *is_text && values.is_empty() {
                // The column is there, and empty.
                cells.push((leaf.column.as_str(), String::new()));
            }
            for value in values.drain(..).take(MOST_VALUES) {
                match cells::shown(&value, leaf.shown) {
                    Ok(Some(text)) if text.len() <= LONGEST_ROW => {
                        cells.push((leaf.column.as_str(), text));
                    }
                    Ok(Some(_)) if *is_text => problem = Some("is longer than 8 MiB"),
                    Err(cells::NotText) if *is_text => problem = Some("is no text in UTF-8"),
                    _ => {}
                }
            }
        }
        let cells = cells.iter().map(|(name, text)| (*name, text.as_str()));
        match problem {
            Some(problem) => rows.broken(&place(), problem),
            None => rows.take(&place(), cells)?,
        }
    }
    Ok(())
}

fn too_much() -> Error {
    Error::malformed(format!("it unpacks to more than {RATIO} times what it has"))
}

/// So many times what a table has may come out of it.
const RATIO: u64 = 200;

/// What a table may still unpack to: bytes, and values that take none.
#[derive(Debug)]
pub struct Budget {
    left: u64,
}

impl Budget {
    fn of(source: &Source<'_>) -> Budget {
        /// What the smallest table may have.
        const LEAST: u64 = 256 << 20;
        Budget { left: source.size().saturating_mul(RATIO).saturating_add(LEAST) }
    }

    /// Takes so much of it, if it is there.
    fn spend(&mut self, count: usize) -> Result<(), Damage> {
        self.left = self.left.checked_sub(count as u64).ok_or(Damage::TooMuch)?;
        Ok(())
    }
}

/// What is wrong with a table; reads on from what it is wrong with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// It ends too early.
    Ends,
    /// The budget is used up.
    TooMuch,
    Said(&'static str),
}

impl Damage {
    fn of(self, what: &str) -> Error {
        Error::malformed(format!("{what} {self}"))
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Damage::Ends => "ends too early",
            Damage::TooMuch => "unpacks to too much",
            Damage::Said(reason) => reason,
        })
    }
}

/// Reads exactly so many bytes.
fn read_exact(source: &Source<'_>, offset: u64, length: u64) -> Result<Vec<u8>, Damage> {
    let end = offset.checked_add(length).filter(|it| *it <= source.size());
    let length = usize::try_from(end.ok_or(Damage::Ends)? - offset).map_err(|_| Damage::Ends)?;
    let mut bytes = Vec::new();
    while bytes.len() < length {
        let rest = u32::try_from(length - bytes.len()).unwrap_or(u32::MAX);
        let piece = source.read(offset + bytes.len() as u64, rest);
        match piece.is_empty() {
            true => return Err(Damage::Ends),
            // The usual case: one read brings everything, and nothing is copied.
            false if bytes.is_empty() => bytes = piece,
            false => bytes.extend_from_slice(&piece),
        }
    }
    Ok(bytes)
}
