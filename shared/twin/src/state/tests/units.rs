//! What operations, explicit states and moves mean for a unit.

use super::fixture::{Yard, at, finished, id, moved, started, stated};
use crate::{
    report::{Cause, CauseKind, Statement},
    state::{Change, Subject, TwinState, UnitNow},
    time::Span,
    unit_state::UnitState::{
        self, Blocked, Down, OffShift, Starved, Unknown, WaitingForCrane, Working,
    },
};

fn unit<'a>(twin: &'a TwinState, unit: &str) -> &'a UnitNow {
    twin.unit(&id("home"), &id(unit)).expect("a unit")
}

/// The changes of a unit's state, as `left 5 s → entered`.
fn states(changes: &[Change]) -> Vec<String> {
    let state = |change: &Change| match change {
        Change::UnitState { unit, left, lasted, entered, .. } => {
            Some(format!("{unit}: {left} {lasted} → {entered}"))
        }
        _ => None,
    };
    changes.iter().filter_map(state).collect()
}

#[test]
fn a_part_goes_through_a_unit() {
    let mut yard = Yard::new();
    assert_eq!(yard.state("P1"), Unknown);
    let changes = yard.ok(10, moved("B-1", "store", "P1"));
    assert_eq!(states(&changes), ["P1: unknown 0 s → starved"]);
    let changes = yard.ok(15, started("o-1", "P1", "B-1"));
    assert_eq!(states(&changes), ["P1: starved 5 s → working"]);
    let changes = yard.ok(45, finished("o-1", "P1", "B-1"));
    assert_eq!(states(&changes), ["P1: working 30 s → blocked"]);
    let finished = changes.iter().find_map(|change| match change {
        Change::OpFinished { lasted, op, .. } => Some((*lasted, op.started)),
        _ => None,
    });
    assert_eq!(finished, Some((Some(Span::from_secs(30)), at(15))));
    let changes = yard.ok(50, moved("B-1", "P1", "park"));
    assert_eq!(states(&changes), ["P1: blocked 5 s → starved"]);

    let now = unit(&yard.twin, "P1");
    assert_eq!((now.finished_count, now.busy), (1, Span::from_secs(30)));
    assert_eq!(now.since, Some(at(50)));
    assert!(now.running.is_empty() && now.present.is_empty());
    assert_eq!(yard.state("P2"), Unknown, "nothing was heard of it");
}

#[test]
fn an_operation_on_a_part_elsewhere_implies_its_move() {
    let mut yard = Yard::new();
    yard.ok(1, started("o-1", "P1", "B-1"));
    yard.ok(2, finished("o-1", "P1", "B-1"));
    assert_eq!(yard.state("P1"), Blocked);
    yard.ok(3, started("o-2", "P2", "B-1"));
    assert_eq!((yard.state("P1"), yard.state("P2")), (Starved, Working));
    assert_eq!(yard.place("B-1"), "home/P2");
}

#[test]
fn a_part_may_be_in_several_operations_at_once() {
    let mut yard = Yard::new();
    yard.ok(1, started("o-1", "P1", "B-1"));
    yard.ok(2, started("o-2", "P2", "B-1"));
    assert_eq!((yard.state("P1"), yard.state("P2")), (Working, Working));
    yard.ok(3, finished("o-1", "P1", "B-1"));
    assert_eq!((yard.state("P1"), yard.state("P2")), (Starved, Working));
}

#[test]
fn a_unit_takes_as_many_operations_as_its_capacity() {
    let mut yard = Yard::new();
    yard.ok(1, started("o-1", "P1", "B-1"));
    assert_eq!(
        yard.refused(2, started("o-2", "P1", "B-2")),
        "unit_full: P1 runs 1 of at most 1 operations; report what has finished first"
    );
    for n in 1..=3 {
        yard.ok(2, started(&format!("v-{n}"), "OVEN", &format!("V-{n}")));
    }
    assert!(yard.refused(3, started("v-4", "OVEN", "V-4")).starts_with("unit_full"));
    for n in 1..=50 {
        yard.ok(3, started(&format!("h-{n}"), "HALL", &format!("H-{n}")));
    }
    yard.ok(4, finished("v-1", "OVEN", "V-1"));
    assert_eq!(yard.state("OVEN"), Working, "two more run");
    assert_eq!(yard.state("HALL"), Working);
}

