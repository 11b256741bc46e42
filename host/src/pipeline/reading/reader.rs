//! Runs the steps that a walk asks for on one source, and gathers what they return.

use std::collections::{BTreeSet, HashSet};

use super::source::Source;
use super::walk::{
    Came, Due, EarlierFinding, Parts, ReadDocument, Reuse, Text, Walked, Work, walk,
};
use crate::capabilities::{MemberSink, patiently};
use crate::error::Hinted;
use crate::ingest::Unreadable;
use crate::model::{
    Attempt, Attribute, ByteSize, Cost, Digest, Document, DocumentId, Extracted, Failure,
    FailureClass, FailureId, Finding, Findings, Hint, LimitName, LogLevel, LogLine, PluginName,
    Provenance, RECORD, RunId, SourceState, Weight,
};
use crate::pipeline::assembly::Pipeline;
use crate::pipeline::key::extraction_key;
use crate::pipeline::step::Step;
use crate::sandbox::{Called, Stopped};

/// What comes out of a source may take about so much memory, or four times what a step may hand
/// over where that is more: one step after the other adds to it, and all of it is stored at once.
const LARGEST_RESULTS: u64 = 128 << 20;

/// Where an unpacker puts members: asked for once for each unpacker that has a try.
pub(in crate::pipeline) type Sinks<'a> = &'a dyn Fn() -> Box<dyn MemberSink>;

/// Takes one source through the steps of a pipeline.
pub(in crate::pipeline) struct Reader<'a> {
    pub(in crate::pipeline) pipeline: &'a Pipeline,
    pub(in crate::pipeline) source: &'a Source,
    /// The run that it is part of.
    pub(in crate::pipeline) run: RunId,
    /// Takes the members of a container; without it, no unpacker is asked.
    pub(in crate::pipeline) members: Option<Sinks<'a>>,
    /// The steps that are asked what they find in documents, if not all.
    pub(in crate::pipeline) wanted: Option<&'a [PluginName]>,
}

/// What came of a source.
pub(in crate::pipeline) struct Computed<'a> {
    pub(in crate::pipeline) walked: Walked,
    pub(in crate::pipeline) state: SourceState,
    /// What was found, each with the place of its document.
    pub(in crate::pipeline) findings: Vec<(u32, Finding)>,
    /// What goes, as nothing takes its place: of which step in which document.
    pub(in crate::pipeline) retired: Vec<(u32, PluginName)>,
    pub(in crate::pipeline) failures: Vec<Failure>,
    /// Every call, what it cost, and whether it failed.
    pub(in crate::pipeline) calls: Vec<(&'a Step, Cost, bool)>,
}

/// Why a source could not be taken through the steps.
pub(in crate::pipeline) enum Halted<E> {
    /// What is kept of it could not be asked for.
    Reuse(E),
    /// Its bytes are needed and cannot be read.
    Source(Unreadable),
}

impl<E> From<E> for Halted<E> {
    fn from(error: E) -> Halted<E> {
        Halted::Reuse(error)
    }
}

impl<'a> Reader<'a> {
    /// Takes the source through the steps. Of earlier results, what `reuse` has is not computed
    /// again.
    pub(in crate::pipeline) fn read<R: Reuse>(
        &self,
        reuse: &mut R,
    ) -> Result<Computed<'a>, Halted<R::Error>> {
        let mut work: Reading<'_, 'a, R::Error> = Reading {
            reader: self,
            findings: Vec::new(),
            retired: Vec::new(),
            failures: Vec::new(),
            calls: Vec::new(),
            held: 0,
            copied: (0, 0),
            full: BTreeSet::new(),
            may_have_parts: false,
            error: std::marker::PhantomData,
        };
        let info = &self.source.info;
        let walked = if info.size == 0 {
            let empty = Failed::new(FailureClass::Malformed, "the source is empty");
            work.fail(None, None, empty);
            Walked::default()
        } else {
            walk(self.pipeline, info, reuse, &mut work)?
        };
        let is_taken = matches!(walked.parts, Parts::Taken | Parts::Kept)
            || matches!(walked.text, Text::Read(_) | Text::Kept);
        let no_failure = work.failures.is_empty();
        let is_known = matches!(walked.text, Text::Unreadable | Text::FailedBefore);
        if no_failure && !is_taken && !is_known {
            work.fail(None, None, unsupported(info.media_type.as_str(), &walked.reasons));
        }
        let is_failed = work.failures.iter().any(|failure| failure.class.is_failure());
        let is_empty = walked.parts == Parts::None
            && matches!(&walked.text, Text::Read(documents) if documents.iter().all(ReadDocument::is_blank));
        if is_empty && !is_failed {
            let empty = Failed::new(FailureClass::Empty, "there is no text in it");
            work.fail(None, None, empty);
        }
        let state = match (is_failed, is_taken) {
            (true, _) => SourceState::Failed,
            (false, true) if is_empty => SourceState::Empty,
            (false, true) => SourceState::Done,
            (false, false) => SourceState::Unsupported,
        };
        let Reading { findings, retired, failures, calls, .. } = work;
        Ok(Computed { walked, state, findings, retired, failures, calls })
    }
}

