//! What it costs to decide everything anew when the policies change, and to test a bit.

use std::{collections::BTreeSet, sync::Arc};

use hub::policy::Policies;
use release::{Action, AudienceId, Gate, LabelId};
use twin::{
    Audience, Label, NationId, OrganisationId, PlantTime,
    label::{Affiliation, Classification, Members, Originator},
};

use crate::{
    machine,
    table::{Findings, Row, figure},
};

/// Distinct labels of a large programme.
const LABELS: usize = 300;
/// Distinct audiences of a large programme.
const AUDIENCES: usize = 50;
const NATIONS: usize = 12;
/// Bits tested in a row.
const TESTS: usize = 10_000_000;

/// Measures.
pub(crate) fn measure(findings: &mut Findings) {
    let policies = Policies::built_in(&nation(0)).expect("the shipped policies are right");
    let mut gate = Gate::default();
    let labels: Vec<LabelId> =
        (0..LABELS).map(|number| gate.label(&label(number)).expect("few labels")).collect();
    let audiences: Vec<AudienceId> = (0..AUDIENCES)
        .map(|number| gate.audience(&audience(number)).expect("few audiences"))
        .collect();
    let before = machine::now();
    gate.adopt(Arc::new(policies), 1);
    let took = before.elapsed().as_secs_f64();
    let before = machine::now();
    let pairs = labels.iter().flat_map(|label| audiences.iter().map(move |a| (*label, *a)));
    let allowed = pairs
        .cycle()
        .take(TESTS)
        .filter(|(label, audience)| gate.allows(*label, *audience, Action::See))
        .count();
    let a_test_ns = before.elapsed().as_secs_f64() * 1e9 / TESTS as f64;
    let share = allowed as f64 / TESTS as f64;
    findings.add(Row {
        what: format!("other policies: {LABELS} labels × {AUDIENCES} audiences × 3 actions"),
        target: "< 1 s".to_owned(),
        measured: format!("{took:.2} s; then {a_test_ns:.1} ns a bit test"),
        figures: vec![
            figure("decided_anew_s", took),
            figure("bit_test_ns", a_test_ns),
            figure("seen_ratio", share),
        ],
        ..Row::default()
    });
}

fn nation(number: usize) -> NationId {
    let letter = char::from(b'A' + (number % NATIONS) as u8);
    NationId::new(&format!("X{letter}{letter}")).expect("a code")
}

fn organisation(number: usize) -> OrganisationId {
    OrganisationId::new(&format!("firm-{number}")).expect("an id")
}

fn audience(number: usize) -> Audience {
    Audience::Member {
        nation: nation(number),
        organisation: organisation(number),
        affiliation: Affiliation::Contractor,
        holds: BTreeSet::new(),
        ceiling: Classification::Controlled,
    }
}

fn label(number: usize) -> Label {
    let members =
        number.is_multiple_of(3).then(|| (0..20).map(|n| organisation(n + number % 7)).collect());
    Label {
        policy: "BENCH".into(),
        classification: Classification::Unclassified,
        releasable_to: (0..NATIONS).filter(|n| (number >> (n % 9)) & 1 == 0).map(nation).collect(),
        display_only: BTreeSet::new(),
        organisations: members.map_or(Members::All, Members::Only),
        affiliations: Members::All,
        needs: BTreeSet::new(),
        information: BTreeSet::new(),
        originator: Originator { nation: nation(number), organisation: organisation(number) },
        derived_from: BTreeSet::new(),
        created: PlantTime::from_micros(number as i64),
        review: PlantTime::from_micros(number as i64),
        until: None,
        successor: None,
        registry_revision: 1,
        reason: None,
    }
}