#[test]
fn a_run_is_known_by_its_id() {
    let mut yard = Yard::new();
    yard.ok(1, started("o-1", "P1", "B-1"));
    let text = yard.refused(2, started("o-1", "P2", "B-2"));
    assert_eq!(
        text,
        "op_already_running: operation run o-1 is running at P1; every run needs its own id"
    );
    assert!(yard.refused(2, finished("o-1", "P2", "B-1")).starts_with("op_unknown"));
    assert!(yard.refused(2, finished("o-1", "P1", "B-9")).starts_with("op_conflict"));
    yard.ok(2, finished("o-1", "P1", "B-1"));
    assert!(yard.refused(3, finished("o-1", "P1", "B-1")).starts_with("op_unknown"));
}

#[test]
fn a_feed_may_join_while_operations_run() {
    let mut yard = Yard::new();
    let changes = yard.ok(5, finished("o-1", "P1", "B-1"));
    assert_eq!(states(&changes), ["P1: unknown 0 s → blocked"]);
    assert_eq!(yard.place("B-1"), "home/P1");
    // Only one can have been running there.
    assert!(yard.refused(6, finished("o-2", "P1", "B-2")).starts_with("op_unknown"));
    for n in 1..=3 {
        yard.ok(6, finished(&format!("v-{n}"), "OVEN", &format!("V-{n}")));
    }
    assert!(yard.refused(7, finished("v-4", "OVEN", "V-4")).starts_with("op_unknown"));
}

#[test]
fn a_stated_stop_holds_until_the_unit_reports_again() {
    let mut yard = Yard::new();
    yard.ok(1, started("o-1", "P1", "B-1"));
    yard.ok(2, stated("P1", Down));
    assert!(unit(&yard.twin, "P1").stated);
    yard.ok(3, moved("B-1", "P1", "park"));
    assert_eq!(yard.state("P1"), Down, "a part's move is not the unit's report");
    yard.ok(4, finished("o-1", "P1", "B-1"));
    assert_eq!(yard.state("P1"), Starved);
    assert!(!unit(&yard.twin, "P1").stated);

    yard.ok(5, stated("P1", OffShift));
    yard.ok(6, moved("B-1", "park", "P1"));
    assert_eq!(yard.state("P1"), OffShift);
    yard.ok(7, started("o-2", "P1", "B-1"));
    assert_eq!(yard.state("P1"), Working);
    yard.ok(8, finished("o-2", "P1", "B-1"));
    yard.ok(9, stated("P1", WaitingForCrane));
    yard.ok(10, moved("B-1", "P1", "park"));
    assert_eq!(yard.state("P1"), Starved, "the wait ended with the part");
}

#[test]
fn a_unit_that_says_it_is_free_runs_nothing() {
    let mut yard = Yard::new();
    yard.ok(1, started("o-1", "P1", "B-1"));
    let changes = yard.ok(9, stated("P1", Starved));
    assert!(matches!(&changes[0], Change::OpDropped { op, .. } if op.op == id("o-1")));
    assert!(unit(&yard.twin, "P1").running.is_empty());
    yard.ok(10, started("o-2", "P1", "B-2"));
    assert_eq!(yard.state("P1"), Working);
}

#[test]
fn what_is_older_than_what_is_known_is_history() {
    let mut yard = Yard::new();
    yard.ok(10, started("o-1", "P1", "B-1"));
    yard.ok(20, stated("P1", Down));
    let before = unit(&yard.twin, "P1").clone();
    let changes = yard.ok(15, stated("P1", Working));
    let subject = Subject::Unit(id("P1"));
    assert_eq!(changes, [Change::Outdated { subject, as_of: at(20), at: at(15) }]);
    assert_eq!(unit(&yard.twin, "P1"), &before);
}

#[test]
fn a_late_end_closes_its_run_but_not_the_state_stated_after_it() {
    let mut yard = Yard::new();
    yard.ok(10, started("o-1", "P1", "B-1"));
    yard.ok(20, stated("P1", Down));
    yard.ok(19, finished("o-1", "P1", "B-1"));
    let now = unit(&yard.twin, "P1");
    assert_eq!((now.state, now.since, now.finished_count), (Down, Some(at(20)), 1));
    assert!(now.running.is_empty());
}

#[test]
fn gateways_with_clocks_apart_lose_nothing() {
    let mut yard = Yard::new();
    // The crane's gateway is 2 s ahead of the cell's.
    yard.ok(12, moved("B-1", "store", "P1"));
    yard.ok(10, started("o-1", "P1", "B-1"));
    assert_eq!(yard.state("P1"), Working);
    yard.ok(32, moved("B-1", "P1", "park"));
    yard.ok(30, finished("o-1", "P1", "B-1"));
    assert_eq!(yard.state("P1"), Starved);
    assert_eq!(yard.place("B-1"), "home/park");
}

