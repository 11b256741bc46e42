//! Tells what it is told of where its source came from.
//!
//! verdict: fine
//! value: nothing
//! probes: H-11

use docmill_plugin::prelude::*;

docmill_adversaries::extractor!(|source| {
    let told: Vec<String> =
        source.attributes().iter().map(|it| format!("{}={}", it.name, it.value)).collect();
    let told = if told.is_empty() { "nothing".to_owned() } else { told.join("; ") };
    Ok(vec![Document::new(told).into()])
});
