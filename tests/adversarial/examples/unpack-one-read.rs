//! Takes what one read returns for the whole container.
//!
//! verdict: unsupported
//! breaks: U-2

use docmill_plugin::prelude::*;

docmill_adversaries::unpacker!(|container| {
    emit(Member {
        name: "all".to_owned(),
        media_type: Some("application/octet-stream".to_owned()),
        // The first byte keeps it from being taken for text.
        content: [vec![0], container.read(0, u32::MAX)].concat(),
        attributes: Vec::new(),
    });
    Ok(())
});
