//! Compound files (MS-CFB) as programs write them, opened by `cfb`.

use std::io::{self, Cursor};

use docmill_plugin::Source;

/// The largest compound file that is read, in bytes: it is held whole.
pub const LARGEST_COMPOUND: u64 = 128 << 20;

/// A compound file in memory.
pub type CompoundFile = cfb::CompoundFile<Cursor<Vec<u8>>>;

/// Opens a compound file.
///
/// Some programs leave out sectors at the end that the table of sectors has entries for, which
/// `cfb` takes for damage: those are filled with zeros, at most as many as one sector of the table
/// has entries.
///
/// # Errors
///
/// Those of `cfb`, which say what is damaged, and one for a file of more than 128 MiB.
pub fn open_compound(mut bytes: Vec<u8>) -> io::Result<CompoundFile> {
    const SECTOR: usize = 512;
    const ENTRIES: usize = SECTOR / 4;
    if bytes.len() as u64 > LARGEST_COMPOUND {
        return Err(io::Error::other("it is larger than 128 MiB"));
    }
    let tables = bytes.get(44..48).map_or(0, |it| u32::from_le_bytes([it[0], it[1], it[2], it[3]]));
    let is_of_short_sectors = bytes.get(30) == Some(&9);
    // The header is a sector as well.
    let said = (tables as usize).saturating_mul(ENTRIES * SECTOR).saturating_add(SECTOR);
    let missing = said.saturating_sub(bytes.len());
    let may_be_filled = is_of_short_sectors && (1..=ENTRIES * SECTOR).contains(&missing);
    if !may_be_filled {
        return cfb::CompoundFile::open(Cursor::new(bytes));
    }
    if let Ok(file) = cfb::CompoundFile::open(Cursor::new(bytes.clone())) {
        return Ok(file);
    }
    bytes.resize(said, 0);
    cfb::CompoundFile::open(Cursor::new(bytes))
}

/// Whether a compound file is a package with a password: it then holds the package as one stream
/// (MS-OFFCRYPTO, 2.3).
pub fn is_encrypted_package(source: &Source<'_>) -> bool {
    if source.size() > LARGEST_COMPOUND {
        return false;
    }
    let file = open_compound(source.read_all());
    file.is_ok_and(|file| {
        ["EncryptedPackage", "EncryptionInfo"].iter().any(|it| has_stream(&file, it))
    })
}

/// Whether there is a stream of this name beside the root; names differ in more than their case.
pub fn has_stream(file: &CompoundFile, name: &str) -> bool {
    file.is_stream(format!("/{name}"))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn sectors_that_are_left_out_at_the_end_are_no_damage() {
        let bytes = Cursor::new(Vec::new());
        let mut file = CompoundFile::create_with_version(cfb::Version::V3, bytes).unwrap();
        file.create_stream("/EncryptedPackage").unwrap().write_all(&[1; 5_000]).unwrap();
        file.flush().unwrap();
        let whole = file.into_inner().into_inner();
        for name in ["encryptedpackage", "ENCRYPTEDPACKAGE"] {
            assert!(has_stream(&open_compound(whole.clone()).unwrap(), name));
        }
        assert!(is_encrypted_package(&Source::of_bytes(&whole, "")));
        // The last sector, which an entry is there for, is left out.
        let cut = whole[..whole.len() - 512].to_vec();
        assert!(cfb::CompoundFile::open(Cursor::new(cut.clone())).is_err());
        assert!(has_stream(&open_compound(cut).unwrap(), "EncryptedPackage"));
    }
}
