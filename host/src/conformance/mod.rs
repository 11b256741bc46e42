//! Checks a plugin against the numbered clauses of the contract, and calls it for whoever tries it.
//!
//! [`check`] calls a plugin with samples of its own and of the author, in fresh instances and
//! several times in one, and says of every [`Clause`] whether it was kept. `docmill plugin check`
//! shows the [`Report`]; the tests hold every shipped plugin to it. A [`Candidate`] calls it on one
//! source or document at a time, and a [`Case`] says what has to come out.

mod calls;
mod cases;
mod configuration;
mod counting;
mod samples;
mod trial;
mod wording;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::abi::{Answer, Declaration, Task, role_interface};
use crate::capabilities::Usage;
use crate::catalog::{DESCRIBE_LIMITS, Plugin};
use crate::model::{Clause, FailureClass, LogLevel, LogLine, Role};
use crate::sandbox::{Reported, Sandbox, Stopped};

pub use cases::{Case, CaseError, CaseLineError};
pub use configuration::{Configuration, ConfigurationError};
pub use samples::Sample;
pub use trial::{Candidate, Members, Product, Trial, TriedMember, Work};

use calls::Caller;
use samples::Input;

/// What a check found out.
#[derive(Debug, Clone)]
pub struct Report {
    /// One verdict per clause that binds plugins, in the order of their ids.
    pub verdicts: Vec<Verdict>,
    /// The ids of the clauses that were broken, in the order in which to look at them: first those
    /// at which a call ended early, as others often follow from that, and else in the order in
    /// which they were found.
    order: Vec<&'static str>,
    /// How many instances were made to find it out.
    pub instances: u64,
    /// The interfaces of the contract that the plugin called while it was checked, and
    /// [`crate::capabilities::Usage::WASI`].
    pub used: BTreeSet<&'static str>,
    /// What its author should know though no clause was broken: sentences, parts of which are the
    /// plugin's words.
    pub remarks: Vec<String>,
}

/// What became of one clause.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// The clause.
    pub clause: &'static Clause,
    /// What became of it.
    pub outcome: Outcome,
}

/// Whether a clause was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was put to the test and held.
    Kept,
    /// It was broken.
    Broken {
        /// What the plugin did. Parts of it are the plugin's words: whoever prints it escapes it.
        what: String,
        /// The input with which it did so first.
        input: Option<String>,
    },
    /// It was not put to the test.
    NotApplicable(&'static str),
}

impl Report {
    /// The clauses that were broken: first those at which a call ended early, as others often
    /// follow from that.
    pub fn broken(&self) -> impl Iterator<Item = &Verdict> {
        self.order.iter().filter_map(|id| self.verdicts.iter().find(|it| it.clause.id == *id))
    }

    /// The report on a plugin that could not be loaded because it did not describe itself as it
    /// must.
    pub fn of_failed_description(stopped: &Stopped) -> Report {
        let mut findings = Findings::default();
        findings.stopped(stopped, Clause::DESCRIBE_RETURNS, None);
        let order = findings.order();
        let verdicts = findings.verdicts(|_| true);
        let (instances, used, remarks) = (1, BTreeSet::new(), said(&stopped.log));
        Report { verdicts, order, instances, used, remarks }
    }
}

/// The clauses that `describe` keeps if its result was accepted.
const DESCRIPTION: [&Clause; 6] = [
    Clause::DESCRIBE_SEALED,
    Clause::DESCRIBE_RETURNS,
    Clause::PLUGIN_NAMES,
    Clause::VERSION,
    Clause::SUMMARIES,
    Clause::DESCRIBE_UNIQUE,
];
/// The clauses that a declaration keeps if it was accepted.
const DECLARATION: [&Clause; 6] = [
    Clause::MEDIA_TYPES,
    Clause::PAIRS,
    Clause::LABEL_NAMES,
    Clause::KIND_NAMES,
    Clause::DECLARATION_RETURNS,
    Clause::DEFAULTS_WORK,
];
/// The clauses that a result keeps if it was accepted and holds anything.
const RESULT: [&Clause; 24] = [
    Clause::ANNOTATION_KINDS,
    Clause::ANNOTATION_ORDER,
    Clause::LABELS_DECLARED,
    Clause::LABELS_UNIQUE,
    Clause::LABELS_DESCENDING,
    Clause::EVIDENCE_ORDER,
    Clause::OUTPUT_LIMIT,
    Clause::CONTAINER_LIMIT,
    Clause::LOOKUP_LIMIT,
    Clause::HANDLE_LIMIT,
    Clause::MARK_ORDER,
    Clause::ASIDE_POSITIONS,
    Clause::ASIDE_ORDER,
    Clause::ONE_EACH,
    Clause::EMPTY_STAYS,
    Clause::UNPACKERS_EMIT,
    Clause::ONE_MEMBER_AT_A_TIME,
    Clause::MEMBERS_ENDED,
    Clause::SPANS,
    Clause::CONFIDENCE,
    Clause::NAMES,
    Clause::LANGUAGE,
    Clause::VALUES,
    Clause::HANDLES,
];

