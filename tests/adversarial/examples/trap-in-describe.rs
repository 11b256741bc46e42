//! Panics instead of describing itself.
//!
//! verdict: rejected
//! because: I am nobody

docmill_adversaries::described_as!(|_| panic!("I am nobody"));
