//! Tells whether the document is the one it saw before, if it saw one.
//!
//! verdict: fine
//! value: the same
//! breaks: R-3

use std::sync::Mutex;

use docmill_plugin::prelude::*;

static LAST: Mutex<Option<String>> = Mutex::new(None);

docmill_adversaries::analyzer!(|document| {
    let last = LAST.lock().expect("one thread").replace(document.text.clone());
    let other = last.is_some_and(|last| last != document.text);
    Ok(vec![Annotation::of_document("finding").with_value(if other {
        "another"
    } else {
        "the same"
    })])
});
