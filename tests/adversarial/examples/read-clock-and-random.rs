//! Asks for the time, and for random keys: every run gets the same.
//!
//! verdict: fine
//! breaks: R-2
//! probes: H-8

use docmill_plugin::prelude::*;

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::time::{Instant, SystemTime};

docmill_adversaries::analyzer!(|_| {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let begun = Instant::now();
    // The keys of a hash map come from the system's randomness.
    let key = RandomState::new().hash_one("key");
    let value = format!("{now:?} {key:016x} {:?}", begun.elapsed());
    Ok(vec![Annotation::of_document("finding").with_value(value)])
});
