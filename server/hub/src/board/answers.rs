//! Who acts on a hold-up, and what was last heard from there: in words that a reader knows, and
//! with the day that it speaks of.

use analytics::{HoldUp, Remark, Stretch, Thing, Verdict};
use twin::{
    FactKind, Plant, PlantTime, UnitState,
    definition::{Contact, WorkUnit},
    state::{DeliveryNow, DeliveryStatus},
};
use wire::view::{ActCard, AnsweredDelivery, HoldUpCard};

use super::{Findings, chain::Reader, stamp};
use crate::board::Scene;

/// Who owns the hold-up, and what was last heard from there.
pub(super) fn act(
    core: &Scene<'_>,
    reader: &Reader<'_>,
    plant: &Plant,
    found: &Findings,
    card: &HoldUpCard,
) -> ActCard {
    let nobody = ActCard {
        owner: None,
        phone: None,
        about: card.name.clone(),
        answer: None,
        answered: None,
        until: None,
        overdue_d: None,
        over_since: None,
        is_before: false,
        delivery: None,
    };
    let HoldUp::Known(verdict) = &found.hold_up else { return nobody };
    if !reader.may_know(&verdict.node) {
        return nobody;
    }
    let at = core.plants.get(&verdict.node.plant).unwrap_or(plant);
    let contact = contact(at, &verdict.node.thing);
    let mut about: Vec<&str> = vec![verdict.node.thing.id()];
    about.extend(verdict.units.iter().map(twin::EquipmentId::as_str));
    // What a supplier says, it says about its deliveries: of those that are to come the next
    // one counts, whatever was asked last.
    let deliveries = core.twin.deliveries(&at.id);
    let (here, mut to_come): (Vec<_>, Vec<_>) = deliveries
        .filter(|d| d.supplier.as_str() == verdict.node.thing.id())
        .partition(|delivery| delivery.status == DeliveryStatus::Arrived);
    to_come.sort_by_key(|delivery| (delivery.expected, &delivery.delivery));
    let to_come: Vec<&str> = to_come.iter().map(|d| d.delivery.as_str()).collect();
    let here: Vec<&str> = here.iter().map(|d| d.delivery.as_str()).collect();
    let owned = ActCard {
        owner: contact.map(|contact| contact.role.clone()),
        phone: contact.map(|contact| contact.phone.clone()),
        ..nobody
    };
    // What somebody said has a label of its own.
    let may_read = |answer: &Remark| {
        reader.may_see(reader.board.labels.about(core, &at.id, &answer.about, FactKind::Comments))
    };
    let last = |about: &[&str]| core.analytics.last_comment(&at.id, about).filter(may_read);
    let answer = answer(&about, &to_come, &here, last);
    let Some(answer) = answer.filter(|answer| !is_forgotten(core, at, answer, found.now)) else {
        return owned;
    };
    let waits = card.now.as_ref().and_then(|now| now.is_waited_for) == Some(true);
    let card = answered(reader, (at, verdict), &answer, found.now, owned);
    // What is over is an answer to what holds up now only while that is what the hold-up says.
    let is_before = card.over_since.is_some()
        && match card.delivery {
            Some(_) => waits,
            None => verdict.chain.last().is_some_and(|step| step.over_since.is_none()),
        };
    let next = to_come.first().filter(|next| **next != answer.about);
    let next = next.and_then(|id| core.twin.delivery(&at.id, &twin::DeliveryId::new(id).ok()?));
    let delivery = card.delivery.map(|delivery| AnsweredDelivery {
        next: next.filter(|_| !delivery.arrived).map(|next| stamp(next.expected)),
        ..delivery
    });
    ActCard { delivery, is_before, ..card }
}

/// Who owns a hold-up: its own contact, or the first of the plant.
fn contact<'p>(at: &'p Plant, thing: &Thing) -> Option<&'p Contact> {
    let contact = match thing {
        Thing::Supplier(id) => {
            at.suppliers.iter().find(|s| s.id == *id).and_then(|s| s.contact.as_ref())
        }
        Thing::WorkCenter(id) => {
            at.work_centers.iter().find(|wc| wc.id == *id).and_then(|wc| wc.contact.as_ref())
        }
        Thing::Storage(_) | Thing::Resource(_) | Thing::Crew(_) => None,
        Thing::Calendar(_) | Thing::Orders => None,
    };
    contact
        .and_then(|id| at.contacts.iter().find(|contact| contact.id == *id))
        .or_else(|| at.contacts.first())
}

/// When the stop ended that was in force when an answer about a station was given; none when the
/// station did not stand, or still does.
fn ended(reader: &Reader<'_>, at: &Plant, answer: &Remark, now: PlantTime) -> Option<PlantTime> {
    let is_about = |unit: &&WorkUnit| {
        unit.id.as_str() == answer.about || unit.work_center.as_str() == answer.about
    };
    let units = at.units.iter().filter(is_about);
    let known = units.filter(|unit| reader.may_know_equipment(&at.id, &unit.id));
    let ends = known.filter_map(|unit| {
        stop_ended(&reader.core.analytics.ribbon(&at.id, &unit.id, answer.at, now))
    });
    ends.max()
}

/// Whether an answer is about a stop of a unit that works, so long ago that no record tells when it
/// ended.
pub(super) fn is_forgotten(core: &Scene<'_>, at: &Plant, answer: &Remark, now: PlantTime) -> bool {
    let Ok(id) = twin::EquipmentId::new(&answer.about) else { return false };
    let unit = core.twin.unit(&at.id, &id);
    let works = unit.is_some_and(|unit| unit.stands().is_none() && !is_stop(unit.state));
    let states = core.analytics.ribbon(&at.id, &id, answer.at, now);
    works && states.first().is_none_or(|first| first.from > answer.at)
}