#[test]
fn a_late_start_and_its_end_do_not_count_as_unknown() {
    let mut yard = Yard::new();
    yard.ok(1, started("o-1", "P1", "B-1"));
    yard.ok(5, finished("o-1", "P1", "B-1"));
    let changes = yard.ok(4, started("o-2", "P1", "B-2"));
    assert!(changes.iter().any(|change| matches!(change, Change::Outdated { .. })));
    assert_eq!(yard.state("P1"), Blocked);
    yard.ok(8, finished("o-2", "P1", "B-2"));
    assert_eq!(unit(&yard.twin, "P1").finished_count, 2);
}

#[test]
fn names_outside_the_definition_are_refused() {
    let mut yard = Yard::new();
    assert!(yard.refused(1, started("o", "P9", "B")).starts_with("unknown_unit: home has no"));
    assert!(yard.refused(1, stated("shop", Down)).starts_with("unknown_unit"));
    let mut other = started("o", "P1", "B");
    if let crate::Statement::OpStarted { operation, .. } = &mut other {
        *operation = id("weld");
    }
    assert!(yard.refused(1, other).starts_with("unknown_operation"));
    let refusal = yard.say("nowhere", 1, stated("P1", Down)).expect_err("no such plant");
    assert_eq!(refusal.code(), "unknown_plant");
}

#[test]
fn a_resource_serves_and_is_free_again() {
    let mut yard = Yard::new();
    let taken = |by: &str| crate::Statement::ResourceTaken { resource: id("crane"), by: by.into() };
    let freed = |by: &str| crate::Statement::ResourceFreed { resource: id("crane"), by: by.into() };
    yard.ok(1, taken("P1"));
    let crane = |yard: &Yard| yard.twin.resource(&id("home"), &id("crane")).expect("it").clone();
    assert_eq!((crane(&yard).state, crane(&yard).holder), (Working, Some("P1".into())));
    assert!(yard.refused(2, freed("P2")).starts_with("resource_not_held"));
    yard.ok(5, freed("P1"));
    assert_eq!((crane(&yard).state, crane(&yard).busy), (Starved, Span::from_secs(4)));
    yard.ok(6, stated("crane", UnitState::Down));
    assert_eq!(crane(&yard).state, Down);
    assert!(yard.refused(7, taken("Jo.Smith")).starts_with("may_be_a_person"));
    yard.ok(7, taken("partner/P1"));
    let pose = |x_m| {
        let (y_m, z_m, heading_deg) = (0.0, 0.0, 0.0);
        crate::Statement::Pose { resource: id("crane"), x_m, y_m, z_m, heading_deg }
    };
    yard.ok(8, pose(4.5));
    assert_eq!(crane(&yard).pose.map(|pose| pose.x_m), Some(4.5));
    assert!(yard.refused(9, pose(f64::NAN)).starts_with("number_out_of_range"));
    assert!(yard.refused(9, pose(1e300)).starts_with("number_out_of_range"));
}

#[test]
fn a_wait_goes_on_over_a_shift_that_ends() {
    let mut yard = Yard::new();
    let waits = |place: &str| Statement::UnitState {
        unit: id("P1"),
        state: Starved,
        reason: None,
        cause: Some(Cause { kind: CauseKind::Material, id: place.into() }),
    };
    let since = |yard: &Yard| {
        let now = unit(&yard.twin, "P1");
        (now.since, now.same_since)
    };
    yard.ok(10, waits("store"));
    yard.ok(20, stated("P1", OffShift));
    assert_eq!(since(&yard), (Some(at(20)), Some(at(20))));
    // In the morning it says that it has nothing to do, and in the same moment why.
    yard.ok(30, stated("P1", Starved));
    yard.ok(30, waits("store"));
    assert_eq!(since(&yard), (Some(at(30)), Some(at(10))));
    yard.ok(40, stated("P1", OffShift));
    yard.ok(50, waits("store"));
    assert_eq!(since(&yard), (Some(at(50)), Some(at(10))), "over two nights");
    yard.ok(55, waits("store"));
    assert_eq!(since(&yard), (Some(at(55)), Some(at(10))), "what is said again is the same");
    // To wait for something else is another wait, and so is one after work.
    yard.ok(60, stated("P1", OffShift));
    yard.ok(70, waits("park"));
    assert_eq!(since(&yard), (Some(at(70)), Some(at(70))));
    yard.ok(80, started("o-1", "P1", "B-1"));
    yard.ok(90, stated("P1", OffShift));
    yard.ok(100, waits("park"));
    assert_eq!(since(&yard), (Some(at(100)), Some(at(100))));
    // What it works on says itself since when.
    yard.ok(110, stated("P1", Working));
    yard.ok(120, stated("P1", OffShift));
    yard.ok(130, stated("P1", Working));
    assert_eq!(since(&yard), (Some(at(130)), Some(at(130))));
}
