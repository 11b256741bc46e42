//! Fails on every document, after it has said as much as is kept with a failure.
//!
//! verdict: internal
//! because: I have said enough

use docmill_plugin::prelude::*;

docmill_adversaries::analyzer!(|_| {
    for _ in 0..16 {
        log::info!("{}", "I could go on. ".repeat(270));
    }
    Err(Error::Internal("I have said enough".to_owned()))
});
