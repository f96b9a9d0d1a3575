//! The next event of each slot, and which slot is first.
//!
//! A slot is a server or a clock of one: it has one event pending at most, so no event list that
//! grows is needed. Slots play a tournament (D. E. Knuth, "The Art of Computer Programming",
//! volume 3, 5.4.1): changing one slot's event replays the matches on its way to the top, one
//! for each doubling of the number of slots. Order is (time, rank, sequence), as in
//! [`des::Calendar`].

use des::Time;

/// Later than anything that may be scheduled.
const NEVER: u128 = u128::MAX;
/// Bits of a key for the slot, and above them for the sequence: 2^40 last for days at full speed.
const SLOT_BITS: u32 = 23;
const SEQUENCE_BITS: u32 = 40;
/// The most slots there may be.
pub(super) const MOST_SLOTS: u64 = 1 << SLOT_BITS;

/// What comes first of an instant: ends of work and repair come before failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rank {
    End,
    Failure,
}

/// The pending events of a fixed number of slots.
#[derive(Clone, Debug)]
pub(super) struct Clocks {
    /// `matches[1]` is first of all; the match at `n` is between those at `2 n` and `2 n + 1`, and
    /// the slots are the last half. Each is the key that won, with its slot in it, so that all
    /// rivals on a slot's way to the top are known before the first match.
    matches: Vec<u128>,
    /// Slots, rounded up to a power of two.
    size: usize,
    /// A slot whose event was taken away and whose matches have not been played again: most get
    /// their next event before anybody asks who is first.
    open: Option<usize>,
    scheduled: u64,
}

/// Time in front, so that comparing keys compares times first. Times before the origin order, too.
fn key(at: Time, rank: Rank, sequence: u64, slot: usize) -> u128 {
    let time = (at.micros() as u64) ^ (1 << 63);
    let rest = (rank as u64) << (SLOT_BITS + SEQUENCE_BITS) | sequence << SLOT_BITS | slot as u64;
    u128::from(time) << 64 | u128::from(rest)
}

/// The lesser of two keys, half by half: only of whole words is it chosen without a guess.
#[inline(always)]
fn earlier(one: u128, other: u128) -> u128 {
    let ((high, low), (other_high, other_low)) = (halves(one), halves(other));
    let is_one = (high < other_high) | ((high == other_high) & (low < other_low));
    let high = std::hint::select_unpredictable(is_one, high, other_high);
    let low = std::hint::select_unpredictable(is_one, low, other_low);
    u128::from(high) << 64 | u128::from(low)
}

fn halves(key: u128) -> (u64, u64) {
    ((key >> 64) as u64, key as u64)
}

fn time_of(key: u128) -> Time {
    Time::from_micros(((key >> 64) as u64 ^ (1 << 63)) as i64)
}

impl Clocks {
    /// For at most [`MOST_SLOTS`].
    pub(super) fn new(slots: usize) -> Self {
        let size = slots.next_power_of_two().max(2);
        Self { matches: vec![NEVER; 2 * size], size, open: None, scheduled: 0 }
    }

    /// The slot whose event is first, and when; none if nothing is pending.
    #[inline]
    pub(super) fn first(&mut self) -> Option<(usize, Time)> {
        if let Some(open) = self.open.take() {
            self.replay(open);
        }
        let key = self.matches[1];
        let slot = key as usize & (MOST_SLOTS as usize - 1);
        (key != NEVER).then(|| (slot, time_of(key)))
    }

    /// Enters the event of a slot, in place of the one it had.
    #[inline]
    pub(super) fn schedule(&mut self, slot: usize, at: Time, rank: Rank) {
        self.matches[self.size + slot] = key(at, rank, self.scheduled, slot);
        self.scheduled += 1;
        if self.open == Some(slot) {
            self.open = None;
        }
        self.replay(slot);
    }

    /// Takes a slot's event away.
    #[inline]
    pub(super) fn clear(&mut self, slot: usize) {
        if let Some(open) = self.open.replace(slot).filter(|&open| open != slot) {
            self.replay(open);
        }
        self.matches[self.size + slot] = NEVER;
    }

    #[inline]
    fn replay(&mut self, slot: usize) {
        let mut node = self.size + slot;
        let mut best = self.matches[node];
        while node > 1 {
            // Keys of pending events differ; among slots without one it does not matter. Which
            // comes first is as good as random: guessing it costs more than the match.
            let rival = self.matches[node ^ 1];
            best = earlier(rival, best);
            node /= 2;
            self.matches[node] = best;
        }
    }
}

#[cfg(test)]
mod tests {
    use des::{Calendar, Priority};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever is scheduled, moved and cleared, slots come in the order of the calendar.
        #[test]
        fn the_order_is_that_of_the_calendar(
            steps in proptest::collection::vec((0..13_usize, -50..50_i64, any::<bool>(), any::<bool>()), 1..200)
        ) {
            let mut clocks = Clocks::new(13);
            let mut calendar = Calendar::new(Time::from_micros(-100));
            let mut keys = [None; 13];
            for (slot, at, fails, clear) in steps {
                if let Some(key) = keys[slot].take() {
                    calendar.cancel(key);
                }
                if clear {
                    clocks.clear(slot);
                    continue;
                }
                let at = Time::from_micros(at);
                let rank = if fails { Rank::Failure } else { Rank::End };
                clocks.schedule(slot, at, rank);
                keys[slot] = calendar.schedule(at, Priority(u8::from(fails)), slot).ok();
            }
            while let Some((slot, at)) = clocks.first() {
                prop_assert_eq!(calendar.pop(), Some((at, slot)));
                clocks.clear(slot);
            }
            prop_assert!(calendar.is_empty());
        }
    }
}
