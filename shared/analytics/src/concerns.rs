//! What somebody must act on: a part that is out while stations wait, a promise that will be
//! missed, a unit that stands.
//!
//! Parts and promises are looked at with every sample of the record, every six hours of plant time,
//! and soon after an order or a delivery changed or a unit ran out of work. What has held for six
//! hours is raised, what nothing is about to end at once; it is over when it has not held for a day,
//! so that what comes and goes is raised once. A part that was out and will be again within a day
//! goes on being short; a promise is over when it is kept. A unit is raised when it has stood for a
//! day, until it works. What is raised is told as it is found when somebody asks: a delivery may
//! have come since.

use std::collections::BTreeMap;

use twin::{EquipmentId, MaterialId, PlantTime, Span, UnitState};

use crate::{
    findings::{DryPart, Inputs, Outlook, Promise},
    fold::PlantFold,
    history::SAMPLED_EVERY,
    sight::PlantView,
    units::UnitTrack,
};

/// A promise that is expected to be missed by so much [d] is one to act on.
const MISSED_BY_D: f64 = 7.0;
/// It is so no more when it is missed by less than this [d].
const NEARLY_MET_D: f64 = 4.0;
/// A promise that is missed by so much more than the next of its product [d] is one of its own; and
/// one that is missed by so much is raised at once.
const MUCH_LATER_D: f64 = 14.0;
/// Without a delivery within this, a part that is out is raised as soon as it is found.
const COMES_SOON: Span = Span::DAY;
/// Promises for later than this are left for later.
const PROMISED_WITHIN: Span = Span::from_secs(60 * 86_400);
/// A unit that has been down or on hold for so long, time off shift included.
const STOOD_FOR: Span = Span::DAY;
/// What has held for so long is raised.
const RAISED_AFTER: Span = SAMPLED_EVERY;
/// Changes are waited for so long before they are looked at, since they come many at once.
const LOOKED_AT_AGAIN: Span = Span::from_secs(3_600);
/// What has not held for so long is over, and what was out and is out again so soon never was.
const OVER_AFTER: Span = Span::DAY;
/// Concerns of one plant followed at once: more than anybody can act on.
const CONCERNS_KEPT: usize = 60;

/// What a concern is about; there is one of each at most.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    Part(MaterialId),
    Promise(Promise),
}

/// What somebody must act on.
#[derive(Clone, Debug, PartialEq)]
pub enum Concern {
    /// A part has run out, and stations wait for it, or waited and it is out or about to be again;
    /// as it is, or was when that was last so.
    PartIsOut(Box<DryPart>),
    /// The next promise of its kind will be missed by a week or more.
    PromiseIsMissed(Box<Outlook>),
    /// A unit is down or on hold for a day or longer.
    UnitStands {
        /// Which.
        unit: EquipmentId,
        /// Whether it is down or on hold.
        state: UnitState,
    },
}

impl Concern {
    /// Whether nothing is about to end it by itself.
    fn is_pressing(&self, at: PlantTime) -> bool {
        match self {
            Self::PartIsOut(part) => part.next_delivery.is_none_or(|next| {
                next.since(at) > COMES_SOON || part.overdue_d.is_some_and(|days| days > 0.0)
            }),
            Self::PromiseIsMissed(promise) => {
                promise.slip_d.is_some_and(|days| days >= MUCH_LATER_D)
            }
            Self::UnitStands { .. } => false,
        }
    }
}

/// A concern that is raised.
#[derive(Clone, Debug, PartialEq)]
pub struct Raised {
    /// What it is.
    pub what: Concern,
    /// Since when it is so: a part is out, a unit stands; of a promise, since when that is expected.
    pub since: PlantTime,
    /// Whether it is so; what is over for less than a day may be so again soon, and stays.
    pub goes_on: bool,
    /// What it was computed from. A part and a promise tell of all of the plant besides: when
    /// anything was reported, since that is when samples are taken, and that a date waits for no
    /// material or station.
    pub inputs: Inputs,
}

