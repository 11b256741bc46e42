//! The ZIP that a book is: its files by their paths, with a bound on what they unpack to together.

use std::collections::BTreeMap;
use std::io::{BufReader, Read};

use docmill_plugin::prelude::*;
use docmill_zip::{Bytes, RECORD, told};
use rawzip::{CompressionMethod, ZipArchive, ZipArchiveEntryWayfinder};

/// The most files of a book, and the longest path of one in bytes; what goes beyond is not looked
/// at.
const MOST_FILES: usize = 100_000;
const LONGEST_PATH: usize = 1_024;
/// What all files of a book may unpack to together, in bytes. A large book has some megabytes of
/// text.
const MOST_BYTES: u64 = 192 << 20;

/// A file in the archive.
#[derive(Debug)]
struct File {
    /// As the archive spells it.
    path: String,
    place: ZipArchiveEntryWayfinder,
    method: CompressionMethod,
    is_encrypted: bool,
}

pub struct Archive<'a> {
    zip: ZipArchive<Bytes<'a>>,
    /// By their paths in lower case: writers of books take no care of it.
    files: BTreeMap<String, File>,
    /// How many bytes may still be unpacked.
    left: u64,
}

impl<'a> Archive<'a> {
    /// Reads the table of contents of the ZIP.
    pub fn open(source: &'a Source<'a>) -> Result<Archive<'a>, Error> {
        let mut buffer = vec![0; RECORD];
        let zip = docmill_zip::open(source, &mut buffer).map_err(|error| {
            Error::malformed(format!("its table of contents cannot be read: {}", told(&error)))
        })?;
        let mut files = BTreeMap::new();
        let mut entries = zip.entries(&mut buffer);
        // Of a damaged table, what comes before the damage.
        while let Ok(Some(record)) = entries.next_entry() {
            let path = record.file_path();
            let path = String::from_utf8_lossy(path.as_bytes()).replace('\\', "/");
            if files.len() >= MOST_FILES {
                log::warn!("files beyond the first {MOST_FILES} are not looked at");
                break;
            }
            if record.is_dir() || path.len() > LONGEST_PATH {
                continue;
            }
            let file = File {
                place: record.wayfinder(),
                method: record.compression_method(),
                is_encrypted: record.flags().is_encrypted(),
                path,
            };
            files.entry(file.path.to_ascii_lowercase()).or_insert(file);
        }
        Ok(Archive { zip, files, left: MOST_BYTES })
    }

    /// The path of a file as the archive spells it, if there is one.
    pub fn known(&self, path: &str) -> Option<String> {
        self.files.get(&path.to_ascii_lowercase()).map(|it| it.path.clone())
    }

    /// The first path that ends so.
    pub fn find(&self, ending: &str) -> Option<String> {
        self.files.iter().find(|(path, _)| path.ends_with(ending)).map(|(_, it)| it.path.clone())
    }

    /// Whether more was asked for than a book has.
    pub fn is_exhausted(&self) -> bool {
        self.left == 0
    }

    /// The bytes of a file; or why there are none, as a fragment.
    pub fn read(&mut self, path: &str, largest: u64) -> Result<Vec<u8>, String> {
        let file = self.files.get(&path.to_ascii_lowercase());
        let file = file.ok_or_else(|| "it is not in the archive".to_owned())?;
        if file.is_encrypted {
            return Err("it is encrypted".to_owned());
        }
        let entry = self.zip.get_entry(file.place).map_err(|error| told(&error))?;
        let stored = BufReader::with_capacity(64 << 10, entry.reader());
        let decoder: Box<dyn Read + '_> = match file.method {
            CompressionMethod::STORE => Box::new(stored),
            CompressionMethod::DEFLATE => Box::new(flate2::bufread::DeflateDecoder::new(stored)),
            method => return Err(format!("it is compressed with method {}", method.as_u16())),
        };
        let most = largest.min(self.left);
        let mut bytes = Vec::new();
        let outcome = decoder.take(most + 1).read_to_end(&mut bytes);
        let read = bytes.len() as u64;
        if read > most {
            self.left = if most < largest { 0 } else { self.left - most };
            return Err(format!("it has more than {most} bytes"));
        }
        self.left -= read;
        match outcome {
            // A file that was cut off has a beginning.
            Err(error) if bytes.is_empty() => Err(error.to_string()),
            _ => Ok(bytes),
        }
    }
}
