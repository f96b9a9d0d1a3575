//! Where parts are, what they become, and how they end.

use super::fixture::{Yard, at, built_in, finished, id, moved, started};
use crate::{
    definition::Stage,
    report::{QualitySubject, QualityVerdict, Report, Statement},
    state::{Change, ENDED_PARTS_LIMIT, PartEnd},
    unit_state::UnitState,
};

#[test]
fn a_part_leaves_only_where_it_is() {
    let mut yard = Yard::new();
    yard.ok(1, moved("B-1", "store", "P1"));
    assert_eq!(
        yard.refused(2, moved("B-1", "P2", "park")),
        "part_not_there: part B-1 is not at home/P2: it is at home/P1; \
         report the moves that are missing"
    );
    assert!(yard.refused(2, moved("B-1", "P1", "cells")).starts_with("unknown_place"));
    assert!(yard.refused(2, moved("B-1", "P1", "moon/P1")).starts_with("unknown_plant"));
    yard.ok(3, moved("B-1", "P1", "park"));
    assert_eq!(yard.place("B-1"), "home/park");
}

#[test]
fn a_part_is_where_it_is_seen() {
    let mut yard = Yard::new();
    yard.ok(1, moved("B-1", "store", "P1"));
    yard.ok(2, moved("B-1", "park", "park"));
    assert_eq!(yard.place("B-1"), "home/park", "wherever it was believed to be");
    let changes = yard.ok(9, moved("B-1", "park", "park"));
    assert!(changes.is_empty(), "{changes:?}");
    let part = yard.twin.part(&id("B-1")).expect("known");
    assert_eq!((part.since, part.as_of), (at(2), Some(at(9))), "it has lain there since it came");
    assert!(matches!(yard.ok(3, moved("B-1", "P1", "P1"))[..], [Change::Outdated { .. }]));

    yard.say("partner", 10, moved("B-2", "store", "barge")).expect("taken");
    let seen_elsewhere = yard.refused(11, moved("B-2", "park", "park"));
    assert!(seen_elsewhere.starts_with("part_not_there"), "another plant has it: {seen_elsewhere}");
}

#[test]
fn a_new_part_appears_at_a_place_of_the_plant_that_speaks() {
    let mut yard = Yard::new();
    let changes = yard.ok(1, moved("B-1", "store", "P1"));
    assert!(
        matches!(&changes[0], Change::PartAppeared { place, .. } if place.place == id("store"))
    );
    assert!(yard.refused(2, moved("B-2", "partner/store", "P2")).starts_with("part_unknown"));
    let completed = Statement::PartCompleted { part: id("X"), material: id("block"), order: None };
    assert!(yard.refused(2, completed).starts_with("part_unknown"));
}

#[test]
fn a_part_crosses_between_plants() {
    let mut yard = Yard::new();
    yard.say("partner", 1, started("o-1", "P1", "B-1")).expect("taken");
    yard.say("partner", 2, finished("o-1", "P1", "B-1")).expect("taken");
    yard.say("partner", 3, moved("B-1", "P1", "barge")).expect("taken");
    assert_eq!(yard.twin.part(&id("B-1")).and_then(|part| part.stage), Some(Stage::AtSea));
    let at_partner: Vec<_> =
        yard.twin.parts(&id("partner")).map(|(id, _)| id.to_string()).collect();
    assert_eq!(at_partner, ["B-1"]);
    assert!(yard.refused(4, started("o-2", "P1", "B-1")).starts_with("part_not_there"));

    yard.ok(5, moved("B-1", "partner/barge", "park"));
    assert_eq!(yard.place("B-1"), "home/park");
    assert_eq!(yard.twin.parts(&id("partner")).count(), 0);
    assert_eq!(yard.twin.parts(&id("home")).count(), 1);
    assert_eq!(yard.twin.part(&id("B-1")).and_then(|part| part.stage), Some(Stage::Parked));
}

#[test]
fn the_stage_follows_the_place_and_outlasts_places_without_one() {
    let mut yard = Yard::new();
    yard.ok(1, moved("B-1", "store", "P1"));
    assert_eq!(yard.twin.part(&id("B-1")).and_then(|part| part.stage), Some(Stage::Painting));
    yard.ok(2, moved("B-1", "P1", "crane"));
    assert_eq!(yard.twin.part(&id("B-1")).and_then(|part| part.stage), Some(Stage::Painting));
}

