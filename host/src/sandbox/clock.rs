//! How long a call has run: by the processor time of its thread, and by how long the process could
//! run at all.
//!
//! A machine that is suspended or crowded takes its time, and no plugin is to blame for that. So a
//! deadline is processor time of the thread that runs the call. What waits for the disk, as in a
//! machine without memory, uses none: a far bound counts the ticks of the sandbox's own clock,
//! which stands still while the process does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How often a running plugin looks at the clock. A plugin is stopped at most about this long after
/// its deadline.
pub(super) const TICK: Duration = Duration::from_millis(5);

/// A call may take so many times its deadline, and [`LEAST_FAR`], while the process runs.
const FAR: u32 = 100;
/// However short a deadline is.
const LEAST_FAR: Duration = Duration::from_secs(60);

/// What all calls of a sandbox look at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Clock {
    ticks: Arc<AtomicU64>,
}

impl Clock {
    /// [`TICK`] has passed.
    pub(super) fn tick(&self) {
        self.ticks.fetch_add(1, Ordering::Relaxed);
    }

    /// Now, for the thread that asks.
    pub(crate) fn now(&self) -> Moment {
        let ticks = u32::try_from(self.ticks.load(Ordering::Relaxed)).unwrap_or(u32::MAX);
        Moment { processor: processor_time(), running: TICK.saturating_mul(ticks) }
    }
}

/// A moment of a thread, and a span between two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Moment {
    /// How much of the processor the thread had.
    processor: Duration,
    /// How long the process ran while plugins did.
    running: Duration,
}

impl Moment {
    /// So much processor time, and a far bound on what that may take.
    pub(super) fn of_deadline(deadline: Duration) -> Moment {
        let running = deadline.saturating_mul(FAR).saturating_add(LEAST_FAR);
        Moment { processor: deadline, running }
    }

    /// Whether `deadline` has passed.
    pub(super) fn is_past(&self, deadline: &Moment) -> bool {
        self.processor >= deadline.processor || self.running >= deadline.running
    }

    pub(super) fn after(&self, span: Moment) -> Moment {
        Moment {
            processor: self.processor.saturating_add(span.processor),
            running: self.running.saturating_add(span.running),
        }
    }

    pub(super) fn since(&self, earlier: Moment) -> Moment {
        Moment {
            processor: self.processor.saturating_sub(earlier.processor),
            running: self.running.saturating_sub(earlier.running),
        }
    }

    pub(super) fn times(&self, times: u32) -> Moment {
        Moment {
            processor: self.processor.saturating_mul(times),
            running: self.running.saturating_mul(times),
        }
    }

    pub(super) fn later(&self, other: Moment) -> Moment {
        Moment {
            processor: self.processor.max(other.processor),
            running: self.running.max(other.running),
        }
    }

    pub(super) fn earlier(&self, other: Moment) -> Moment {
        Moment {
            processor: self.processor.min(other.processor),
            running: self.running.min(other.running),
        }
    }
}

#[cfg(unix)]
fn processor_time() -> Duration {
    use rustix::time::{ClockId, clock_gettime};
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// Where a thread's share of the processor cannot be asked for, the wall clock has to do.
#[cfg(not(unix))]
fn processor_time() -> Duration {
    use std::sync::OnceLock;
    use std::time::Instant;
    static BEGUN: OnceLock<Instant> = OnceLock::new();
    BEGUN.get_or_init(Instant::now).elapsed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn who_waits_uses_no_processor_time() {
        let clock = Clock::default();
        let begun = clock.now();
        std::thread::sleep(Duration::from_millis(200));
        assert!(clock.now().since(begun).processor < Duration::from_millis(100));
        while clock.now().since(begun).processor < Duration::from_millis(120) {
            std::hint::black_box(0);
        }
    }

    #[test]
    fn a_call_that_waits_forever_ends_by_the_ticks_of_a_process_that_runs() {
        let clock = Clock::default();
        let deadline = clock.now().after(Moment::of_deadline(Duration::from_secs(10)));
        let most = (10 * FAR + 60) * 200;
        (0..most - 1).for_each(|_| clock.tick());
        assert!(!clock.now().is_past(&deadline));
        clock.tick();
        assert!(clock.now().is_past(&deadline));
    }
}
