//! Describes itself in more words than anybody reads.
//!
//! verdict: rejected
//! because: it handed over more than its limit
//! breaks: L-1

docmill_adversaries::described_as!(|mut description| {
    description.summary = "word ".repeat(1 << 20);
    description
});
