//! Is surer than sure.
//!
//! verdict: output
//! because: annotation 0 has the confidence
//! breaks: V-2

use docmill_plugin::prelude::*;

docmill_adversaries::analyzer!(|_| {
    let mut found = Annotation::of_document("finding");
    found.confidence = Some(1.000_001);
    Ok(vec![found])
});
