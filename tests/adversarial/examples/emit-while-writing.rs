//! Emits a member while it still writes another one.
//!
//! verdict: output
//! because: it hands over a member while another one is being written
//! breaks: U-5

use docmill_plugin::prelude::*;

docmill_adversaries::unpacker!(|_| {
    let first = MemberWriter::begin("first", None, &[]);
    emit(Member {
        name: "second".to_owned(),
        media_type: None,
        content: b"x".to_vec(),
        attributes: Vec::new(),
    });
    first.end();
    Ok(())
});
