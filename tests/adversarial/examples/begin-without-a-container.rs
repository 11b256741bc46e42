//! Begins a member, and is no unpacker.
//!
//! verdict: output
//! because: it emitted a member, and it is no unpacker
//! breaks: U-3

use docmill_plugin::prelude::*;

docmill_adversaries::analyzer!(|document| {
    let mut member = MemberWriter::begin("copy", None, &[]);
    let _ = std::io::Write::write_all(&mut member, document.text.as_bytes());
    member.end();
    Ok(Vec::new())
});
