//! Says that it has unpacked everything, and has not ended its last member.
//!
//! verdict: output
//! because: it left a member open
//! breaks: U-6

use docmill_plugin::prelude::*;

docmill_adversaries::unpacker!(|_| {
    std::mem::forget(MemberWriter::begin("open", None, &[]));
    Ok(())
});
