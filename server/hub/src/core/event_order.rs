//! The order of findings when everything is folded anew: by event time, whatever came when.
//!
//! Rows are read in the order in which the hub took them. A report waits here until so many newer
//! ones have been read that hardly anything older can still come; what comes later than that is
//! set aside, and a second round over the same rows folds it at its place. Plants on one clock
//! are one group, for a part that one plant sends is part of another's findings.

use std::collections::BTreeMap;

use twin::{PlantId, PlantTime};

use super::correction::ReportKey;

/// Reports of a group that wait to be overtaken by older ones.
pub(crate) const WINDOW: usize = 20_000;
/// Reports of a group that may be set aside; the rest fold as late ones.
const MOST_SET_ASIDE: usize = 50_000;

/// When something happened, and who said it: no two reports have the same.
pub(crate) type Moment = (PlantTime, ReportKey);

/// See the module.
#[derive(Debug)]
pub(crate) struct EventOrder<T> {
    groups: BTreeMap<Option<PlantId>, Group<T>>,
    window: usize,
}

#[derive(Debug)]
struct Group<T> {
    waiting: BTreeMap<Moment, T>,
    folded: Option<Moment>,
    /// Found late in the first round.
    late: BTreeMap<Moment, T>,
    /// To be folded at their places in the second round, in order.
    set_aside: Vec<(Moment, T)>,
    next: usize,
    round: Round,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Round {
    First,
    Second,
}

impl<T> EventOrder<T> {
    /// Nothing was read yet; `window` reports of a group wait, [`WINDOW`] unless a test says so.
    pub(crate) fn new(window: usize) -> Self {
        Self { groups: BTreeMap::new(), window }
    }

    /// Takes what was read next, and folds what need not wait any more.
    pub(crate) fn push(
        &mut self,
        group: Option<PlantId>,
        moment: Moment,
        value: T,
        fold: &mut dyn FnMut(&T),
    ) {
        let group = self.groups.entry(group).or_insert_with(|| Group::new(Vec::new()));
        group.push(moment, value, fold);
        if group.waiting.len() > self.window
            && let Some((moment, value)) = group.waiting.pop_first()
        {
            group.fold(moment, &value, fold);
        }
    }

    /// Everything was read: folds what waits. A fresh one when some came so late that everything
    /// has to be read once more.
    pub(crate) fn finish(self, fold: &mut dyn FnMut(&T)) -> Option<Self> {
        let window = self.window;
        let mut again = BTreeMap::new();
        let mut is_needed = false;
        for (id, mut group) in self.groups {
            while let Some((moment, value)) = group.waiting.pop_first() {
                group.fold(moment, &value, fold);
            }
            group.set_aside[group.next..].iter().for_each(|(_, value)| fold(value));
            is_needed |= !group.late.is_empty();
            again.insert(id, Group::new(group.late.into_iter().collect()));
        }
        is_needed.then_some(Self { groups: again, window })
    }
}

impl<T> Group<T> {
    fn new(set_aside: Vec<(Moment, T)>) -> Self {
        let round = if set_aside.is_empty() { Round::First } else { Round::Second };
        let (waiting, late) = (BTreeMap::new(), BTreeMap::new());
        Self { waiting, folded: None, late, set_aside, next: 0, round }
    }

    fn push(&mut self, moment: Moment, value: T, fold: &mut dyn FnMut(&T)) {
        if self.set_aside.binary_search_by(|(known, _)| known.cmp(&moment)).is_ok() {
            return;
        }
        if self.folded.as_ref().is_none_or(|folded| *folded < moment) {
            self.waiting.insert(moment, value);
        } else if self.round == Round::First && self.late.len() < MOST_SET_ASIDE {
            self.late.insert(moment, value);
        } else {
            fold(&value);
        }
    }

    fn fold(&mut self, moment: Moment, value: &T, fold: &mut dyn FnMut(&T)) {
        while let Some((earlier, value)) = self.set_aside.get(self.next)
            && *earlier < moment
        {
            fold(value);
            self.next += 1;
        }
        fold(value);
        self.folded = Some(moment);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use twin::FeedId;

    use super::*;

    fn moment(at: i64, seq: u64) -> Moment {
        let feed = FeedId::new("a").unwrap();
        (PlantTime::from_micros(at), ReportKey { feed, epoch: 1, seq, index: 0 })
    }

    /// Reads until nothing has to be read again; what was folded in the last round, and how many
    /// rounds it took.
    fn folded(window: usize, times: &[i64]) -> (Vec<Moment>, usize) {
        let mut order = EventOrder::new(window);
        let mut rounds = 0;
        loop {
            rounds += 1;
            let mut told = Vec::new();
            for (seq, at) in (0..).zip(times) {
                let moment = moment(*at, seq);
                order.push(None, moment.clone(), moment, &mut |moment: &Moment| {
                    told.push(moment.clone());
                });
            }
            match order.finish(&mut |moment| told.push(moment.clone())) {
                Some(again) => order = again,
                None => return (told, rounds),
            }
        }
    }

    proptest! {
        #[test]
        fn whatever_came_when_folds_by_event_time(
            times in prop::collection::vec(0..50_i64, 0..60),
            window in 0..20_usize,
        ) {
            let mut sorted: Vec<Moment> =
                (0..).zip(&times).map(|(seq, at)| moment(*at, seq)).collect();
            sorted.sort();
            let (told, rounds) = folded(window, &times);
            prop_assert_eq!(told, sorted);
            prop_assert!(rounds <= 2, "{} rounds", rounds);
        }
    }

    #[test]
    fn what_is_in_order_is_read_once() {
        assert_eq!(folded(2, &[1, 2, 3, 4, 5, 6]).1, 1);
        assert_eq!(folded(2, &[2, 1, 4, 3, 6, 5]).1, 1);
        assert_eq!(folded(2, &[2, 3, 4, 5, 6, 1]).1, 2);
    }
}