/// When the stop ended that some stretches begin with; time off shift belongs to it.
fn stop_ended(stretches: &[Stretch]) -> Option<PlantTime> {
    let away = |state| matches!(state, UnitState::OffShift | UnitState::Unknown);
    let mut at_work = stretches.iter().filter(|stretch| !away(stretch.state)).peekable();
    at_work.peek().filter(|first| is_stop(first.state))?;
    at_work.find(|stretch| !is_stop(stretch.state)).map(|stretch| stretch.from)
}

fn is_stop(state: UnitState) -> bool {
    matches!(state, UnitState::Down | UnitState::Held | UnitState::PlannedMaintenance)
}

/// The answer to tell: the newest about the hold-up itself or about the first of the deliveries
/// `to_come` that anything was said about; else the newest about those that are `here`.
fn answer(
    itself: &[&str],
    to_come: &[&str],
    here: &[&str],
    last: impl Fn(&[&str]) -> Option<Remark>,
) -> Option<Remark> {
    let next = to_come.iter().find_map(|delivery| last(&[*delivery]));
    let newest = [last(itself), next].into_iter().flatten().max_by_key(|remark| remark.at);
    newest.or_else(|| last(here))
}

/// The card with an answer: what it says, the day it speaks of, and whether that has passed.
fn answered(
    reader: &Reader<'_>,
    (at, verdict): (&Plant, &Verdict),
    answer: &Remark,
    now: PlantTime,
    card: ActCard,
) -> ActCard {
    let id = twin::DeliveryId::new(&answer.about).ok();
    let core = reader.core;
    // Of a delivery nothing is told to whoever may not know its supplier.
    let may_know = |delivery: &&DeliveryNow| {
        let labels = &reader.board.labels;
        reader.may_see(labels.supplier(&at.id, &delivery.supplier, FactKind::Supply))
    };
    let delivery = id.and_then(|id| core.twin.delivery(&at.id, &id)).filter(may_know);
    let arrived = delivery.filter(|d| d.status == DeliveryStatus::Arrived).map(|d| d.expected);
    let stop_over = verdict.chain.last().and_then(|step| step.over_since);
    // Only what came after the answer settles it.
    let over = match delivery {
        Some(_) => arrived,
        None => {
            let of_lead = stop_over.filter(|over| *over >= answer.at);
            of_lead.or_else(|| ended(reader, at, answer, now))
        }
    };
    let until = delivery.map(|delivery| delivery.expected).or(answer.until);
    // What was said of a stop is past its day only while the station stands still.
    let unit = twin::EquipmentId::new(&answer.about).ok();
    let unit = unit.and_then(|unit| core.twin.unit(&at.id, &unit));
    let stands = unit.is_none_or(|unit| is_stop(unit.state));
    let overdue = until.filter(|until| over.is_none() && stands && *until < now);
    ActCard {
        answer: Some(core.in_words(&at.id, &answer.text)),
        answered: Some(stamp(answer.at)),
        until: until.map(stamp),
        overdue_d: overdue.map(|until| now.since(until).days()),
        over_since: over.map(stamp),
        delivery: delivery.map(|delivery| AnsweredDelivery {
            id: delivery.delivery.to_string(),
            name: core.material_name(&delivery.material),
            quantity: delivery.quantity,
            unit: core.unit_of_measure(&delivery.material),
            expected: stamp(delivery.expected),
            arrived: delivery.status == DeliveryStatus::Arrived,
            next: None,
        }),
        ..card
    }
}

#[cfg(test)]
mod tests {
    use UnitState::{Down, OffShift, Starved, Working};

    use super::*;

    #[test]
    fn a_stop_ends_when_work_goes_on_and_not_when_a_shift_does() {
        let at = |hour: i64| PlantTime::from_micros(hour * 3_600_000_000);
        let ended = |states: &[UnitState]| {
            let stretches = (0..).zip(states).map(|(hour, state)| Stretch {
                from: at(hour),
                to: at(hour + 1),
                state: *state,
            });
            stop_ended(&stretches.collect::<Vec<_>>())
        };
        assert_eq!(ended(&[OffShift, Down, OffShift, Down, OffShift, Starved]), Some(at(5)));
        assert_eq!(ended(&[Down, OffShift]), None, "it stands at the end of the shift");
        assert_eq!(ended(&[Working, Down, Working]), None, "it did not stand when it was asked");
    }

    #[test]
    fn the_answer_about_the_next_delivery_is_told_before_newer_ones_about_later_deliveries() {
        let said = [("here", 9), ("next", 2), ("third", 5), ("mill", 1)];
        let last = |about: &[&str]| {
            let of = said.iter().filter(|(id, _)| about.contains(id));
            of.max_by_key(|(_, day)| *day).map(|(id, day)| Remark {
                about: (*id).to_owned(),
                text: String::new(),
                at: PlantTime::from_micros(*day),
                until: None,
            })
        };
        let told = |itself: &[&str], to_come: &[&str]| {
            answer(itself, to_come, &["here"], last).map(|remark| remark.about)
        };
        assert_eq!(told(&["mill"], &["next", "second", "third"]).as_deref(), Some("next"));
        // Nothing was said about the two that come first.
        assert_eq!(told(&["mill"], &["first", "second", "third"]).as_deref(), Some("third"));
        assert_eq!(told(&["mill"], &["first"]).as_deref(), Some("mill"));
        assert_eq!(told(&["station"], &["first"]).as_deref(), Some("here"));
    }
}
