//! Writes a single member without end, which waits on the host's disk.
//!
//! verdict: output
//! because: the container holds more than its limit of 4.0 MiB

use std::io::Write;

use docmill_plugin::prelude::*;

docmill_adversaries::unpacker!(|_| {
    let mut member = MemberWriter::begin("endless", None, &[]);
    while member.write_all(&[b'x'; 64 << 10]).is_ok() {}
    member.end();
    Ok(())
});
