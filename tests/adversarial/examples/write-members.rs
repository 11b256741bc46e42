//! Writes members in pieces: one of many, one that does not fit into memory, one of none, and some
//! that are dropped.
//!
//! verdict: malformed
//! because: the source is empty
//! probes: H-10

use std::io::Write;

use docmill_plugin::prelude::*;

/// What nothing reads, and the host believes of text: no member is a container again.
const MEDIA_TYPE: Option<&str> = Some("application/x-nothing-reads-this+json");

docmill_adversaries::unpacker!(|_| {
    for (name, pieces) in [("pieces", 100), ("large", 150_000), ("none", 0)] {
        let mut dropped = MemberWriter::begin("dropped", MEDIA_TYPE, &[]);
        let _ = dropped.write_all(b"what nobody gets to see");
        drop(dropped);
        let title = Attribute::new("title", name);
        let mut member = MemberWriter::begin(name, MEDIA_TYPE, &[title]);
        for piece in 0..pieces {
            let _ = writeln!(member, "{piece:07}");
        }
        member.end();
    }
    Ok(())
});
