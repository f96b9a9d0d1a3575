//! Plants as a whole: their order, and new revisions of their files.

use super::fixture::{Yard, finished, id, moved, plant, programme, started, used};
use crate::{
    definition::{InitialPart, Plant},
    report::Statement,
    state::{Refusal, TwinState},
    unit_state::UnitState,
};

#[test]
fn plants_are_listed_in_the_programmes_order() {
    let plants = [plant("zulu"), plant("partner"), plant("home")];
    let twin = TwinState::new(&programme(), &plants);
    let names: Vec<_> = twin.plants().map(ToString::to_string).collect();
    assert_eq!(names, ["home", "partner", "zulu"]);
    let units: Vec<_> = twin.units(&id("home")).map(|unit| unit.unit.to_string()).collect();
    assert_eq!(units, ["P1", "P2", "OVEN", "HALL"]);
}

#[test]
fn initial_parts_are_there_before_any_report() {
    let mut home = plant("home");
    let part = |part: &str, place: &str| InitialPart {
        part: id(part),
        material: id("block"),
        at: id(place),
        progress: 0.0,
    };
    home.initial_parts = vec![part("B-1", "park"), part("B-2", "P1"), part("B-1", "store")];
    let mut yard = Yard::new();
    yard.twin = TwinState::new(&programme(), &[home.clone()]);
    assert_eq!((yard.place("B-1"), yard.place("B-2")), ("home/park".into(), "home/P1".into()));
    let known = yard.twin.part(&id("B-1")).expect("known");
    assert_eq!((known.material.clone(), known.as_of), (Some(id("block")), None));
    assert_eq!(yard.state("P1"), UnitState::Unknown);
    // A clock that starts before the programme's does not make its reports outdated.
    yard.ok(-5, moved("B-1", "park", "store"));
    yard.twin.replace_plant(&home);
    assert_eq!(yard.place("B-1"), "home/store", "a revision does not start the plant again");
    assert_eq!(yard.twin.parts(&id("home")).count(), 2);
}

#[test]
fn a_new_revision_keeps_what_still_exists() {
    let mut yard = Yard::new();
    yard.ok(1, started("o-1", "P1", "B-1"));
    yard.ok(1, moved("B-2", "store", "park"));
    yard.ok(1, used(4.0));
    let mut revised = plant("home");
    revised.units.remove(1);
    revised.units.reverse();
    revised.storages.retain(|storage| storage.id != id("park"));
    revised.orders.clear();
    yard.twin.replace_plant(&revised);

    assert_eq!(yard.state("P1"), UnitState::Working);
    assert_eq!(yard.stock("store", "steel"), 6.0);
    assert!(yard.twin.part(&id("B-2")).is_none(), "its place is gone");
    assert!(yard.twin.order(&id("home"), &id("O-1")).is_none());
    assert!(yard.refused(2, started("o-2", "P2", "B-3")).starts_with("unknown_unit"));
    yard.ok(3, finished("o-1", "P1", "B-1"));
    yard.ok(4, moved("B-2", "store", "P1"));
    assert_eq!(yard.twin.parts(&id("home")).count(), 2);
}

#[test]
fn every_refusal_has_a_code_of_its_own() {
    let mut codes = Refusal::CODES.to_vec();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), Refusal::CODES.len());
    assert!(codes.iter().all(|code| code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')));
}

#[test]
fn people_are_known_by_pseudonym_only_where_that_is_agreed() {
    let taken = || Statement::ResourceTaken { resource: id("ID4932"), by: "P1".into() };
    let mut yard = Yard::new();
    yard.refused(1, taken());
    yard.twin.replace_plant(&Plant { pseudonyms_allowed: true, ..plant("home") });
    assert_eq!(yard.ok(2, taken()), []);
    yard.ok(3, Statement::ResourceFreed { resource: id("ID4932"), by: "P1".into() });
    assert_eq!(yard.twin.workers(&id("home")), 1);
    yard.twin.replace_plant(&plant("home"));
    assert_eq!(yard.twin.workers(&id("home")), 0, "the agreement ended, so the names are gone");
}
