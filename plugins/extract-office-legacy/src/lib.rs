//! Reads what Office wrote before its packages: DOC, XLS, PPT, and RTF.

mod bytes;
mod code_pages;
mod compound;
mod paragraphs;
mod rtf;
mod sheets;
mod slides;
mod word;

use docmill_office::Changes;
use docmill_plugin::prelude::*;

use compound::Streams;

/// The largest file that is read, in bytes: it is held whole.
const LARGEST: u64 = docmill_office::LARGEST_COMPOUND;

/// The plugin.
#[derive(Debug)]
pub struct ExtractOfficeLegacy;

impl Plugin for ExtractOfficeLegacy {
    fn describe() -> Description {
        Description::new(
            "extract-office-legacy",
            env!("CARGO_PKG_VERSION"),
            "Reads the binary files of Office (DOC, XLS, PPT) and RTF",
        )
        .setting(
            "changes",
            "accepted",
            "What becomes of changes that are tracked: `accepted`, `shown` (both, with marks), or `dropped` \
             (the text as it was before them)",
        )
    }
}

impl Extractor for ExtractOfficeLegacy {
    fn accepts() -> Result<Vec<String>, Error> {
        parsed_setting::<Changes>("changes")?;
        let types = [
            "application/msword",
            "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint",
            "application/rtf",
            "text/rtf",
            "application/x-ole-storage",
        ];
        Ok(types.map(str::to_owned).to_vec())
    }

    fn extract(source: Source<'_>) -> Result<Vec<Extracted>, Error> {
        let changes = parsed_setting::<Changes>("changes")?;
        if source.size() == 0 {
            return Ok(Vec::new());
        }
        if source.size() > LARGEST {
            return Err(Error::malformed("it is larger than 128 MiB"));
        }
        let start = docmill_office::bytes_at(&source, 0, 64);
        if is_rtf(&start) {
            return Ok(rtf::extract(&source.read_all(), changes)?.into_iter().collect());
        }
        if !start.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
            // Word 2 and Excel 4 had no container yet.
            if start.starts_with(&[9]) && matches!(start.get(1), Some(0 | 2 | 4 | 8)) {
                return Ok(sheets::bare(source.read_all())?.into_iter().collect());
            }
            return Err(Error::Unsupported("it is neither a compound file nor RTF".to_owned()));
        }
        let mut streams = Streams::open(source.read_all())?;
        let found = match () {
            () if streams.has("EncryptedPackage") || streams.has("EncryptionInfo") => {
                return Err(Error::malformed("it is encrypted"));
            }
            () if streams.has("WordDocument") => word::extract(&mut streams, changes)?,
            () if streams.has("Workbook") || streams.has("Book") => sheets::extract(&mut streams)?,
            () if streams.has("PowerPoint Document") => slides::extract(&mut streams)?,
            () => {
                return Err(Error::Unsupported("it is a compound file of another kind".to_owned()));
            }
        };
        Ok(found.into_iter().collect())
    }
}

docmill_plugin::export!(extractor: ExtractOfficeLegacy);

fn is_rtf(start: &[u8]) -> bool {
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    start.starts_with(b"{\\rt")
}
