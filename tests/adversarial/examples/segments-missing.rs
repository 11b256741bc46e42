//! Loses a segment in translation.
//!
//! verdict: output
//! because: segments for
//! breaks: T-1

docmill_adversaries::translator!(|mut segments| {
    segments.pop();
    segments
});