/// Checks a plugin, and stops looking into what cannot be told once something more basic is broken.
///
/// A plugin that never ends costs one deadline; a well-behaved one some hundred calls on small
/// samples.
pub fn check(
    sandbox: &Sandbox,
    plugin: &Plugin,
    configuration: &Configuration,
    samples: &[Sample],
) -> Report {
    let caller = Caller::new(sandbox, plugin, configuration);
    let mut checker =
        Checker { plugin, caller, findings: Findings::default(), remarks: Vec::new() };
    checker.describe();
    if let Some(declaration) = checker.declare() {
        let inputs = samples::inputs(plugin.role, &declaration, samples);
        // What is likely to come first: documents, as an author has them, before settings that
        // nobody would choose.
        let answered = checker.first_answers(&inputs);
        checker.same_again(&answered);
        if !checker.findings.is_broken(Clause::SAME_AGAIN) {
            checker.any_order(&answered);
        }
        checker.slices(&answered);
        checker.counting(&inputs);
        checker.odd_settings(&inputs);
    }
    let used = checker.caller.used();
    checker.remarks.extend(asked(&used));
    let imported = |interface: &str| {
        plugin.imports.iter().any(|import| import.contract_interface() == Some(interface))
    };
    let applies = |clause: &Clause| {
        clause.functions.iter().any(|function| {
            let interface = function.split('.').next().unwrap_or(function);
            interface == "metadata"
                || interface == role_interface(plugin.role)
                || imported(interface)
        })
    };
    Report {
        order: checker.findings.order(),
        verdicts: checker.findings.verdicts(applies),
        instances: checker.caller.instances(),
        used,
        remarks: checker.remarks,
    }
}

/// The interfaces of the contract that a plugin calls to describe itself, to declare what it does,
/// and to work on samples, and [`crate::capabilities::Usage::WASI`] for any of WASI. On other
/// documents it may call more.
pub fn used(
    sandbox: &Sandbox,
    plugin: &Plugin,
    configuration: &Configuration,
    samples: &[Sample],
) -> BTreeSet<&'static str> {
    let caller = Caller::new(sandbox, plugin, configuration);
    let mut checker =
        Checker { plugin, caller, findings: Findings::default(), remarks: Vec::new() };
    checker.describe();
    if let Some(declaration) = checker.declare() {
        checker.first_answers(&samples::inputs(plugin.role, &declaration, samples));
    }
    checker.caller.used()
}

/// What a plugin asked for that does not change, in words.
fn asked(used: &BTreeSet<&'static str>) -> impl Iterator<Item = String> {
    let about = [
        (
            Usage::CLOCK,
            "it reads the clock, which stands at 1970-01-01T00:00:00Z in every call: take a date from a setting",
        ),
        (
            Usage::RANDOMNESS,
            "it asks for random numbers, and gets the same ones in every call: nothing may depend on them",
        ),
    ];
    about.into_iter().filter(|(name, _)| used.contains(name)).map(|(_, words)| words.to_owned())
}

/// The warnings in a log, and what is worse.
fn said(log: &[LogLine]) -> Vec<String> {
    let is_warning = |line: &&LogLine| matches!(line.level, LogLevel::Warn | LogLevel::Error);
    log.iter().filter(is_warning).map(|line| line.message.clone()).collect()
}

