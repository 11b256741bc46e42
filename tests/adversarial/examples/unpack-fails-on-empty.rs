//! Takes a container without bytes for damage.
//!
//! verdict: fine
//! breaks: U-1

use docmill_plugin::prelude::*;

docmill_adversaries::unpacker!(|container| match container.size() {
    0 => Err(Error::malformed("there is nothing")),
    _ => Ok(()),
});