/// What a record of a failure says of how something failed, whoever is to blame.
struct Failed {
    class: FailureClass,
    causes: Vec<String>,
    hint: Option<Box<Hint>>,
    backtrace: Vec<String>,
    log: Vec<LogLine>,
    cost: Option<Box<Cost>>,
}

impl Failed {
    fn new(class: FailureClass, cause: impl Into<String>) -> Failed {
        let (hint, cost, causes) = (None, None, vec![cause.into()]);
        Failed { class, causes, hint, backtrace: Vec::new(), log: Vec::new(), cost }
    }

    /// The same, after calls that went well and cost this.
    fn after(self, mut cost: Cost) -> Failed {
        cost += self.cost.as_deref().copied().unwrap_or_default();
        Failed { cost: Some(Box::new(cost)), ..self }
    }
}

impl From<Stopped> for Failed {
    fn from(stopped: Stopped) -> Failed {
        Failed {
            class: stopped.class(),
            causes: stopped.causes(),
            hint: stopped.hint().map(Box::new),
            backtrace: stopped.backtrace,
            log: stopped.log,
            cost: stopped.cost,
        }
    }
}

impl From<Unreadable> for Failed {
    /// A step could not do its work for want of the bytes.
    fn from(reason: Unreadable) -> Failed {
        let hint = reason.hint().map(Box::new);
        Failed { hint, ..Failed::new(reason.class(), reason.causes().join(": ")) }
    }
}

fn unsupported(media_type: &str, reasons: &[String]) -> Failed {
    let cause = format!("no plugin of the pipeline reads `{media_type}`");
    let mut failed = Failed::new(FailureClass::Unsupported, cause);
    failed.causes.extend(reasons.iter().cloned());
    failed.hint = Some(Box::new(Hint::AddExtractorOf(media_type.to_owned())));
    failed
}

/// How much memory all that comes out of a source may take with what this step adds to it, in
/// bytes.
fn most_of(step: &Step) -> u64 {
    LARGEST_RESULTS.max(step.limits.output.as_u64().saturating_mul(4))
}

fn too_much(step: &Step) -> Failed {
    let most = ByteSize(most_of(step));
    let cause = format!("with it, what came out of the source takes more than {most}");
    let hint = Some(Box::new(Hint::RaiseLimit(LimitName::Output)));
    Failed { hint, ..Failed::new(FailureClass::Output, cause) }
}

/// That so many documents take too much memory: most of it is what each of them takes whatever it
/// says, so a source that has more of them is better taken apart.
fn too_many(mut failed: Failed, documents: u64) -> Failed {
    if documents.saturating_mul(RECORD) >= LARGEST_RESULTS / 2 {
        let each = ByteSize(RECORD);
        failed
            .causes
            .push(format!("it has {documents} documents, and each counts {each} at least"));
        failed.hint = Some(Box::new(Hint::TakeApart));
    }
    failed
}

/// No plugin is to blame for it, and in a moment it may be otherwise.
fn is_of_machine(stopped: &Stopped) -> bool {
    stopped.class() == FailureClass::Machine
}

/// A source while it is read.
struct Reading<'r, 'a, E> {
    reader: &'r Reader<'a>,
    findings: Vec<(u32, Finding)>,
    retired: Vec<(u32, PluginName)>,
    failures: Vec<Failure>,
    calls: Vec<(&'a Step, Cost, bool)>,
    /// About how much memory all results and failures have so far, in bytes, and take until they
    /// are stored.
    held: u64,
    /// Of the document that is read, by its place: about how much the findings that other steps
    /// read take once more, in bytes.
    copied: (u32, u64),
    /// The steps of which no further document can be held, each with a failure that says so.
    full: BTreeSet<&'a PluginName>,
    /// Whether an unpacker had a try, or would have one: what has parts need not have a text.
    may_have_parts: bool,
    error: std::marker::PhantomData<E>,
}

impl<'a, E> Work<'a> for Reading<'_, 'a, E> {
    type Halt = Halted<E>;

