//! Takes members without content out of a container, one after the other without end.
//!
//! verdict: output
//! because: the container holds more

use docmill_plugin::prelude::*;

docmill_adversaries::unpacker!(|_| loop {
    emit(Member {
        name: String::new(),
        media_type: Some("application/octet-stream".to_owned()),
        content: Vec::new(),
        attributes: Vec::new(),
    });
});
