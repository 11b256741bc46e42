//! The meter that holds a call to its memory limit.

use wasmtime::ResourceLimiter;

use crate::model::{ByteSize, FailureClass};

/// The plugin wanted more memory than its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it asked for {asked} of memory, and its limit is {limit}")]
pub(crate) struct MemoryExceeded {
    pub(super) asked: ByteSize,
    pub(super) limit: ByteSize,
}

/// A wasm table's element costs the host one pointer.
const TABLE_ELEMENT: usize = size_of::<usize>();

/// Sums what all memories and tables of a store take up.
///
/// wasmtime's own `StoreLimits` caps each memory alone, so that a component with many of them would
/// get many times its limit.
#[derive(Debug)]
pub(crate) struct Meter {
    limit: ByteSize,
    used: u64,
    peak: u64,
}

impl Meter {
    pub(crate) fn new(limit: ByteSize) -> Meter {
        Meter { limit, used: 0, peak: 0 }
    }

    /// The largest sum so far, in bytes.
    pub(crate) fn peak(&self) -> u64 {
        self.peak
    }

    fn grow(&mut self, current: usize, desired: usize) -> wasmtime::Result<bool> {
        let asked = self.used.saturating_add(desired.saturating_sub(current) as u64);
        if asked > self.limit.as_u64() {
            // An error traps with a backtrace. `false` would only tell the guest, which then dies
            // of something else.
            return Err(MemoryExceeded { asked: ByteSize(asked), limit: self.limit }.into());
        }
        self.used = asked;
        self.peak = self.peak.max(asked);
        Ok(true)
    }
}

/// What the machine was short of, if that is what an error is about: no plugin is to blame for it.
pub(super) fn of_machine(error: &wasmtime::Error) -> Option<String> {
    let is_it = |cause: &&(dyn std::error::Error + 'static)| {
        let of_system = cause.downcast_ref::<std::io::Error>().map(FailureClass::of_io);
        #[cfg(unix)]
        let of_system = of_system.or_else(|| {
            let number = cause.downcast_ref::<rustix::io::Errno>()?;
            Some(FailureClass::of_io(&std::io::Error::from(*number)))
        });
        of_system == Some(FailureClass::Machine) || cause.is::<wasmtime::OutOfMemory>()
    };
    error.chain().find(is_it).map(ToString::to_string)
}

impl ResourceLimiter for Meter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        self.grow(current, desired)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        self.grow(current.saturating_mul(TABLE_ELEMENT), desired.saturating_mul(TABLE_ELEMENT))
    }

    /// Otherwise the guest would only be told that there is no more, and give up as if that were
    /// its own doing.
    fn memory_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
        if of_machine(&error).is_some() { Err(error) } else { Ok(()) }
    }

    fn table_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
        self.memory_grow_failed(error)
    }

    fn instances(&self) -> usize {
        super::engine::CORE_INSTANCES
    }

    fn tables(&self) -> usize {
        super::engine::TABLES
    }

    fn memories(&self) -> usize {
        super::engine::MEMORIES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_small_memories_count_together() {
        let mut meter = Meter::new(ByteSize(100));
        assert!(meter.memory_growing(0, 60, None).is_ok());
        assert!(meter.memory_growing(0, 40, None).is_ok());
        let error = meter.memory_growing(0, 1, None).unwrap_err();
        assert_eq!(
            *error.downcast_ref::<MemoryExceeded>().unwrap(),
            MemoryExceeded { asked: ByteSize(101), limit: ByteSize(100) }
        );
        assert_eq!(meter.peak(), 100);
    }

    #[test]
    fn what_the_machine_refuses_is_not_what_the_plugin_did() {
        let refused = |kind: std::io::ErrorKind| {
            let error = wasmtime::Error::from(std::io::Error::from(kind));
            of_machine(&error.context("mapping memory")).is_some()
        };
        assert!(refused(std::io::ErrorKind::OutOfMemory));
        assert!(!refused(std::io::ErrorKind::PermissionDenied));
        assert!(of_machine(&wasmtime::OutOfMemory::new(8).into()).is_some());
        assert!(of_machine(&wasmtime::Error::msg("invalid utf-8")).is_none());
        #[cfg(unix)]
        assert!(of_machine(&rustix::io::Errno::MFILE.into()).is_some());
        let mut meter = Meter::new(ByteSize(1));
        assert!(meter.memory_grow_failed(wasmtime::Error::msg("larger than its maximum")).is_ok());
        let error = std::io::Error::from(std::io::ErrorKind::OutOfMemory);
        assert!(meter.memory_grow_failed(error.into()).is_err());
    }

    #[test]
    fn tables_count_as_memory() {
        let mut meter = Meter::new(ByteSize(80));
        assert!(meter.table_growing(0, 10, None).is_ok());
        assert!(meter.table_growing(10, 11, None).is_err());
        assert!(meter.table_growing(0, usize::MAX, None).is_err());
    }
}
