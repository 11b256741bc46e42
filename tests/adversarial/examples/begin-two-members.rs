//! Begins a member while it still writes another one.
//!
//! verdict: output
//! because: it hands over a member while another one is being written
//! breaks: U-5

use docmill_plugin::prelude::*;

docmill_adversaries::unpacker!(|_| {
    let _first = MemberWriter::begin("first", None, &[]);
    MemberWriter::begin("second", None, &[]).end();
    Ok(())
});
