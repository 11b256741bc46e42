//! A queue between threads, bounded in number and in bytes, whose ends wake each other rarely.
//!
//! A channel wakes its receiver for every item, and a sender for every item that was taken. Where
//! an item is the work of a fraction of a millisecond, that is a twentieth of the work, and as much
//! again for what the woken thread drives from the processor.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Items of type `T` that wait, at most `most` of them, with their bytes.
#[derive(Debug)]
pub(super) struct Queue<T> {
    most: usize,
    size: u64,
    state: Mutex<State<T>>,
    filled: Condvar,
    emptied: Condvar,
}

#[derive(Debug)]
struct State<T> {
    /// Each with its bytes.
    items: VecDeque<(T, u64)>,
    /// How many bytes the items have, and those that a receiver has in hand.
    bytes: u64,
    senders: usize,
    receivers: usize,
    /// How many receivers wait for anything at all.
    hungry: usize,
    /// How many items a receiver that has some waits for, or 0 if none does.
    wanted: usize,
    /// How many senders wait for room.
    waiting: usize,
}

impl<T> Queue<T> {
    /// A queue for `most` items, and for so many bytes. What is larger than that has to be alone.
    pub(super) fn new(most: usize, size: u64) -> Queue<T> {
        let state = State {
            items: VecDeque::new(),
            bytes: 0,
            senders: 0,
            receivers: 0,
            hungry: 0,
            wanted: 0,
            waiting: 0,
        };
        Queue {
            most,
            size,
            state: Mutex::new(state),
            filled: Condvar::new(),
            emptied: Condvar::new(),
        }
    }

    /// Both ends. The queue is closed when all receivers are dropped, and ends when all senders
    /// are.
    pub(super) fn ends(&self) -> (Sender<'_, T>, Receiver<'_, T>) {
        let mut state = self.lock();
        state.senders += 1;
        state.receivers += 1;
        (Sender(self), Receiver { queue: self, in_hand: 0 })
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes the senders that wait, once it is worth it for all of them.
    fn tell_senders(&self, state: &State<T>) {
        if state.waiting > 0 && state.items.len() <= self.most / 2 {
            self.emptied.notify_all();
        }
    }
}

/// Puts items into a queue.
#[derive(Debug)]
pub(super) struct Sender<'a, T>(&'a Queue<T>);

impl<T> Sender<'_, T> {
    /// Waits for room and puts an item of so many bytes in. Returns whether anybody is there to
    /// take it.
    pub(super) fn send(&self, item: T, bytes: u64) -> bool {
        let queue = self.0;
        let mut state = queue.lock();
        let is_full = |state: &State<T>| {
            let too_large = state.bytes > 0 && state.bytes.saturating_add(bytes) > queue.size;
            state.items.len() >= queue.most || too_large
        };
        while state.receivers > 0 && is_full(&state) {
            // A receiver must not go on waiting for more than there is room for.
            if state.wanted > 0 {
                queue.filled.notify_all();
            }
            state.waiting += 1;
            state = queue.emptied.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.waiting -= 1;
        }
        if state.receivers == 0 {
            return false;
        }
        state.items.push_back((item, bytes));
        state.bytes = state.bytes.saturating_add(bytes);
        if state.hungry > 0 || (state.wanted > 0 && state.items.len() >= state.wanted) {
            queue.filled.notify_one();
        }
        true
    }
}

impl<T> Clone for Sender<'_, T> {
    fn clone(&self) -> Self {
        self.0.lock().senders += 1;
        Sender(self.0)
    }
}

impl<T> Drop for Sender<'_, T> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.senders -= 1;
        if state.senders == 0 {
            self.0.filled.notify_all();
        }
    }
}

/// Takes items out of a queue.
#[derive(Debug)]
pub(super) struct Receiver<'a, T> {
    queue: &'a Queue<T>,
    /// The bytes of what was received last.
    in_hand: u64,
}

impl<'a, T> Receiver<'a, T> {
    /// Takes the first item once there is one. `None` when nothing will come any more. Its room is
    /// free at once.
    pub(super) fn take(&self) -> Option<T> {
        let mut state = self.wait(self.queue.lock());
        let (item, bytes) = state.items.pop_front()?;
        state.bytes -= bytes;
        self.queue.tell_senders(&state);
        Some(item)
    }