/// What is known about the clauses so far.
#[derive(Default)]
struct Findings {
    kept: BTreeSet<&'static str>,
    /// In the order in which it was found out.
    broken: Vec<Broken>,
}

/// How a clause was broken for the first time.
struct Broken {
    id: &'static str,
    what: String,
    input: Option<String>,
    /// Whether the call came to no end of its own.
    ended_early: bool,
}

impl Findings {
    fn kept(&mut self, clauses: &[&'static Clause]) {
        self.kept.extend(clauses.iter().map(|clause| clause.id));
    }

    fn is_broken(&self, clause: &Clause) -> bool {
        self.broken.iter().any(|broken| broken.id == clause.id)
    }

    /// Only the first time counts: what comes after it tends to be the same again.
    fn broken(&mut self, clause: &'static Clause, what: impl Into<String>, input: Option<&str>) {
        self.put(clause, what.into(), input, false);
    }

    /// A call that ended early broke the clause that it names, else `otherwise`.
    fn stopped(&mut self, stopped: &Stopped, otherwise: &'static Clause, input: Option<&str>) {
        let clause = stopped.clause().unwrap_or(otherwise);
        self.put(clause, stopped.causes().join(": "), input, stopped.clause().is_none());
    }

    fn put(
        &mut self,
        clause: &'static Clause,
        what: String,
        input: Option<&str>,
        ended_early: bool,
    ) {
        if !self.is_broken(clause) {
            let input = input.map(str::to_owned);
            self.broken.push(Broken { id: clause.id, what, input, ended_early });
        }
    }

    /// See [`Report::broken`].
    fn order(&self) -> Vec<&'static str> {
        let (traps, others): (Vec<_>, Vec<_>) = self.broken.iter().partition(|it| it.ended_early);
        traps.into_iter().chain(others).map(|it| it.id).collect()
    }

    fn verdicts(mut self, applies: impl Fn(&Clause) -> bool) -> Vec<Verdict> {
        let mut broken = |clause: &Clause| {
            let at = self.broken.iter().position(|it| it.id == clause.id)?;
            Some(self.broken.swap_remove(at))
        };
        let mut outcome = |clause: &Clause| match broken(clause) {
            Some(Broken { what, input, .. }) => Outcome::Broken { what, input },
            None if !applies(clause) => Outcome::NotApplicable("it is about other plugins"),
            None if self.kept.contains(clause.id) => Outcome::Kept,
            None => Outcome::NotApplicable("no sample led to what it is about"),
        };
        let of_plugins = Clause::ALL.iter().filter(|clause| !clause.id.starts_with('H'));
        of_plugins.map(|clause| Verdict { clause, outcome: outcome(clause) }).collect()
    }
}

/// An input with what the plugin made of it in a fresh instance.
type Answered<'a> = (&'a Input, calls::Answers);

struct Checker<'a> {
    plugin: &'a Plugin,
    caller: Caller<'a>,
    findings: Findings,
    remarks: Vec<String>,
}

