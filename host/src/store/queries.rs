//! Reads records, one by one and in lists, and believes none that does not fit its key.

use std::collections::BTreeSet;

use super::error::{Damage, Item, StoreError};
use super::keys::Keyed;
use super::mapped::{Entries, KeyValue};
use super::record::{self, Kind, Opened};
use super::{keys, pieces};
use crate::model::{Digest, DocumentId, Failure, SourceName, StoredDocument, StoredSource};

/// Decodes a record that was read under this key.
pub(super) fn decode<R: Keyed>(
    map: &impl Entries,
    key: &[u8],
    bytes: Vec<u8>,
) -> Result<R, StoreError> {
    let whole = pieces::assemble(map, R::RECORD, key, bytes)?;
    if whole.first().is_some_and(|version| *version < R::RECORD.earliest()) {
        return Err(keys::damaged(key, Damage::EarlierLayout));
    }
    let record = R::read(&whole).map_err(|error| keys::refused(key, error))?;
    if record.belongs_to(key) { Ok(record) } else { Err(keys::misplaced(key)) }
}

/// Reads a record, and once more without writers around if it seems damaged: it may have been
/// replaced between its head and its pieces.
pub(super) fn read<R: Keyed>(
    map: &impl KeyValue,
    key: &[u8],
    bytes: Vec<u8>,
) -> Result<R, StoreError> {
    match decode(map, key, bytes) {
        Err(StoreError::Damaged { .. }) => {
            let _turn = map.turns().wait();
            let bytes = map.get(key)?;
            let bytes = bytes.ok_or_else(|| keys::damaged(key, Damage::Gone))?;
            decode(map, key, bytes)
        }
        result => result,
    }
}

pub(super) fn one<R: Keyed>(map: &impl KeyValue, key: &[u8]) -> Result<Option<R>, StoreError> {
    map.get(key)?.map(|bytes| read(map, key, bytes)).transpose()
}

pub(super) fn all<'a, R: Keyed + 'a>(
    map: &'a impl KeyValue,
    prefix: Vec<u8>,
) -> Box<dyn Iterator<Item = Result<R, StoreError>> + 'a> {
    Box::new(map.scan(keys::beginning_with(prefix)).map(move |entry| {
        let (key, bytes) = entry?;
        read(map, &key, bytes)
    }))
}

/// The bytes that are kept under their own digest.
pub(super) fn content(
    map: &impl KeyValue,
    kind: Kind,
    key: &[u8],
    digest: &Digest,
) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(bytes) = map.get(key)? else { return Ok(None) };
    // No second look as in `read`: such a record is never replaced.
    let whole = pieces::assemble(map, kind, key, bytes)?;
    let content = match record::open(kind, &whole) {
        Ok(Opened::Whole(content)) => content.into_owned(),
        Ok(Opened::Pieces(_)) => return Err(keys::damaged(key, Damage::PiecesInPieces)),
        Err(error) => return Err(keys::refused(key, error)),
    };
    if Digest::of(&content) != *digest {
        return Err(keys::damaged(key, Damage::OtherDigest));
    }
    Ok(Some(content))
}

/// The record of a source.
pub(super) fn source(
    map: &impl KeyValue,
    name: &SourceName,
) -> Result<Option<StoredSource>, StoreError> {
    one(map, &keys::source(name))
}

/// One version of a document, or its latest.
pub(super) fn document(
    map: &impl KeyValue,
    id: DocumentId,
    version: Option<u32>,
) -> Result<Option<StoredDocument>, StoreError> {
    match version {
        Some(version) => one(map, &keys::document(id, version)),
        None => map
            .last(keys::beginning_with(keys::documents(id)))?
            .map(|(key, bytes)| read(map, &key, bytes))
            .transpose(),
    }
}

/// The failures of one source.
pub(super) fn failures_of(
    map: &impl KeyValue,
    source: &SourceName,
) -> Result<Vec<Failure>, StoreError> {
    all(map, keys::failures(source)).collect()
}

/// The digests of all parts that begin like this.
pub(super) fn parts_with_prefix(
    map: &impl KeyValue,
    prefix: &str,
    limit: usize,
) -> Result<Vec<Digest>, StoreError> {
    let prefix = prefix.to_ascii_lowercase();
    let filled = |digit: &str| -> Option<Digest> {
        format!("{prefix}{}", digit.repeat(64_usize.checked_sub(prefix.len())?)).parse().ok()
    };
    let Some((first, last)) = filled("0").zip(filled("f")) else { return Ok(Vec::new()) };
    (map.scan(keys::part(&first)..keys::beginning_with(keys::part(&last)).end).take(limit))
        .map(|entry| {
            let (key, _) = entry?;
            keys::digest_in(&key).ok_or_else(|| keys::misplaced(&key))
        })
        .collect()
}

