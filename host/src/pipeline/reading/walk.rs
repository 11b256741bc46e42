//! The one walk over the steps that a source takes: a run computes what the walk asks for, a plan
//! counts it.
//!
//! Unpackers have a try one after the other until one takes the source apart, then extractors until
//! one reads it: where both accept a source, its parts and its text are two things. Translators,
//! classifiers and analyzers follow on every document, each after those it reads.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::{
    Digest, Document, Extracted, FindingSummary, Findings, MediaType, PluginName, Provenance, Role,
    SourceInfo,
};
use crate::pipeline::assembly::Pipeline;
use crate::pipeline::key::finding_key;
use crate::pipeline::step::Step;

/// A document of a source, and how it came about.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadDocument {
    /// The document, and what stood around it.
    pub extracted: Extracted,
    /// Who extracted it.
    pub provenance: Provenance,
}

impl ReadDocument {
    /// Whether there is nothing to read in it.
    pub(in crate::pipeline) fn is_blank(&self) -> bool {
        self.extracted.document.is_blank()
    }
}

/// A document that extracting the source again would give.
pub(in crate::pipeline) struct KeptDocument {
    pub(in crate::pipeline) document: ReadDocument,
    pub(in crate::pipeline) digest: Digest,
    /// What was found in it.
    pub(in crate::pipeline) found: Vec<EarlierFinding>,
}

/// What a step found in a document before.
pub(in crate::pipeline) struct EarlierFinding {
    pub(in crate::pipeline) summary: FindingSummary,
    /// What it was, if another step reads it: a translation is as long as its text, and few
    /// findings are read.
    pub(in crate::pipeline) findings: Option<Findings>,
}

/// What of earlier results still holds for a source. Nothing does where nothing is kept:
/// [`Afresh`].
pub(in crate::pipeline) trait Reuse {
    type Error;

    /// Whether every unpacker and extractor had a try as they are now, and none reads it.
    fn is_unreadable(&self) -> bool;

    /// Whether unpackers would do with it what they did, and what came out lies where it was put.
    fn has_parts(&self) -> bool;

    /// Its documents, if extracting it would give the very same. Asked at most once.
    fn documents(&mut self) -> Result<Option<Vec<KeptDocument>>, Self::Error>;

    /// Whether reading it would fail as it failed before.
    fn fails_again(&self) -> bool {
        false
    }

    /// What was found in the document at this place, which was extracted just now. It may have come
    /// out of another extractor before.
    fn found(&mut self, index: u32) -> Result<Vec<EarlierFinding>, Self::Error>;

    /// Whether a step had come to an end on all documents that are kept: what it did not find then
    /// it would not find now.
    fn is_settled(&self, step: &Step) -> bool;
}

/// Nothing is kept of the source.
pub(in crate::pipeline) struct Afresh;

impl Reuse for Afresh {
    type Error = std::convert::Infallible;

    fn is_unreadable(&self) -> bool {
        false
    }

    fn has_parts(&self) -> bool {
        false
    }

    fn documents(&mut self) -> Result<Option<Vec<KeptDocument>>, Self::Error> {
        Ok(None)
    }

    fn found(&mut self, _: u32) -> Result<Vec<EarlierFinding>, Self::Error> {
        Ok(Vec::new())
    }

    fn is_settled(&self, _: &Step) -> bool {
        false
    }
}

/// What came of one step that was asked for.
pub(in crate::pipeline) enum Came<T> {
    /// A result.
    Out(T),
    /// The step says that this is not for it, for this reason.
    Unsupported(String),
    /// A failure, which whoever did it has noted.
    Failed,
    /// Nobody has tried.
    Untold,
}

/// What a step has to do on a document.
pub(in crate::pipeline) enum Due {
    /// It has to run; the result will have this key.
    Certain { key: Digest, prior: Vec<(String, Arc<Findings>)> },
    /// It has to run if one of these, whose findings it reads, finds something else than before.
    After(Vec<PluginName>),
}

