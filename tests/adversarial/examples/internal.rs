//! Says that it has a bug, in more words than fit into a message.
//!
//! verdict: internal
//! because: I am wrong I am wrong
//! breaks: R-1

use docmill_plugin::prelude::*;

docmill_adversaries::analyzer!(|_| Err(Error::Internal("I am wrong ".repeat(1_000))));
