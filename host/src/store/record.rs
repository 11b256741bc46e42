//! The on-disk format of everything the store keeps, versioned from the first byte of every record.
//!
//! # Bytes of a record
//!
//! | Bytes | Content |
//! |---|---|
//! | 0 | version of the format of this kind: see [`Kind::version`] |
//! | 1 | kind: see [`Kind::letter`] |
//! | 2 | packing of the payload: 0 plain, 1 zstd, 2 in pieces |
//! | 3.. | the payload; with packing 1 the size it unpacks to (u64 LE) and one zstd frame; with packing 2 the number of pieces (u32 LE) |
//! | last 4 | CRC-32 (IEEE) of all bytes before, LE |
//!
//! The payload of an original or a part is its bytes, and that of `n` a u64 LE. Every other payload
//! is a struct of `v1` to `v4` in [postcard] 1: varints, lengths before strings and lists, an index
//! before the case of an enum, and `f32` as its four bytes, so that a confidence comes back bit by
//! bit. The payload of a finding has two parts: the size of the first one (u32 LE) and the first
//! one, who found it and how it came about, as it is; then the second one, what was found, packed
//! as other payloads are whole. So the first one is read alone, and fast. postcard was chosen
//! because its wire format is specified and frozen, it has no names of fields to store a million
//! times, and it reads strings without copying.
//!
//! These structs are not the types of [`crate::model`]: a change of the model cannot silently
//! change the format, as it does not compile before somebody has said how the new field is written.
//! The files in `tests/golden/store/` hold it in place.
//!
//! The checksum is a CRC because the enemy is a flipped bit, not a forger: whoever may write to the
//! store could compute any unkeyed digest as well. It covers the packed bytes, so that no damaged
//! input reaches the decompressor or the decoder. Originals and parts are checked against their
//! SHA-256 digest in addition, which is their key.
//!
//! # Versions
//!
//! - *An old docmill meets new data:* it looks at byte 0 before anything else, checksum included,
//!   and says [`RecordError::Later`]. It never guesses.
//! - *A new docmill meets old data:* the module of that version stays, with its golden files, and
//!   converts to today's model. A record is rewritten in the newest version when its source is next
//!   committed, so versions may mix within a store.
//! - *An old docmill writes into a store with new data:* it replaces records whole and never copies
//!   parts of one it cannot read, so it cannot truncate a newer one; and before that, the marker of
//!   the folder (see `store/folder.rs`) keeps it out where the layout of the keys changed.
//!
//! Adding a field means a new version of that kind: postcard has no optional fields at the end, and
//! a silent default is what this module is to prevent. The other kinds keep theirs, so that an
//! older docmill reads as much as it can.
//!
//! | Version | What is new |
//! |---|---|
//! | 2 of `x` | how the plugin was run: its name, version, limits, and the digest of its configuration |
//! | 3 of `x` | what the call that failed cost |
//! | 2 of `s` | whether the source is retired |
//! | 3 of `s` | whether the store was given its bytes |
//! | 2 of `r` | how many sources were kept, and how many retired |
//! | 2 of `f` | in two parts |
//! | 4 of `s`, 2 of `d`, 4 of `x` | ids of 160 bits; names that tell paths from members |
//!
//! [postcard]: https://postcard.jamesmunns.com/wire-format

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::io::Read;

use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe::find_frame_compressed_size;

use crate::model::{
    DocumentSummary, Failure, Finding, FindingSummary, Findings, History, Run, StoredDocument,
    StoredSource,
};

mod v1;
mod v2;
mod v3;
mod v4;

#[cfg(test)]
pub(in crate::store) mod tests;

/// Smaller payloads are left as they are: a zstd frame has an overhead, and small records are read
/// most.
const WORTH_PACKING: usize = 512;
/// The largest payload of a record, in bytes. Whatever it says and whoever wrote it, a record never
/// unpacks to more.
pub const LARGEST_PAYLOAD: u64 = 1 << 30;

/// Level 3 is zstd's own default; higher levels win a few per cent on text of the size of an
/// article and cost a multiple.
const LEVEL: i32 = 3;

