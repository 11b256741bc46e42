//! Panics with a message.
//!
//! verdict: trapped
//! because: no idea what to make of
//! breaks: R-1

docmill_adversaries::analyzer!(|document| panic!(
    "no idea what to make of {} bytes",
    document.text.len()
));
