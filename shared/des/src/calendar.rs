//! The calendar: what will happen, in which order, and what time it is.
//!
//! Events leave in the order (time, priority, sequence of scheduling), which is total, so a run
//! never depends on how the calendar stores them. The event list is a 4-ary heap of small keys
//! (D. B. Johnson, "Priority queues with updates and finding minimum spanning trees", Information
//! Processing Letters 4(3), 1975) beside a slab of payloads: moving a key up or down never moves
//! an event. A cancelled event leaves its key behind until the key surfaces or half of the keys
//! are dead, then all of those go at once; so cancelling is O(1) amortised and memory stays
//! proportional to what is pending.
//!
//! Chosen by measurement (`just bench events`, the bench target `event_list`): where plants sit, at
//! 10 to 1,000 pending events, this calendar takes and schedules more a second than a calendar
//! queue and the standard library's heap, cancelling and checks included, and hardly less than a
//! search through ten events from end to end. A calendar queue is ahead by a tenth or two from
//! 10,000 on, at the price of a width that must fit the delays. The figures are in
//! ARCHITECTURE.md, "Cost".

mod heap;
mod saved;

use std::fmt;

use crate::time::Time;
use heap::{Entry, Heap};
pub use saved::SavedKeys;
pub(crate) use saved::{Cut, PendingEvent};

/// The most events that a calendar holds pending at once.
///
/// A plant of 500 resources has about 1,000 pending; a model that reaches a thousand times that
/// is scheduling in a loop.
pub const PENDING_LIMIT: usize = 1 << 20;

/// Dead keys tolerated before the heap is worth rebuilding.
const DEAD_KEYS_MIN: usize = 64;

/// Pending events in order of time, and the clock that they drive.
///
/// A clone is a snapshot: it holds the same events, clock and sequence, and keys given out before
/// cloning are valid in both.
#[derive(Clone)]
pub struct Calendar<E> {
    now: Time,
    scheduled: u64,
    limit: usize,
    /// Keys in `heap` whose event was cancelled. The first key of the heap never is one.
    dead: usize,
    heap: Heap,
    slots: Vec<Slot<E>>,
    free: Vec<u32>,
}

/// Who goes first among events of the same time: the lower number, then who was scheduled first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Priority(pub u8);

/// Names one scheduled event, for ever: it never comes to mean another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EventKey {
    slot: u32,
    sequence: u64,
}

/// Why an event was not scheduled; the calendar is unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// The time has passed.
    #[error("cannot schedule at {at}: it is already {now}")]
    Past {
        /// The time asked for.
        at: Time,
        /// The calendar's time.
        now: Time,
    },
    /// As many events are pending as the calendar holds.
    #[error("cannot schedule more than {limit} pending events")]
    Full {
        /// The calendar's limit.
        limit: usize,
    },
    /// The calendar has numbered as many events as it can tell apart, 2^56.
    #[error("cannot schedule: all {scheduled} sequence numbers are used")]
    Exhausted {
        /// Events scheduled so far.
        scheduled: u64,
    },
}

#[derive(Clone)]
struct Slot<E> {
    /// Of the event that is or was last in this slot.
    sequence: u64,
    /// `None`: free, or cancelled with its key still in the heap.
    event: Option<E>,
}

impl EventKey {
    /// What a snapshot's keeper writes down for this key; [`SavedKeys::key`] makes it one again.
    /// Numbers rise in the order of scheduling, from 0, and are never given twice.
    pub fn number(self) -> u64 {
        self.sequence
    }
}

impl Priority {
    /// Before all others of the same time.
    pub const FIRST: Self = Self(0);
    /// Where nothing asks for another.
    pub const NORMAL: Self = Self(128);
    /// After all others of the same time.
    pub const LAST: Self = Self(255);
}

impl<E> Calendar<E> {
    /// An empty calendar whose clock stands at `start`, for up to [`PENDING_LIMIT`] events.
    pub fn new(start: Time) -> Self {
        Self::with_limit(start, PENDING_LIMIT)
    }

    /// An empty calendar for up to `limit` pending events, [`PENDING_LIMIT`] at most.
    pub fn with_limit(start: Time, limit: usize) -> Self {
        Self {
            now: start,
            scheduled: 0,
            limit: limit.min(PENDING_LIMIT),
            dead: 0,
            heap: Heap::default(),
            slots: Vec::new(),
            free: Vec::new(),
        }
    }

    /// The time of the event taken last, or the limit of the last [`Self::pop_before`] that found
    /// none, or the start.
    pub fn now(&self) -> Time {
        self.now
    }