/// Payloads up to this size, in bytes, are unpacked at once; larger ones bit by bit, so that what
/// they state is never believed.
const UNPACKED_AT_ONCE: u64 = 256 * 1024;

thread_local! {
    // To make one of these takes longer than to use it on a record of the size of an article.
    static PACKER: RefCell<Compressor<'static>> =
        RefCell::new(Compressor::new(LEVEL).expect("the level is one that zstd knows"));
    static UNPACKER: RefCell<Decompressor<'static>> = RefCell::default();
}

const HEADER: usize = 3;
const CHECKSUM: usize = 4;
const PLAIN: u8 = 0;
const ZSTD: u8 = 1;
const PIECES: u8 = 2;

/// Declares every kind of record, once. Whoever treats kinds differently matches on all of them, so
/// that the compiler asks what a new one means for verification, export, import and keys.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $letter:literal, version $version:literal;)*) => {
        /// What a record holds, in an order in which each kind speaks only of those before it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Kind {
            $($(#[$doc])* $name,)*
        }

        impl Kind {
            /// All kinds.
            pub const ALL: [Kind; [$($letter),*].len()] = [$(Kind::$name),*];

            /// The byte that stands for the kind in a record and at the beginning of its key.
            pub const fn letter(self) -> u8 {
                match self {
                    $(Kind::$name => $letter,)*
                }
            }

            /// The version of the format that this docmill writes for this kind, and the latest it
            /// reads.
            pub const fn version(self) -> u8 {
                match self {
                    $(Kind::$name => $version,)*
                }
            }
        }
    };
}

kinds! {
    /// The bytes of a source.
    Original = b'o', version 1;
    /// What a step is made of: the bytes of a component, or its configuration.
    Part = b'c', version 1;
    /// A [`Run`].
    Run = b'r', version 2;
    /// A [`StoredSource`].
    Source = b's', version 4;
    /// A [`StoredDocument`].
    Document = b'd', version 2;
    /// A [`Finding`].
    Finding = b'f', version 2;
    /// A [`History`].
    History = b'h', version 1;
    /// A [`Failure`].
    Failure = b'x', version 4;
    /// A [`DocumentSummary`].
    Summary = b'l', version 1;
    /// Which source a commit was of: see `store/journal.rs`.
    Change = b'j', version 1;
    /// An [`About`].
    About = b'm', version 1;
    /// How many commits the store has seen.
    Count = b'n', version 1;
}

impl Kind {
    /// The kind of this letter.
    pub(super) fn of(letter: u8) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.letter() == letter)
    }

    /// The earliest version that lies in a store of today. Earlier ones have ids and names of
    /// another layout: only a conversion knows what those are called now.
    pub const fn earliest(self) -> u8 {
        match self {
            Kind::Source | Kind::Failure => 4,
            Kind::Document => 2,
            Kind::Original
            | Kind::Part
            | Kind::Run
            | Kind::Finding
            | Kind::History
            | Kind::Summary
            | Kind::Change
            | Kind::About
            | Kind::Count => 1,
        }
    }

    /// Whether its records say nothing that others do not, or that anybody has to know: they can be
    /// made anew, or done without.
    pub(super) const fn is_derived(self) -> bool {
        match self {
            Kind::Summary | Kind::Change => true,
            Kind::Original
            | Kind::Part
            | Kind::Run
            | Kind::Source
            | Kind::Document
            | Kind::Finding
            | Kind::History
            | Kind::Failure
            | Kind::About
            | Kind::Count => false,
        }
    }

    /// All kinds, in the order in which their records lie.
    pub(super) fn in_order_of_keys() -> [Kind; Kind::ALL.len()] {
        let mut kinds = Kind::ALL;
        kinds.sort_by_key(|kind| kind.letter());
        kinds
    }
}

/// What a store says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The version of the layout of the keys.
    pub layout: u32,
    /// The docmill that created the store, such as `docmill 0.1.0`.
    pub created_by: String,
}

