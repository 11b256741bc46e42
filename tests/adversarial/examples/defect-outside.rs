//! Finds damage where the document has nothing.
//!
//! verdict: malformed
//! because: it is broken out there (at byte 18446744073709551615)
//! breaks: R-6

use docmill_plugin::prelude::*;

docmill_adversaries::analyzer!(|_| Err(Error::malformed_at("it is broken out there", u64::MAX)));
