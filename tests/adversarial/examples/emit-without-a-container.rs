//! Emits a member, and is no unpacker.
//!
//! verdict: output
//! because: it emitted a member, and it is no unpacker
//! breaks: U-3

use docmill_plugin::prelude::*;

docmill_adversaries::analyzer!(|document| {
    emit(Member {
        name: "copy".to_owned(),
        media_type: None,
        content: document.text.into_bytes(),
        attributes: Vec::new(),
    });
    Ok(Vec::new())
});
