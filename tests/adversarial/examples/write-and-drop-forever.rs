//! Begins one member after the other, and ends none of them.
//!
//! verdict: output
//! because: the container holds more than its limit of 4.0 MiB

use std::io::Write;

use docmill_plugin::prelude::*;

docmill_adversaries::unpacker!(|_| loop {
    // What is dropped is no member, and has cost the host all the same.
    let mut member = MemberWriter::begin("dropped", None, &[]);
    let _ = member.write_all(&[b'x'; 64 << 10]);
});
