//! Gives its reason as a sentence, and names itself in it.
//!
//! verdict: malformed
//! because: Reason-with-a-period failed.
//! breaks: R-4

use docmill_plugin::prelude::*;

docmill_adversaries::analyzer!(|_| Err(Error::malformed("Reason-with-a-period failed.")));
