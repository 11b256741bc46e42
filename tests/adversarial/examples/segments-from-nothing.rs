//! Puts words where there were none.
//!
//! verdict: output
//! because: it put words into segment

docmill_adversaries::translator!(|segments| segments
    .iter()
    .map(|segment| format!("{segment}!"))
    .collect());
