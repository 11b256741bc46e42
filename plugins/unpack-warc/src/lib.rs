//! Takes crawls apart: the body of every page that was fetched becomes a source of its own, with
//! its address and what the server said of it.
//!
//! A crawl is read from its first record to its last in constant memory. Damage costs the records
//! that it lies in: the next one that can be recognised is gone on with, and what was lost is told
//! at the end.

mod body;
mod crawl;
mod filter;
mod head;
mod section;
mod wacz;

use docmill_plugin::prelude::*;

use crawl::Crawl;
use filter::Filter;
use section::Section;

/// The plugin.
pub struct UnpackWarc;

impl Plugin for UnpackWarc {
    fn describe() -> Description {
        Description::new(
            "unpack-warc",
            env!("CARGO_PKG_VERSION"),
            "Takes crawls (WARC, WACZ) apart, one source per page",
        )
        .setting("status", filter::STATUS, "Statuses to take, such as `200 404` or `2xx 3xx`; `*` takes all")
        .setting(
            "types",
            filter::TYPES,
            "Media types to take, as the server gave them, such as `text/html image/*`; `*` takes all",
        )
        .setting("addresses", "*", "Addresses to take, such as `https://example.org/* *.pdf`; `*` stands for anything")
        .setting("revisits", "resolve", "resolve: a page that was the same as before is taken again, with its new date; skip")
    }
}

impl Unpacker for UnpackWarc {
    fn accepts() -> Result<Vec<String>, Error> {
        Filter::from_settings()?;
        Ok(["application/warc", "application/gzip", "application/x-wacz"]
            .map(str::to_owned)
            .to_vec())
    }

    fn unpack(container: Source<'_>) -> Result<(), Error> {
        let filter = Filter::from_settings()?;
        if container.size() == 0 {
            return Ok(());
        }
        let mut crawl = Crawl::new(filter);
        if container.media_type() == "application/x-wacz" {
            wacz::unpack(&container, &mut crawl)?;
        } else {
            let section = Section::new(&container, 0..container.size());
            if !crawl::is_crawl(section.at(0)) {
                return Err(Error::Unsupported("it is no crawl".to_owned()));
            }
            crawl.unpack(section);
        }
        crawl.tell()
    }
}

docmill_plugin::export!(unpacker: UnpackWarc);
