//! The keys of results: one digest of everything a result depends on, so that equal keys mean equal
//! results.

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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::model::{Annotation, Attribute, ContractVersion, MediaType, SourceName};
    use crate::pipeline::step::step_digest;

    fn attribute(name: &str, value: &str) -> Attribute {
        Attribute { name: name.to_owned(), value: value.to_owned() }
    }

    fn info() -> SourceInfo {
        SourceInfo {
            name: SourceName::new("a.txt").unwrap(),
            media_type: MediaType::new("text/plain").unwrap(),
            size: 3,
            digest: Digest::of(b"abc"),
            container: None,
            attributes: vec![attribute("date", "2025")],
        }
    }

    /// That no two of them are equal.
    fn check_apart(keys: &[Digest]) {
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len(), "{keys:?}");
    }

    #[test]
    fn everything_that_an_extraction_depends_on_counts() {
        let step = Digest::of(b"step");
        let key = |info: &SourceInfo| key_of_extraction(step, info);
        let html = MediaType::new("text/html").unwrap();
        let attributes = |attributes: &[(&str, &str)]| {
            let attributes = attributes.iter().map(|(name, value)| attribute(name, value));
            SourceInfo { attributes: attributes.collect(), ..info() }
        };
        check_apart(&[
            key(&info()),
            key_of_extraction(Digest::of(b"another step"), &info()),
            key(&SourceInfo { media_type: html, ..info() }),
            key(&SourceInfo { digest: Digest::of(b"abd"), ..info() }),
            key(&attributes(&[])),
            key(&attributes(&[("date", "2026")])),
            key(&attributes(&[("title", "2025")])),
            key(&attributes(&[("date", "2025"), ("title", "a")])),
            key(&attributes(&[("title", "a"), ("date", "2025")])),
        ]);
        // What a plugin is never told does not count. Whoever adds a part decides here.
        let SourceInfo { name: _, media_type: _, size: _, digest: _, container: _, attributes: _ } =
            info();
        let moved = SourceInfo {
            name: SourceName::new("b.txt").unwrap(),
            container: Some(SourceName::new("c.zip").unwrap()),
            ..info()
        };
        assert_eq!(key(&moved), key(&info()));
    }

    #[test]
    fn everything_that_a_finding_depends_on_counts() {
        let annotation = |value: &str| {
            Arc::new(Findings::Annotations(vec![Annotation {
                kind: "number".to_owned(),
                span: None,
                value: Some(value.to_owned()),
                confidence: None,
                attributes: Vec::new(),
            }]))
        };
        let [step, document] = [&b"step"[..], b"document"].map(Digest::of);
        let read = |name: &str, value: &str| (name.to_owned(), annotation(value));
        check_apart(&[
            key_of_finding(step, document, &[]),
            key_of_finding(Digest::of(b"another"), document, &[]),
            key_of_finding(step, Digest::of(b"another"), &[]),
            key_of_finding(step, document, &[read("a", "1")]),
            key_of_finding(step, document, &[read("b", "1")]),
            key_of_finding(step, document, &[read("a", "2")]),
            key_of_finding(step, document, &[read("a", "1"), read("b", "1")]),
            key_of_extraction(step, &info()),
        ]);
    }

    #[test]
    fn everything_that_a_step_is_counts() {
        let [one, other] = [&b"one"[..], b"other"].map(Digest::of);
        let version = |major, minor| ContractVersion { major, minor };
        check_apart(&[
            step_digest(one, version(0, 1), one),
            step_digest(other, version(0, 1), one),
            step_digest(one, version(0, 2), one),
            step_digest(one, version(1, 1), one),
            step_digest(one, version(0, 1), other),
        ]);
    }
}
