//! What happened, in a form that pages turn into words: a bounded, numbered list.

use std::collections::{BTreeMap, VecDeque};

use twin::{PlantId, PlantTime, UnitState, state::Change};

/// Happenings that are remembered; a page further behind gets a fresh start.
const MOST_HAPPENINGS: usize = 4_096;

/// Something that happened at a plant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Happening {
    /// Counts up from 1 over all plants while this process runs.
    pub(crate) number: u64,
    /// Where.
    pub(crate) plant: PlantId,
    /// When, on the plant's clock.
    pub(crate) at: PlantTime,
    /// `state`, `delivery`, `comment`, `feed`, `refused`, `part`.
    pub(crate) kind: &'static str,
    /// The id it is about.
    pub(crate) about: String,
    /// The key of the words.
    pub(crate) word: &'static str,
    /// What to fill in.
    pub(crate) with: BTreeMap<String, String>,
}

/// The newest happenings.
#[derive(Clone, Debug, Default)]
pub(crate) struct Happenings {
    ring: VecDeque<Happening>,
    last: u64,
}

impl Happenings {
    /// Remembers one; the oldest beyond the limit is forgotten.
    pub(crate) fn add(
        &mut self,
        plant: &PlantId,
        at: PlantTime,
        (kind, word): (&'static str, &'static str),
        about: &str,
        with: &[(&str, &str)],
    ) {
        if self.ring.len() == MOST_HAPPENINGS {
            self.ring.pop_front();
        }
        self.last += 1;
        let with = with.iter().map(|&(name, value)| (name.to_owned(), value.to_owned()));
        self.ring.push_back(Happening {
            number: self.last,
            plant: plant.clone(),
            at,
            kind,
            about: about.to_owned(),
            word,
            with: with.collect(),
        });
    }

    /// Those numbered above `after`, in order.
    pub(crate) fn after(&self, after: u64) -> impl Iterator<Item = &Happening> {
        let first = self.ring.partition_point(|happening| happening.number <= after);
        self.ring.range(first..)
    }

    /// The number of the newest; 0 when there is none.
    pub(crate) fn last(&self) -> u64 {
        self.last
    }
}

/// Remembers what of a change people want to read about; most changes are not news.
pub(crate) fn note(
    happenings: &mut Happenings,
    plant: &PlantId,
    change: &Change,
    comment: Option<&str>,
) {
    match change {
        Change::UnitState { unit, left, entered, reason, at, .. } if is_news(*left, *entered) => {
            let reason = reason.as_deref().unwrap_or_default();
            let with = [("state", entered.name()), ("left", left.name()), ("reason", reason)];
            happenings.add(plant, *at, ("state", "event.state"), unit.as_str(), &with);
        }
        Change::Delivery { delivery, status, late, at } => {
            let late = late.to_string();
            let with = [("status", status.name()), ("late", late.as_str())];
            happenings.add(plant, *at, ("delivery", "event.delivery"), delivery.as_str(), &with);
        }
        Change::Comment { about, at } => {
            let with = [("text", comment.unwrap_or_default())];
            happenings.add(plant, *at, ("comment", "event.comment"), about, &with);
        }
        Change::PartHold { part, held, at } => {
            let with = [("reason", held.as_deref().unwrap_or_default())];
            let word = if held.is_some() { "event.held" } else { "event.released" };
            happenings.add(plant, *at, ("part", word), part.as_str(), &with);
        }
        Change::PartEnded { part, end, at, .. } => {
            let with = [("end", end.name())];
            happenings.add(plant, *at, ("part", "event.part_ended"), part.as_str(), &with);
        }
        _ => {}
    }
}

/// Breaking, being held and recovering from it are news; going from part to part is not.
fn is_news(left: UnitState, entered: UnitState) -> bool {
    let bad = |state| matches!(state, UnitState::Down | UnitState::Held);
    left != entered && (bad(left) || bad(entered))
}
