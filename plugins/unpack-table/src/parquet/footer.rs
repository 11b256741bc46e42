//! What stands at the end of a Parquet file: which columns there are, and where the pieces of each
//! lie.
//!
//! Source: `parquet.thrift` of Apache Parquet, whose numbers of fields are used here.

use docmill_plugin::{Error, Source};

use super::schema::{self, Element, Leaf};
use super::thrift::{Kind, Reader};
use super::{Damage, read_exact};

/// The longest footer, in bytes.
const LONGEST: u64 = 32 << 20;

/// The most columns, and elements of a schema.
const MOST_ELEMENTS: usize = 16_384;

/// The most groups of rows.
const MOST_GROUPS: usize = 1 << 20;

/// What a table says of itself.
#[derive(Debug)]
pub struct Footer {
    /// The columns that can be cells.
    pub leaves: Vec<Leaf>,
    pub groups: Vec<Group>,
}

/// A group of rows.
#[derive(Debug)]
pub struct Group {
    pub rows: u64,
    /// For each of [`Footer::leaves`], where its values lie; `None` if the footer does not say.
    pub chunks: Vec<Option<Chunk>>,
}

/// Where the values of a column lie that belong to a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunk {
    pub start: u64,
    pub length: u64,
    pub codec: i64,
}

/// Reads the footer; columns are kept for which `is_wanted` holds.
pub fn read(source: &Source<'_>, is_wanted: impl Fn(&str) -> bool) -> Result<Footer, Error> {
    let tail = source.size().checked_sub(8).and_then(|at| read_exact(source, at, 8).ok());
    let Some((length, mark)) = tail.as_deref().and_then(|tail| tail.split_first_chunk::<4>())
    else {
        return Err(Error::malformed("it ends before its footer"));
    };
    match mark {
        b"PAR1" => {}
        b"PARE" => return Err(encrypted()),
        _ => return Err(Error::malformed("it has no footer: its end is missing")),
    }
    let length = u64::from(u32::from_le_bytes(*length));
    let start = (source.size() - 8).checked_sub(length);
    let Some(start) = start.filter(|_| length <= LONGEST) else {
        return Err(Error::malformed(format!("its footer is said to have {length} bytes")));
    };
    let bytes = read_exact(source, start, length).map_err(|it| it.of("its footer"))?;
    let parsed = parse(&bytes, is_wanted).map_err(|it| it.of("its footer"))?;
    parsed.ok_or_else(encrypted)
}

fn encrypted() -> Error {
    Error::Unsupported("it is encrypted".to_owned())
}

/// `None` if what is in the file is encrypted.
fn parse(bytes: &[u8], is_wanted: impl Fn(&str) -> bool) -> Result<Option<Footer>, Damage> {
    let mut reader = Reader::of(bytes);
    let mut last = 0;
    let mut leaves = None;
    let mut groups = Vec::new();
    while let Some((field, kind)) = reader.field(&mut last)? {
        match (field, kind) {
            (2, Kind::List) => {
                let (_, count) = structures(&mut reader)?;
                if count > MOST_ELEMENTS {
                    return Err(Damage::Said("has too many columns"));
                }
                let elements: Result<Vec<Element<'_>>, Damage> =
                    (0..count).map(|_| Element::read(&mut reader)).collect();
                leaves = Some(schema::leaves(&elements?)?);
            }
            (4, Kind::List) => {
                let leaves = leaves.as_deref();
                let leaves: &[Option<Leaf>] =
                    leaves.ok_or(Damage::Said("speaks of rows before columns"))?;
                let wanted: Vec<bool> = leaves
                    .iter()
                    .map(|leaf| leaf.as_ref().is_some_and(|leaf| is_wanted(&leaf.column)))
                    .collect();
                let (_, count) = structures(&mut reader)?;
                if count > MOST_GROUPS {
                    return Err(Damage::Said("has too many groups of rows"));
                }
                for _ in 0..count {
                    groups.push(group(&mut reader, &wanted)?);
                }
            }
            (8, Kind::Struct) => return Ok(None),
            _ => reader.skip(kind)?,
        }
    }
    let leaves = leaves.ok_or(Damage::Said("names no columns"))?;
    let leaves = leaves.into_iter().flatten().filter(|leaf| is_wanted(&leaf.column)).collect();
    Ok(Some(Footer { leaves, groups }))
}

/// The head of a list of structures.
fn structures(reader: &mut Reader<'_>) -> Result<(Kind, usize), Damage> {
    match reader.list()? {
        (Kind::Struct, count) => Ok((Kind::Struct, count)),
        (kind, 0) => Ok((kind, 0)),
        _ => Err(Damage::Said("has a list of something else")),
    }
}

fn group(reader: &mut Reader<'_>, wanted: &[bool]) -> Result<Group, Damage> {
    let mut last = 0;
    let mut group = Group { rows: 0, chunks: Vec::new() };
    while let Some((field, kind)) = reader.field(&mut last)? {
        match (field, kind) {
            (1, Kind::List) => {
                let (_, count) = structures(reader)?;
                if count != wanted.len() {
                    return Err(Damage::Said("has a group of rows with other columns"));
                }
                group.chunks.clear();
                for is_wanted in wanted {
                    let chunk = chunk(reader)?;
                    if *is_wanted {
                        group.chunks.push(chunk);
                    }
                }
            }
            (3, Kind::Number) => group.rows = not_negative(reader)?,
            _ => reader.skip(kind)?,
        }
    }
    // Without columns there is nothing to find.
    group.chunks.resize(wanted.iter().filter(|it| **it).count(), None);
    Ok(group)
}

fn chunk(reader: &mut Reader<'_>) -> Result<Option<Chunk>, Damage> {
    let mut last = 0;
    let mut chunk = None;
    let mut is_elsewhere = false;
    while let Some((field, kind)) = reader.field(&mut last)? {
        match (field, kind) {
            // The path of another file.
            (1, Kind::Bytes) => is_elsewhere = !reader.bytes()?.is_empty(),
            (3, Kind::Struct) => chunk = Some(place(reader)?),
            _ => reader.skip(kind)?,
        }
    }
    Ok(chunk.filter(|_| !is_elsewhere))
}

fn place(reader: &mut Reader<'_>) -> Result<Chunk, Damage> {
    let mut last = 0;
    let (mut codec, mut length, mut data, mut dictionary) = (0, 0, 0, None);
    while let Some((field, kind)) = reader.field(&mut last)? {
        match (field, kind) {
            (4, Kind::Number) => codec = reader.number()?,
            (7, Kind::Number) => length = not_negative(reader)?,
            (9, Kind::Number) => data = not_negative(reader)?,
            (11, Kind::Number) => dictionary = Some(not_negative(reader)?),
            _ => reader.skip(kind)?,
        }
    }
    // Some writers say 0 where there is no dictionary.
    let start = dictionary.filter(|it| *it > 0).map_or(data, |it| it.min(data));
    Ok(Chunk { start, length, codec })
}

fn not_negative(reader: &mut Reader<'_>) -> Result<u64, Damage> {
    u64::try_from(reader.number()?).map_err(|_| Damage::Said("has a number below zero"))
}
