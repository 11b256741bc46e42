//! Declares a setting twice, so that nobody knows which default holds.
//!
//! verdict: rejected
//! because: it declares the setting `mood` twice
//! breaks: D-7

docmill_adversaries::described_as!(|description| description
    .setting("mood", "good", "How it feels")
    .setting("mood", "bad", "How it feels"));
