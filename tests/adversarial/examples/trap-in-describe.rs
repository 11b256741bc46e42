//! Panics instead of describing itself.
//!
//! verdict: rejected
//! because: I am nobody
//! breaks: D-3

docmill_adversaries::described_as!(|_| panic!("I am nobody"));
