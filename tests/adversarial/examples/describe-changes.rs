//! Describes itself otherwise whenever it is asked again, which nobody sees who asks each instance
//! once.
//!
//! verdict: fine
//! breaks: D-2

use std::sync::atomic::{AtomicU32, Ordering};

docmill_adversaries::described_as!(|mut description| {
    static ASKED: AtomicU32 = AtomicU32::new(0);
    description.summary =
        format!("Was asked {} times before", ASKED.fetch_add(1, Ordering::SeqCst));
    description
});
