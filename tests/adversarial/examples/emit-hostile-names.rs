//! Gives members names that lead out of a folder or end a string early.
//!
//! verdict: unsupported
//! probes: H-6

use docmill_plugin::prelude::*;

docmill_adversaries::unpacker!(|_| {
    let names =
        ["../../etc/passwd", "/etc/passwd", "C:\\x", "a\0b", "", "", "\u{1b}[2J", "same", "same"];
    for name in names {
        emit(Member {
            name: name.to_owned(),
            media_type: Some("application/x-nothing-reads-this; q=1".to_owned()),
            content: vec![0, 1, 2],
            attributes: Vec::new(),
        });
    }
    Ok(())
});
