//! Whoever fails to sign in waits, each time twice as long: by name and by address.

use std::{collections::BTreeMap, time::Duration};

/// Names and addresses that are remembered at once; the one that failed longest ago makes way.
const MOST: usize = 10_000;
/// Failures are forgotten when none came for so long.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(15 * 60);
/// The first wait.
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// How much somebody may fail.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// Failures without a wait.
    pub(super) free: u32,
    /// The longest wait.
    pub(super) longest: Duration,
}

/// Of a name: a guesser gets some 1,400 tries a day, and its owner waits a minute at most.
pub(super) const OF_A_NAME: Patience = Patience { free: 5, longest: Duration::from_secs(60) };
/// Of an address: a whole site may stand behind it.
pub(super) const OF_AN_ADDRESS: Patience =
    Patience { free: 20, longest: Duration::from_secs(15 * 60) };
/// Of this machine's own address: a proxy that hides everybody may stand behind it.
pub(super) const OF_THIS_MACHINE: Patience =
    Patience { free: 100, longest: Duration::from_secs(2) };

/// Who failed lately. Times are since the start of the process.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    failed: BTreeMap<String, Failures>,
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    last: Duration,
    until: Duration,
}

impl Throttle {
    /// How long to wait before another try.
    pub(super) fn wait(&self, who: &str, now: Duration) -> Option<Duration> {
        let until = self.failed.get(who)?.until;
        until.checked_sub(now).filter(|wait| !wait.is_zero())
    }

    /// One more failure.
    pub(super) fn failed(&mut self, who: &str, patience: Patience, now: Duration) {
        if !self.failed.contains_key(who) && self.failed.len() >= MOST {
            self.make_room(now);
        }
        let none = Failures { count: 0, last: now, until: Duration::ZERO };
        let failures = self.failed.entry(who.to_owned()).or_insert(none);
        if now.saturating_sub(failures.last) > FORGOTTEN_AFTER {
            *failures = none;
        }
        failures.count = failures.count.saturating_add(1);
        failures.last = now;
        if let Some(beyond) = failures.count.checked_sub(patience.free + 1) {
            let doubled = FIRST_WAIT.saturating_mul(1 << beyond.min(20));
            failures.until = now + doubled.min(patience.longest);
        }
    }

    /// A success forgives a name everything.
    pub(super) fn forgive(&mut self, who: &str) {
        self.failed.remove(who);
    }

    /// A success from an address forgives it one failure: its people mistype, and a guesser with
    /// one account of their own gains nothing on another's name.
    pub(super) fn forgive_one(&mut self, who: &str) {
        if let Some(failures) = self.failed.get_mut(who) {
            failures.count = failures.count.saturating_sub(1);
        }
    }

    /// How many are remembered.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.failed.len()
    }

    fn make_room(&mut self, now: Duration) {
        self.failed.retain(|_, failures| now.saturating_sub(failures.last) <= FORGOTTEN_AFTER);
        if self.failed.len() >= MOST {
            let oldest = self.failed.iter().min_by_key(|(_, failures)| failures.last);
            if let Some(oldest) = oldest.map(|(who, _)| who.clone()) {
                self.failed.remove(&oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Duration = Duration::from_secs(100);

    #[test]
    fn each_failure_beyond_the_free_ones_doubles_the_wait() {
        let mut throttle = Throttle::default();
        let waits: Vec<_> = (0..14)
            .map(|_| {
                throttle.failed("anna", OF_A_NAME, AT);
                throttle.wait("anna", AT).map_or(0, |wait| wait.as_secs())
            })
            .collect();
        assert_eq!(waits, [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(throttle.wait("bo", AT), None);
        assert_eq!(throttle.wait("anna", AT + Duration::from_secs(60)), None);
        throttle.forgive("anna");
        throttle.failed("anna", OF_A_NAME, AT);
        assert_eq!(throttle.wait("anna", AT), None);
    }

    #[test]
    fn what_was_long_ago_counts_no_more() {
        let mut throttle = Throttle::default();
        (0..9).for_each(|_| throttle.failed("anna", OF_A_NAME, AT));
        let later = AT + FORGOTTEN_AFTER + Duration::from_secs(61);
        throttle.failed("anna", OF_A_NAME, later);
        assert_eq!(throttle.wait("anna", later), None);
    }

    #[test]
    fn ever_new_names_take_no_more_than_so_much_room() {
        let mut throttle = Throttle::default();
        for number in 0..MOST as u64 + 500 {
            throttle.failed(&number.to_string(), OF_A_NAME, Duration::from_millis(number));
        }
        assert_eq!(throttle.failed.len(), MOST);
        assert!(!throttle.failed.contains_key("0"), "the oldest made way");
    }
}