    /// Takes everything that is there, in the order in which it was sent, once there is something
    /// and then either `wanted` items are there, or a sender has no room, or `patience` is over.
    /// `None` when nothing will come any more. For a queue with one receiver.
    ///
    /// The room of what was received before is free from now on, and that of what is received once
    /// this is called again.
    pub(super) fn receive(&mut self, wanted: usize, patience: Duration) -> Option<Vec<T>> {
        let queue = self.queue;
        let mut state = queue.lock();
        state.bytes -= std::mem::take(&mut self.in_hand);
        queue.tell_senders(&state);
        let mut state = self.wait(state);
        state.wanted = wanted;
        let few = |state: &mut State<T>| {
            state.items.len() < wanted && state.waiting == 0 && state.senders > 0
        };
        let waited = queue.filled.wait_timeout_while(state, patience, few);
        (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.wanted = 0;
        self.in_hand = state.bytes;
        let items: Vec<T> =
            std::mem::take(&mut state.items).into_iter().map(|(it, _)| it).collect();
        queue.tell_senders(&state);
        Some(items).filter(|items| !items.is_empty())
    }

    /// Waits until there is something, or nothing will come any more.
    fn wait(&self, mut state: MutexGuard<'a, State<T>>) -> MutexGuard<'a, State<T>> {
        state.hungry += 1;
        let nothing = |state: &mut State<T>| state.items.is_empty() && state.senders > 0;
        let waited = self.queue.filled.wait_while(state, nothing);
        state = waited.unwrap_or_else(PoisonError::into_inner);
        state.hungry -= 1;
        state
    }
}

impl<T> Clone for Receiver<'_, T> {
    fn clone(&self) -> Self {
        self.queue.lock().receivers += 1;
        Receiver { queue: self.queue, in_hand: 0 }
    }
}

impl<T> Drop for Receiver<'_, T> {
    fn drop(&mut self) {
        let mut state = self.queue.lock();
        state.receivers -= 1;
        state.bytes -= self.in_hand;
        if state.receivers > 0 {
            return;
        }
        // They may hold what somebody waits for.
        let items = std::mem::take(&mut state.items);
        drop(state);
        self.queue.emptied.notify_all();
        drop(items);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    const LONG: Duration = Duration::from_secs(600);

    #[test]
    fn everything_comes_through_and_never_more_bytes_than_there_is_room_for_but_by_one_alone() {
        let queue = Queue::new(5, 10);
        let (sender, mut receiver) = queue.ends();
        let sizes = [1, 3, 9, 10, 25];
        let mut received = [0; 5];
        std::thread::scope(|scope| {
            for (index, size) in sizes.into_iter().enumerate() {
                let sender = sender.clone();
                scope.spawn(move || (0..200).all(|_| sender.send(index, size)));
            }
            drop(sender);
            // More than there is ever room for: full queues must not wait.
            while let Some(items) = receiver.receive(1_000, LONG) {
                let bytes: u64 = items.iter().map(|index| sizes[*index]).sum();
                assert!(items.len() <= 5 && (bytes <= 10 || items.len() == 1), "{items:?}");
                items.iter().for_each(|index| received[*index] += 1);
            }
        });
        assert_eq!(received, [200; 5]);
    }

    #[test]
    fn what_is_in_hand_takes_room_until_more_is_asked_for() {
        let queue = Queue::new(5, 10);
        let (sender, mut receiver) = queue.ends();
        assert!(sender.send("first", 10));
        assert_eq!(receiver.receive(1, Duration::ZERO), Some(vec!["first"]));
        let sent = AtomicU64::new(0);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                sender.send("second", 1);
                sent.store(1, Ordering::SeqCst);
            });
            std::thread::sleep(Duration::from_millis(30));
            assert_eq!(sent.load(Ordering::SeqCst), 0);
            assert_eq!(receiver.receive(1, Duration::ZERO), Some(vec!["second"]));
        });
    }

    #[test]
    fn a_receiver_takes_what_there_is_when_its_patience_is_over() {
        let queue = Queue::new(5, 10);
        let (sender, mut receiver) = queue.ends();
        assert!(sender.send(1, 0) && sender.send(2, 0));
        assert_eq!(receiver.receive(5, Duration::from_millis(1)), Some(vec![1, 2]));
        assert!(sender.send(3, 0));
        drop(sender);
        assert_eq!(receiver.receive(5, LONG), Some(vec![3]));
        assert_eq!(receiver.receive(5, LONG), None);
    }

    #[test]
    fn every_item_is_taken_once_whoever_takes_it_and_nobody_is_forgotten() {
        let queue = Queue::new(8, 100);
        let (sender, receiver) = queue.ends();
        let taken = std::thread::scope(|scope| {
            let takers: Vec<_> = (0..4)
                .map(|_| {
                    let receiver = receiver.clone();
                    scope
                        .spawn(move || std::iter::from_fn(|| receiver.take()).collect::<Vec<u32>>())
                })
                .collect();
            drop(receiver);
            for from in 0..4 {
                let sender = sender.clone();
                scope.spawn(move || (from * 500..(from + 1) * 500).all(|it| sender.send(it, 30)));
            }
            drop(sender);
            takers.into_iter().flat_map(|taker| taker.join().unwrap()).collect::<Vec<u32>>()
        });
        let mut taken = taken;
        taken.sort_unstable();
        assert_eq!(taken, (0..2_000).collect::<Vec<u32>>());
    }

    #[test]
    fn what_is_taken_takes_no_room() {
        let queue = Queue::new(5, 10);
        let (sender, receiver) = queue.ends();
        for number in 0..3 {
            // Larger than all of the room.
            assert!(sender.send(number, 1_000));
            assert_eq!(receiver.take(), Some(number));
        }
        drop(sender);
        assert_eq!(receiver.take(), None);
    }

    #[test]
    fn senders_do_not_wait_where_nobody_receives() {
        let queue = Queue::new(1, 1);
        let (sender, receiver) = queue.ends();
        assert!(sender.send((), 0));
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| sender.send((), 0));
            drop(receiver);
            assert!(!waiting.join().unwrap());
        });
        assert!(!sender.send((), 0));
    }
}
