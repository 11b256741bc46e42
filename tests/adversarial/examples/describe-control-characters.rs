//! Gives itself a version that clears the terminal.
//!
//! verdict: rejected
//! because: it gives its version as
//! breaks: D-5

docmill_adversaries::described_as!(|mut description| {
    description.version = "\u{1b}[2J1.0.0".to_owned();
    description
});
