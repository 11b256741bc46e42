//! Gives up without a word.
//!
//! verdict: trapped
//! because: it reached code that it declared unreachable
//! breaks: R-1

docmill_adversaries::analyzer!(|_| std::process::abort());
