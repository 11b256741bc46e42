//! Looks for a network: its runtime may import sockets, and the first thing it asks of them ends
//! the call.
//!
//! verdict: trapped
//! because: it asked for the network, which no plugin has

use docmill_plugin::prelude::*;

docmill_adversaries::analyzer!(|_| {
    let connected = std::net::TcpStream::connect("127.0.0.1:80").is_ok();
    Ok(vec![Annotation::of_document("finding").with_value(connected)])
});
