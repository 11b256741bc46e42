//! 7-Zip: blocks of files that are compressed together, behind them the list of what they are.

use std::io::{Read, Seek};

use docmill_plugin::prelude::*;
use sevenz_rust2::{Archive, ArchiveEntry, BlockDecoder, Password};

use crate::DECODER_MEMORY;
use crate::handing::{hand_over, is_left_behind};
use crate::problems::{Problems, lower};

/// What a dictionary may have.
const KIBIBYTES: usize = (DECODER_MEMORY >> 10) as usize;

/// Hands over every file in a 7-Zip.
pub fn unpack(mut reader: impl Read + Seek) -> Result<(), Error> {
    let password = Password::empty();
    let archive = Archive::read_with_memory_limit(&mut reader, &password, KIBIBYTES)
        .map_err(|error| Error::malformed(format!("its list of files {}", told(&error))))?;
    let mut problems = Problems::default();
    for block in 0..archive.blocks.len() {
        let decoder = BlockDecoder::new_with_memory_limit(
            1,
            KIBIBYTES,
            block,
            &archive,
            &password,
            &mut reader,
        );
        let first = archive.stream_map.block_first_file_index.get(block).copied().unwrap_or(0);
        let end = first + decoder.entry_count();
        let mut passed = 0;
        let result = decoder.for_each_entries(&mut |entry, content| {
            if !entry.has_stream() {
                passed += 1;
                return Ok(true);
            }
            if is_wanted(entry) {
                hand_over(entry.name().to_owned(), modified(entry), &mut *content)?;
                problems.taken();
            } else {
                std::io::copy(content, &mut std::io::sink())?;
            }
            passed += 1;
            Ok(true)
        });
        if let Err(error) = result {
            // Nothing behind it in its block can be read.
            let files = archive.files.get(first..end).unwrap_or_default();
            let left = files.iter().skip(passed).filter(|it| it.has_stream() && is_wanted(it));
            let mut any = false;
            for entry in left {
                problems.add(entry.name(), told(&error));
                any = true;
            }
            if !any {
                problems.add("a block", told(&error));
            }
        }
    }
    // Empty ones have no content in any block.
    for entry in archive.files.iter().filter(|it| !it.has_stream() && is_wanted(it)) {
        emit(Member {
            name: entry.name().to_owned(),
            media_type: None,
            content: Vec::new(),
            attributes: Vec::new(),
        });
        problems.taken();
    }
    problems.tell()
}

fn is_wanted(entry: &ArchiveEntry) -> bool {
    !entry.is_directory() && !entry.is_anti_item() && !is_left_behind(entry.name())
}

fn modified(entry: &ArchiveEntry) -> Option<String> {
    // Counted from 1601 in steps of 100 ns.
    let steps = u64::from(entry.last_modified_date()).checked_sub(116_444_736_000_000_000)?;
    (entry.has_last_modified_date && steps > 0)
        .then(|| docmill_plugin::date_of_unix(i64::try_from(steps / 10_000_000).ok()?))
        .flatten()
}

fn told(error: &sevenz_rust2::Error) -> String {
    match error {
        sevenz_rust2::Error::PasswordRequired => "is encrypted".to_owned(),
        sevenz_rust2::Error::UnsupportedCompressionMethod(method) if method.contains("AES") => {
            "is encrypted".to_owned()
        }
        sevenz_rust2::Error::UnsupportedCompressionMethod(method) => {
            format!("is compressed with {}", method.escape_debug())
        }
        sevenz_rust2::Error::Io(error, _) => format!("is damaged: {}", lower(&error.to_string())),
        error => format!("is damaged: {}", lower(&error.to_string())),
    }
}
