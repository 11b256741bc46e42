//! Notices only at work that a setting is unusable.
//!
//! verdict: ends-the-run
//! because: its setting `mood` is unusable: nobody can work like that
//! breaks: R-5

use docmill_plugin::prelude::*;

docmill_adversaries::analyzer!(|_| Err(Error::misconfigured("mood", "nobody can work like that")));