    fn unpack(&mut self, step: &'a Step, _: bool) -> Result<Came<()>, Halted<E>> {
        let Some(sinks) = self.reader.members else {
            self.may_have_parts = true;
            return Ok(Came::Untold);
        };
        let Source { bytes, depth, .. } = self.reader.source;
        let container = self.reader.source.for_plugin().map_err(Halted::Source)?;
        let sandbox = self.reader.pipeline.sandbox();
        let called = step.unpack_at(sandbox, container, sinks(), *depth);
        let called = called.map_err(Failed::from).and_then(|called| {
            // What came out of a file that somebody wrote to meanwhile is no content that it ever
            // had.
            match bytes.get().and_then(|blob| Ok(blob.verify()?)) {
                Ok(()) => Ok(called),
                Err(reason) => Err(Failed::from(reason).after(called.cost)),
            }
        });
        let came = self.came(step, None, called).map(|called| called.value);
        self.may_have_parts |= !matches!(came, Came::Unsupported(_));
        Ok(came)
    }

    fn extract(&mut self, step: &'a Step, _: bool) -> Result<Came<Vec<ReadDocument>>, Halted<E>> {
        let Source { info, depth, .. } = self.reader.source;
        if let Some(reason) = self.reader.source.too_large() {
            self.fail(None, Some(step), reason.into());
            return Ok(Came::Failed);
        }
        let source = self.reader.source.for_plugin().map_err(Halted::Source)?;
        let sandbox = self.reader.pipeline.sandbox();
        let called = patiently(is_of_machine, || step.extract_at(sandbox, source.clone(), *depth));
        let may_have_parts = self.may_have_parts;
        let called = called.map(|called| match may_have_parts {
            true => called,
            false => called.map(at_least_one),
        });
        // Each document gets what the container says of the source.
        let called = called.map_err(Failed::from).and_then(|called| {
            let each = info.attributes.held().saturating_add(RECORD);
            let documents = called.value.len() as u64;
            let besides = each.saturating_mul(documents);
            let held = self.hold(step, called.value.held().saturating_add(besides), called);
            held.map_err(|failed| too_many(failed, documents))
        });
        Ok(self.came(step, None, called).map(|called| {
            let provenance = self.provenance(step, extraction_key(step, info), called.cost);
            let document = |extracted| ReadDocument {
                extracted: with_attributes(extracted, &info.attributes),
                provenance: provenance.clone(),
            };
            called.value.into_iter().map(document).collect()
        }))
    }

    fn wants(&self, step: &Step) -> bool {
        self.reader.wanted.is_none_or(|wanted| wanted.contains(&step.name))
    }

    fn find(
        &mut self,
        step: &'a Step,
        index: u32,
        document: &Document,
        _: Option<&EarlierFinding>,
        due: Due,
    ) -> Result<Came<Option<Findings>>, Halted<E>> {
        // Only who tells nothing makes others wait for it.
        let Due::Certain { key, prior } = due else { return Ok(Came::Untold) };
        // A source may have very many documents, and each of these would fail as the one before it
        // did.
        if self.full.contains(&step.name) {
            return Ok(Came::Failed);
        }
        if self.copied.0 != index {
            self.copied = (index, 0);
        }
        let prior = prior.into_iter().collect();
        let Reader { pipeline, source, .. } = self.reader;
        let is_read = pipeline.is_read(&step.name);
        let called = patiently(is_of_machine, || {
            step.find_at(pipeline.sandbox(), document, &prior, source.depth)
        });
        let called = called.map_err(Failed::from).and_then(|called| {
            let bytes = called.value.held();
            self.copied.1 = self.copied.1.saturating_add(if is_read { bytes } else { 0 });
            self.hold(step, bytes.saturating_add(RECORD), called)
        });
        let called = called.map_err(|failed| self.hold_failure(step, failed));
        Ok(self.came(step, Some(index), called).map(|called| {
            let copy = is_read.then(|| called.value.clone());
            let provenance = self.provenance(step, key, called.cost);
            let step = step.name.clone();
            self.findings.push((index, Finding { step, findings: called.value, provenance }));
            copy
        }))
    }

