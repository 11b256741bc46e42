//! A package: the parts in a ZIP, by their names and within limits.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Seek as _, SeekFrom};

use docmill_plugin::{Error, Source};
use docmill_zip::{Bytes, RECORD, told};
use flate2::bufread::DeflateDecoder;
use rawzip::{CompressionMethod, ZipArchive, ZipArchiveEntryWayfinder};

use crate::Tree;

mod found;

/// The most parts that are known by name; the largest documents have some thousands, most of them
/// pictures.
const MOST_PARTS: usize = 65_536;
/// What all parts together may unpack to, in bytes.
const MOST_UNPACKED: u64 = 256 << 20;
/// What one part may unpack to that is held whole, in bytes.
const LARGEST_PART: u64 = 64 << 20;

/// So many bytes from an offset, fewer only at the end: a read may bring any number of them.
pub fn bytes_at(source: &Source<'_>, offset: u64, length: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while bytes.len() < length {
        let rest = u32::try_from(length - bytes.len()).unwrap_or(u32::MAX);
        let part = source.read(offset + bytes.len() as u64, rest);
        if part.is_empty() {
            break;
        }
        bytes.extend_from_slice(&part);
    }
    bytes
}

/// A part as the table of contents has it.
#[derive(Debug, Clone)]
struct Part {
    name: String,
    place: Place,
    method: CompressionMethod,
    is_encrypted: bool,
}

/// Where the bytes of a part lie.
#[derive(Debug, Clone)]
enum Place {
    /// Where the table of contents says.
    Listed(ZipArchiveEntryWayfinder),
    /// Behind a header that was found without the table: where they begin, and where they end if
    /// the header says so.
    Found(u64, Option<u64>),
}

/// The parts in a ZIP: those of Office Open XML and of OpenDocument. Names are compared without
/// case, as OPC has it.
pub struct Package<'s> {
    source: &'s Source<'s>,
    /// None where the file is cut off before its table of contents.
    archive: Option<ZipArchive<Bytes<'s>>>,
    parts: BTreeMap<String, Part>,
    /// What parts may still unpack to, in bytes.
    left: Cell<u64>,
    damage: RefCell<Option<String>>,
}

impl std::fmt::Debug for Package<'_> {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.debug_struct("Package").field("parts", &self.parts.len()).finish_non_exhaustive()
    }
}

