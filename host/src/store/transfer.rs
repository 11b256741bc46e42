//! A whole store as one stream of bytes: written by an export, read by an import, the same on every
//! machine.
//!
//! | Bytes | Content |
//! |---|---|
//! | first 23 | `docmill store export 2` and a line feed |
//! | then, per entry | length of the key, 1 to 8,192 (u16 LE), length of the value, at most 32 KiB (u32 LE), key, value, CRC-32 (IEEE) of these four, LE |
//! | at last | 0 (u16 LE), the number of entries (u64 LE), the SHA-256 digest of all bytes before |
//!
//! Keys are those of [`super::keys`], values the records of [`super::record`] or their pieces, in
//! ascending order of the keys but for pieces, which come right after their record. So the stream
//! needs no more memory than one entry, and whatever a record promises about versions holds for the
//! stream. A stream of format 1 has the entries of layout 1 and is converted.

use std::io::{self, Read, Write};

use sha2::Digest as _;

use super::convert::Aside;
use super::error::{Flaw, StoreError};
use super::mapped::{Batch, Entry, KeyValue};
use super::pieces::PIECE;
use super::record::{Kind, Record};
use super::verify::{self, Broken, Census};
use super::{keys, pieces, queries, summaries, upkeep, writing};
use crate::error::Action;
use crate::model::{Failure, StoredSource};

const HEADER: &[u8] = b"docmill store export 2\n";
/// What is read as well, and converted: the entries of a store of layout 1.
const EARLIER_HEADER: &[u8] = b"docmill store export 1\n";
const LONGEST_KEY: usize = 8 * 1024;
const LARGEST_VALUE: usize = 2 * PIECE;
/// How much of an import is written at a time, in bytes.
const BATCH: usize = 1 << 20;

/// Why a store could not be exported or imported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransferError {
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The stream could not be written or read.
    #[error("the export could not be {action}")]
    Io {
        /// What was tried.
        action: Action,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// The stream is not what an export wrote.
    #[error("it is not a whole export of a store: {0}")]
    Damaged(ExportDamage),
    /// The stream was written by a later docmill.
    #[error("it was exported by a later docmill, in a format that this one does not know")]
    Later,
    /// The store to import into holds something already.
    #[error("the store holds something already, and an import needs an empty one")]
    NotEmpty,
}

/// What is wrong with a stream that should be a whole export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExportDamage {
    /// It is something else.
    #[error("it does not begin like one")]
    Beginning,
    /// It ends too early.
    #[error("it is cut short")]
    CutShort,
    /// It goes on after its end.
    #[error("something follows its end")]
    Trailing,
    /// It is not what was written, or not all of it.
    #[error("its checksum does not match")]
    Checksum,
    /// An entry is not what was written.
    #[error("the checksum of an entry does not match")]
    ChecksumOfEntry,
    /// An entry is larger than any that an export has.
    #[error("an entry is too large")]
    LargeEntry,
    /// An entry has a key that no record has.
    #[error("a key lies beyond those of all kinds")]
    Key,
}

/// Writes everything that can be read. What cannot is told, left out, and its source marked as
/// failed, so that it is taken up again.
pub(super) fn export(
    map: &impl KeyValue,
    to: &mut dyn Write,
    found: &mut dyn FnMut(Flaw),
) -> Result<Census, TransferError> {
    let (census, broken) = verify::verify(map, found);
    let mut to = Stream { to, hasher: sha2::Sha256::new(), entries: 0 };
    to.write(HEADER)?;
    // What can be made anew of the rest is.
    for kind in Kind::in_order_of_keys().into_iter().filter(|kind| !kind.is_derived()) {
        for entry in map.scan(keys::beginning_with(keys::of_kind(kind))) {
            // What cannot be read was told by `verify`.
            let Ok((key, value)) = entry else { break };
            if !broken.keys.contains(&key) {
                to.put(map, &broken, kind, key, value)?;
            }
        }
    }
    to.end()?;
    Ok(census)
}

struct Stream<'a> {
    to: &'a mut dyn Write,
    hasher: sha2::Sha256,
    entries: u64,
}

