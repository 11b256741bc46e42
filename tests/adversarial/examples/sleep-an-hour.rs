//! Sleeps for an hour, which takes no time, as its clock moves by being waited for.
//!
//! verdict: fine
//! value: true
//! probes: H-8

use docmill_plugin::prelude::*;

use std::time::{Duration, Instant};

docmill_adversaries::analyzer!(|_| {
    let before = Instant::now();
    std::thread::sleep(Duration::from_secs(3600));
    let slept = before.elapsed() >= Duration::from_secs(3600);
    Ok(vec![Annotation::of_document("finding").with_value(slept)])
});
