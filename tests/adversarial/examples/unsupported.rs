//! Says that the source is not for it, so that the next extractor gets its turn.
//!
//! verdict: fine

use docmill_plugin::prelude::*;

docmill_adversaries::extractor!(|_| Err(Error::Unsupported("not my kind of text".to_owned())));
