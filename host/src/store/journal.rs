//! Remembers which source each commit was of, so that whoever derives something from a store can
//! follow it.
//!
//! An entry lies under the number of its commit and holds the checksum that the record of the
//! source ends with (u32 LE), then the name of the source. It says nothing that is needed to read
//! the store: it is neither exported nor copied, and the oldest entries go.

use std::collections::BTreeSet;

use super::error::Damage;
use super::mapped::{Batch, Entries};
use super::record::{self, Kind, Opened, RecordError};
use super::{StoreError, keys, writing};
use crate::model::SourceName;

/// So many commits are remembered; whoever is further behind begins anew.
const MOST: u64 = 1 << 20;

/// How far a store has come: see [`super::Store::position`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Position {
    /// How many commits there were.
    pub commits: u64,
    /// A checksum of what the last of them wrote, if it is remembered: two stores that had equally
    /// many commits differ in it.
    pub checksum: Option<u32>,
}

/// Adds the entry of a commit to its batch, and takes out what is too old.
pub(super) fn note(batch: &mut Batch, number: u64, source: &SourceName, record: &[u8]) {
    // Its own: that of bytes that end with theirs is always the same.
    let checksum = record.last_chunk::<4>().copied().unwrap_or_default();
    let entry = [&checksum[..], source.as_str().as_bytes()].concat();
    batch.insert(keys::change(number), Some(record::pack(Kind::Change, &entry)));
    if let Some(old) = number.checked_sub(MOST).filter(|old| *old > 0) {
        batch.insert(keys::change(old), None);
    }
}

/// What an entry says: the checksum, and the source.
pub(super) fn read(key: &[u8], bytes: &[u8]) -> Result<(u32, SourceName), StoreError> {
    let damaged = |what: &'static str| keys::refused(key, RecordError::Damaged(what));
    let payload = match record::open(Kind::Change, bytes) {
        Ok(Opened::Whole(payload)) => payload,
        Ok(Opened::Pieces(_)) => return Err(keys::damaged(key, Damage::InPieces)),
        Err(error) => return Err(keys::refused(key, error)),
    };
    let (checksum, name) = payload.split_first_chunk().ok_or_else(|| damaged("it is cut short"))?;
    let name = std::str::from_utf8(name).ok().and_then(|name| SourceName::new(name).ok());
    let name = name.ok_or_else(|| damaged("it names no source"))?;
    Ok((u32::from_le_bytes(*checksum), name))
}

/// How far the store has come.
pub(super) fn position(map: &impl Entries) -> Result<Position, StoreError> {
    let commits = writing::count(map)?;
    Ok(Position { commits, checksum: checksum(map, commits)? })
}

fn checksum(map: &impl Entries, number: u64) -> Result<Option<u32>, StoreError> {
    let key = keys::change(number);
    let entry = map.get(&key)?.map(|bytes| read(&key, &bytes)).transpose();
    match entry {
        Ok(entry) => Ok(entry.map(|(checksum, _)| checksum)),
        // As if it were forgotten.
        Err(StoreError::Damaged { .. } | StoreError::Later { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The sources that were committed since then: see [`super::Store::changed_since`].
pub(super) fn changed_since(
    map: &impl Entries,
    since: &Position,
) -> Result<Option<BTreeSet<SourceName>>, StoreError> {
    let commits = writing::count(map)?;
    if since.commits > commits || since.checksum != checksum(map, since.commits)? {
        return Ok(None);
    }
    let mut expected = since.commits;
    let mut changed = BTreeSet::new();
    for entry in map.scan(keys::change(since.commits + 1)..keys::change(commits + 1)) {
        let (key, bytes) = entry?;
        expected += 1;
        match read(&key, &bytes) {
            Ok((_, source)) if key == keys::change(expected) => changed.insert(source),
            Ok(_) | Err(StoreError::Damaged { .. } | StoreError::Later { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
    }
    Ok((expected == commits).then_some(changed))
}
