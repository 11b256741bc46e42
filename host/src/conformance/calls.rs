//! Calls a plugin for the checks, once or several times in one instance, and notes what it calls in
//! turn.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::Configuration;
use super::samples::Input;
use crate::abi::{Answer, Call, Declaration, Task};
use crate::capabilities::{Allowance, Member, MemberSink, Refused, Usage};
use crate::catalog::Plugin;
use crate::model::{Attribute, Digest, Limits, LogLine, MediaType};
use crate::sandbox::{Inputs, Reported, Sandbox, Stopped};

/// What the members of one sample may have together, in bytes, as [`Allowance`] counts them: more
/// than any sample holds, and much less than a host can hold.
const LARGEST_SAMPLE: u64 = 64 << 20;

/// What a plugin answered in one instance.
#[derive(Debug, PartialEq)]
pub(super) struct Answers {
    pub(super) answers: Vec<Result<Answer, Reported>>,
    /// What it emitted, all calls together.
    pub(super) members: Vec<Emitted>,
}

/// A member that was emitted or written, as far as it takes to tell it from another.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Emitted {
    name: String,
    media_type: Option<MediaType>,
    attributes: Vec<Attribute>,
    content: Digest,
}

impl Answers {
    /// What an instance has to answer that is asked for all of these, one after the other.
    pub(super) fn of(parts: &[&Answers]) -> Answers {
        Answers {
            answers: parts.iter().flat_map(|part| part.answers.clone()).collect(),
            members: parts.iter().flat_map(|part| part.members.clone()).collect(),
        }
    }

    /// Where these answers begin to differ from those expected.
    pub(super) fn difference(&self, expected: &Answers) -> String {
        let pairs = self.answers.iter().zip(&expected.answers);
        match pairs.enumerate().find(|(_, (one, other))| one != other) {
            Some((index, (Err(reported), _))) => {
                format!("call {}: this time, {reported}", index + 1)
            }
            Some((index, _)) => format!("call {}: the result is another", index + 1),
            None if self.members.len() == expected.members.len() => {
                "the members are others".to_owned()
            }
            None => {
                format!("{} members instead of {}", self.members.len(), expected.members.len())
            }
        }
    }
}

/// Calls one plugin, configured in one way.
pub(super) struct Caller<'a> {
    sandbox: &'a Sandbox,
    plugin: &'a Plugin,
    configuration: Configuration,
    usage: Arc<Usage>,
    instances: Arc<AtomicU64>,
}

