//! Panics with a message.
//!
//! verdict: trapped
//! because: no idea what to make of

docmill_adversaries::analyzer!(|document| panic!(
    "no idea what to make of {} bytes",
    document.text.len()
));
