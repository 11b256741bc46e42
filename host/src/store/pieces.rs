//! Cuts records up, so that no value is large, and puts them together again.
//!
//! A record of more than [`PIECE`] bytes is cut up: its key holds a head with the number of pieces.
//! So no value is large, which the database needs (see [`super::sled`]). The pieces of an original
//! are written before the batch that holds its head: what a crash in between leaves behind belongs
//! to no record and is overwritten by the next attempt, and a batch never has to hold an original.
//! So are those of a part. All other pieces are in the batch of their head.

use super::error::{Damage, StoreError};
use super::keys;
use super::mapped::{Batch, Entries, Entry, KeyValue};
use super::record::{self, Kind, Opened};

/// The largest value in the map. Small enough that a page of the database with its 17 values stays
/// well below what it can keep in its log, large enough that an article is in one piece.
pub(super) const PIECE: usize = 16 * 1024;

/// How many pieces of an original are written at a time.
const PIECES_AT_A_TIME: usize = 64;
/// Puts a record of one piece or more in place of the one that has this key.
pub(super) fn put(
    map: &impl Entries,
    batch: &mut Batch,
    kind: Kind,
    key: Vec<u8>,
    bytes: Vec<u8>,
) -> Result<(), StoreError> {
    take_pieces_out(map, batch, &key)?;
    if bytes.len() <= PIECE {
        batch.insert(key, Some(bytes));
        return Ok(());
    }
    let mut count = 0;
    for piece in bytes.chunks(PIECE) {
        batch.insert(keys::piece(&key, count as usize), Some(piece.to_vec()));
        count += 1;
    }
    batch.insert(key, Some(record::head(kind, count)));
    Ok(())
}

pub(super) fn take_out(
    map: &impl Entries,
    batch: &mut Batch,
    key: Vec<u8>,
) -> Result<(), StoreError> {
    take_pieces_out(map, batch, &key)?;
    batch.insert(key, None);
    Ok(())
}

fn take_pieces_out(map: &impl Entries, batch: &mut Batch, key: &[u8]) -> Result<(), StoreError> {
    for entry in map.scan(keys::beginning_with(keys::pieces(key))) {
        batch.insert(entry?.0, None);
    }
    Ok(())
}

/// Puts the pieces of a record together, if it is in pieces.
pub(super) fn assemble(
    map: &impl Entries,
    kind: Kind,
    key: &[u8],
    bytes: Vec<u8>,
) -> Result<Vec<u8>, StoreError> {
    let Opened::Pieces(count) =
        record::open_head(kind, &bytes).map_err(|e| keys::refused(key, e))?
    else {
        return Ok(bytes);
    };
    let mut whole = Vec::new();
    for index in 0..count {
        let piece = map
            .get(&keys::piece(key, index as usize))?
            .ok_or_else(|| keys::damaged(key, Damage::NoPiece))?;
        whole.extend_from_slice(&piece);
    }
    Ok(whole)
}

/// Writes the pieces of an original or a part, and leaves its head to the batch.
pub(super) fn put_large(
    map: &impl KeyValue,
    batch: &mut Batch,
    kind: Kind,
    key: Vec<u8>,
    bytes: Vec<u8>,
) -> Result<(), StoreError> {
    if bytes.len() <= PIECE {
        batch.insert(key, Some(bytes));
        return Ok(());
    }
    let mut count = 0;
    for pieces in bytes.chunks(PIECE * PIECES_AT_A_TIME) {
        let mut part = Batch::new();
        for piece in pieces.chunks(PIECE) {
            part.insert(keys::piece(&key, count as usize), Some(piece.to_vec()));
            count += 1;
        }
        map.apply(part)?;
    }
    batch.insert(key, Some(record::head(kind, count)));
    Ok(())
}

/// In how many pieces a record is whose head this may be.
fn number(head: &[u8]) -> u32 {
    let kind = head.get(1).and_then(|letter| Kind::of(*letter));
    match kind.map(|kind| record::open_head(kind, head)) {
        Some(Ok(Opened::Pieces(number))) => number,
        _ => 0,
    }
}

/// The pieces that belong to a record, in order.
pub(super) fn of<'a>(
    map: &'a impl Entries,
    key: &[u8],
    head: &[u8],
) -> impl Iterator<Item = Result<Entry, StoreError>> + 'a {
    let (key, number) = (key.to_vec(), number(head));
    (0..number).map(move |index| {
        let piece = keys::piece(&key, index as usize);
        let missing = || keys::damaged(&key, Damage::NoPiece);
        let value = map.get(&piece)?.ok_or_else(missing)?;
        Ok((piece, value))
    })
}

/// Whether a piece belongs to a record, and is not what an interrupted write left behind.
pub(super) fn is_in_use(map: &impl Entries, piece: &[u8]) -> bool {
    let Some((key, index)) = keys::of_piece(piece) else { return false };
    let Ok(Some(head)) = map.get(key) else { return false };
    index < number(&head)
}

/// The entries of a record that is not in the map.
pub(super) fn entries(kind: Kind, key: Vec<u8>, bytes: Vec<u8>) -> Vec<Entry> {
    if bytes.len() <= PIECE {
        return vec![(key, bytes)];
    }
    let pieces: Vec<Entry> = (bytes.chunks(PIECE).enumerate())
        .map(|(index, piece)| (keys::piece(&key, index), piece.to_vec()))
        .collect();
    let head = record::head(kind, u32::try_from(pieces.len()).unwrap_or(u32::MAX));
    std::iter::once((key, head)).chain(pieces).collect()
}
