//! What was decided, told to an organisation's own people: what is in force, what waits, what is
//! overdue, and what changed since a week ago.

use journal::{Act, DecisionKind, DecisionRow};
use release::Labelled;
use schemars::JsonSchema;
use serde::Serialize;
use twin::PlantTime;

use super::{
    Asker, Picture,
    ledger::{is_in_force, is_overdue, is_waiting, person},
    own_label, stamp,
    watch::CLOCK,
};
use crate::view::Shelf;

/// The review queue and what changed.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SharingDecisions")]
pub(crate) struct Decisions {
    /// Wall time.
    now: String,
    /// Whether the asker may narrow and widen.
    may_decide: bool,
    /// What is in force or waits: overdue first, then what waits for a second person, then by the
    /// day of the review.
    open: Vec<DecisionTold>,
    /// What changed within the last seven days, newest first.
    changed: Vec<ChangeTold>,
}

/// A decision.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct DecisionTold {
    id: u64,
    /// `narrow`, `lift` (the end of a narrowing), `release` (beyond a plant's file).
    kind: &'static str,
    /// `in_force`, `waiting`, `ended`, `withdrawn`, `lapsed`.
    state: &'static str,
    /// Whether its review should have been.
    overdue: bool,
    plant: String,
    plant_name: String,
    thing: Option<String>,
    thing_name: Option<String>,
    /// Kinds of fact; every kind when empty.
    kinds: Vec<&'static str>,
    /// Of a narrowing, the nations that keep it; of a release, those that get it.
    nations: Vec<String>,
    /// The narrowing that it ends, or stands in for.
    narrowing: Option<u64>,
    reason: String,
    by: String,
    at: String,
    /// When it is looked at again; a release and a proposal end then.
    review: String,
    agreed_by: Option<String>,
    agreed_at: Option<String>,
    /// Whether the asker made it, so that somebody else has to agree.
    mine: bool,
}

/// Something that somebody did.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct ChangeTold {
    at: String,
    /// The account; none when its day had come.
    by: Option<String>,
    /// `narrowed`, `kept`, `proposed`, `agreed`, `ended`, `withdrawn`, `lapsed`.
    what: &'static str,
    decision: DecisionTold,
}

/// What may be told to whoever asks, by name; none to whoever belongs to no organisation by a role.
pub(crate) fn decisions(
    shelf: &Shelf,
    picture: &Picture,
    rows: &[DecisionRow],
    (asker, name): (&Asker, &str),
    (since, now): (PlantTime, PlantTime),
) -> Option<Decisions> {
    asker.of.as_ref()?;
    let mut gate = shelf.gate();
    let labelled = rows.iter().filter_map(|row| {
        // Rows of a plant that is no more are its owner's still, who is known by others of theirs.
        let own = |plant: &&super::picture::PlantPicture| plant.owner == row.owner;
        let plant = picture.plants.iter().find(own)?;
        let label = gate.label(&own_label(&plant.label)).ok()?;
        Some(Labelled { value: row.clone(), label })
    });
    let labelled: Vec<_> = labelled.collect();
    let released = gate.select(labelled, asker.offer.id).released;
    let rows = released.value();
    let told =
        |row: &DecisionRow| DecisionTold { mine: row.made.by == name, ..told(row, picture, now) };
    let is_open = |row: &&DecisionRow| is_in_force(row, now) || is_waiting(row, now);
    let mut open: Vec<&DecisionRow> = rows.iter().filter(is_open).collect();
    open.sort_by_key(|row| (!is_overdue(row, now), !is_waiting(row, now), row.review, row.id));
    let mut changes: Vec<(PlantTime, ChangeTold)> =
        rows.iter().flat_map(|row| changes(row, &told(row), since)).collect();
    changes.sort_by_key(|(at, change)| {
        (std::cmp::Reverse(*at), std::cmp::Reverse(change.decision.id))
    });
    Some(Decisions {
        now: stamp(now),
        may_decide: asker.releases,
        open: open.into_iter().map(told).collect(),
        changed: changes.into_iter().map(|(_, change)| change).collect(),
    })
}

/// A decision as pages read it.
pub(super) fn told(row: &DecisionRow, picture: &Picture, now: PlantTime) -> DecisionTold {
    // What a plant that went to somebody else calls its things now is not theirs to know.
    let plant = picture.own_plant(row.what.plant.as_str(), &row.owner);
    let thing = row.what.thing.as_ref();
    DecisionTold {
        id: row.id,
        kind: row.kind.word(),
        state: state(row, now),
        overdue: is_overdue(row, now),
        plant: row.what.plant.to_string(),
        plant_name: plant.map_or_else(|| row.what.plant.to_string(), |plant| plant.name.clone()),
        thing: thing.map(ToString::to_string),
        thing_name: plant.and_then(|plant| plant.thing_name(thing)),
        kinds: row.kinds.iter().map(|kind| kind.word()).collect(),
        nations: row.nations.iter().map(ToString::to_string).collect(),
        narrowing: row.narrowing,
        reason: row.reason.clone(),
        by: person(&row.made).to_owned(),
        at: stamp(row.made.at),
        review: stamp(row.review),
        agreed_by: row.agreed.as_ref().map(|act| person(act).to_owned()),
        agreed_at: row.agreed.as_ref().map(|act| stamp(act.at)),
        mine: false,
    }
}

fn state(row: &DecisionRow, now: PlantTime) -> &'static str {
    match &row.ended {
        _ if is_in_force(row, now) => "in_force",
        _ if is_waiting(row, now) => "waiting",
        Some(act) if row.agreed.is_none() && row.kind != DecisionKind::Narrow => {
            if act.by == CLOCK { "lapsed" } else { "withdrawn" }
        }
        _ => "ended",
    }
}

/// What somebody did about a decision since then.
fn changes(
    row: &DecisionRow,
    told: &DecisionTold,
    since: PlantTime,
) -> Vec<(PlantTime, ChangeTold)> {
    let made = match (row.kind, row.narrowing) {
        (DecisionKind::Narrow, None) => "narrowed",
        (DecisionKind::Narrow, Some(_)) => "kept",
        _ => "proposed",
    };
    // A narrowing that another stands in for has not ended for anybody; a lift that was agreed to
    // ends in the same moment, and what it ended says so.
    let ended = match (row.kind, &row.agreed) {
        (DecisionKind::Narrow, _) | (DecisionKind::Lift, Some(_)) => None,
        (DecisionKind::Release, Some(_)) => Some("ended"),
        (_, None) => Some(told.state),
    };
    let acts: [Option<(&Act, &'static str)>; 3] = [
        Some((&row.made, made)),
        row.agreed.as_ref().map(|act| (act, "agreed")),
        row.ended.as_ref().zip(ended),
    ];
    let told = |(act, what): (&Act, &'static str)| {
        let by = (act.by != CLOCK).then(|| person(act).to_owned());
        (act.at, ChangeTold { at: stamp(act.at), by, what, decision: told.clone() })
    };
    acts.into_iter().flatten().filter(|(act, _)| act.at >= since).map(told).collect()
}
