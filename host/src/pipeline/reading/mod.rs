//! Takes one source through the steps, without a store: what a run, a plan and `docmill read` have
//! in common.
//!
//! [`Pipeline::read`] is all it takes to use docmill as a library. A run
//! ([`crate::pipeline::run()`]) reads in the same way, and knows besides what of earlier results
//! still holds.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};

use super::assembly::Pipeline;
use crate::ingest::{Offer, Origin, Unreadable};
use crate::model::{
    Bill, ByteSize, Failure, FailureClass, Finding, PluginName, Role, RunId, SourceInfo,
    SourceName, SourceState,
};

mod again;
mod call;
mod container;
mod reader;
mod source;
mod walk;

pub(super) use again::{Again, Product, prior};
pub(super) use container::{TakenApart, take_apart};
pub(super) use reader::{Computed, Halted, Reader, Sinks, own_failure};
pub use source::Source;
pub(super) use source::unread_info;
use walk::Afresh;
pub use walk::ReadDocument;
pub(super) use walk::{Came, Due, EarlierFinding, KeptDocument, Parts, Reuse, Text, Work, walk};

/// The largest source that is read, unless somebody says otherwise.
pub(super) const LARGEST_SOURCE: ByteSize = ByteSize::mib(64);
/// The most that may come out of one file, unless somebody says otherwise: enough for 50 GB of
/// records of 1 KB.
pub(super) const LARGEST_CONTAINER: ByteSize = ByteSize::gib(256);
/// Containers that have more bytes are not copied into a store, unless somebody says otherwise.
pub(super) const LARGEST_COPY: ByteSize = ByteSize::mib(64);
/// So many readings of one source may wait for those of the sources before it.
const WAITING_READINGS: usize = 16;

/// How sources are read.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// How many sources are read at the same time by [`Pipeline::read_all`]; at least 1.
    pub jobs: usize,
    /// The most of a source that is held in memory, and the largest member of a container. Only
    /// what is taken apart may have more.
    pub largest_source: ByteSize,
    /// The most that may come out of one file, as [`Allowance`](crate::capabilities::Allowance)
    /// counts it; out of a small file may come less.
    pub largest_container: ByteSize,
    /// The translators, classifiers and analyzers that are asked, with those whose findings they
    /// read; `None` for all that there are.
    pub only: Option<Vec<PluginName>>,
}

impl Default for ReadOptions {
    /// One source per processor at a time, 64 MiB for each, 256 GiB for what comes out of one, and
    /// all steps.
    fn default() -> ReadOptions {
        ReadOptions {
            jobs: std::thread::available_parallelism().map_or(1, Into::into),
            largest_source: LARGEST_SOURCE,
            largest_container: LARGEST_CONTAINER,
            only: None,
        }
    }
}

/// What came out of a source.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The source: what it is called, what kind of thing it is, how large, with which digest.
    pub source: SourceInfo,
    /// What became of it.
    pub state: SourceState,
    /// Its documents, in reading order.
    pub documents: Vec<ReadDocument>,
    /// What was found, each with the place of its document among `documents`; by document, then in
    /// the order of the steps.
    pub findings: Vec<(usize, Finding)>,
    /// What failed, in the order in which it did.
    pub failures: Vec<Failure>,
    /// What the calls of each step cost.
    pub bills: BTreeMap<PluginName, Bill>,
    /// What came out of its members, if it is a container and they were to be collected; in the
    /// order of the container.
    pub members: Vec<Reading>,
}

impl Reading {
    /// What a step found in the document at this place.
    pub fn finding(&self, document: usize, step: &str) -> Option<&Finding> {
        let found = self.findings.iter().filter(|(index, _)| *index == document);
        found.map(|(_, finding)| finding).find(|finding| finding.step.as_str() == step)
    }

    /// The failure of a step that refuses its configuration, if there is one: it would refuse for
    /// every source.
    pub fn misconfigured(&self) -> Option<&Failure> {
        self.failures.iter().find(|it| it.class == FailureClass::Misconfigured)
    }

    /// Of a source that could not be read, and the container that it lies in.
    fn unreadable(name: SourceName, container: Option<SourceName>, reason: Unreadable) -> Reading {
        let source = SourceInfo { container, ..unread_info(name) };
        let failure = own_failure(&source.name, None, reason, RunId::NONE);
        Reading {
            source,
            state: SourceState::Failed,
            documents: Vec::new(),
            findings: Vec::new(),
            failures: vec![failure],
            bills: BTreeMap::new(),
            members: Vec::new(),
        }
    }

    fn of(source: SourceInfo, computed: Computed<'_>) -> Reading {
        let Computed { walked, state, findings, failures, calls, .. } = computed;
        let documents = match walked.text {
            Text::Read(documents) => documents,
            _ => Vec::new(),
        };
        let mut bills: BTreeMap<PluginName, Bill> = BTreeMap::new();
        for (step, cost, failed) in calls {
            bills.entry(step.name.clone()).or_default().add(cost, failed);
        }
        let findings = findings.into_iter().map(|(index, it)| (index as usize, it)).collect();
        Reading { source, state, documents, findings, failures, bills, members: Vec::new() }
    }
}

/// Takes readings as they come.
type Each<'a> = &'a mut dyn FnMut(Reading) -> ControlFlow<()>;

