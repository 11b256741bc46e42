//! Logs until it is stopped.
//!
//! verdict: deadline
//! because: it ran longer than its deadline of 300ms

use docmill_plugin::prelude::*;

docmill_adversaries::analyzer!(|_| loop {
    log::info!("{}", "x".repeat(1_000));
});