/// Why bytes are not a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordError {
    /// The format is of a version that this docmill does not know yet.
    Later {
        /// The version of the record.
        version: u8,
        /// The latest version of its kind that this docmill reads.
        known: u8,
    },
    /// The bytes are not what was written; a lower-case fragment for people.
    Damaged(&'static str),
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecordError::Later { version, known } => write!(
                f,
                "written by a later docmill, in format {version}; this one reads up to {known}"
            ),
            RecordError::Damaged(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for RecordError {}

/// A value of the model that can be written as a record.
///
/// Sealed: the set of records is part of the format.
pub trait Record: Sized + sealed::Sealed {
    /// The kind of its records.
    const KIND: Kind;

    /// The bytes of the record.
    fn encode(&self) -> Vec<u8>;

    /// Reads a record back, and checks everything that can be checked without looking at another
    /// record.
    ///
    /// # Errors
    ///
    /// If the bytes are not a record of this kind, or of a later version. Never panics, whatever
    /// the bytes are.
    fn decode(bytes: &[u8]) -> Result<Self, RecordError>;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! record {
    ($($model:ty, $kind:ident, $newest:ty $(, $version:literal => $older:ty)*;)*) => {$(
        impl sealed::Sealed for $model {}

        impl Record for $model {
            const KIND: Kind = Kind::$kind;

            fn encode(&self) -> Vec<u8> {
                let bytes = pack(Self::KIND, &written(&<$newest>::from(self)));
                // A value that cannot be read back is a bug of whoever made it: better noticed here
                // than after the run.
                debug_assert_eq!(Self::decode(&bytes).map(|_| ()), Ok(()), "{self:?}");
                bytes
            }

            fn decode(bytes: &[u8]) -> Result<Self, RecordError> {
                let payload = open(Self::KIND, bytes)?.whole()?;
                match bytes.first() {
                    $(Some($version) => read::<$older, Self>(&payload),)*
                    _ => read::<$newest, Self>(&payload),
                }
            }
        }
    )*};
}

record! {
    StoredSource, Source, v4::Source<'_>, 1 => v1::Source<'_>, 2 => v2::Source<'_>, 3 => v3::Source<'_>;
    StoredDocument, Document, v4::Document<'_>, 1 => v1::Document<'_>;
    History, History, v1::History<'_>;
    DocumentSummary, Summary, v1::Summary<'_>;
    Failure, Failure, v4::Failure<'_>, 1 => v1::Failure<'_>, 2 => v2::Failure<'_>, 3 => v3::Failure<'_>;
    Run, Run, v2::Run, 1 => v1::Run;
    About, About, v1::About<'_>;
}

impl sealed::Sealed for Finding {}

impl Record for Finding {
    const KIND: Kind = Kind::Finding;

    fn encode(&self) -> Vec<u8> {
        let summary = written(&v2::Summary::from(self));
        let size = u32::try_from(summary.len()).expect("names and versions are short");
        let found = written(&v1::Findings::from(&self.findings));
        let bytes = pack_behind(Self::KIND, &[&size.to_le_bytes(), &summary], &found);
        debug_assert_eq!(Self::decode(&bytes).map(|_| ()), Ok(()), "{self:?}");
        bytes
    }

    fn decode(bytes: &[u8]) -> Result<Self, RecordError> {
        let (packing, payload) = checked(Self::KIND, bytes)?;
        if bytes.first() == Some(&1) {
            return read::<v1::Finding<'_>, _>(&opened(packing, payload)?.whole()?);
        }
        let (summary, found) = parts(packing, payload)?;
        let FindingSummary { step, provenance } = read::<v2::Summary<'_>, _>(summary)?;
        let found = opened(packing, found)?.whole()?;
        let findings = read::<v1::Findings<'_>, Findings>(&found)?;
        Ok(Finding { step, findings, provenance })
    }
}

/// Something that can be read from a record, which may be less than all of it.
pub(super) trait Readable: Sized {
    /// The kind of the record.
    const RECORD: Kind;

    /// Like [`Record::decode`].
    fn read(bytes: &[u8]) -> Result<Self, RecordError>;
}

impl<R: Record> Readable for R {
    const RECORD: Kind = R::KIND;

    fn read(bytes: &[u8]) -> Result<Self, RecordError> {
        R::decode(bytes)
    }
}

impl Readable for FindingSummary {
    const RECORD: Kind = Kind::Finding;

    fn read(bytes: &[u8]) -> Result<Self, RecordError> {
        if bytes.first() == Some(&1) {
            return Finding::decode(bytes).map(FindingSummary::from);
        }
        let (packing, payload) = checked(Kind::Finding, bytes)?;
        read::<v2::Summary<'_>, _>(parts(packing, payload)?.0)
    }
}

/// The two parts of a payload that has two, the second one as it is packed.
fn parts(packing: u8, payload: &[u8]) -> Result<(&[u8], &[u8]), RecordError> {
    if packing == PIECES {
        return Err(ONLY_HEAD);
    }
    let parts = payload.split_first_chunk().and_then(|(size, rest)| {
        rest.split_at_checked(usize::try_from(u32::from_le_bytes(*size)).ok()?)
    });
    parts.ok_or(RecordError::Damaged("its first part is cut short"))
}

/// The bytes of a payload.
fn written(fields: &impl serde::Serialize) -> Vec<u8> {
    postcard::to_stdvec(fields).expect("memory takes all bytes, and every list knows its length")
}

/// Reads the fields of a payload, and makes of them what they stand for.
fn read<'a, D, M>(payload: &'a [u8]) -> Result<M, RecordError>
where
    D: serde::Deserialize<'a> + TryInto<M, Error = RecordError>,
{
    match postcard::take_from_bytes::<D>(payload) {
        Ok((disk, [])) => disk.try_into(),
        Ok(_) => Err(RecordError::Damaged("it has trailing bytes")),
        Err(_) => Err(RecordError::Damaged("its fields cannot be decoded")),
    }
}

/// What is in a record.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Opened<'a> {
    /// The payload, unpacked.
    Whole(Cow<'a, [u8]>),
    /// The record is the head of a larger one, whose bytes are in this many pieces.
    Pieces(u32),
}

const ONLY_HEAD: RecordError = RecordError::Damaged("only the head of it is there");

impl<'a> Opened<'a> {
    fn whole(self) -> Result<Cow<'a, [u8]>, RecordError> {
        match self {
            Opened::Whole(payload) => Ok(payload),
            Opened::Pieces(_) => Err(ONLY_HEAD),
        }
    }
}

/// Makes a record of a payload, compressing it where that helps.
pub(super) fn pack(kind: Kind, payload: &[u8]) -> Vec<u8> {
    pack_behind(kind, &[], payload)
}

/// Like [`pack`], behind what is left as it is.
fn pack_behind(kind: Kind, first: &[&[u8]], payload: &[u8]) -> Vec<u8> {
    // Where compression does not save an eighth, reading it again and again would cost more than it
    // saves.
    let packed = (payload.len() >= WORTH_PACKING)
        .then(|| PACKER.with_borrow_mut(|packer| packer.compress(payload)).ok())
        .flatten()
        .filter(|packed| packed.len() < payload.len() / 8 * 7);
    match packed {
        Some(packed) => {
            let size = (payload.len() as u64).to_le_bytes();
            seal(kind, ZSTD, &[first, &[&size, &packed]].concat())
        }
        None => seal(kind, PLAIN, &[first, &[payload]].concat()),
    }
}

/// The head of a record that is kept in this many pieces.
pub(super) fn head(kind: Kind, pieces: u32) -> Vec<u8> {
    seal(kind, PIECES, &[&pieces.to_le_bytes()])
}

/// Like [`open`], but leaves everything except a head as it is, unchecked.
pub(super) fn open_head(kind: Kind, bytes: &[u8]) -> Result<Opened<'_>, RecordError> {
    match bytes {
        [version, _, PIECES, ..] if *version <= kind.version() => open(kind, bytes),
        _ => Ok(Opened::Whole(Cow::Borrowed(bytes))),
    }
}