impl<'s> Package<'s> {
    /// Reads the table of contents. Of a file that is cut off, and has none, the parts are those
    /// whose headers are found.
    ///
    /// # Errors
    ///
    /// [`Error::Unsupported`] if the first bytes are not those of a ZIP, [`Error::Malformed`] if it
    /// has neither a table of contents nor a part.
    pub fn open(source: &'s Source<'s>) -> Result<Package<'s>, Error> {
        if !bytes_at(source, 0, 2).starts_with(b"PK") {
            return Err(Error::Unsupported("it is no package of parts, as a ZIP is".to_owned()));
        }
        let mut buffer = vec![0; RECORD];
        let archive = match docmill_zip::open(source, &mut buffer) {
            Ok(archive) => archive,
            Err(cause) => {
                let damage = format!("its table of contents cannot be read: {}", told(&cause));
                let parts = found::parts(source);
                if parts.is_empty() {
                    return Err(Error::malformed(damage));
                }
                let (left, damage) = (Cell::new(MOST_UNPACKED), RefCell::new(Some(damage)));
                return Ok(Package { source, archive: None, parts, left, damage });
            }
        };
        let mut parts = BTreeMap::new();
        let mut damage = None;
        let mut entries = archive.entries(&mut buffer);
        loop {
            let record = match entries.next_entry() {
                Ok(Some(record)) => record,
                Ok(None) => break,
                Err(cause) => {
                    damage = Some(format!("its table of contents is damaged: {}", told(&cause)));
                    break;
                }
            };
            if record.is_dir() {
                continue;
            }
            if parts.len() == MOST_PARTS {
                damage = Some(format!("it has more than {MOST_PARTS} parts"));
                break;
            }
            let path = record.file_path();
            let name = String::from_utf8_lossy(path.as_bytes()).replace('\\', "/");
            let name = name.trim_start_matches('/').to_owned();
            let part = Part {
                place: Place::Listed(record.wayfinder()),
                method: record.compression_method(),
                is_encrypted: record.flags().is_encrypted(),
                name,
            };
            // Of two parts of one name the first counts.
            parts.entry(part.name.to_ascii_lowercase()).or_insert(part);
        }
        let (left, damage) = (Cell::new(MOST_UNPACKED), RefCell::new(damage));
        Ok(Package { source, archive: Some(archive), parts, left, damage })
    }

    /// Whether there is a part of this name.
    pub fn has(&self, name: &str) -> bool {
        self.parts.contains_key(&name.to_ascii_lowercase())
    }

    /// The names of all parts, in the order of their letters.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.values().map(|part| part.name.as_str())
    }

    /// Reads a part piece by piece; `None` if there is none of this name.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] if it is encrypted, compressed in a way that office programs do not
    /// write, or not where it should be.
    pub fn reader(&self, name: &str) -> Result<Option<PartReader<'_>>, Error> {
        let Some(part) = self.parts.get(&name.to_ascii_lowercase()) else { return Ok(None) };
        if part.is_encrypted {
            return Err(Error::malformed("it is encrypted"));
        }
        let stored: Box<dyn Read + '_> = match (&part.place, &self.archive) {
            (Place::Listed(place), Some(archive)) => {
                let entry = archive.get_entry(*place).map_err(|cause| {
                    let (name, cause) = (quoted(name), told(&cause));
                    Error::malformed(format!("its part {name} cannot be read: {cause}"))
                })?;
                Box::new(entry.reader())
            }
            (Place::Found(start, end), _) => {
                let mut reader = self.source.reader();
                let there = reader.seek(SeekFrom::Start(*start)).is_ok();
                let length = end.map_or(u64::MAX, |end| end.saturating_sub(*start));
                Box::new(reader.take(if there { length } else { 0 }))
            }
            (Place::Listed(_), None) => return Ok(None),
        };
        let stored = BufReader::with_capacity(32 << 10, stored);
        let decoder: Box<dyn Read + '_> = match part.method {
            CompressionMethod::STORE => Box::new(stored),
            CompressionMethod::DEFLATE => Box::new(DeflateDecoder::new(stored)),
            method => {
                let (method, name) = (method.as_u16(), quoted(name));
                let reason = format!("its part {name} is compressed with method {method}");
                return Err(Error::malformed(reason));
            }
        };
        let counted = Counted { inner: decoder, left: &self.left };
        Ok(Some(PartReader(BufReader::with_capacity(32 << 10, counted))))
    }

    /// Reads a whole part of at most 64 MiB; what comes before damage, if it is damaged. `None` if
    /// there is none of this name.
    ///
    /// # Errors
    ///
    /// Those of [`Package::reader`], and [`Error::Malformed`] for a part that is larger.
    pub fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let Some(reader) = self.reader(name)? else { return Ok(None) };
        let mut bytes = Vec::new();
        let read = reader.take(LARGEST_PART + 1).read_to_end(&mut bytes);
        if bytes.len() as u64 > LARGEST_PART {
            return Err(too_large(name, LARGEST_PART));
        }
        if let Err(cause) = read {
            if cause.kind() == io::ErrorKind::FileTooLarge {
                return Err(too_large("parts together", MOST_UNPACKED));
            }
            self.note_damage(format!("its part {} is damaged: {cause}", quoted(name)));
        }
        Ok(Some(bytes))
    }

    /// Reads a part as a tree of elements; `None` if there is none of this name.
    ///
    /// # Errors
    ///
    /// Those of [`Package::read`] and [`Tree::read`].
    pub fn tree(&self, name: &str) -> Result<Option<Tree>, Error> {
        let Some(bytes) = self.read(name)? else { return Ok(None) };
        let tree = Tree::read(&bytes[..])?;
        if let Some(reason) = tree.damage() {
            self.note_damage(format!("its part {} is damaged: {reason}", quoted(name)));
        }
        Ok(Some(tree))
    }

    /// Reads a part that the document can do without; one that cannot be read is told in the end.
    pub fn optional_tree(&self, name: &str) -> Option<Tree> {
        match self.tree(name) {
            Ok(tree) => tree,
            Err(Error::Malformed(defect)) => {
                self.note_damage(defect.reason);
                None
            }
            Err(_) => None,
        }
    }

    /// Remembers what of the package cannot be read; the first counts.
    pub fn note_damage(&self, reason: String) {
        self.damage.borrow_mut().get_or_insert(reason);
    }

    /// What of the package could not be read so far.
    pub fn damage(&self) -> Option<String> {
        self.damage.borrow().clone()
    }
}

fn too_large(name: &str, most: u64) -> Error {
    let name = if name.contains(' ') {
        format!("its {name} unpack")
    } else {
        format!("its part {} unpacks", quoted(name))
    };
    Error::malformed(format!("{name} to more than {} MiB", most >> 20))
}

/// A name of a part for a message.
fn quoted(name: &str) -> String {
    let end = name.floor_char_boundary(80);
    format!("`{}`", name[..end].escape_debug())
}

/// A part while it is read.
pub struct PartReader<'p>(BufReader<Counted<'p>>);

impl std::fmt::Debug for PartReader<'_> {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.debug_tuple("PartReader").finish()
    }
}

impl Read for PartReader<'_> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        self.0.read(target)
    }
}

impl BufRead for PartReader<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.0.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.0.consume(amount);
    }
}

/// Counts what comes out of a part, whatever it says of its size.
struct Counted<'p> {
    inner: Box<dyn Read + 'p>,
    left: &'p Cell<u64>,
}

impl Read for Counted<'_> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(target)?;
        let left = self.left.get().checked_sub(count as u64);
        let too_much = || {
            let reason = format!("parts unpack to more than {} MiB", MOST_UNPACKED >> 20);
            io::Error::new(io::ErrorKind::FileTooLarge, reason)
        };
        self.left.set(left.ok_or_else(too_much)?);
        Ok(count)
    }
}
