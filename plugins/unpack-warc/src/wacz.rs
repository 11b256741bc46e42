//! WACZ: a ZIP with crawls in its folder `archive`, each as it is.

use docmill_plugin::prelude::*;
use docmill_zip::RECORD;
use rawzip::CompressionMethod;

use crate::crawl::Crawl;
use crate::section::Section;

/// Takes every crawl in it apart.
pub fn unpack<'a>(container: &'a Source<'a>, crawl: &mut Crawl<'a>) -> Result<(), Error> {
    let damaged = |error: rawzip::Error| {
        Error::malformed(format!("its table of contents cannot be read: {error}"))
    };
    let mut buffer = vec![0; RECORD];
    let archive = docmill_zip::open(container, &mut buffer).map_err(damaged)?;
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
