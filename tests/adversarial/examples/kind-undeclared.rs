//! Finds a kind of thing that it never declared.
//!
//! verdict: output
//! because: annotation 0 is of the kind `surprise`
//! breaks: A-1

use docmill_plugin::prelude::*;

docmill_adversaries::analyzer!(|_| Ok(vec![Annotation::of_document("surprise")]));