/// Does what the walk asks for.
pub(in crate::pipeline) trait Work<'p> {
    type Halt;

    /// Lets an unpacker take the source apart. `certain` is whether it has a try whatever came of
    /// others.
    fn unpack(&mut self, step: &'p Step, certain: bool) -> Result<Came<()>, Self::Halt>;

    /// Lets an extractor read the source.
    fn extract(
        &mut self,
        step: &'p Step,
        certain: bool,
    ) -> Result<Came<Vec<ReadDocument>>, Self::Halt>;

    /// A document that is kept comes next, in which this was found before.
    fn keeps(&mut self, _: u32, _: &[EarlierFinding]) {}

    /// Documents would come next, and nobody can say how many.
    fn keeps_untold(&mut self) -> Result<(), Self::Halt> {
        Ok(())
    }

    /// Whether a step is asked at all of what it finds in documents.
    fn wants(&self, _: &Step) -> bool {
        true
    }

    /// Lets a step read the document at `index`, in which it found `before`. Returns what it found
    /// if another step reads that.
    fn find(
        &mut self,
        step: &'p Step,
        index: u32,
        document: &Document,
        before: Option<&EarlierFinding>,
        due: Due,
    ) -> Result<Came<Option<Findings>>, Self::Halt>;

    /// What this step found in the document at `index` is out of date, and nothing takes its place.
    fn retire(&mut self, index: u32, step: &PluginName);
}

/// What became of a source on its way through the steps.
#[derive(Debug, Default)]
pub(in crate::pipeline) struct Walked {
    pub(in crate::pipeline) parts: Parts,
    pub(in crate::pipeline) text: Text,
    /// Why steps that accept such sources would not have this one.
    pub(in crate::pipeline) reasons: Vec<String>,
}

/// What became of the parts of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::pipeline) enum Parts {
    /// No unpacker takes it apart.
    #[default]
    None,
    /// They lie where they were put before.
    Kept,
    /// An unpacker has handed over all of them.
    Taken,
    /// An unpacker failed.
    Failed,
    /// Nobody has tried.
    Untold,
}

/// What became of the text of a source.
#[derive(Debug, Default)]
pub(in crate::pipeline) enum Text {
    /// No extractor reads it.
    #[default]
    None,
    /// Every unpacker and every extractor had a try before, and none reads it.
    Unreadable,
    /// The documents that are kept are what extracting it again would give.
    Kept,
    Read(Vec<ReadDocument>),
    /// An extractor failed.
    Failed,
    /// An extractor failed before, and would again.
    FailedBefore,
    /// Nobody has tried.
    Untold,
}

/// Takes a source through the steps of a pipeline: asks `work` for everything that does not hold
/// any more.
pub(in crate::pipeline) fn walk<'p, R: Reuse, W: Work<'p, Halt: From<R::Error>>>(
    pipeline: &'p Pipeline,
    info: &SourceInfo,
    reuse: &mut R,
    work: &mut W,
) -> Result<Walked, W::Halt> {
    let mut walked = Walked::default();
    if reuse.is_unreadable() {
        walked.text = Text::Unreadable;
        return Ok(walked);
    }
    let media_type = &info.media_type;
    walked.parts = match reuse.has_parts() {
        true if pipeline.accepting(Role::Unpacker, media_type).next().is_some() => Parts::Kept,
        true => Parts::None,
        false => parts(pipeline, media_type, work, &mut walked.reasons)?,
    };
    if let Some(documents) = reuse.documents()? {
        for (index, KeptDocument { document, digest, found }) in (0..).zip(&documents) {
            work.keeps(index, found);
            let document = &document.extracted.document;
            let settled = |step: &Step| reuse.is_settled(step);
            find(pipeline, work, (index, document, *digest), found, settled)?;
        }
        walked.text = Text::Kept;
        return Ok(walked);
    }
    if reuse.fails_again() {
        walked.text = Text::FailedBefore;
        return Ok(walked);
    }
    walked.text = text(pipeline, media_type, work, &mut walked.reasons)?;
    match &walked.text {
        Text::Read(documents) => {
            for (index, document) in (0..).zip(documents) {
                let found = reuse.found(index)?;
                let document = &document.extracted.document;
                find(pipeline, work, (index, document, document.digest()), &found, |_| false)?;
            }
        }
        Text::Untold => work.keeps_untold()?,
        _ => {}
    }
    Ok(walked)
}

