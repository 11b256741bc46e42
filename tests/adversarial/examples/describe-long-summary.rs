//! Gives itself a summary that fits into no table.
//!
//! verdict: rejected
//! because: its summary has 2500 bytes
//! breaks: D-6

docmill_adversaries::described_as!(|mut description| {
    description.summary = "word ".repeat(500);
    description
});
