//! Panics with a message that would clear the operator's terminal.
//!
//! verdict: trapped
//! because: all is well

docmill_adversaries::analyzer!(|_| panic!("\u{1b}[2J\u{202e}all is well"));
