//! Which interfaces plugins really called, for whoever wants to know.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// The interfaces that were called, in any number of calls.
#[derive(Debug, Default)]
pub struct Usage(Mutex<BTreeSet<&'static str>>);

impl Usage {
    /// What stands for all of WASI: which of its interfaces was called is not recorded.
    pub const WASI: &'static str = "wasi";

    /// What stands for a plugin that asked what time it is.
    pub const CLOCK: &'static str = "wasi:clocks";

    /// What stands for a plugin that asked for random numbers, other than for the keys of its hash
    /// maps.
    pub const RANDOMNESS: &'static str = "wasi:random";

    /// Notes that an interface of the contract, such as `log`, or [`Usage::WASI`] was called.
    pub fn record(&self, interface: &'static str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(interface);
    }

    /// The names of all that were called.
    pub fn interfaces(&self) -> BTreeSet<&'static str> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
