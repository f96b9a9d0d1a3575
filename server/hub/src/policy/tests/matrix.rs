//! tests/golden/release_matrix.txt: who may do what with each kind of fact, by the shipped
//! policies, agreements and plants. `SLIPWAY_BLESS=1` writes it anew, to be read before it is
//! committed.

use std::{collections::BTreeSet, path::Path};

use release::{Subject, bound_of_finding, label_of_fact};
use twin::{
    Agreement, FactKind, Plant, PlantId, PlantTime, Programme,
    label::{Affiliation, Classification, Originator},
};

use super::*;
use crate::plants;

/// Whose facts they are, and who the reference audiences are to them.
struct Row {
    plant: &'static str,
    customer_prime: &'static str,
    own_supplier: &'static str,
    competitor_here: &'static str,
    competitor_allied: &'static str,
    third_nation: &'static str,
}

const ROWS: [Row; 4] = [
    Row {
        plant: "home-yard",
        customer_prime: "aldermark-procurement",
        own_supplier: "aldermark-steel",
        competitor_here: "torrenfeld",
        competitor_allied: "port-lisle",
        third_nation: "zephyr-metals",
    },
    Row {
        plant: "partner-yard",
        customer_prime: "skarvik",
        own_supplier: "aldermark-steel",
        competitor_here: "lisle-assembly",
        competitor_allied: "corvane-forge",
        third_nation: "zephyr-metals",
    },
    Row {
        plant: "munitions",
        customer_prime: "lisle-assembly",
        own_supplier: "eskdal",
        competitor_here: "skarvik",
        competitor_allied: "brightwater",
        third_nation: "zephyr-metals",
    },
    Row {
        plant: "machine-shop",
        customer_prime: "torrenfeld",
        own_supplier: "aldermark-steel",
        competitor_here: "skarvik",
        competitor_allied: "lisle-cells",
        third_nation: "zephyr-metals",
    },
];

/// Fails to build with a kind that is not here, so that no kind is without its rows.
fn place_of(kind: FactKind) -> usize {
    match kind {
        FactKind::Layout => 0,
        FactKind::LineState => 1,
        FactKind::Flow => 2,
        FactKind::Schedule => 3,
        FactKind::Supply => 4,
        FactKind::Capacity => 5,
        FactKind::Quality => 6,
        FactKind::Feeds => 7,
        FactKind::Comments => 8,
        FactKind::HoldUp => 9,
        FactKind::DryDate => 10,
        FactKind::SingleSource => 11,
        FactKind::SurgeLimit => 12,
        FactKind::StockCover => 13,
        FactKind::Forecast => 14,
    }
}

const HEAD: &str = "\
# Who may do what with each kind of fact, by the shipped policies, agreements and plants.
# S see, E export, F federate, - not. Of a finding (hold_up and below) it is how far it may go
# when its readers may read all that it was computed from.
";

fn member(programme: &Programme, organisation: &str) -> Audience {
    let found = programme.organisations.iter().find(|o| o.id.as_str() == organisation);
    let found = found.unwrap_or_else(|| panic!("{organisation} is not in the programme"));
    let government = organisation.ends_with("-procurement");
    Audience::Member {
        nation: found.nation.clone(),
        organisation: found.id.clone(),
        affiliation: if government { Affiliation::Government } else { Affiliation::Contractor },
        holds: BTreeSet::new(),
        ceiling: Classification::Controlled,
    }
}

/// The authority of the plant's nation.
fn government(programme: &Programme, owner: &Originator) -> String {
    let of_nation = programme.organisations.iter().filter(|o| o.nation == owner.nation);
    let found = of_nation.map(|o| o.id.to_string()).find(|id| id.ends_with("-procurement"));
    found.expect("every nation with a plant has an authority")
}

/// The label that a fact of a kind about a whole plant has without anything else said of it.
fn usual_label(agreements: &[Agreement], plant: &Plant, kind: FactKind, now: PlantTime) -> Label {
    let subject = Subject { plant: &plant.id, things: &[], kind, now };
    if kind.is_finding() {
        bound_of_finding(agreements, &plant.label, &subject)
    } else {
        label_of_fact(agreements, &plant.label, &subject).unwrap()
    }
}

fn cell(policies: &Policies, label: &Label, asker: Asker<'_>) -> String {
    let marks = Action::ALL.into_iter().zip(["S", "E", "F"]);
    let may = |action| policies.explain(label, asker, action).allowed;
    marks.map(|(action, mark)| if may(action) { mark } else { "-" }).collect()
}

fn line(first: &str, cells: impl IntoIterator<Item = String>) -> String {
    let cells: String = cells.into_iter().map(|cell| format!("{cell:19}")).collect();
    format!("{}\n", format!("{first:16}{cells}").trim_end())
}

/// The rows of one plant.
fn block(loaded: &plants::Plants, row: &Row) -> String {
    let (programme, agreements) = (&loaded.programme, &loaded.agreements);
    let plant = &loaded.plants[&PlantId::new(row.plant).unwrap()];
    let owner = &plant.label.originator;
    let government = government(programme, owner);
    let names = [
        ("own government", government.as_str()),
        ("customer prime", row.customer_prime),
        ("own supplier", row.own_supplier),
        ("competitor here", row.competitor_here),
        ("competitor allied", row.competitor_allied),
        ("third nation", row.third_nation),
    ];
    let members = names.map(|(_, organisation)| member(programme, organisation));
    let mut askers: Vec<Asker<'_>> = members.iter().map(Asker::Audience).collect();
    askers.extend([Asker::Administrator, Asker::Audience(&Audience::Public)]);
    let mut text = format!("\n{} ({}, {})\n", row.plant, owner.organisation, owner.nation);
    for (what, organisation) in names {
        text.push_str(&format!("  {what}: {organisation}\n"));
    }
    let heads = names.iter().map(|(what, _)| *what).chain(["administrator", "public"]);
    text.push_str(&line("", heads.map(str::to_owned)));
    // The hub is that of the nation whose plant it is.
    let policies = Policies::built_in(&owner.nation).unwrap();
    for kind in FactKind::ALL {
        let label = usual_label(agreements, plant, kind, programme.demo_from);
        text.push_str(&line(kind.word(), askers.iter().map(|a| cell(&policies, &label, *a))));
    }
    text
}

fn matrix() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/plants");
    let loaded = plants::Source::beside(folder).read().unwrap().load().unwrap();
    let blocks = ROWS.iter().map(|row| block(&loaded, row));
    std::iter::once(HEAD.to_owned()).chain(blocks).collect()
}

#[test]
fn the_release_matrix_is_as_it_was_read() {
    for (at, kind) in FactKind::ALL.into_iter().enumerate() {
        assert_eq!(place_of(kind), at, "{kind:?}");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/release_matrix.txt");
    let matrix = matrix();
    if std::env::var_os("SLIPWAY_BLESS").is_some() {
        std::fs::write(&path, &matrix).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    for (number, (was, is)) in (1..).zip(golden.lines().zip(matrix.lines())) {
        assert_eq!(is, was, "line {number} of {}", path.display());
    }
    assert_eq!(golden.lines().count(), matrix.lines().count(), "{}", path.display());
    let rows = matrix.lines().filter(|line| line.starts_with("single_source")).count();
    assert_eq!(rows, ROWS.len());
}