/// Lets unpackers have a try, until one takes the source apart.
fn parts<'p, W: Work<'p>>(
    pipeline: &'p Pipeline,
    media_type: &MediaType,
    work: &mut W,
    reasons: &mut Vec<String>,
) -> Result<Parts, W::Halt> {
    let mut parts = Parts::None;
    for step in pipeline.accepting(Role::Unpacker, media_type) {
        match work.unpack(step, parts == Parts::None)? {
            Came::Out(()) => return Ok(Parts::Taken),
            Came::Failed => return Ok(Parts::Failed),
            Came::Unsupported(why) => reasons.push(format!("`{}`: {why}", step.name)),
            Came::Untold => parts = Parts::Untold,
        }
    }
    Ok(parts)
}

/// Lets extractors have a try, until one reads the source.
fn text<'p, W: Work<'p>>(
    pipeline: &'p Pipeline,
    media_type: &MediaType,
    work: &mut W,
    reasons: &mut Vec<String>,
) -> Result<Text, W::Halt> {
    let mut text = Text::None;
    for step in pipeline.accepting(Role::Extractor, media_type) {
        match work.extract(step, matches!(text, Text::None))? {
            Came::Out(documents) => return Ok(Text::Read(documents)),
            Came::Failed => return Ok(Text::Failed),
            Came::Unsupported(why) => reasons.push(format!("`{}`: {why}", step.name)),
            Came::Untold => text = Text::Untold,
        }
    }
    Ok(text)
}

/// Takes one document, at its place and with its digest, through translators, classifiers and
/// analyzers. `found` is what was found in it before.
fn find<'p, W: Work<'p>>(
    pipeline: &'p Pipeline,
    work: &mut W,
    (index, document, digest): (u32, &Document, Digest),
    found: &[EarlierFinding],
    is_settled: impl Fn(&Step) -> bool,
) -> Result<(), W::Halt> {
    let mut so_far: BTreeMap<&str, Arc<Findings>> = BTreeMap::new();
    let mut untold: BTreeSet<&PluginName> = BTreeSet::new();
    // What was found by steps that are gone, or that find nothing now. Of a step that fails, the
    // last good finding stays.
    let mut out_of_date: BTreeSet<&PluginName> = found.iter().map(|it| &it.summary.step).collect();
    for step in pipeline.finders() {
        if !work.wants(step) || !step.applies_to(document) {
            continue;
        }
        let before = found.iter().find(|found| found.summary.step == step.name);
        let after: Vec<PluginName> =
            step.reads.iter().filter(|read| untold.contains(read)).cloned().collect();
        let due = if after.is_empty() {
            let prior: Vec<(String, Arc<Findings>)> = (step.reads.iter())
                .filter_map(|read| Some((read.to_string(), Arc::clone(so_far.get(read.as_str())?))))
                .collect();
            let key = finding_key(step, digest, &prior);
            match before {
                Some(before) if before.summary.provenance.key == key => {
                    out_of_date.remove(&step.name);
                    let findings = before.findings.clone();
                    so_far.extend(findings.map(|it| (step.name.as_str(), Arc::new(it))));
                    continue;
                }
                None if is_settled(step) => continue,
                _ => Due::Certain { key, prior },
            }
        } else {
            Due::After(after)
        };
        match work.find(step, index, document, before, due)? {
            Came::Unsupported(_) => continue,
            Came::Out(findings) => {
                so_far.extend(findings.map(|it| (step.name.as_str(), Arc::new(it))));
            }
            Came::Failed => {}
            Came::Untold => {
                untold.insert(&step.name);
            }
        }
        out_of_date.remove(&step.name);
    }
    for step in out_of_date {
        work.retire(index, step);
    }
    Ok(())
}
