//! Hands over a single member larger than any result may be.
//!
//! verdict: output
//! because: it handed over more than its limit of 1.0 MiB

use docmill_plugin::prelude::*;

docmill_adversaries::unpacker!(|_| {
    emit(Member {
        name: "huge".to_owned(),
        media_type: None,
        content: vec![b'x'; 2 << 20],
        attributes: Vec::new(),
    });
    Ok(())
});