    fn retire(&mut self, index: u32, step: &PluginName) {
        self.retired.push((index, step.clone()));
    }
}

impl<'a, E> Reading<'_, 'a, E> {
    /// Counts a result that takes so many bytes, unless that is too much beside what there is
    /// already.
    fn hold<T>(&mut self, step: &Step, bytes: u64, called: Called<T>) -> Result<Called<T>, Failed> {
        if !self.has_room(step, bytes) {
            return Err(too_much(step).after(called.cost));
        }
        self.held = self.held.saturating_add(bytes);
        Ok(called)
    }

    /// Counts how a step ended on a document. Once there is no room for that either, it is the last
    /// document that the step reads: a source may have very many, and a plugin may log on each.
    fn hold_failure(&mut self, step: &'a Step, failed: Failed) -> Failed {
        // That one is not kept.
        if failed.class == FailureClass::Unsupported {
            return failed;
        }
        let Failed { causes, hint, backtrace, log, .. } = &failed;
        let words = causes.held() + hint.as_deref().map_or(0, Weight::held) + backtrace.held();
        let bytes = words.saturating_add(log.held()).saturating_add(RECORD);
        if self.has_room(step, bytes) {
            self.held = self.held.saturating_add(bytes);
            return failed;
        }
        self.full.insert(&step.name);
        let mut last = too_much(step).after(failed.cost.as_deref().copied().unwrap_or_default());
        last.causes.push("no document after this one was read".to_owned());
        last
    }

    /// Whether there is room for so many bytes beside all that came out of the source so far.
    fn has_room(&self, step: &Step, bytes: u64) -> bool {
        self.held.saturating_add(self.copied.1).saturating_add(bytes) <= most_of(step)
    }

    /// Notes how a call ended.
    fn came<T>(
        &mut self,
        step: &'a Step,
        document: Option<u32>,
        called: Result<Called<T>, Failed>,
    ) -> Came<Called<T>> {
        match called {
            Ok(called) => {
                self.calls.push((step, called.cost, false));
                pass_on(step, self.reader.source, &called.log);
                Came::Out(called)
            }
            Err(failed) => {
                let is_unsupported = failed.class == FailureClass::Unsupported;
                let cost = failed.cost.as_deref().copied().unwrap_or_default();
                self.calls.push((step, cost, !is_unsupported));
                if is_unsupported {
                    return Came::Unsupported(failed.causes.join(": "));
                }
                self.fail(document, Some(step), failed);
                Came::Failed
            }
        }
    }

    fn provenance(&self, step: &Step, key: Digest, cost: Cost) -> Provenance {
        Provenance {
            plugin: step.plugin.description.name.clone(),
            version: step.plugin.description.version.clone(),
            role: step.plugin.role,
            component: step.plugin.digest,
            contract: step.plugin.contract,
            settings: step.configuration,
            key,
            run: self.reader.run,
            cost,
        }
    }

    fn fail(&mut self, document: Option<u32>, step: Option<&Step>, failed: Failed) {
        let info = &self.reader.source.info;
        let document = document.map(|index| DocumentId::of(&info.name, index));
        self.failures.push(Failure {
            id: FailureId::of(&info.name, document, step.map(|step| &step.name)),
            source: info.name.clone(),
            original: Some(info.digest),
            document,
            step: step.map(|step| step.name.clone()),
            component: step.map(|step| step.plugin.digest),
            attempt: step.map(|step| Attempt {
                plugin: step.plugin.description.name.clone(),
                version: step.plugin.description.version.clone(),
                limits: step.limits,
                configuration: step.kept,
            }),
            cost: failed.cost.map(|cost| *cost),
            class: failed.class,
            causes: failed.causes,
            hint: failed.hint.map(|hint| *hint),
            backtrace: failed.backtrace,
            log: failed.log,
            run: self.reader.run,
        });
    }
}

impl<T> Came<T> {
    fn map<U>(self, map: impl FnOnce(T) -> U) -> Came<U> {
        match self {
            Came::Out(out) => Came::Out(map(out)),
            Came::Unsupported(why) => Came::Unsupported(why),
            Came::Failed => Came::Failed,
            Came::Untold => Came::Untold,
        }
    }
}

/// A failure that is docmill's part: a source that cannot be read, or a bug.
pub(in crate::pipeline) fn own_failure(
    source: &crate::model::SourceName,
    original: Option<Digest>,
    reason: Unreadable,
    run: RunId,
) -> Failure {
    Failure {
        id: FailureId::of(source, None, None),
        source: source.clone(),
        original,
        document: None,
        step: None,
        component: None,
        attempt: None,
        cost: None,
        class: reason.class(),
        causes: reason.causes(),
        hint: reason.hint(),
        backtrace: Vec::new(),
        log: Vec::new(),
        run,
    }
}

