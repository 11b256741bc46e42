//! Room for results that wait to be stored, counted in bytes, so that large sources do not pile up in memory.

use std::sync::{Condvar, Mutex, PoisonError};

/// So many bytes, which are taken and given back. Whoever asks for more than is left waits.
#[derive(Debug)]
pub(super) struct Room {
    size: u64,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    taken: u64,
    closed: bool,
}

impl Room {
    /// Room for `size` bytes.
    pub(super) fn new(size: u64) -> Room {
        Room { size, state: Mutex::default(), changed: Condvar::new() }
    }

    /// Waits for that much room and takes it. What is larger than all of the room gets it once nobody else has any.
    pub(super) fn take(&self, bytes: u64) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |state: &mut State| {
            !state.closed && state.taken > 0 && state.taken.saturating_add(bytes) > self.size
        };
        let state = self.changed.wait_while(state, full);
        state.unwrap_or_else(PoisonError::into_inner).taken += bytes;
    }

    /// Gives back what was taken.
    pub(super) fn give_back(&self, bytes: u64) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).taken -= bytes;
        self.changed.notify_all();
    }

    /// Lets everybody in once the guard is dropped, as nobody will give anything back any more.
    pub(super) fn closing(&self) -> Closing<'_> {
        Closing(self)
    }
}

/// Closes a room when it is dropped, be that because of a panic.
#[derive(Debug)]
pub(super) struct Closing<'a>(&'a Room);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[test]
    fn never_is_more_taken_than_there_is_but_by_one_alone() {
        let room = Room::new(10);
        let taken = AtomicU64::new(0);
        std::thread::scope(|scope| {
            for size in [1, 3, 9, 10, 25] {
                let (room, taken) = (&room, &taken);
                scope.spawn(move || {
                    for _ in 0..200 {
                        room.take(size);
                        let all = taken.fetch_add(size, Ordering::SeqCst) + size;
                        assert!(all <= 10 || all == size, "{all}");
                        taken.fetch_sub(size, Ordering::SeqCst);
                        room.give_back(size);
                    }
                });
            }
        });
    }

    #[test]
    fn a_closed_room_keeps_nobody_waiting() {
        let room = Room::new(1);
        room.take(1);
        std::thread::scope(|scope| {
            scope.spawn(|| room.take(1));
            drop(room.closing());
        });
        room.take(1);
    }
}
