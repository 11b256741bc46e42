//! Is a container of itself, and so on without end.
//!
//! verdict: host
//! because: containers within each other, and the limit is 5

use docmill_plugin::prelude::*;

docmill_adversaries::unpacker!(|container| {
    emit(Member {
        name: "itself".to_owned(),
        media_type: Some("text/plain".to_owned()),
        content: container.read_all(),
        attributes: Vec::new(),
    });
    Ok(())
});
