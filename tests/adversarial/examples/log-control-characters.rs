//! Logs what would rewrite the operator's terminal, then panics so that its log is kept.
//!
//! verdict: trapped
//! because: look at my log

use docmill_plugin::prelude::*;

docmill_adversaries::analyzer!(|_| {
    log::error!("\u{1b}[2J\u{1b}]0;owned\u{7}\u{202e}\r\nerror: all is well");
    panic!("look at my log")
});
