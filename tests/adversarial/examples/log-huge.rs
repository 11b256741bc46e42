//! Says one thing that fills the host's memory.
//!
//! verdict: output
//! because: it handed over more than its limit of 1.0 MiB

use docmill_plugin::prelude::*;

docmill_adversaries::analyzer!(|_| {
    log::error!("{}", "x".repeat(4 << 20));
    Ok(Vec::new())
});
