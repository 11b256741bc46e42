//! Looks for a network, which its runtime links only when it is asked for.
//!
//! verdict: rejected
//! because: the sandbox offers no such thing

use docmill_plugin::prelude::*;

docmill_adversaries::analyzer!(|_| {
    let connected = std::net::TcpStream::connect("127.0.0.1:80").is_ok();
    Ok(vec![Annotation::of_document("finding").with_value(connected)])
});
