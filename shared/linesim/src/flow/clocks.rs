//! The next event of each slot, and which slot is first.
//!
//! A slot is a server or a clock of one: it has one event pending at most, so no event list that
//! grows is needed. Slots play a tournament (D. E. Knuth, "The Art of Computer Programming",
//! volume 3, 5.4.1): changing one slot's event replays the matches on its way to the top, one
//! for each doubling of the number of slots. Order is (time, priority, sequence), as in
//! [`des::Calendar`].

use des::{Priority, Time};

/// Later than anything that may be scheduled.
const NEVER: u128 = u128::MAX;

/// The pending events of a fixed number of slots.
#[derive(Clone, Debug)]
pub(super) struct Clocks {
    /// Of each slot, padded with slots that never have an event.
    keys: Vec<u128>,
    /// `winners[1]` is first of all; the match at `n` is between those at `2 n` and `2 n + 1`.
    winners: Vec<u32>,
    /// Slots, rounded up to a power of two.
    size: usize,
    scheduled: u64,
}

/// Time in front, so that comparing keys compares times first. Times before the origin order, too.
fn key(at: Time, priority: Priority, sequence: u64) -> u128 {
    let time = (at.micros() as u64) ^ (1 << 63);
    u128::from(time) << 64 | u128::from(priority.0) << 56 | u128::from(sequence)
}

fn time_of(key: u128) -> Time {
    Time::from_micros(((key >> 64) as u64 ^ (1 << 63)) as i64)
}

impl Clocks {
    pub(super) fn new(slots: usize) -> Self {
        let size = slots.next_power_of_two().max(2);
        let mut winners = vec![0; 2 * size];
        for (slot, leaf) in winners[size..].iter_mut().enumerate() {
            *leaf = slot as u32;
        }
        for node in (1..size).rev() {
            winners[node] = winners[2 * node];
        }
        Self { keys: vec![NEVER; size], winners, size, scheduled: 0 }
    }

    /// The slot whose event is first, and when; none if nothing is pending.
    #[inline]
    pub(super) fn first(&self) -> Option<(usize, Time)> {
        let slot = self.winners[1] as usize;
        let key = self.keys[slot];
        (key != NEVER).then(|| (slot, time_of(key)))
    }

    /// Enters the event of a slot, in place of the one it had.
    #[inline]
    pub(super) fn schedule(&mut self, slot: usize, at: Time, priority: Priority) {
        // 2^56 sequence numbers last for decades of events at full speed.
        self.keys[slot] = key(at, priority, self.scheduled);
        self.scheduled += 1;
        self.replay(slot);
    }

    /// Takes a slot's event away.
    #[inline]
    pub(super) fn clear(&mut self, slot: usize) {
        self.keys[slot] = NEVER;
        self.replay(slot);
    }

    #[inline]
    fn replay(&mut self, slot: usize) {
        let mut winner = slot as u32;
        let mut best = self.keys[slot];
        let mut node = self.size + slot;
        while node > 1 {
            let rival = self.winners[node ^ 1];
            let theirs = self.keys[rival as usize];
            // Keys of pending events differ; among slots without one it does not matter.
            if theirs < best {
                (winner, best) = (rival, theirs);
            }
            node /= 2;
            self.winners[node] = winner;
        }
    }
}

#[cfg(test)]
mod tests {
    use des::Calendar;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever is scheduled, moved and cleared, slots come in the order of the calendar.
        #[test]
        fn the_order_is_that_of_the_calendar(
            steps in proptest::collection::vec((0..13_usize, -50..50_i64, 0..3_u8, any::<bool>()), 1..200)
        ) {
            let mut clocks = Clocks::new(13);
            let mut calendar = Calendar::new(Time::from_micros(-100));
            let mut keys = [None; 13];
            for (slot, at, priority, clear) in steps {
                if let Some(key) = keys[slot].take() {
                    calendar.cancel(key);
                }
                if clear {
                    clocks.clear(slot);
                    continue;
                }
                let at = Time::from_micros(at);
                clocks.schedule(slot, at, Priority(priority));
                keys[slot] = calendar.schedule(at, Priority(priority), slot).ok();
            }
            while let Some((slot, at)) = clocks.first() {
                prop_assert_eq!(calendar.pop(), Some((at, slot)));
                clocks.clear(slot);
            }
            prop_assert!(calendar.is_empty());
        }
    }
}