    /// Events scheduled and neither taken nor cancelled.
    pub fn len(&self) -> usize {
        self.heap.len() - self.dead
    }

    /// Whether nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The time of the next event.
    pub fn peek_time(&self) -> Option<Time> {
        self.heap.first().map(Entry::time)
    }

    /// Enters an event, to be taken at `at`, which may be now.
    ///
    /// # Errors
    /// [`ScheduleError::Past`] if `at` is before now; [`ScheduleError::Full`] or
    /// [`ScheduleError::Exhausted`] if a limit is reached.
    pub fn schedule(
        &mut self,
        at: Time,
        priority: Priority,
        event: E,
    ) -> Result<EventKey, ScheduleError> {
        if at < self.now {
            return Err(ScheduleError::Past { at, now: self.now });
        }
        if self.len() >= self.limit {
            return Err(ScheduleError::Full { limit: self.limit });
        }
        let sequence = self.scheduled;
        if sequence > heap::SEQUENCE_MAX {
            return Err(ScheduleError::Exhausted { scheduled: sequence });
        }
        self.scheduled += 1;
        let slot = self.occupy(Slot { sequence, event: Some(event) });
        self.heap.push(Entry::new(at, priority, sequence, slot));
        Ok(EventKey { slot, sequence })
    }

    /// Takes a pending event off the calendar and drops it; returns whether it was pending.
    pub fn cancel(&mut self, key: EventKey) -> bool {
        if !self.is_pending(key) {
            return false;
        }
        self.slots[key.slot as usize].event = None;
        self.dead += 1;
        if self.dead > DEAD_KEYS_MIN && self.dead > self.len() {
            self.bury_all();
        } else {
            self.bury_first();
        }
        true
    }

    /// Whether this event is scheduled and was neither taken nor cancelled.
    pub fn is_pending(&self, key: EventKey) -> bool {
        self.slots
            .get(key.slot as usize)
            .is_some_and(|slot| slot.sequence == key.sequence && slot.event.is_some())
    }

    /// Takes the next event and moves the clock to its time.
    pub fn pop(&mut self) -> Option<(Time, E)> {
        let entry = self.heap.pop()?;
        let event = self.slots[entry.slot as usize].event.take();
        self.free.push(entry.slot);
        self.now = entry.time();
        if self.dead > 0 {
            self.bury_first();
        }
        event.map(|event| (self.now, event))
    }

    /// Takes the next event that is strictly before `limit`. If there is none, moves the clock to
    /// `limit`, or leaves it where that would be back in time.
    ///
    /// An event *at* the limit stays pending and is the first of the run that follows, as with
    /// SimPy's `run(until)`: two runs to 5 and then 10 are one run to 10.
    pub fn pop_before(&mut self, limit: Time) -> Option<(Time, E)> {
        match self.peek_time() {
            Some(next) if next < limit => self.pop(),
            _ => {
                self.now = self.now.max(limit);
                None
            }
        }
    }

    /// Hands each event that [`Self::pop_before`] takes to `handle`; returns how many there were.
    ///
    /// # Errors
    /// The first error of `handle`, which ends the run there and then.
    pub fn run_until<X>(
        &mut self,
        limit: Time,
        mut handle: impl FnMut(&mut Self, Time, E) -> Result<(), X>,
    ) -> Result<u64, X> {
        let mut taken = 0;
        while let Some((time, event)) = self.pop_before(limit) {
            taken += 1;
            handle(self, time, event)?;
        }
        Ok(taken)
    }

    fn occupy(&mut self, occupant: Slot<E>) -> u32 {
        if let Some(slot) = self.free.pop() {
            self.slots[slot as usize] = occupant;
            return slot;
        }
        // Slots never outnumber live and dead keys together, which the limit keeps far below 2^32.
        let slot = self.slots.len() as u32;
        self.slots.push(occupant);
        slot
    }

    /// Removes dead keys from the front, so that the first key is always of a pending event.
    fn bury_first(&mut self) {
        while let Some(first) = self.heap.first() {
            if self.slots[first.slot as usize].event.is_some() {
                return;
            }
            self.free.push(first.slot);
            self.dead -= 1;
            self.heap.pop();
        }
    }

    fn bury_all(&mut self) {
        let Self { heap, slots, free, .. } = self;
        heap.retain(|entry| {
            let live = slots[entry.slot as usize].event.is_some();
            if !live {
                free.push(entry.slot);
            }
            live
        });
        self.dead = 0;
    }
}

impl<E> fmt::Debug for Calendar<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calendar")
            .field("now", &self.now)
            .field("pending", &self.len())
            .field("next", &self.peek_time())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
