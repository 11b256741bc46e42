//! Loses a segment in translation.
//!
//! verdict: output
//! because: segments for

docmill_adversaries::translator!(|mut segments| {
    segments.pop();
    segments
});
