//! Waits for its own findings; the runner calls its step `hostile`.
//!
//! verdict: rejected
//! because: wait for each other's findings

docmill_adversaries::described_as!(|description| description.reads("hostile"));
