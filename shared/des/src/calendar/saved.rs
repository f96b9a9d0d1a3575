//! A calendar taken apart for a snapshot, and put together again.
//!
//! What is kept does not depend on how the calendar stores it: events in their order, each with
//! its number. A restored calendar therefore saves to the same bytes as the one that ran on.

use super::{Calendar, Entry, EventKey, Heap, PENDING_LIMIT, Priority, Slot, heap};
use crate::time::Time;

/// A calendar's clock, counter and limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    pub(crate) now: Time,
    pub(crate) scheduled: u64,
    pub(crate) limit: usize,
}

/// A pending event with its place in the order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PendingEvent<E> {
    pub(crate) at: Time,
    pub(crate) priority: Priority,
    pub(crate) number: u64,
    pub(crate) event: E,
}

/// Keys of a restored calendar, by the numbers that they had when it was saved.
#[derive(Clone, Debug)]
pub struct SavedKeys {
    /// Numbers of the events that are pending; an event's slot is its place here.
    numbers: Vec<u64>,
}

impl SavedKeys {
    /// The key that had this number ([`EventKey::number`]) when the calendar was saved. If its
    /// event was no longer pending then, neither is it now.
    pub fn key(&self, number: u64) -> EventKey {
        // Slots never reach this one, so the key is of nothing that is pending.
        let slot = self.numbers.binary_search(&number).map_or(u32::MAX, |slot| slot as u32);
        EventKey { slot, sequence: number }
    }
}

impl<E> Calendar<E> {
    pub(crate) fn cut(&self) -> Cut {
        Cut { now: self.now, scheduled: self.scheduled, limit: self.limit }
    }

    /// What is pending, the next first.
    pub(crate) fn in_order(&self) -> Vec<PendingEvent<&E>> {
        let mut entries: Vec<&Entry> = self.heap.unsorted().iter().collect();
        entries.sort_unstable_by_key(|entry| entry.rank());
        let live = |entry: &Entry| {
            let event = self.slots[entry.slot as usize].event.as_ref()?;
            let (at, priority, number) = (entry.time(), entry.priority(), entry.sequence());
            Some(PendingEvent { at, priority, number, event })
        };
        entries.into_iter().filter_map(live).collect()
    }

    /// The calendar of what [`Self::cut`] and [`Self::in_order`] told; none if no calendar can
    /// have told that: too many events, one in the past, two of one number, or one of a number
    /// not given yet.
    pub(crate) fn put_together(
        cut: Cut,
        mut pending: Vec<PendingEvent<E>>,
    ) -> Option<(Self, SavedKeys)> {
        pending.sort_by_key(|event| event.number);
        let numbers: Vec<u64> = pending.iter().map(|event| event.number).collect();
        let possible = cut.limit <= PENDING_LIMIT
            && pending.len() <= cut.limit
            && cut.scheduled <= heap::SEQUENCE_MAX + 1
            && pending.iter().all(|event| event.at >= cut.now && event.number < cut.scheduled)
            && numbers.windows(2).all(|pair| pair[0] < pair[1]);
        if !possible {
            return None;
        }
        let mut heap = Heap::default();
        let mut slots = Vec::with_capacity(pending.len());
        for event in pending {
            heap.push(Entry::new(event.at, event.priority, event.number, slots.len() as u32));
            slots.push(Slot { sequence: event.number, event: Some(event.event) });
        }
        let Cut { now, scheduled, limit } = cut;
        let calendar = Self { now, scheduled, limit, dead: 0, heap, slots, free: Vec::new() };
        Some((calendar, SavedKeys { numbers }))
    }
}
