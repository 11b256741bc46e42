//! Hands over a member, and says only then that the container is not for it.
//!
//! verdict: output
//! because: after it had handed over 1 member
//! breaks: U-4

use docmill_plugin::prelude::*;

docmill_adversaries::unpacker!(|_| {
    emit(Member {
        name: "first".to_owned(),
        media_type: None,
        content: vec![0, 1, 2],
        attributes: Vec::new(),
    });
    Err(Error::Unsupported("not my kind of container".to_owned()))
});
