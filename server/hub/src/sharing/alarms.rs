//! The hub's own alarms, told to those who can do something about them.
//!
//! Whoever looks after the hub reads no plant, and an organisation's decisions are its own
//! people's business: what an alarm is about goes through the gate like everything else. Told is
//! what is so still, and for a while what happened once.

use std::collections::BTreeMap;

use journal::{Alarm, DecisionRow, Role};
use release::Labelled;
use schemars::JsonSchema;
use serde::Serialize;
use twin::{FeedId, PlantTime, Span};

use super::{Asker, Picture, act::in_short, ledger::is_overdue, own_label, stamp};
use crate::{core::decode::SPILLAGE, identity::Caller, view::Shelf};

/// The review of a narrowing should have been.
pub(super) const REVIEW_OVERDUE: &str = "review_overdue";
/// Changed policies are wrong; those of before stay in force.
pub(crate) const POLICIES_REFUSED: &str = "policies_refused";
/// Findings were made anew from corrected or late reports.
pub(crate) const CORRECTED: &str = "corrected";
/// The journal ends before what was acknowledged.
pub(crate) const JOURNAL_LOST: &str = "journal_lost";

/// Alarms of one answer.
const MOST_TOLD: usize = 100;
/// Alarms, the newest, that are looked through for one answer.
pub(crate) const MOST_READ: u32 = 1_000;
/// What happened once is told of for so long.
const TOLD_FOR: Span = Span::from_secs(30 * 86_400);

/// What the hub has to say about itself.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "HubAlarms")]
pub(crate) struct Alarms {
    /// Wall time.
    now: String,
    /// Newest first, 100 at most.
    alarms: Vec<AlarmTold>,
}

/// One alarm.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "HubAlarm")]
struct AlarmTold {
    /// `review_overdue`, `policies_refused`, `journal_lost`, `spillage`.
    code: String,
    /// Wall time.
    since: String,
    /// Which decision or feed it is about; none where the asker may not know that.
    about: Option<String>,
    /// The hub's own words; none where they name what the asker may not know.
    text: Option<String>,
}

/// Who may know of alarms.
#[derive(Clone, Debug)]
pub(crate) struct Watcher {
    asker: Asker,
    /// Whether they look after the hub, rather than after what an organisation shares.
    looks_after: bool,
}

impl Watcher {
    /// None for whoever is told of no alarm: without the role releaser, administrator or auditor.
    pub(crate) fn of(asker: Asker, caller: &Caller) -> Option<Self> {
        let roles = [Role::Administrator, Role::Auditor];
        let looks_after = roles.into_iter().any(|role| caller.may(role));
        (looks_after || asker.releases).then_some(Self { asker, looks_after })
    }
}

/// What is known of now, beside the alarms.
pub(crate) struct Known<'a> {
    pub(crate) picture: &'a Picture,
    /// All decisions.
    pub(crate) rows: &'a [DecisionRow],
    /// Whether the newest policy files are refused.
    pub(crate) policies_are_wrong: bool,
    /// Wall time.
    pub(crate) now: PlantTime,
}

/// What of these alarms, newest first, may be told.
pub(crate) fn alarms(
    shelf: &Shelf,
    known: &Known<'_>,
    alarms: &[Alarm],
    watcher: &Watcher,
) -> Alarms {
    let shown = known.shown(alarms);
    let mut gate = shelf.gate();
    let labelled = shown.iter().enumerate().filter_map(|(number, alarm)| {
        let owner = known.owner(alarm)?;
        let plant = known.picture.plants.iter().find(|plant| plant.owner == owner)?;
        let label = gate.label(&own_label(&plant.label)).ok()?;
        let (about, text) = (Some(alarm.about.clone()), Some(alarm.text.clone()));
        Some(Labelled { value: (number, AlarmTold { about, text, ..bare(alarm) }), label })
    });
    let labelled: Vec<_> = labelled.collect();
    let released = gate.select(labelled, watcher.asker.offer.id).released;
    let mut told: BTreeMap<usize, AlarmTold> = released.value().iter().cloned().collect();
    for (number, alarm) in shown.iter().enumerate() {
        if watcher.looks_after || is_of_the_hub(alarm) {
            // The policies are the hub's own, and whoever looks after it mends them.
            let mends = watcher.looks_after && alarm.code == POLICIES_REFUSED;
            let text = mends.then(|| alarm.text.clone());
            told.entry(number).or_insert_with(|| AlarmTold { text, ..bare(alarm) });
        }
    }
    Alarms { now: stamp(known.now), alarms: told.into_values().take(MOST_TOLD).collect() }
}

impl Known<'_> {
    /// What is so still, and what happened lately.
    fn shown<'a>(&self, alarms: &'a [Alarm]) -> Vec<&'a Alarm> {
        let overdue = self.rows.iter().filter(|row| is_overdue(row, self.now));
        let overdue: Vec<String> = overdue.map(about_review).collect();
        let mut are_wrong = self.policies_are_wrong;
        let is_shown = |alarm: &&Alarm| match alarm.code.as_str() {
            REVIEW_OVERDUE => overdue.contains(&alarm.about),
            // The newest is about the files as they are; those before are about others.
            POLICIES_REFUSED => std::mem::take(&mut are_wrong),
            // What was corrected is told with the plant's events; nobody has to act on it.
            CORRECTED => false,
            _ => self.now.since(alarm.raised) <= TOLD_FOR,
        };
        alarms.iter().filter(is_shown).collect()
    }

    /// Whose business it is, as `nation/organisation`; none of what nobody is known to own.
    fn owner(&self, alarm: &Alarm) -> Option<String> {
        match alarm.code.as_str() {
            REVIEW_OVERDUE => alarm.about.split_once(' ').map(|(owner, _)| owner.to_owned()),
            SPILLAGE => {
                let plant = self.picture.feeds.get(&FeedId::new(&alarm.about).ok()?)?;
                let plant = self.picture.plants.iter().find(|known| known.id == *plant)?;
                Some(plant.owner.clone())
            }
            _ => None,
        }
    }
}

/// What the alarm of an overdue review is about: its owner first, then the decision.
pub(super) fn about_review(row: &DecisionRow) -> String {
    format!("{} {}", row.owner, in_short(row))
}

/// Whether it is about the hub itself and about nobody's plant.
fn is_of_the_hub(alarm: &Alarm) -> bool {
    [POLICIES_REFUSED, JOURNAL_LOST].contains(&alarm.code.as_str())
}

fn bare(alarm: &Alarm) -> AlarmTold {
    AlarmTold { code: alarm.code.clone(), since: stamp(alarm.raised), about: None, text: None }
}