#[derive(Clone, Debug)]
struct Followed {
    raised: Raised,
    /// When it was first and last found.
    first: PlantTime,
    last: PlantTime,
    is_raised: bool,
}

/// The concerns of one plant.
#[derive(Clone, Debug, Default)]
pub struct Concerns {
    followed: BTreeMap<About, Followed>,
    /// When the plant was looked at last.
    looked: Option<PlantTime>,
    /// What may have changed since.
    stale: Option<Look>,
}

/// What of a plant is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Look {
    /// Its parts: what is expected of all promises takes long to compute.
    Parts,
    /// Its parts and promises.
    All,
}

impl Concerns {
    /// Takes what was found.
    pub fn follow(&mut self, found: Vec<(About, Raised)>, at: PlantTime) {
        (self.looked, self.stale) = (self.looked.max(Some(at)), None);
        for (about, raised) in found {
            let is_pressing = raised.what.is_pressing(at);
            if let Some(known) = self.followed.get_mut(&about) {
                let since = known.raised.since.min(raised.since);
                known.raised = Raised { since, ..raised };
                known.last = at;
                known.is_raised |= is_pressing || at.since(known.first) >= RAISED_AFTER;
            } else if self.followed.len() < CONCERNS_KEPT {
                let followed = Followed { raised, first: at, last: at, is_raised: is_pressing };
                self.followed.insert(about, followed);
            }
        }
        self.followed.retain(|_, known| at.since(known.last) < OVER_AFTER);
    }

    /// Something has changed that may raise something before the next sample.
    pub fn look_again(&mut self, at: Look) {
        self.stale = self.stale.max(Some(at));
    }

    /// What of the plant is to be looked at besides the samples.
    pub fn due(&self, at: PlantTime) -> Option<Look> {
        let is_due = self.looked.is_none_or(|looked| at.since(looked) >= LOOKED_AT_AGAIN);
        self.stale.filter(|_| is_due)
    }

    /// Whether something is followed already.
    fn has(&self, about: &About) -> bool {
        self.followed.contains_key(about)
    }

    /// Whether a promise is followed already.
    fn has_promise(&self, promise: &Promise) -> bool {
        self.has(&About::Promise(promise.clone()))
    }
}

/// Looks at a plant.
pub fn found(fold: &PlantFold, look: Look, at: PlantTime) -> Vec<(About, Raised)> {
    let view = PlantView::whole(fold);
    let dry = view.dry(at);
    let mut found = match look {
        Look::All => promises(fold, &view.outlook(&dry, at), at),
        Look::Parts => Vec::new(),
    };
    found.extend(dry.iter().filter_map(|part| {
        let about = About::Part(part.material.clone());
        let again = || is_out_again(part, at).filter(|_| fold.concerns.has(&about));
        let raised = is_out(part).or_else(again)?;
        Some((about, raised))
    }));
    found
}

/// That a part is out, if it is and stations wait for it.
fn is_out(part: &DryPart) -> Option<Raised> {
    let since = part.out_since.filter(|_| part.waited_for)?;
    let what = Concern::PartIsOut(Box::new(part.clone()));
    Some(Raised { what, since, goes_on: true, inputs: part.inputs.clone() })
}

/// That a part for which stations waited is out, or will be within a day and before more comes.
fn is_out_again(part: &DryPart, at: PlantTime) -> Option<Raised> {
    let dry = part.dry.filter(|dry| dry.since(at) < OVER_AFTER)?;
    part.next_delivery.is_none_or(|next| next > dry).then(|| Raised {
        what: Concern::PartIsOut(Box::new(part.clone())),
        since: at,
        goes_on: true,
        inputs: part.inputs.clone(),
    })
}

/// That a promise will be missed by so many days at least, if it will; since when that is so is
/// not known by a single look.
fn is_missed(promise: &Outlook, by_d: f64, at: PlantTime) -> Option<Raised> {
    promise.slip_d.filter(|slip| promise.reached.is_none() && *slip >= by_d)?;
    let what = Concern::PromiseIsMissed(Box::new(promise.clone()));
    Some(Raised { what, since: at, goes_on: true, inputs: promise.inputs.clone() })
}

