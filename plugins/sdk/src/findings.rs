//! What earlier plugins found in the document at hand.
//!
//! `None` means that the plugin is not named in [`crate::Description::reads`], is not part of the
//! pipeline, or produced nothing.

use crate::{Annotation, Label};

/// The labels that the named classifier gave to the document at hand.
pub fn labels(classifier: &str) -> Option<Vec<Label>> {
    #[cfg(target_family = "wasm")]
    return crate::bindings::imports::docmill::plugin::findings::labels(classifier);
    #[cfg(not(target_family = "wasm"))]
    crate::testing::labels(classifier)
}

/// The annotations that the named analyzer made in the document at hand.
pub fn annotations(analyzer: &str) -> Option<Vec<Annotation>> {
    #[cfg(target_family = "wasm")]
    return crate::bindings::imports::docmill::plugin::findings::annotations(analyzer);
    #[cfg(not(target_family = "wasm"))]
    crate::testing::annotations(analyzer)
}

/// The text of the document at hand as the named translator rendered it.
pub fn translation(translator: &str, target: &str) -> Option<String> {
    #[cfg(target_family = "wasm")]
    return crate::bindings::imports::docmill::plugin::findings::translation(translator, target);
    #[cfg(not(target_family = "wasm"))]
    crate::testing::translation(translator, target)
}