/// What was taken out of a container.
pub(super) fn members<'a>(
    map: &'a impl KeyValue,
    container: &'a SourceName,
) -> Box<dyn Iterator<Item = Result<StoredSource, StoreError>> + 'a> {
    let is_member = |source: &StoredSource| source.info.container.as_ref() == Some(container);
    let named_alike = all(map, keys::named_like_members_of(container));
    Box::new(named_alike.filter(move |read| read.as_ref().map_or(true, is_member)))
}

/// The documents on the list: see [`super::Store::documents`].
pub(super) fn documents(
    map: &impl KeyValue,
) -> Box<dyn Iterator<Item = Result<StoredDocument, StoreError>> + '_> {
    let of_source = move |source: Result<StoredSource, StoreError>| {
        let (source, error) = match source {
            Ok(source) => (Some(source), None),
            Err(error) => (None, Some(Err(error))),
        };
        let on_list = source.into_iter().filter(|source| !source.retired);
        let documents = on_list.flat_map(move |source| {
            let name = source.info.name;
            source.documents.into_iter().map(move |id| match document(map, id, None) {
                Ok(Some(document)) => Ok(document),
                Ok(None) => Err(listed_but_gone(id, &name)),
                Err(error) => Err(error),
            })
        });
        error.into_iter().chain(documents)
    };
    Box::new(all(map, keys::of_kind(Kind::Source)).flat_map(of_source))
}

/// A document that its source lists is not there.
pub(super) fn listed_but_gone(id: DocumentId, source: &SourceName) -> StoreError {
    let item = Item::Document { id, version: None };
    StoreError::Damaged { item, damage: Damage::OnlyListed(source.clone()) }
}

/// The first and the last id whose text begins with `prefix`.
fn ids_beginning_with(prefix: &str) -> Option<(DocumentId, DocumentId)> {
    let missing = DocumentId::CHARACTERS.checked_sub(prefix.len())?;
    let fill = |digit: &str| format!("{prefix}{}", digit.repeat(missing)).parse().ok();
    Some((fill("0")?, fill("z")?))
}

/// The ids of all documents that begin like this.
pub(super) fn document_ids(
    map: &impl KeyValue,
    prefix: &str,
    limit: usize,
) -> Result<Vec<DocumentId>, StoreError> {
    let Some((first, last)) = ids_beginning_with(prefix) else { return Ok(Vec::new()) };
    let mut ids = BTreeSet::new();
    let end = keys::beginning_with(keys::documents(last)).end;
    let mut start = keys::documents(first);
    while ids.len() < limit {
        // From one id to the next, past all versions between.
        let Some(entry) = map.scan(start..end.clone()).next() else { break };
        let (key, _) = entry?;
        let id = keys::document_id_in(&key).ok_or_else(|| keys::misplaced(&key))?;
        ids.insert(id);
        start = keys::beginning_with(keys::documents(id)).end;
    }
    Ok(ids.into_iter().collect())
}

/// The failures on the list: see [`super::Store::failures`].
pub(super) fn failures(
    map: &impl KeyValue,
) -> Box<dyn Iterator<Item = Result<Failure, StoreError>> + '_> {
    // All failures of one source follow each other.
    let mut last: Option<(SourceName, bool)> = None;
    let mut is_listed = move |failure: &Failure| -> Result<bool, StoreError> {
        if let Some((_, listed)) = last.as_ref().filter(|(name, _)| *name == failure.source) {
            return Ok(*listed);
        }
        let listed = source(map, &failure.source)?.is_none_or(|source| !source.retired);
        last = Some((failure.source.clone(), listed));
        Ok(listed)
    };
    let all = all::<Failure>(map, keys::of_kind(Kind::Failure));
    Box::new(all.filter_map(move |failure| match failure {
        Ok(failure) => match is_listed(&failure) {
            Ok(listed) => listed.then_some(Ok(failure)),
            Err(error) => Some(Err(error)),
        },
        Err(error) => Some(Err(error)),
    }))
}

/// The failures whose id begins like this.
pub(super) fn failures_with_prefix(
    map: &impl KeyValue,
    prefix: &str,
    limit: usize,
) -> Result<Vec<Failure>, StoreError> {
    let prefix = prefix.to_ascii_lowercase();
    // The keys are sorted by source, so all of them are looked at, but only what matches is read.
    let all = map.scan(keys::beginning_with(keys::of_kind(Kind::Failure)));
    let matching = all.filter(|entry| {
        entry.as_ref().map_or(true, |(key, _)| {
            keys::failure_id_in(key).is_some_and(|id| id.to_string().starts_with(&prefix))
        })
    });
    matching
        .take(limit)
        .map(|entry| {
            let (key, bytes) = entry?;
            read(map, &key, bytes)
        })
        .collect()
}
