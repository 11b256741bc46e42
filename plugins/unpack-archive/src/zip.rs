//! ZIP, by its table of contents, one record of it at a time.

use std::io::{self, BufReader, Read};

use docmill_plugin::prelude::*;
use docmill_zip::{Bytes, RECORD};
use rawzip::time::ZipDateTimeKind;
use rawzip::{CompressionMethod, ZipArchive, ZipFileHeaderRecord};

use crate::handing::{hand_over, is_left_behind};
use crate::names::Names;
use crate::problems::{Problems, lower};
use crate::{DECODER_MEMORY, dates, streams};

/// How many records are looked at before anything is handed over.
const LOOKED_AT: usize = 1_000;

/// Extra field with the name in UTF-8 (APPNOTE, 4.6.9).
const UNICODE_PATH: u16 = 0x7075;

/// Hands over every file in a ZIP.
pub fn unpack(container: &Source<'_>, names: Names) -> Result<(), Error> {
    let mut buffer = vec![0; RECORD];
    let archive = docmill_zip::open(container, &mut buffer).map_err(|error| {
        Error::malformed(format!("its table of contents cannot be read: {}", told(&error)))
    })?;
    let names = survey(&archive, &mut buffer, names)?;
    let mut problems = Problems::default();
    let mut entries = archive.entries(&mut buffer);
    loop {
        let record = match entries.next_entry() {
            Ok(Some(record)) => record,
            Ok(None) => break,
            Err(error) => {
                // What lies behind it is not known by name.
                problems.add("its table of contents", format!("is damaged: {}", told(&error)));
                break;
            }
        };
        let name = name_of(&record, names);
        if record.is_dir() || is_left_behind(&name) {
            continue;
        }
        if record.flags().is_encrypted() {
            problems.add(&name, "is encrypted");
            continue;
        }
        match take(&archive, &record, &name) {
            Ok(()) => problems.taken(),
            Err(why) => problems.add(&name, why),
        }
    }
    problems.tell()
}

/// What the first names tell: what they are written in, and whether it is an archive at all.
fn survey(
    archive: &ZipArchive<Bytes<'_>>,
    buffer: &mut [u8],
    names: Names,
) -> Result<Names, Error> {
    let mut odd = Vec::new();
    let (mut is_office, mut is_book) = (false, false);
    let mut entries = archive.entries(buffer);
    for _ in 0..LOOKED_AT {
        // Damage is met again by whoever goes through all of it.
        let Ok(Some(record)) = entries.next_entry() else { break };
        let path = record.file_path();
        let name = path.as_bytes();
        is_office |= name == b"[Content_Types].xml";
        is_book |= name == b"META-INF/container.xml";
        if !record.flags().is_utf8() && std::str::from_utf8(name).is_err() {
            odd.push(name.to_vec());
        }
    }
    if is_office || is_book {
        let what = if is_office { "an office document" } else { "a book" };
        return Err(Error::Unsupported(format!("it is {what}, and no archive")));
    }
    Ok(names.settle(odd.iter().map(Vec::as_slice)))
}

fn name_of(record: &ZipFileHeaderRecord<'_>, names: Names) -> String {
    let path = record.file_path();
    let raw = path.as_bytes();
    for (id, field) in record.extra_fields() {
        // Version, checksum of the other name, and the name; whoever renamed the file left it
        // behind.
        if id.as_u16() == UNICODE_PATH
            && let Some((head, text)) = field.split_first_chunk::<5>()
            && head[1..] == rawzip::crc32(raw).to_le_bytes()
            && let Ok(text) = std::str::from_utf8(text)
        {
            return text.replace('\\', "/");
        }
    }
    // Some programs of Windows write what the system has.
    names.read(raw).replace('\\', "/")
}

/// The last change, to the day where nobody wrote down the zone.
fn modified(record: &ZipFileHeaderRecord<'_>) -> Option<String> {
    match record.last_modified() {
        ZipDateTimeKind::Utc(time) => docmill_plugin::date_of_unix(time.to_unix()),
        ZipDateTimeKind::Local(time) => dates::of_day(time.year(), time.month(), time.day()),
    }
}

/// Hands one member over, or says why that cannot be done.
fn take(
    archive: &ZipArchive<Bytes<'_>>,
    record: &ZipFileHeaderRecord<'_>,
    name: &str,
) -> Result<(), String> {
    let entry = archive.get_entry(record.wayfinder()).map_err(|error| told(&error))?;
    let stored = BufReader::with_capacity(64 << 10, entry.reader());
    let method = record.compression_method();
    let size = record.uncompressed_size_hint();
    let decoder: Box<dyn Read + '_> = match method {
        CompressionMethod::STORE => Box::new(stored),
        CompressionMethod::DEFLATE => Box::new(flate2::bufread::DeflateDecoder::new(stored)),
        CompressionMethod::DEFLATE64 => Box::new(deflate64::Deflate64Decoder::with_buffer(stored)),
        CompressionMethod::BZIP2 => Box::new(bzip2::bufread::BzDecoder::new(stored)),
        CompressionMethod::ZSTD => Box::new(streams::Zstandard::new(stored)),
        CompressionMethod::XZ => Box::new(streams::xz(stored)),
        CompressionMethod::LZMA => Box::new(lzma(stored, size).map_err(|it| it.to_string())?),
        method => return Err(format!("is compressed with method {}", method.as_u16())),
    };
    let verified = entry.verifying_reader(decoder);
    hand_over(name.to_owned(), modified(record), verified)
        .map_err(|error| format!("is damaged: {}", lower(&error.to_string())))
}

/// LZMA in a ZIP begins with a version, the size of the properties, and these (APPNOTE, 5.8.8).
fn lzma(mut stored: impl Read, size: u64) -> io::Result<impl Read> {
    let mut head = [0; 9];
    stored.read_exact(&mut head)?;
    let dictionary = u32::from_le_bytes([head[5], head[6], head[7], head[8]]);
    if u64::from(dictionary) > DECODER_MEMORY {
        return Err(io::Error::other("its dictionary has no room in memory"));
    }
    lzma_rust2::LzmaReader::new_with_props(stored, size, head[4], dictionary, None)
}

fn told(error: &rawzip::Error) -> String {
    lower(&error.to_string())
}