fn seal(kind: Kind, packing: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length = parts.iter().map(|part| part.len()).sum::<usize>();
    let mut bytes = Vec::with_capacity(HEADER + length + CHECKSUM);
    bytes.extend([kind.version(), kind.letter(), packing]);
    parts.iter().for_each(|part| bytes.extend_from_slice(part));
    bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
    bytes
}

/// Checks the header and the checksum of a record, and unpacks its payload, which is one part.
pub(super) fn open(kind: Kind, bytes: &[u8]) -> Result<Opened<'_>, RecordError> {
    let (packing, payload) = checked(kind, bytes)?;
    opened(packing, payload)
}

/// Checks the header and the checksum of a record: how its payload is packed, and the payload.
fn checked(kind: Kind, bytes: &[u8]) -> Result<(u8, &[u8]), RecordError> {
    // The version first: a later one may have another header, and another checksum.
    match bytes.first() {
        None => return Err(RecordError::Damaged("it is empty")),
        Some(0) => return Err(RecordError::Damaged("it has no version")),
        Some(&version) if version > kind.version() => {
            return Err(RecordError::Later { version, known: kind.version() });
        }
        Some(_) => {}
    }
    let Some((content, checksum)) = bytes.split_last_chunk::<CHECKSUM>() else {
        return Err(RecordError::Damaged("it is cut short"));
    };
    if crc32fast::hash(content) != u32::from_le_bytes(*checksum) {
        return Err(RecordError::Damaged("its checksum does not match"));
    }
    let Some(([_, letter, packing], payload)) = content.split_first_chunk::<HEADER>() else {
        return Err(RecordError::Damaged("it is cut short"));
    };
    if *letter != kind.letter() {
        return Err(RecordError::Damaged("it is of another kind"));
    }
    Ok((*packing, payload))
}

