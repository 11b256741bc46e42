//! What one call of a plugin may use.

use std::time::Duration;

use super::ByteSize;

/// What one call of a plugin may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Processor time from instantiation to result; for an unpacker from its last read or member,
    /// but for each 8 MiB of the container no more than this once more. Time that the host takes
    /// for itself does not count. As a far bound, a call may take a minute and a hundred times this
    /// by the clock, while the process is not stopped.
    pub deadline: Duration,
    /// The sum of the sizes of all linear memories and tables.
    pub memory: ByteSize,
    /// What the plugin may hand to the host in one call or result; see [`Limits::default`] for what
    /// is counted.
    pub output: ByteSize,
    /// The sum of the lengths of its log messages; what comes after is dropped.
    pub log: ByteSize,
}

impl Limits {
    /// The most that can be asked for: 1 h, 2 GiB, 512 MiB, 16 MiB.
    pub const CEILING: Limits = Limits {
        deadline: Duration::from_secs(3600),
        memory: ByteSize::gib(2),
        output: ByteSize::mib(512),
        log: ByteSize::mib(16),
    };
}

impl Default for Limits {
    /// 2 s, 64 MiB of memory, 16 MiB of output, 64 KiB of log.
    ///
    /// Output counts strings by their bytes and lists by their length times the size of an element,
    /// records of lists and strings included, as wasmtime's hostcall fuel does.
    fn default() -> Limits {
        Limits {
            deadline: Duration::from_secs(2),
            memory: ByteSize::mib(64),
            output: ByteSize::mib(16),
            log: ByteSize::kib(64),
        }
    }
}
