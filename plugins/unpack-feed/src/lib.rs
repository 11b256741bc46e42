//! Takes a feed apart, one source per item: RSS 0.9x, 1.0 and 2.0, Atom, and JSON Feed.
//!
//! RSS and Atom are read item by item, so a feed may be larger than memory, and what is damaged
//! costs nothing that came before. `feed-rs` holds a feed whole, gives none of it where one place
//! is damaged, wants a version of every RSS, and brings seventy crates.

mod item;
mod json;
mod xml;

use docmill_plugin::prelude::*;

/// The plugin.
#[derive(Debug)]
pub struct UnpackFeed;

impl Plugin for UnpackFeed {
    fn describe() -> Description {
        Description::new(
            "unpack-feed",
            env!("CARGO_PKG_VERSION"),
            "Takes feeds apart, one source per item: RSS, Atom, JSON Feed",
        )
    }
}

impl Unpacker for UnpackFeed {
    fn accepts() -> Result<Vec<String>, Error> {
        let types = [
            "application/rss+xml",
            "application/atom+xml",
            "application/rdf+xml",
            "application/feed+json",
            "application/xml",
            "text/xml",
            "application/json",
        ];
        Ok(types.map(str::to_owned).to_vec())
    }

    fn unpack(container: Source<'_>) -> Result<(), Error> {
        if container.size() == 0 {
            return Ok(());
        }
        match container.media_type() {
            "application/json" | "application/feed+json" => json::unpack(&container),
            _ => xml::unpack(&container),
        }
    }
}

docmill_plugin::export!(unpacker: UnpackFeed);

#[cfg(test)]
mod tests;
