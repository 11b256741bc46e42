//! Talks without end about nothing, and finds something all the same.
//!
//! verdict: fine
//! value: done
//! probes: H-1

use docmill_plugin::prelude::*;

docmill_adversaries::analyzer!(|_| {
    for number in 0..20_000 {
        log::info!("this is message {number} and it says nothing");
    }
    Ok(vec![Annotation::of_document("finding").with_value("done")])
});
