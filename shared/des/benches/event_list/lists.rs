//! The event lists that are compared: ours, and three made for the comparison.

use std::{cmp::Reverse, collections::BinaryHeap};

use des::{Calendar, Priority, Time};

/// Gives back events by ascending time, and those of one time in the order of scheduling.
pub trait EventList {
    fn schedule(&mut self, time: u64, event: u32);
    fn take(&mut self) -> (u64, u32);
}

/// Time, number of scheduling, event.
type Entry = (u64, u64, u32);

/// The calendar of this crate, with priorities, keys for cancelling and all checks.
pub struct Ours(Calendar<u32>);

impl Default for Ours {
    fn default() -> Self {
        Self(Calendar::new(Time::ZERO))
    }
}

impl EventList for Ours {
    fn schedule(&mut self, time: u64, event: u32) {
        let at = Time::from_micros(time as i64);
        self.0.schedule(at, Priority::NORMAL, event).expect("it is not full");
    }

    fn take(&mut self) -> (u64, u32) {
        let (time, event) = self.0.pop().expect("it is not empty");
        (time.micros() as u64, event)
    }
}

/// The binary heap of the standard library: no cancelling.
#[derive(Default)]
pub struct Binary {
    heap: BinaryHeap<Reverse<Entry>>,
    scheduled: u64,
}

impl EventList for Binary {
    fn schedule(&mut self, time: u64, event: u32) {
        self.heap.push(Reverse((time, self.scheduled, event)));
        self.scheduled += 1;
    }

    fn take(&mut self) -> (u64, u32) {
        let Reverse((time, _, event)) = self.heap.pop().expect("it is not empty");
        (time, event)
    }
}

/// All events in a row, searched from end to end: no cancelling.
#[derive(Default)]
pub struct Scan {
    entries: Vec<Entry>,
    scheduled: u64,
}

impl EventList for Scan {
    fn schedule(&mut self, time: u64, event: u32) {
        self.entries.push((time, self.scheduled, event));
        self.scheduled += 1;
    }

    fn take(&mut self) -> (u64, u32) {
        let mut first = 0;
        for at in 1..self.entries.len() {
            let (here, best) = (&self.entries[at], &self.entries[first]);
            if (here.0, here.1) < (best.0, best.1) {
                first = at;
            }
        }
        let (time, _, event) = self.entries.swap_remove(first);
        (time, event)
    }
}

/// A calendar queue (R. Brown, "Calendar queues: a fast O(1) priority queue implementation for the
/// simulation event set problem", Communications of the ACM 31(10), 1988): days of a year in a
/// ring, each in order; as many days as events, as long as three gaps between the next events. No
/// cancelling.
pub struct Buckets {
    /// Each by descending order, so that the next is at the end.
    days: Vec<Vec<Entry>>,
    /// Length of a day, as a power of two.
    day_bits: u32,
    /// The day that the next event is not before, counted from the origin.
    today: u64,
    count: usize,
    scheduled: u64,
}

impl Default for Buckets {
    fn default() -> Self {
        Self { days: vec![Vec::new(); 2], day_bits: 20, today: 0, count: 0, scheduled: 0 }
    }
}

impl Buckets {
    fn insert(&mut self, entry: Entry) {
        let day = entry.0 >> self.day_bits;
        self.today = self.today.min(day);
        let ring = self.days.len() - 1;
        let day = &mut self.days[day as usize & ring];
        let at = day.iter().rposition(|other| (other.0, other.1) > (entry.0, entry.1));
        day.insert(at.map_or(0, |at| at + 1), entry);
    }

    /// Takes the next event without thinking of the ring's size.
    fn remove(&mut self) -> Entry {
        let ring = self.days.len() - 1;
        for day in self.today..=self.today + ring as u64 {
            let bucket = &mut self.days[day as usize & ring];
            if let Some(entry) = bucket.pop_if(|entry| entry.0 >> self.day_bits == day) {
                self.today = day;
                return entry;
            }
        }
        // Nothing within a year: the least of all days' firsts.
        let firsts = self.days.iter().enumerate().filter_map(|(at, day)| Some((*day.last()?, at)));
        let (entry, at) = firsts.min().expect("it is not empty");
        self.today = entry.0 >> self.day_bits;
        self.days[at].pop();
        entry
    }

    fn resize(&mut self, days: usize) {
        let sample: Vec<Entry> = (0..self.count.min(25)).map(|_| self.remove()).collect();
        let span = sample[sample.len() - 1].0 - sample[0].0;
        let gap = span / sample.len() as u64 * 3 + 1;
        let all: Vec<Entry> = self.days.drain(..).flatten().chain(sample).collect();
        self.day_bits = gap.ilog2();
        self.days = vec![Vec::new(); days];
        self.today = u64::MAX;
        for entry in all {
            self.insert(entry);
        }
    }
}

impl EventList for Buckets {
    fn schedule(&mut self, time: u64, event: u32) {
        self.insert((time, self.scheduled, event));
        self.scheduled += 1;
        self.count += 1;
        if self.count > 2 * self.days.len() {
            self.resize(2 * self.days.len());
        } else if self.scheduled.is_multiple_of(16 * self.days.len() as u64) {
            // The gaps of the beginning are not those of the run.
            self.resize(self.days.len());
        }
    }

    fn take(&mut self) -> (u64, u32) {
        let (time, _, event) = self.remove();
        self.count -= 1;
        (time, event)
    }
}
