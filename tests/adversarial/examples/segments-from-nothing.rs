//! Puts words where there were none.
//!
//! verdict: output
//! because: it put words into segment
//! breaks: T-2

docmill_adversaries::translator!(|segments| segments
    .iter()
    .map(|segment| format!("{segment}!"))
    .collect());
