//! WACZ: a ZIP with crawls in its folder `archive`, each as it is.

use std::io;

use docmill_plugin::prelude::*;
use rawzip::{CompressionMethod, ReaderAt, ZipLocator};

use crate::crawl::Crawl;
use crate::section::Section;

/// Room for any record of the table of contents: a name, a comment and extra fields of 64 KiB each.
const RECORD: usize = 256 << 10;

struct Bytes<'a>(&'a Source<'a>);

impl ReaderAt for Bytes<'_> {
    fn read_at(&self, target: &mut [u8], offset: u64) -> io::Result<usize> {
        let length = u32::try_from(target.len()).unwrap_or(u32::MAX);
        let read = self.0.read(offset, length);
        target[..read.len()].copy_from_slice(&read);
        Ok(read.len())
    }
}

/// Takes every crawl in it apart.
pub fn unpack<'a>(container: &'a Source<'a>, crawl: &mut Crawl<'a>) -> Result<(), Error> {
    let damaged = |error: rawzip::Error| {
        Error::malformed(format!("its table of contents cannot be read: {error}"))
    };
    let mut buffer = vec![0; RECORD];
    let located =
        ZipLocator::new().locate_in_reader(Bytes(container), &mut buffer, container.size());
    let archive = located.map_err(|(_, error)| damaged(error))?;
    let mut entries = archive.entries(&mut buffer);
    let mut any = false;
    while let Some(record) = entries.next_entry().map_err(damaged)? {
        let path = record.file_path();
        let name = String::from_utf8_lossy(path.as_bytes()).into_owned();
        let is_crawl = name.ends_with(".warc") || name.ends_with(".warc.gz");
        if !name.starts_with("archive/") || !is_crawl {
            continue;
        }
        any = true;
        if record.compression_method() != CompressionMethod::STORE || record.flags().is_encrypted()
        {
            crawl.lost(&format!("`{}` is compressed once more, or encrypted", name.escape_debug()));
            continue;
        }
        match archive.get_entry(record.wayfinder()) {
            Ok(entry) => {
                let (start, end) = entry.compressed_data_range();
                crawl.unpack(Section::new(container, start..end));
            }
            Err(error) => crawl.lost(&format!("`{}`: {error}", name.escape_debug())),
        }
    }
    if any { Ok(()) } else { Err(Error::Unsupported("there is no crawl in it".to_owned())) }
}