impl<'a> Caller<'a> {
    pub(super) fn new(
        sandbox: &'a Sandbox,
        plugin: &'a Plugin,
        configuration: &Configuration,
    ) -> Caller<'a> {
        Caller {
            sandbox,
            plugin,
            configuration: configuration.clone(),
            usage: Arc::default(),
            instances: Arc::default(),
        }
    }

    /// The same, with another value for one setting.
    pub(super) fn with_setting(&self, key: &str, value: String) -> Caller<'a> {
        let settings = &self.configuration.settings;
        let others = settings.iter().filter(|(other, _)| *other != key);
        let others = others.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let settings = others.chain([(key.to_owned(), value)]).collect();
        let configuration =
            Configuration { settings: Arc::new(settings), ..self.configuration.clone() };
        Caller {
            sandbox: self.sandbox,
            plugin: self.plugin,
            configuration,
            usage: Arc::clone(&self.usage),
            instances: Arc::clone(&self.instances),
        }
    }

    /// How many instances were made.
    pub(super) fn instances(&self) -> u64 {
        self.instances.load(Ordering::Relaxed)
    }

    /// What the plugin called.
    pub(super) fn used(&self) -> BTreeSet<&'static str> {
        self.usage.interfaces()
    }

    /// The limits of one call.
    pub(super) fn limits(&self) -> Limits {
        self.configuration.limits
    }

    /// The answers of one instance that is asked the same twice.
    pub(super) fn twice(&self, task: Task<'_>, limits: Limits) -> Result<Answers, Stopped> {
        self.run(&[task.clone(), task], limits)
    }

    pub(super) fn declare(&self) -> Result<Result<Declaration, Reported>, Stopped> {
        self.declare_and_say().0
    }

    /// The same, with what the plugin logged meanwhile.
    pub(super) fn declare_and_say(
        &self,
    ) -> (Result<Result<Declaration, Reported>, Stopped>, Vec<LogLine>) {
        let call = self.call(Inputs::default(), &self.configuration.limits);
        let called = self.plugin.guest().and_then(|guest| guest.answers(call, &[Task::Declare]));
        let called = match called {
            Ok(called) => called,
            Err(stopped) => {
                let log = stopped.log.clone();
                return (Err(stopped), log);
            }
        };
        (Self::declared(called.value), called.log)
    }

    fn declared(
        mut answers: Vec<Result<Answer, Reported>>,
    ) -> Result<Result<Declaration, Reported>, Stopped> {
        let declared = answers.pop();
        match declared {
            Some(Ok(Answer::Declaration(declared))) => Ok(Ok(declared)),
            Some(Err(reported)) => Ok(Err(reported)),
            _ => unreachable!("a task has one answer of its own kind"),
        }
    }

    /// The answer to one input in a fresh instance.
    pub(super) fn answer(&self, input: &Input) -> Result<Answers, Stopped> {
        self.answers(&[input])
    }

    /// The answers to these inputs in one instance.
    pub(super) fn answers(&self, inputs: &[&Input]) -> Result<Answers, Stopped> {
        let tasks: Vec<Task<'_>> = inputs.iter().map(|input| input.task()).collect();
        let mut limits = self.configuration.limits;
        if inputs.iter().any(|input| input.is_sliced()) {
            // Reading in small slices takes longer, and is done by nobody else.
            limits.deadline *= 10;
        }
        self.run(&tasks, limits)
    }

    /// Does the tasks in one instance; limits are those of one call.
    fn run(&self, tasks: &[Task<'_>], limits: Limits) -> Result<Answers, Stopped> {
        let members = Arc::new(Mutex::new(Vec::new()));
        let sink = matches!(tasks, [Task::Unpack(_), ..]).then(|| {
            let allowance = Allowance::of(LARGEST_SAMPLE);
            let kept = Kept { members: Arc::clone(&members), allowance };
            Box::new(kept) as Box<dyn MemberSink>
        });
        let times = u32::try_from(tasks.len()).unwrap_or(u32::MAX);
        let limits = Limits { deadline: limits.deadline.saturating_mul(times), ..limits };
        let call = self.call(Inputs { members: sink, ..Inputs::default() }, &limits);
        let answers = self.plugin.guest()?.answers(call, tasks)?.value;
        let members = std::mem::take(&mut *members.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(Answers { answers, members })
    }

    fn call<'c>(&'c self, inputs: Inputs, limits: &'c Limits) -> Call<'c> {
        self.instances.fetch_add(1, Ordering::Relaxed);
        let inputs = Inputs {
            settings: Arc::clone(&self.configuration.settings),
            tables: Arc::clone(&self.configuration.tables),
            usage: Some(Arc::clone(&self.usage)),
            ..inputs
        };
        Call { sandbox: self.sandbox, limits, inputs, depth: 0 }
    }
}

/// Keeps what an unpacker emits.
struct Kept {
    members: Arc<Mutex<Vec<Emitted>>>,
    allowance: Allowance,
}

impl MemberSink for Kept {
    fn count(&mut self, bytes: u64) -> Result<(), Refused> {
        self.allowance.count(bytes)
    }

    fn accept(&mut self, member: Member) -> Result<(), Refused> {
        let Member { name, media_type, content, attributes } = member;
        let content = content.digest()?;
        let emitted = Emitted { name, media_type, attributes, content };
        self.members.lock().unwrap_or_else(PoisonError::into_inner).push(emitted);
        Ok(())
    }
}