fn opened(packing: u8, payload: &[u8]) -> Result<Opened<'_>, RecordError> {
    match packing {
        PLAIN => Ok(Opened::Whole(Cow::Borrowed(payload))),
        ZSTD => unpack(payload).map(|payload| Opened::Whole(Cow::Owned(payload))),
        PIECES => match payload.try_into() {
            Ok(count) => Ok(Opened::Pieces(u32::from_le_bytes(count))),
            Err(_) => Err(RecordError::Damaged("its number of pieces cannot be read")),
        },
        _ => Err(RecordError::Damaged("it is packed in an unknown way")),
    }
}

/// Unpacks a payload, and never takes more memory than there is content, whatever size is stated.
fn unpack(payload: &[u8]) -> Result<Vec<u8>, RecordError> {
    const REFUSED: RecordError = RecordError::Damaged("it cannot be decompressed");
    let (size, packed) = payload.split_first_chunk::<8>().ok_or(REFUSED)?;
    let size = u64::from_le_bytes(*size);
    if size > LARGEST_PAYLOAD {
        return Err(RecordError::Damaged("it would unpack to more than 1 GiB"));
    }
    if find_frame_compressed_size(packed) != Ok(packed.len()) {
        return Err(RecordError::Damaged("it is not one frame of zstd"));
    }
    let other_size = RecordError::Damaged("it decompresses to another size than was recorded");
    if size <= UNPACKED_AT_ONCE {
        let capacity = usize::try_from(size).map_err(|_| REFUSED)?;
        let unpacked = UNPACKER.with_borrow_mut(|unpacker| unpacker.decompress(packed, capacity));
        let unpacked = unpacked.map_err(|_| REFUSED)?;
        return if unpacked.len() == capacity { Ok(unpacked) } else { Err(other_size) };
    }
    let decoder =
        zstd::stream::read::Decoder::with_buffer(packed).map_err(|_| REFUSED)?.single_frame();
    // The reservation is a guess that is bounded by what was read; the limit is what was recorded.
    let guess = size.min(16 * packed.len() as u64);
    let mut unpacked = Vec::with_capacity(usize::try_from(guess).map_err(|_| REFUSED)?);
    let mut limited = decoder.take(size.saturating_add(1));
    limited.read_to_end(&mut unpacked).map_err(|_| REFUSED)?;
    if unpacked.len() as u64 == size { Ok(unpacked) } else { Err(other_size) }
}
