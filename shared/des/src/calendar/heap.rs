//! A 4-ary heap of event keys: 24 bytes each, compared as one 128-bit number.

use super::Priority;
use crate::time::Time;

/// Four children lie in one or two cache lines and halve the depth of a binary heap.
const ARITY: usize = 4;
const SEQUENCE_BITS: u32 = 56;
/// The last sequence number that fits beside a priority.
pub(super) const SEQUENCE_MAX: u64 = (1 << SEQUENCE_BITS) - 1;
/// Maps the order of `i64` onto that of `u64`.
const SIGN_BIT: u64 = 1 << 63;

/// Where an event stands in the order, and which slot holds it.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    biased_time: u64,
    /// Priority in the high bits, sequence in the low ones.
    order: u64,
    pub(super) slot: u32,
}

/// Keys, the first in order at the front.
#[derive(Clone, Default)]
pub(super) struct Heap {
    entries: Vec<Entry>,
    /// Set by `pop`, whose caller nearly always pushes next: then the new key sinks from the root,
    /// where otherwise the last key would sink and the new one rise.
    root_is_vacant: bool,
}

impl Entry {
    pub(super) fn new(time: Time, priority: Priority, sequence: u64, slot: u32) -> Self {
        Self {
            biased_time: time.micros() as u64 ^ SIGN_BIT,
            order: (u64::from(priority.0) << SEQUENCE_BITS) | sequence,
            slot,
        }
    }

    pub(super) fn time(&self) -> Time {
        Time::from_micros((self.biased_time ^ SIGN_BIT) as i64)
    }

    pub(super) fn priority(&self) -> Priority {
        Priority((self.order >> SEQUENCE_BITS) as u8)
    }

    pub(super) fn sequence(&self) -> u64 {
        self.order & SEQUENCE_MAX
    }

    /// One number to compare, without a branch that the processor would have to guess.
    #[inline(always)]
    pub(super) fn rank(&self) -> u128 {
        (u128::from(self.biased_time) << 64) | u128::from(self.order)
    }
}

impl Heap {
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.entries.len() - usize::from(self.root_is_vacant)
    }

    /// All keys, in no order.
    pub(super) fn unsorted(&self) -> &[Entry] {
        &self.entries[usize::from(self.root_is_vacant).min(self.entries.len())..]
    }

    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.entries.capacity()
    }

    #[inline]
    pub(super) fn first(&self) -> Option<&Entry> {
        if self.root_is_vacant {
            let (child, _) = first_child(&self.entries, 1)?;
            return self.entries.get(child);
        }
        self.entries.first()
    }

    #[inline]
    pub(super) fn push(&mut self, entry: Entry) {
        if self.root_is_vacant {
            self.root_is_vacant = false;
            self.sink(0, entry);
        } else {
            self.entries.push(entry);
            self.rise(self.entries.len() - 1, entry);
        }
    }

    #[inline]
    pub(super) fn pop(&mut self) -> Option<Entry> {
        self.fill_root();
        let first = *self.entries.first()?;
        self.root_is_vacant = true;
        Some(first)
    }

    #[inline]
    fn fill_root(&mut self) {
        if self.root_is_vacant {
            self.root_is_vacant = false;
            if let Some(last) = self.entries.pop()
                && !self.entries.is_empty()
            {
                self.sink(0, last);
            }
        }
    }

    /// Keeps the keys that `keep` names and restores the heap in O(n) (Floyd 1964).
    pub(super) fn retain(&mut self, keep: impl FnMut(&Entry) -> bool) {
        self.fill_root();
        self.entries.retain(keep);
        let parents = (self.entries.len() + ARITY - 2) / ARITY;
        for hole in (0..parents).rev() {
            self.sink(hole, self.entries[hole]);
        }
    }

    /// Moves the hole up until `entry` fits into it.
    #[inline]
    fn rise(&mut self, mut hole: usize, entry: Entry) {
        let entries = self.entries.as_mut_slice();
        while hole > 0 {
            let parent = (hole - 1) / ARITY;
            if entries[parent].rank() <= entry.rank() {
                break;
            }
            entries[hole] = entries[parent];
            hole = parent;
        }
        entries[hole] = entry;
    }

    /// Moves the hole down until `entry` fits into it.
    #[inline]
    fn sink(&mut self, mut hole: usize, entry: Entry) {
        let entries = self.entries.as_mut_slice();
        let rank = entry.rank();
        while let Some((child, child_rank)) = first_child(entries, hole * ARITY + 1) {
            if rank <= child_rank {
                break;
            }
            entries[hole] = entries[child];
            hole = child;
        }
        entries[hole] = entry;
    }
}

/// The first in order of the up to four children that begin at `start`, with its rank.
#[inline(always)]
fn first_child(entries: &[Entry], start: usize) -> Option<(usize, u128)> {
    let pick = |a: (usize, u128), b: (usize, u128)| if b.1 < a.1 { b } else { a };
    if let Some([a, b, c, d]) = entries.get(start..start + ARITY) {
        let low = pick((start, a.rank()), (start + 1, b.rank()));
        let high = pick((start + 2, c.rank()), (start + 3, d.rank()));
        return Some(pick(low, high));
    }
    let children = entries.get(start..)?;
    let ranked = children.iter().enumerate().map(|(at, child)| (start + at, child.rank()));
    ranked.reduce(pick)
}
