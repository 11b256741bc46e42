//! Computes stored results once more and compares them bit for bit: whether plugins are as hermetic
//! as reuse of results takes for granted.

use std::sync::Arc;

use super::assembly::Pipeline;
use super::key::finding_key;
use super::reading::{Again, Product, prior};
use super::step::Step;
use crate::model::{
    Digest, DocumentId, Extracted, Finding, PluginName, Provenance, Role, StoredDocument,
};
use crate::sandbox::Stopped;
use crate::store::{Store, StoreError};

/// How a plugin contradicts what the store has of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contradiction {
    /// It finds something else, and the same each time: the stored result is not what this
    /// component makes of this input.
    Altered,
    /// It finds something else each time: it is not deterministic.
    Erratic,
    /// It fails now, as these causes say.
    Failed(Vec<String>),
}

/// What became of the results that were to be computed once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rechecked {
    /// Results that are the same, bit for bit.
    pub same: u64,
    /// Results that are not.
    pub contradicted: u64,
    /// Results of another component or configuration than the one in force, or whose input is gone:
    /// not computed again.
    pub skipped: u64,
}

/// Computes all results of the `chosen` documents that the pipeline in force made, and tells each
/// contradiction, and each document that is done.
///
/// # Errors
///
/// If the store cannot be read.
pub fn recheck(
    store: &dyn Store,
    pipeline: &Pipeline,
    chosen: &dyn Fn(DocumentId) -> bool,
    found: &mut dyn FnMut(&StoredDocument, &PluginName, Contradiction),
    passed: &mut dyn FnMut(&StoredDocument),
) -> Result<Rechecked, StoreError> {
    let mut rechecked = Rechecked::default();
    for document in store.documents() {
        let document = document?;
        if !chosen(document.id) {
            continue;
        }
        let findings = store.findings(document.id, document.version)?;
        let mut verdicts = vec![extraction(store, pipeline, &document)?];
        verdicts.extend(findings.iter().map(|it| of_finding(pipeline, &document, it, &findings)));
        for verdict in verdicts {
            match verdict {
                None => rechecked.skipped += 1,
                Some((_, None)) => rechecked.same += 1,
                Some((step, Some(contradiction))) => {
                    rechecked.contradicted += 1;
                    found(&document, &step.name, contradiction);
                }
            }
        }
        passed(&document);
    }
    Ok(rechecked)
}

/// The step that made a result and how it contradicts it, or nothing if the result was not computed
/// again.
type Verdict<'a> = Option<(&'a Step, Option<Contradiction>)>;

fn made(step: &Step, provenance: &Provenance) -> bool {
    step.plugin.digest == provenance.component && step.configuration == provenance.settings
}

fn extraction<'a>(
    store: &dyn Store,
    pipeline: &'a Pipeline,
    stored: &StoredDocument,
) -> Result<Verdict<'a>, StoreError> {
    let source = store.source(&stored.source)?;
    let source = source.filter(|source| source.info.digest == stored.original);
    let Some(source) = source else { return Ok(None) };
    let step = (pipeline.steps().iter())
        .find(|step| step.plugin.role == Role::Extractor && made(step, &stored.provenance));
    let (Some(step), Some(bytes)) = (step, store.original(&stored.original)?) else {
        return Ok(None);
    };
    let (bytes, index): (Arc<[u8]>, _) = (bytes.into(), stored.index as usize);
    let run = || -> Result<Option<Extracted>, Stopped> {
        let on = Again::Source { info: &source.info, bytes: &bytes };
        Ok(match step.run_again(pipeline.sandbox(), on)?.value {
            Product::Documents(documents) => documents.into_iter().nth(index),
            _ => None,
        })
    };
    Ok(Some((step, contradiction(&Some(stored.extracted.clone()), run))))
}

fn of_finding<'a>(
    pipeline: &'a Pipeline,
    stored: &StoredDocument,
    finding: &Finding,
    others: &[Finding],
) -> Verdict<'a> {
    let step = pipeline
        .finders()
        .find(|step| step.name == finding.step && made(step, &finding.provenance))?;
    let document = &stored.extracted.document;
    // What it was made of is no longer what there is: it is due, not wrong.
    if finding_key(step, document.digest(), &prior(step, others)) != finding.provenance.key {
        return None;
    }
    let on = Again::Document { document, findings: others };
    let run = || -> Result<Option<Digest>, Stopped> {
        Ok(match step.run_again(pipeline.sandbox(), on)?.value {
            Product::Found(findings) => Some(findings.digest()),
            _ => None,
        })
    };
    Some((step, contradiction(&Some(finding.findings.digest()), run)))
}

/// Compares what comes out now to what is stored, and where it is something else, to what comes out
/// next.
fn contradiction<T: PartialEq>(
    stored: &T,
    run: impl Fn() -> Result<T, Stopped>,
) -> Option<Contradiction> {
    match run() {
        Ok(now) if now == *stored => None,
        Ok(now) => Some(match run() {
            Ok(next) if next == now => Contradiction::Altered,
            _ => Contradiction::Erratic,
        }),
        Err(stopped) => Some(Contradiction::Failed(stopped.causes())),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::sandbox::StopKind;

    #[test]
    fn what_differs_each_time_is_told_from_what_only_differs_from_the_store() {
        let count = Cell::new(0);
        let next = || Ok(count.replace(count.get() + 1));
        assert_eq!(contradiction(&7, next), Some(Contradiction::Erratic));
        assert_eq!(contradiction(&7, || Ok(8)), Some(Contradiction::Altered));
        assert_eq!(contradiction(&7, || Ok(7)), None);
        let failed = || Err(Stopped::new(StopKind::Exit));
        assert_eq!(
            contradiction(&7, failed),
            Some(Contradiction::Failed(vec!["it called `exit`".to_owned()]))
        );
    }
}