/// Of each product the next promise that will be missed, since what comes after it is late as
/// well; and the next that is much later still.
fn promises(fold: &PlantFold, outlook: &[Outlook], at: PlantTime) -> Vec<(About, Raised)> {
    let mut found: BTreeMap<_, &Outlook> = BTreeMap::new();
    let mut much_later: BTreeMap<_, &Outlook> = BTreeMap::new();
    let missed = outlook.iter().filter(|promise| {
        let least =
            if fold.concerns.has_promise(&promise.what) { NEARLY_MET_D } else { MISSED_BY_D };
        let is_soon = promise.promised.since(at) <= PROMISED_WITHIN;
        is_soon && is_missed(promise, least, at).is_some()
    });
    for promise in missed {
        let kind = (&promise.material, promise.part.is_some());
        let next = *found.entry(kind).or_insert(promise);
        let slip = |of: &Outlook| of.slip_d.unwrap_or(0.0);
        let margin =
            if fold.concerns.has_promise(&promise.what) { NEARLY_MET_D } else { MUCH_LATER_D };
        if slip(promise) - slip(next) >= margin {
            much_later.entry(kind).or_insert(promise);
        }
    }
    let raised = found.into_values().chain(much_later.into_values()).filter_map(|promise| {
        Some((About::Promise(promise.what.clone()), is_missed(promise, NEARLY_MET_D, at)?))
    });
    raised.collect()
}

/// Whether a unit stands for long, and since when.
fn stands(track: &UnitTrack, now: PlantTime) -> Option<(UnitState, PlantTime)> {
    let state = track.last_but_off_shift();
    let is_it = matches!(state, UnitState::Down | UnitState::Held);
    let (since, _) = track.run(now, |of| of == state).filter(|_| is_it)?;
    (now.since(since) >= STOOD_FOR).then_some((state, since))
}

/// The units that stand, the longest first.
fn standing(fold: &PlantFold, now: PlantTime) -> Vec<Raised> {
    let all = fold.layout.units().filter_map(|place| {
        let (state, since) = stands(fold.units.tracks.get(&place)?, now)?;
        let unit = fold.layout.info(place)?.id.clone();
        let source = fold.layout.source(place)?;
        let what = Concern::UnitStands { unit, state };
        Some(Raised { what, since, goes_on: true, inputs: [source].into() })
    });
    let mut all: Vec<Raised> = all.collect();
    all.sort_by_key(|raised| raised.since);
    all
}

/// What is raised about a plant, as it is now: parts and promises, then units, each the longest
/// first.
pub fn raised(fold: &PlantFold, now: PlantTime) -> Vec<Raised> {
    let open = |(about, _): &(&About, &Followed)| match about {
        About::Promise(promise) => fold.promises.is_open(promise),
        About::Part(_) => true,
    };
    let followed: Vec<(&About, &Followed)> =
        fold.concerns.followed.iter().filter(open).filter(|(_, known)| known.is_raised).collect();
    let mut raised: Vec<Raised> = Vec::new();
    if !followed.is_empty() {
        let view = PlantView::whole(fold);
        let dry = view.dry(now);
        let outlook = view.outlook(&dry, now);
        let found = |about: &About| match about {
            About::Part(material) => {
                let part = dry.iter().find(|part| part.material == *material)?;
                is_out(part).or_else(|| is_out_again(part, now))
            }
            About::Promise(what) => {
                let promise = outlook.iter().find(|promise| promise.what == *what)?;
                is_missed(promise, NEARLY_MET_D, now)
            }
        };
        raised.extend(followed.into_iter().map(|(about, known)| match found(about) {
            Some(found) => Raised { since: known.raised.since.min(found.since), ..found },
            None => Raised { goes_on: false, ..known.raised.clone() },
        }));
    }
    raised.sort_by_key(|raised| raised.since);
    raised.extend(standing(fold, now));
    raised
}