impl Pipeline {
    /// Takes a source through all steps and returns what came out, with that of the members of a
    /// container in [`Reading::members`].
    ///
    /// Nothing is stored, and what fails is part of the result. What a container holds is in memory
    /// as a whole then; use [`Pipeline::read_each`] where that may be much.
    pub fn read(&self, source: Source) -> Reading {
        let name = source.info.name.clone();
        let mut inner: Vec<Reading> = Vec::new();
        let _ = self.read_each(source, &ReadOptions::default(), &mut |mut reading| {
            // Members come right before what they were taken out of.
            let is_within =
                |it: &Reading| it.source.container.as_ref() == Some(&reading.source.name);
            let first = inner.iter().rposition(|it| !is_within(it)).map_or(0, |last| last + 1);
            reading.members = inner.split_off(first);
            inner.push(reading);
            ControlFlow::Continue(())
        });
        inner.pop().unwrap_or_else(|| unreachable!("`{name}` comes last"))
    }

    /// Takes a source through the steps and hands over what came out: first of the members of a
    /// container as they come out of it, then of the container. Breaking off ends it early.
    ///
    /// At most two members of a container wait in memory at a time.
    pub fn read_each(
        &self,
        source: Source,
        options: &ReadOptions,
        each: Each<'_>,
    ) -> ControlFlow<()> {
        let wanted = options.only.as_deref().map(|only| self.with_reads(only));
        self.read_source(&source, options, wanted.as_deref(), each)
    }

    /// Takes everything that an origin offers through the steps, several sources at a time, and
    /// hands over what came out in the order of the origin; see [`Pipeline::read_each`]. Breaking
    /// off ends it early.
    pub fn read_all(&self, origin: &mut dyn Origin, options: &ReadOptions, each: Each<'_>) {
        let wanted = options.only.as_deref().map(|only| self.with_reads(only));
        let jobs = options.jobs.max(1);
        // In the order of the origin: one channel for what comes out of each source.
        let (sender, begun) = sync_channel(jobs);
        let origin = Mutex::new(origin);
        std::thread::scope(|scope| {
            for _ in 0..jobs {
                let (sender, origin, wanted) = (sender.clone(), &origin, wanted.as_deref());
                scope.spawn(move || {
                    while let Some((offer, readings)) = next(origin, &sender) {
                        let name = offer.name.clone();
                        // If nobody takes them any more, the next source is not begun either.
                        let mut pass_on = |reading| match readings.send(reading) {
                            Ok(()) => ControlFlow::Continue(()),
                            Err(_) => ControlFlow::Break(()),
                        };
                        let _ = match Source::stream(offer, options.largest_source.as_u64(), self) {
                            Ok(source) => self.read_source(&source, options, wanted, &mut pass_on),
                            Err(reason) => pass_on(Reading::unreadable(name, None, reason)),
                        };
                    }
                });
            }
            // It ends when all of those have.
            drop(sender);
            // Dropped where this breaks off: nothing more can be begun or passed on then.
            for readings in begun {
                for reading in readings {
                    if each(reading).is_break() {
                        return;
                    }
                }
            }
        });
    }

    fn read_source(
        &self,
        source: &Source,
        options: &ReadOptions,
        wanted: Option<&[PluginName]>,
        each: Each<'_>,
    ) -> ControlFlow<()> {
        let info = &source.info;
        let read = |members: Option<Sinks<'_>>| {
            let reader = Reader { pipeline: self, source, run: RunId::NONE, members, wanted };
            reader.read(&mut Afresh).map(|computed| Reading::of(info.clone(), computed))
        };
        let is_container = self.accepting(Role::Unpacker, &info.media_type).next().is_some();
        let (ended, is_whole) = if is_container {
            let unpack = |sinks: Sinks<'_>| read(Some(sinks));
            let taken_apart =
                take_apart(source, options.largest_container.as_u64(), unpack, |name, member| {
                    let flow = match source.member(
                        name.clone(),
                        member,
                        options.largest_source.as_u64(),
                        self.media_types(),
                    ) {
                        Ok(member) => self.read_source(&member, options, wanted, each),
                        Err(reason) => {
                            each(Reading::unreadable(name, Some(info.name.clone()), reason))
                        }
                    };
                    flow.is_continue()
                });
            (taken_apart.unpacked, taken_apart.is_whole)
        } else {
            (read(None), true)
        };
        if !is_whole {
            return ControlFlow::Break(());
        }
        each(match ended {
            Ok(reading) => reading,
            Err(Halted::Source(reason)) => {
                Reading::unreadable(info.name.clone(), info.container.clone(), reason)
            }
            Err(Halted::Reuse(never)) => match never {},
        })
    }

    /// These steps, and those whose findings they read.
    fn with_reads(&self, only: &[PluginName]) -> Vec<PluginName> {
        let mut wanted = only.to_vec();
        // Every step comes after those it reads.
        for step in self.steps().iter().rev() {
            if wanted.contains(&step.name) {
                let more = step.reads.iter().filter(|read| !wanted.contains(read));
                let more: Vec<PluginName> = more.cloned().collect();
                wanted.extend(more);
            }
        }
        wanted
    }
}

/// The next source of an origin, and where what comes out of it goes; `None` if there is none, or
/// nobody waits for it.
fn next(
    origin: &Mutex<&mut dyn Origin>,
    begun: &SyncSender<Receiver<Reading>>,
) -> Option<(Offer, SyncSender<Reading>)> {
    let mut origin = origin.lock().unwrap_or_else(PoisonError::into_inner);
    let offer = origin.next()?;
    let (sender, readings) = sync_channel(WAITING_READINGS);
    // Under the lock, so that they are begun in the order in which they are offered.
    begun.send(readings).ok()?;
    Some((offer, sender))
}