#[test]
fn operations_tell_what_a_part_is() {
    let mut yard = Yard::new();
    let mut start = started("o-1", "P1", "H-1");
    let mut end = finished("o-1", "P1", "H-1");
    if let Statement::OpStarted { operation, order, .. } = &mut start {
        (*operation, *order) = (id("erect"), Some(id("O-1")));
    }
    if let Statement::OpFinished { operation, .. } = &mut end {
        *operation = id("erect");
    }
    yard.ok(1, start);
    assert_eq!(
        yard.twin.part(&id("H-1")).and_then(|part| part.material.clone()),
        Some(id("block"))
    );
    yard.ok(2, end);
    let part = yard.twin.part(&id("H-1")).expect("known");
    assert_eq!((part.material.clone(), part.order.clone()), (Some(id("hull")), Some(id("O-1"))));
    let completed = Statement::PartCompleted { part: id("H-1"), material: id("hull"), order: None };
    let changes = yard.ok(3, completed);
    let ended = changes.iter().find_map(|change| match change {
        Change::PartEnded { end, order, .. } => Some((end.clone(), order.clone())),
        _ => None,
    });
    assert_eq!(ended, Some((PartEnd::Completed, Some(id("O-1")))));
    assert_eq!(yard.twin.order(&id("home"), &id("O-1")).map(|order| order.completed), Some(1));
    assert_eq!(yard.state("P1"), UnitState::Starved);
    assert!(yard.refused(4, started("o-2", "P1", "H-1")).starts_with("part_ended"));
}

#[test]
fn a_block_is_built_into_its_hull() {
    let mut yard = Yard::new();
    yard.ok(1, moved("H-1", "store", "HALL"));
    yard.ok(2, moved("B-1", "store", "park"));
    assert!(yard.refused(3, built_in("B-1", "store", "H-1")).starts_with("part_not_there"));
    yard.ok(3, built_in("B-1", "park", "H-1"));
    let block = yard.twin.part(&id("B-1")).expect("remembered");
    assert_eq!((block.part_of(), block.stage), (Some(&id("H-1")), Some(Stage::Erected)));
    assert_eq!(yard.twin.built_into(&id("H-1")), [id("B-1")]);
    let left: Vec<_> = yard.twin.parts(&id("home")).map(|(part, _)| part.to_string()).collect();
    assert_eq!(left, ["H-1"]);
    assert!(yard.refused(4, moved("B-1", "park", "P1")).starts_with("part_ended"));
}

#[test]
fn holds_results_rework_and_scrap() {
    let mut yard = Yard::new();
    yard.ok(1, moved("B-1", "store", "P1"));
    let (part, reason) = (id("B-1"), "quality/weld".into());
    yard.ok(2, Statement::PartHeld { part, reason });
    let held = |yard: &Yard| yard.twin.part(&id("B-1")).and_then(|part| part.held.clone());
    assert_eq!(held(&yard), Some("quality/weld".into()));
    let (part, reason) = (id("B-1"), "inspector".into());
    yard.ok(3, Statement::PartReleased { part, reason });
    assert_eq!(held(&yard), None);
    let (subject, result) = (QualitySubject::Part(id("B-1")), QualityVerdict::Failed);
    yard.ok(4, Statement::QualityResult { subject, result });
    let rework =
        |place: &str| Statement::PartReworked { part: id("B-1"), at: id(place), reason: None };
    assert!(yard.refused(5, rework("P2")).starts_with("part_not_there"));
    yard.ok(5, rework("P1"));
    let part = yard.twin.part(&id("B-1")).expect("known");
    assert_eq!((part.quality, part.reworked), (Some(QualityVerdict::Failed), 1));
    let scrap = |reason: &str| Statement::PartScrapped {
        part: id("B-1"),
        at: id("P1"),
        reason: Some(reason.into()),
    };
    assert!(yard.refused(6, scrap(&"x".repeat(201))).starts_with("text_too_long"));
    yard.ok(6, scrap("crack"));
    assert!(yard.twin.part(&id("B-1")).is_some_and(|part| part.scrapped()));
    assert_eq!(yard.twin.parts(&id("home")).count(), 0);
}

#[test]
fn a_correction_says_what_was_meant() {
    let mut yard = Yard::new();
    yard.ok(1, moved("B-1", "store", "P1"));
    let correction = |meant: Statement| Statement::Correction {
        feed: id("gateway"),
        epoch: 1,
        seq: 1,
        index: 0,
        report: Box::new(Report { at: at(2), statement: meant }),
    };
    yard.ok(9, correction(moved("B-1", "P1", "P2")));
    let part = yard.twin.part(&id("B-1")).expect("known");
    assert_eq!((part.place.to_string(), part.since), ("home/P2".to_owned(), at(2)));
    let nested = correction(correction(moved("B-1", "P2", "P1")));
    assert!(yard.refused(10, nested).starts_with("correction_nested"));
}

#[test]
fn what_has_ended_is_forgotten_in_order() {
    let mut yard = Yard::new();
    yard.ok(0, moved("H-1", "store", "HALL"));
    yard.ok(0, moved("B-1", "store", "park"));
    yard.ok(0, built_in("B-1", "park", "H-1"));
    for n in 0..ENDED_PARTS_LIMIT {
        let (part, place) = (id(&format!("V-{n}")), id("store"));
        yard.ok(1, Statement::PartScrapped { part, at: place, reason: None });
    }
    assert_eq!(yard.twin.ended_parts().count(), ENDED_PARTS_LIMIT);
    assert!(yard.twin.part(&id("V-0")).is_none(), "the oldest went");
    assert!(yard.twin.part(&id("B-1")).is_some(), "its hull is still being made");
}
