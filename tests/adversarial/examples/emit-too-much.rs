//! Takes one member after the other out of a container that is nearly empty.
//!
//! verdict: output
//! because: the container holds more than its limit of 4.0 MiB
//! breaks: L-2

use docmill_plugin::prelude::*;

docmill_adversaries::unpacker!(|_| {
    for number in 0_u64.. {
        emit(Member {
            name: number.to_string(),
            media_type: Some("application/octet-stream".to_owned()),
            content: vec![0; 1 << 19],
            attributes: Vec::new(),
        });
    }
    Ok(())
});
