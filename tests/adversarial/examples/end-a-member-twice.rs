//! Ends a member that it has ended before.
//!
//! verdict: output
//! because: it misused a handle
//! breaks: V-6

use docmill_plugin::bindings::imports::docmill::plugin::members::{self, MemberWriter};

docmill_adversaries::unpacker!(|_| {
    let member = members::begin("a", None, &[]);
    let handle = member.handle();
    members::end(member);
    // SAFETY: a number is all that a handle is; what it is good for is for the host to say.
    members::end(unsafe { MemberWriter::from_handle(handle) });
    Ok(())
});
