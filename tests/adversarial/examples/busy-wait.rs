//! Waits for its clock to reach tomorrow, and gives up long before.
//!
//! verdict: deadline
//! because: it ran longer than its deadline of 300ms

use std::time::{Duration, Instant};

docmill_adversaries::analyzer!(|_| {
    let before = Instant::now();
    while before.elapsed() < Duration::from_secs(86_400) {}
    Ok(Vec::new())
});
