//! What a run may use as a whole: where it uses more, it ends as if somebody had asked it to.

use std::fmt;
use std::str::FromStr;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use crate::error::{Hint, Hinted};
use crate::model::ByteSize;
use crate::store::{Store, StoreError};

/// How often a run is looked at, at least. What is under way is finished, so a budget is not kept
/// to the byte.
const INTERVAL: Duration = Duration::from_millis(100);

/// What a run may use as a whole, off by default; written as `wall=1h,memory=2GiB`.
///
/// A run that comes to its end by it has stored everything that was reported, and the next one goes
/// on from there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Budget {
    /// `wall`: time by the clock, from when it began.
    pub wall: Option<Duration>,
    /// `processor`: processor time of the whole process, from when it began.
    pub processor: Option<Duration>,
    /// `memory`: what the process has in memory. Of Linux alone; elsewhere it is not
    /// known.
    pub memory: Option<ByteSize>,
    /// `store`: what the store has on the disk.
    pub store: Option<ByteSize>,
    /// `sources`: how many sources come to an end, members of containers among them.
    pub sources: Option<u64>,
}

/// Why a budget could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BudgetError {
    /// A part of it gives nothing a value.
    #[error("`{}` is not a budget; write it like `wall=1h`", .0.escape_debug())]
    NotAssigned(String),
    /// There is no such budget.
    #[error(
        "there is no budget `{}`; there are `wall`, `processor`, `memory`, `store`, and `sources`",
        .0.escape_debug()
    )]
    Unknown(String),
    /// A time is none.
    #[error("`{}` is not a duration", .0.escape_debug())]
    NoDuration(String),
    /// A size is none.
    #[error("`{}` is not a size", .0.escape_debug())]
    NoSize(String),
    /// A number is none.
    #[error("`{}` is not a number", .0.escape_debug())]
    NoNumber(String),
}

impl Hinted for BudgetError {
    fn hint(&self) -> Option<Hint> {
        match self {
            BudgetError::NoDuration(_) => Some(Hint::WriteDuration),
            BudgetError::NoSize(_) => Some(Hint::WriteSize),
            _ => None,
        }
    }
}

impl FromStr for Budget {
    type Err = BudgetError;

    fn from_str(text: &str) -> Result<Budget, BudgetError> {
        let mut budget = Budget::default();
        for part in text.split(',') {
            let (name, value) =
                part.split_once('=').ok_or_else(|| BudgetError::NotAssigned(part.to_owned()))?;
            let (name, value) = (name.trim(), value.trim());
            let said = || value.to_owned();
            let duration =
                || humantime::parse_duration(value).map_err(|_| BudgetError::NoDuration(said()));
            let size = || value.parse().map_err(|_| BudgetError::NoSize(said()));
            match name {
                "wall" => budget.wall = Some(duration()?),
                "processor" => budget.processor = Some(duration()?),
                "memory" => budget.memory = Some(size()?),
                "store" => budget.store = Some(size()?),
                "sources" => {
                    let number = value.parse();
                    budget.sources = Some(number.map_err(|_| BudgetError::NoNumber(said()))?);
                }
                other => return Err(BudgetError::Unknown(other.to_owned())),
            }
        }
        Ok(budget)
    }
}

/// What a run used more of than it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Exceeded {
    /// It took longer.
    Wall(Duration),
    /// It took more of the processor.
    Processor(Duration),
    /// It had more in memory.
    Memory(ByteSize),
    /// Its store has more on the disk.
    Store(ByteSize),
    /// More sources came to an end.
    Sources(u64),
}

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = |time: &Duration| humantime::format_duration(*time);
        match self {
            Exceeded::Wall(most) => write!(f, "it took longer than {}", time(most)),
            Exceeded::Processor(most) => {
                write!(f, "it took the processor longer than {}", time(most))
            }
            Exceeded::Memory(most) => write!(f, "it had more than {most} in memory"),
            Exceeded::Store(most) => write!(f, "its store has more than {most} on the disk"),
            Exceeded::Sources(most) => write!(f, "it came to the end of {most} sources"),
        }
    }
}

impl std::error::Error for Exceeded {}

impl Budget {
    /// Looks at a run until it ends, which drops the sender, or uses more than it may. `sources`
    /// tells how many came to an end.
    pub(super) fn watch(
        &self,
        store: &dyn Store,
        sources: impl Fn() -> u64,
        ended: &Receiver<()>,
    ) -> Result<Option<Exceeded>, StoreError> {
        let (began, processor) = (Instant::now(), processor_time());
        loop {
            let more = |used: Duration, most: Option<Duration>| most.filter(|most| used > *most);
            if let Some(most) = more(began.elapsed(), self.wall) {
                return Ok(Some(Exceeded::Wall(most)));
            }
            if let Some(most) = more(processor_time().saturating_sub(processor), self.processor) {
                return Ok(Some(Exceeded::Processor(most)));
            }
            if let Some(most) = self.memory.filter(|most| resident().is_some_and(|it| it > *most)) {
                return Ok(Some(Exceeded::Memory(most)));
            }
            if let Some(most) = self.sources.filter(|most| sources() >= *most) {
                return Ok(Some(Exceeded::Sources(most)));
            }
            if let Some(most) = self.store
                && store.size_on_disk()?.is_some_and(|size| size > most.as_u64())
            {
                return Ok(Some(Exceeded::Store(most)));
            }
            // What is over at once is seen at once.
            let wait = began.elapsed().clamp(Duration::from_millis(1), INTERVAL);
            match ended.recv_timeout(wait) {
                Err(RecvTimeoutError::Timeout) => {}
                _ => return Ok(None),
            }
        }
    }

    /// Whether there is anything to look at.
    pub(super) fn is_set(&self) -> bool {
        *self != Budget::default()
    }
}

#[cfg(unix)]
fn processor_time() -> Duration {
    use rustix::time::{ClockId, clock_gettime};
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// What cannot be asked for is nothing.
#[cfg(not(unix))]
fn processor_time() -> Duration {
    Duration::ZERO
}

/// What this process has in memory.
fn resident() -> Option<ByteSize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(ByteSize::kib(line.trim().strip_suffix(" kB")?.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_read_as_it_is_written() {
        let read = |text: &str| text.parse::<Budget>();
        let budget = read("wall=1h, processor=30m,memory=2 GiB,store=10GiB,sources=7").unwrap();
        assert_eq!(
            budget,
            Budget {
                wall: Some(Duration::from_secs(3_600)),
                processor: Some(Duration::from_secs(1_800)),
                memory: Some(ByteSize::gib(2)),
                store: Some(ByteSize::gib(10)),
                sources: Some(7),
            }
        );
        assert!(budget.is_set() && !Budget::default().is_set());
        for (wrong, told) in [
            ("", "`` is not a budget; write it like `wall=1h`"),
            ("wall", "`wall` is not a budget; write it like `wall=1h`"),
            ("wall=soon", "`soon` is not a duration"),
            ("memory=much", "`much` is not a size"),
            ("sources=-1", "`-1` is not a number"),
            (
                "\u{1b}=1",
                "there is no budget `\\u{1b}`; there are `wall`, `processor`, `memory`, `store`, and `sources`",
            ),
        ] {
            assert_eq!(read(wrong).unwrap_err().to_string(), told);
        }
    }
}