impl Checker<'_> {
    fn describe(&mut self) {
        self.findings.kept(&DESCRIPTION);
        let described = Answer::Description(self.plugin.description.clone());
        let again = self.caller.twice(Task::Describe, DESCRIBE_LIMITS());
        self.stable(Clause::DESCRIBE_STABLE, described, again);
    }

    fn declare(&mut self) -> Option<Declaration> {
        let (declared, log) = self.caller.declare_and_say();
        self.remarks = said(&log);
        let declared = match declared {
            Ok(Ok(declared)) => declared,
            Ok(Err(reported)) => {
                self.reported(&reported, None);
                self.findings.broken(Clause::DEFAULTS_WORK, reported.to_string(), None);
                return None;
            }
            Err(stopped) => {
                self.findings.stopped(&stopped, Clause::DECLARATION_RETURNS, None);
                return None;
            }
        };
        self.findings.kept(&DECLARATION);
        let again = self.caller.twice(Task::Declare, self.caller.limits());
        let answer = Answer::Declaration(declared.clone());
        self.stable(Clause::DECLARATION_STABLE, answer, again);
        Some(declared)
    }

    fn stable(
        &mut self,
        clause: &'static Clause,
        first: Answer,
        again: Result<calls::Answers, Stopped>,
    ) {
        let expected = calls::Answers { answers: vec![Ok(first); 2], members: Vec::new() };
        self.compare(clause, "asked twice in one instance", &expected, again);
    }

    /// Values that nobody would choose have to be used or refused, in time, and without a crash.
    fn odd_settings(&mut self, inputs: &[Input]) {
        let Some(input) = inputs.iter().find(|input| input.len() > 0) else { return };
        for setting in &self.plugin.description.settings {
            for value in samples::odd_values() {
                let name = format!("{} = {:?}", setting.key, shortened(&value));
                let caller = self.caller.with_setting(&setting.key, value);
                match caller.declare() {
                    Ok(Ok(declared)) => match caller.answer(&input.declaring(&declared)) {
                        Ok(answers) => self.judge(input, &answers, Some(&name)),
                        Err(stopped) => {
                            self.findings.stopped(&stopped, Clause::RETURNS, Some(&name));
                        }
                    },
                    Ok(Err(reported)) => self.reported(&reported, Some(&name)),
                    Err(stopped) => {
                        let clause = Clause::DECLARATION_RETURNS;
                        self.findings.stopped(&stopped, clause, Some(&name));
                    }
                }
            }
        }
    }

    fn first_answers<'i>(&mut self, inputs: &'i [Input]) -> Vec<Answered<'i>> {
        let mut answered = Vec::new();
        for input in inputs {
            match self.caller.answer(input) {
                Ok(answers) => {
                    self.judge(input, &answers, None);
                    answered.push((input, answers));
                }
                Err(stopped) => {
                    self.findings.stopped(&stopped, Clause::RETURNS, Some(&input.name));
                    // A plugin that does not end is likely not to end with the other samples
                    // either.
                    if stopped.class() == FailureClass::Deadline {
                        break;
                    }
                }
            }
        }
        answered
    }

    /// Looks at one answer in a fresh instance; `name` says more about the input than its own name.
    fn judge(&mut self, input: &Input, answers: &calls::Answers, name: Option<&str>) {
        let name = Some(name.unwrap_or(&input.name));
        self.findings.kept(&[Clause::RETURNS]);
        if !answers.members.is_empty() {
            self.findings.kept(&RESULT);
        }
        for answer in &answers.answers {
            match answer {
                Ok(answer) if is_empty(answer) => {}
                Ok(_) => self.findings.kept(&RESULT),
                Err(reported) => {
                    self.reported(reported, name);
                    if reported.class == FailureClass::Internal {
                        self.findings.broken(Clause::RETURNS, reported.to_string(), name);
                    }
                    self.offset(input, reported, name);
                }
            }
            let clause = match self.plugin.role {
                Role::Unpacker => Clause::UNPACK_EMPTY,
                Role::Extractor => Clause::EXTRACT_EMPTY,
                _ => continue,
            };
            match answer {
                Err(reported) if input.len() == 0 => {
                    self.findings.broken(clause, reported.to_string(), name);
                }
                _ if input.len() == 0 => self.findings.kept(&[clause]),
                _ => {}
            }
        }
    }

    fn offset(&mut self, input: &Input, reported: &Reported, name: Option<&str>) {
        let Some(offset) = reported.offset else { return };
        self.findings.kept(&[Clause::DEFECT_OFFSET]);
        // Segments have no offsets of their own that a defect could name.
        if self.plugin.role != Role::Translator && offset > input.len() {
            let what = format!("it found a defect at byte {offset} of {}", input.len());
            self.findings.broken(Clause::DEFECT_OFFSET, what, name);
        }
    }

    /// Looks at an error that the plugin returned from wherever.
    fn reported(&mut self, reported: &Reported, input: Option<&str>) {
        let (reason, name) = (&reported.reason, self.plugin.description.name.as_str());
        self.findings.kept(&[Clause::REASONS]);
        if reason.is_empty() || reason.ends_with('.') || reason.contains(name) {
            let what = format!("it gave the reason `{reason}`");
            self.findings.broken(Clause::REASONS, what, input);
        }
        let Some(key) = &reported.key else { return };
        self.findings.kept(&[Clause::MISCONFIGURED]);
        let description = &self.plugin.description;
        let declared = description.settings.iter().any(|it| it.key == *key)
            || description.tables.iter().any(|it| it.name == *key);
        if !declared {
            let what = format!("it refused `{key}`, which it does not declare");
            self.findings.broken(Clause::MISCONFIGURED, what, input);
        }
    }

    fn same_again(&mut self, answered: &[Answered<'_>]) {
        for (input, first) in answered {
            let expected = calls::Answers::of(&[first, first]);
            let again = self.caller.answers(&[input, input]);
            let kept = self.compare(Clause::SAME_AGAIN, &input.name, &expected, again);
            let fresh = self.caller.answer(input);
            if !kept || !self.compare(Clause::SAME_AGAIN, &input.name, first, fresh) {
                return;
            }
        }
    }

    fn any_order(&mut self, answered: &[Answered<'_>]) {
        if answered.is_empty() {
            return;
        }
        let mut order: Vec<&Answered<'_>> = answered.iter().collect();
        for name in ["all samples, in order", "all samples, in reverse order"] {
            let inputs: Vec<&Input> = order.iter().map(|(input, _)| *input).collect();
            let expected =
                calls::Answers::of(&order.iter().map(|(_, answers)| answers).collect::<Vec<_>>());
            let answers = self.caller.answers(&inputs);
            if !self.compare(Clause::ANY_ORDER, name, &expected, answers) {
                return;
            }
            order.reverse();
        }
    }

    /// What spans count shows only by comparison.
    fn counting(&mut self, inputs: &[Input]) {
        if let Some((unit, sample)) = counting::unit(&self.caller, inputs)
            && let Some(trouble) = unit.trouble()
        {
            // Where one of them also lies within a character, this is why.
            self.findings.broken.retain(|broken| broken.id != Clause::SPANS.id);
            self.findings.broken(Clause::SPANS, trouble, Some(&sample));
        }
    }

    fn slices(&mut self, answered: &[Answered<'_>]) {
        let clause = match self.plugin.role {
            Role::Unpacker => Clause::UNPACK_SLICES,
            Role::Extractor => Clause::EXTRACT_SLICES,
            _ => return,
        };
        for (input, whole) in answered {
            // Byte by byte, a large sample would take minutes.
            let slices: &[usize] =
                if input.len() <= 64 << 10 { &[1, 7, 4_096] } else { &[4_096, 64 << 10] };
            for slice in slices {
                let name = format!("{}, {slice} bytes at a time", input.name);
                let answers = self.caller.answer(&input.in_slices_of(*slice));
                if !self.compare(clause, &name, whole, answers) {
                    return;
                }
            }
        }
    }

    /// Whether the answers are the expected ones; whatever else happened breaks `clause`, because
    /// it did not happen before.
    fn compare(
        &mut self,
        clause: &'static Clause,
        input: &str,
        expected: &calls::Answers,
        answers: Result<calls::Answers, Stopped>,
    ) -> bool {
        let what = match answers {
            Ok(answers) if answers == *expected => {
                self.findings.kept(&[clause]);
                return true;
            }
            Ok(answers) => answers.difference(expected),
            Err(stopped) => format!("this time, {}", stopped.causes().join(": ")),
        };
        self.findings.broken(clause, what, Some(input));
        false
    }
}

fn is_empty(answer: &Answer) -> bool {
    match answer {
        Answer::Extracted(documents) => documents.is_empty(),
        Answer::Rendering(rendering) => rendering.segments.is_empty(),
        Answer::Labels(labels) => labels.is_empty(),
        Answer::Annotations(annotations) => annotations.is_empty(),
        Answer::Description(_) | Answer::Declaration(_) | Answer::Unpacked => true,
    }
}

/// A value that fits into a message.
fn shortened(value: &str) -> String {
    let fitting = &value[..value.floor_char_boundary(40)];
    if fitting.len() < value.len() { format!("{fitting}…") } else { fitting.to_owned() }
}

/// Shared by all calls of a check.
type Tables = Arc<BTreeMap<String, Arc<crate::capabilities::Table>>>;
