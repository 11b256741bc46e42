//! Says that the container is not for it, so that the next unpacker gets its turn, and then
//! extractors.
//!
//! verdict: fine

use docmill_plugin::prelude::*;

docmill_adversaries::unpacker!(|_| Err(Error::Unsupported("not my kind of container".to_owned())));