impl Stream<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), TransferError> {
        self.hasher.update(bytes);
        self.to
            .write_all(bytes)
            .map_err(|cause| TransferError::Io { action: Action::Written, cause })
    }

    fn entry(&mut self, key: &[u8], value: &[u8]) -> Result<(), TransferError> {
        let (Ok(key_length), Ok(value_length)) =
            (u16::try_from(key.len()), u32::try_from(value.len()))
        else {
            return Err(TransferError::Damaged(ExportDamage::LargeEntry));
        };
        let mut frame = Vec::with_capacity(key.len() + value.len() + 10);
        frame.extend(key_length.to_le_bytes());
        frame.extend(value_length.to_le_bytes());
        frame.extend_from_slice(key);
        frame.extend_from_slice(value);
        frame.extend(crc32fast::hash(&frame).to_le_bytes());
        self.entries += 1;
        self.write(&frame)
    }

    /// Writes what is in the map, or what is left of it.
    fn put(
        &mut self,
        map: &impl KeyValue,
        broken: &Broken,
        kind: Kind,
        key: Vec<u8>,
        value: Vec<u8>,
    ) -> Result<(), TransferError> {
        match kind {
            Kind::Source => {
                if let Ok(source) = queries::decode::<StoredSource>(map, &key, value.clone())
                    && broken.sources.contains(&source.info.name)
                {
                    return self.put_failed(map, broken, source);
                }
            }
            Kind::Failure => {
                if let Ok(mut failure) = queries::decode::<Failure>(map, &key, value.clone())
                    && (failure.attempt.as_ref())
                        .is_some_and(|it| broken.parts.contains(&it.configuration))
                {
                    // It can be read, but not be had again.
                    failure.attempt = None;
                    return self.record(Kind::Failure, key, failure.encode());
                }
            }
            Kind::Original
            | Kind::Part
            | Kind::Run
            | Kind::Document
            | Kind::Finding
            | Kind::History
            | Kind::Summary
            | Kind::Change
            | Kind::About
            | Kind::Count => {}
        }
        self.entry(&key, &value)?;
        for piece in pieces::of(map, &key, &value) {
            let (key, value) = piece?;
            self.entry(&key, &value)?;
        }
        Ok(())
    }

    /// Writes a source that is not whole as one that failed, without the documents that are gone.
    fn put_failed(
        &mut self,
        map: &impl KeyValue,
        broken: &Broken,
        source: StoredSource,
    ) -> Result<(), TransferError> {
        let (source, failure) = verify::as_failed(map, broken, source);
        let name = &source.info.name;
        self.record(Kind::Source, keys::source(name), source.encode())?;
        self.record(Kind::Failure, keys::failure(&failure), failure.encode())
    }

    /// Writes a record that is not in the map like this.
    fn record(&mut self, kind: Kind, key: Vec<u8>, bytes: Vec<u8>) -> Result<(), TransferError> {
        (pieces::entries(kind, key, bytes).iter())
            .try_for_each(|(key, value)| self.entry(key, value))
    }

    fn end(mut self) -> Result<(), TransferError> {
        self.write(&0_u16.to_le_bytes())?;
        self.write(&self.entries.to_le_bytes())?;
        let digest = self.hasher.clone().finalize();
        self.write(&digest)?;
        self.to.flush().map_err(|cause| TransferError::Io { action: Action::Written, cause })
    }
}

/// Reads an export into an empty store, and checks what came out.
///
/// Where it fails, the store may hold a part of it.
pub(super) fn import(
    map: &impl KeyValue,
    from: &mut dyn Read,
    found: &mut dyn FnMut(Flaw),
) -> Result<Census, TransferError> {
    if upkeep::holds_anything(map)? {
        return Err(TransferError::NotEmpty);
    }
    let mut from = Source { from, hasher: sha2::Sha256::new() };
    let mut header = [0; HEADER.len()];
    from.read(&mut header)?;
    let is_earlier = header == *EARLIER_HEADER;
    if header != *HEADER && !is_earlier {
        let is_other = header.starts_with(b"docmill store export ");
        return Err(if is_other {
            TransferError::Later
        } else {
            TransferError::Damaged(ExportDamage::Beginning)
        });
    }
    let (mut entries, mut batch, mut size) = (0_u64, Batch::new(), 0);
    while let Some((key, value)) = from.entry()? {
        entries += 1;
        size += key.len() + value.len();
        let key = if is_earlier { Aside::<()>::key(&key) } else { key };
        batch.insert(key, Some(value));
        if size >= BATCH {
            writing::apply(map, std::mem::take(&mut batch))?;
            size = 0;
        }
    }
    let mut stated = [0; 8];
    from.read(&mut stated)?;
    let digest = from.hasher.clone().finalize();
    let mut expected = [0; 32];
    from.read(&mut expected)?;
    if u64::from_le_bytes(stated) != entries || expected[..] != digest[..] {
        return Err(TransferError::Damaged(ExportDamage::Checksum));
    }
    if from.from.read(&mut [0]).map_err(reading)? != 0 {
        return Err(TransferError::Damaged(ExportDamage::Trailing));
    }
    writing::apply(map, batch)?;
    if is_earlier {
        Aside(map).take_in(found)?;
    }
    summaries::make_all(map)?;
    // What came with it may be of a later layout.
    upkeep::introduce(map, Ok(Some(0)))?;
    upkeep::seal_import(map)?;
    Ok(verify::verify(map, found).0)
}

fn reading(cause: io::Error) -> TransferError {
    match cause.kind() {
        io::ErrorKind::UnexpectedEof => TransferError::Damaged(ExportDamage::CutShort),
        _ => TransferError::Io { action: Action::Read, cause },
    }
}

struct Source<'a> {
    from: &'a mut dyn Read,
    hasher: sha2::Sha256,
}

impl Source<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> Result<(), TransferError> {
        self.from.read_exact(bytes).map_err(reading)?;
        self.hasher.update(&*bytes);
        Ok(())
    }

    /// The next entry, or `None` at the end.
    fn entry(&mut self) -> Result<Option<Entry>, TransferError> {
        let mut length = [0; 2];
        self.read(&mut length)?;
        let key_length = usize::from(u16::from_le_bytes(length));
        if key_length == 0 {
            return Ok(None);
        }
        let mut frame = vec![0; 6];
        frame[..2].copy_from_slice(&length);
        self.read(&mut frame[2..])?;
        let mut value_length = [0; 4];
        value_length.copy_from_slice(&frame[2..]);
        let value_length = u32::from_le_bytes(value_length) as usize;
        if key_length > LONGEST_KEY || value_length > LARGEST_VALUE {
            return Err(TransferError::Damaged(ExportDamage::LargeEntry));
        }
        frame.resize(6 + key_length + value_length, 0);
        self.read(&mut frame[6..])?;
        let mut checksum = [0; 4];
        self.read(&mut checksum)?;
        if crc32fast::hash(&frame) != u32::from_le_bytes(checksum) {
            return Err(TransferError::Damaged(ExportDamage::ChecksumOfEntry));
        }
        let value = frame.split_off(6 + key_length);
        let key = frame.split_off(6);
        // A database may keep things of its own there.
        if key.first() == Some(&keys::BEYOND) {
            return Err(TransferError::Damaged(ExportDamage::Key));
        }
        Ok(Some((key, value)))
    }
}