/// Passes on what a plugin logged during a call that went well; otherwise it is kept with the
/// failure.
fn pass_on(step: &Step, source: &Source, log: &[LogLine]) {
    for LogLine { level, message } in log {
        let (step, source) = (step.name.as_str(), source.info.name.as_str().escape_debug());
        let message = message.escape_debug();
        match level {
            LogLevel::Error => {
                tracing::error!(target: "docmill::plugin", step, %source, "{message}")
            }
            LogLevel::Warn => tracing::warn!(target: "docmill::plugin", step, %source, "{message}"),
            LogLevel::Info => tracing::info!(target: "docmill::plugin", step, %source, "{message}"),
            LogLevel::Debug => {
                tracing::debug!(target: "docmill::plugin", step, %source, "{message}")
            }
            LogLevel::Trace => {
                tracing::trace!(target: "docmill::plugin", step, %source, "{message}")
            }
        }
    }
}

/// A source in which an extractor finds no document is one without text: so it is on the lists.
pub(super) fn at_least_one(documents: Vec<Extracted>) -> Vec<Extracted> {
    if documents.is_empty() { vec![Extracted::default()] } else { documents }
}

/// With this attribute an extractor names another one that it had to guess; it is for the host, and
/// goes no further.
const GUESSED: &str = "guessed";

/// Adds what the container says and the extractor did not find, or only guessed: of what both know,
/// the text's own words win. What the container says is kept apart as well, with the source.
pub(super) fn with_attributes(mut extracted: Extracted, attributes: &[Attribute]) -> Extracted {
    let own = &mut extracted.document.attributes;
    let said = |name: &str| attributes.iter().any(|it| it.name == name);
    let guesses: HashSet<String> = (own.iter().filter(|it| it.name == GUESSED))
        .filter(|it| said(&it.value))
        .map(|it| it.value.clone())
        .collect();
    own.retain(|it| it.name != GUESSED && !guesses.contains(&it.name));
    let found: HashSet<String> = own.iter().map(|it| it.name.clone()).collect();
    let missing = attributes.iter().filter(|it| it.name != GUESSED && !found.contains(&it.name));
    own.extend(missing.cloned());
    extracted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_container_knows_fills_gaps_only() {
        let attribute =
            |name: &str, value: &str| Attribute { name: name.to_owned(), value: value.to_owned() };
        let mut extracted = Extracted::default();
        extracted.document.attributes.push(attribute("title", "found"));
        let extracted = with_attributes(
            extracted,
            &[attribute("title", "claimed"), attribute("date", "2025"), attribute("date", "2026")],
        );
        let values: Vec<_> =
            extracted.document.attributes.iter().map(|it| it.value.as_str()).collect();
        assert_eq!(values, ["found", "2025", "2026"]);
    }

    #[test]
    fn what_the_text_says_wins_unless_it_was_guessed() {
        let attribute = |(name, value): (&str, &str)| Attribute {
            name: name.to_owned(),
            value: value.to_owned(),
        };
        let check = |found: &[(&str, &str)], said: &[(&str, &str)], expected: &[(&str, &str)]| {
            let mut extracted = Extracted::default();
            extracted.document.attributes = found.iter().copied().map(attribute).collect();
            let said: Vec<_> = said.iter().copied().map(attribute).collect();
            let extracted = with_attributes(extracted, &said);
            let got: Vec<_> = (extracted.document.attributes.iter())
                .map(|it| (it.name.as_str(), it.value.as_str()))
                .collect();
            assert_eq!(got, expected);
        };
        let both = [("title", "of the text"), ("date", "2025"), ("creator", "VNA")];
        let container = [("title", "of the feed"), ("date", "2024"), ("creator", "feed")];
        check(&both, &container, &both);
        let guessed = [("title", "first line"), ("guessed", "title"), ("date", "2025")];
        check(&guessed, &container, &[("date", "2025"), container[0], container[2]]);
        // A guess is better than nothing, and what was guessed goes no further.
        check(&guessed, &[], &[("title", "first line"), ("date", "2025")]);
        // A container does not tell which words of a text are guesses.
        check(&both[..1], &[("guessed", "title"), container[0]], &both[..1]);
    }
}
