//! The keys of results: one digest of everything a result depends on, so that equal keys mean equal results.

use std::sync::Arc;

use super::step::Step;
use crate::model::{Digest, Findings, Hasher, SourceInfo};

/// The digest of everything an extraction depends on.
pub(super) fn extraction_key(step: &Step, info: &SourceInfo) -> Digest {
    key_of_extraction(step.digest(), info)
}

/// See [`extraction_key`]; `step` is the digest of the step.
pub(super) fn key_of_extraction(step: Digest, info: &SourceInfo) -> Digest {
    let mut hasher = Hasher::new("docmill extraction 1");
    hasher.field(step.as_bytes());
    hasher.field(info.media_type.as_str().as_bytes());
    hasher.field(info.digest.as_bytes());
    // What the container knows becomes part of the document.
    for attribute in &info.attributes {
        hasher.field(attribute.name.as_bytes()).field(attribute.value.as_bytes());
    }
    hasher.finish()
}

/// The digest of everything a finding depends on.
pub(super) fn finding_key(
    step: &Step,
    document: Digest,
    reads: &[(String, Arc<Findings>)],
) -> Digest {
    key_of_finding(step.digest(), document, reads)
}

/// See [`finding_key`]; `step` is the digest of the step.
pub(super) fn key_of_finding(
    step: Digest,
    document: Digest,
    reads: &[(String, Arc<Findings>)],
) -> Digest {
    let mut hasher = Hasher::new("docmill finding 1");
    hasher.field(step.as_bytes()).field(document.as_bytes());
    for (name, findings) in reads {
        hasher.field(name.as_bytes()).field(findings.digest().as_bytes());
    }
    hasher.finish()
}
