//! Two small yards for the tests of the fold, and a short way to report about them.

use std::collections::BTreeSet;

use crate::{
    definition::{
        Area, Basis, Blocking, Crew, Delivery, Duration, InitialStock, Input, Lane, Material,
        Operation, Order, Output, Placement, Plant, Programme, Resource, ResourceKind, Shape,
        SourceRule, Stage, Storage, Supplier, SupplyLine, Tracking, WorkCenter, WorkUnit,
    },
    id::*,
    label::{Classification, Label, Members, Originator},
    report::{DeliveryTerms, Origin, Report, Statement},
    state::{Change, Refusal, Said, TwinState},
    time::{PlantTime, Span},
    unit_state::UnitState,
};

/// An id of whatever type is asked for.
pub(super) fn id<T: std::str::FromStr<Err = InvalidId>>(text: &str) -> T {
    text.parse().expect("a valid id")
}

pub(super) fn at(secs: i64) -> PlantTime {
    PlantTime::from_micros(secs * 1_000_000)
}

/// A twin of both yards, driven by short calls.
pub(super) struct Yard {
    pub(super) twin: TwinState,
    pub(super) said: Said,
}

impl Yard {
    pub(super) fn new() -> Self {
        let twin = TwinState::new(&programme(), &[plant("partner"), plant("home")]);
        let said = Said { feed: id("gateway"), origin: Origin::Live, received: None };
        Self { twin, said }
    }

    pub(super) fn say(
        &mut self,
        plant: &str,
        secs: i64,
        statement: Statement,
    ) -> Result<Vec<Change>, Refusal> {
        let report = Report { at: at(secs), statement };
        self.twin.apply(&id(plant), &report, &self.said)
    }

    /// Says something at home that must be taken.
    #[track_caller]
    pub(super) fn ok(&mut self, secs: i64, statement: Statement) -> Vec<Change> {
        self.say("home", secs, statement).expect("taken")
    }

    /// Says something at home that must be refused, and checks that nothing changed.
    #[track_caller]
    pub(super) fn refused(&mut self, secs: i64, statement: Statement) -> String {
        let before = self.twin.clone();
        let refusal = self.say("home", secs, statement).expect_err("refused");
        assert_eq!(self.twin, before, "a refused report changed the state");
        format!("{}: {refusal}", refusal.code())
    }

    #[track_caller]
    pub(super) fn state(&self, unit: &str) -> UnitState {
        self.twin.unit(&id("home"), &id(unit)).expect("a unit").state
    }

    #[track_caller]
    pub(super) fn place(&self, part: &str) -> String {
        self.twin.part(&id(part)).expect("a known part").place.to_string()
    }

    pub(super) fn stock(&self, storage: &str, material: &str) -> f64 {
        self.twin.storage(&id("home"), &id(storage)).expect("a storage").quantity(&id(material))
    }
}

pub(super) fn started(op: &str, unit: &str, part: &str) -> Statement {
    let (op, unit, part) = (id(op), id(unit), id(part));
    Statement::OpStarted { op, unit, part, operation: id("paint"), order: None, cause: None }
}

pub(super) fn finished(op: &str, unit: &str, part: &str) -> Statement {
    let (op, unit, part) = (id(op), id(unit), id(part));
    Statement::OpFinished { op, unit, part, operation: id("paint"), order: None, cause: None }
}

pub(super) fn moved(part: &str, from: &str, to: &str) -> Statement {
    let (from, to) = (id::<PlaceRef>(from), id::<PlaceRef>(to));
    Statement::PartMoved { part: id(part), from, to, by: None, cause: None }
}

pub(super) fn stated(unit: &str, state: UnitState) -> Statement {
    Statement::UnitState { unit: id(unit), state, reason: None, cause: None }
}

pub(super) fn used(quantity: f64) -> Statement {
    let (material, storage) = (id("steel"), id("store"));
    Statement::LotConsumed { material, quantity, storage, lot: None, part: None }
}

pub(super) fn built_in(child: &str, place: &str, parent: &str) -> Statement {
    let (lot, part) = (Some(id(child)), Some(id(parent)));
    Statement::LotConsumed { material: id("block"), quantity: 1.0, storage: id(place), lot, part }
}

pub(super) fn delivery(id_text: &str, secs: i64) -> DeliveryTerms {
    DeliveryTerms {
        delivery: id(id_text),
        supplier: id("mill"),
        material: id("steel"),
        quantity: 40.0,
        date: at(secs),
        reason: None,
    }
}

pub(super) fn label() -> Label {
    Label {
        policy: "programme".into(),
        classification: Classification::Unclassified,
        releasable_to: BTreeSet::new(),
        display_only: BTreeSet::new(),
        organisations: Members::All,
        affiliations: Members::All,
        needs: BTreeSet::new(),
        information: BTreeSet::new(),
        originator: Originator { nation: id("A"), organisation: id("yard") },
        derived_from: BTreeSet::new(),
        created: at(0),
        review: at(1),
        until: None,
        successor: None,
        registry_revision: 1,
        reason: None,
    }
}

pub(super) fn programme() -> Programme {
    Programme {
        id: id("ships"),
        name: "Ships".to_owned(),
        time_zone: "Etc/UTC".to_owned(),
        starts: at(0),
        demo_from: at(0),
        plants: vec![id("home"), id("partner")],
        nations: vec![],
        organisations: vec![],
        serials: vec![],
        lanes: Vec::<Lane>::new(),
        milestones: vec![],
    }
}

fn placement() -> Placement {
    Placement { x_m: 0.0, y_m: 0.0, z_m: 0.0, heading_deg: 0.0, size_m: [1.0; 3], mesh: None }
}

fn center(name: &str, capacity: Option<u32>, stage: Option<Stage>) -> WorkCenter {
    WorkCenter {
        id: id(name),
        name: name.to_owned(),
        area: id("shop"),
        noun: "bay".to_owned(),
        stage,
        calendar: id("always"),
        capacity,
        failures: vec![],
        contact: None,
        may_limit: true,
        step: None,
        basis: Basis::Assumed,
    }
}

fn unit(name: &str, center: &str) -> WorkUnit {
    let (id, work_center) = (id(name), id(center));
    WorkUnit { id, name: name.to_owned(), work_center, placement: placement(), label: None }
}

fn storage(name: &str, stage: Option<Stage>) -> Storage {
    Storage {
        id: id(name),
        name: name.to_owned(),
        area: id("shop"),
        capacity: Some(2),
        stage,
        placement: placement(),
        label: None,
        basis: Basis::Assumed,
    }
}

fn resource(name: &str, kind: ResourceKind, stage: Option<Stage>) -> Resource {
    Resource {
        id: id(name),
        name: name.to_owned(),
        kind,
        calendar: id("always"),
        failures: vec![],
        stage,
        placement: placement(),
        basis: Basis::Assumed,
    }
}

fn material(name: &str, tracking: Tracking) -> Material {
    Material {
        id: id(name),
        name: name.to_owned(),
        tracking,
        unit_of_measure: "piece".to_owned(),
        made_of: vec![],
        basis: Basis::Assumed,
    }
}

fn operation(name: &str, takes: &str, gives: &str) -> Operation {
    let mean = Span::HOUR;
    Operation {
        id: id(name),
        name: name.to_owned(),
        work_center: id("cells"),
        inputs: vec![Input { material: id(takes), quantity: 1.0, from: id("store"), carry: None }],
        output: Output { material: id(gives), quantity: 1.0, to: None, carry: None },
        source: SourceRule::FromInput,
        duration: Duration { mean, variation: 0.0, shape: Shape::Gamma, runs_on: false },
        setup: Span::ZERO,
        batch: None,
        yield_ratio: 1.0,
        rework: None,
        crew: vec![],
        held_by: None,
        sequence: None,
        hold_after: None,
        order: None,
        blocking: Blocking::AfterWork,
        basis: Basis::Assumed,
    }
}

/// `P1` and `P2` take one part, `OVEN` three, `HALL` any number.
pub(super) fn plant(name: &str) -> Plant {
    Plant {
        id: id(name),
        name: name.to_owned(),
        description: String::new(),
        nation: id("A"),
        organisation: id("yard"),
        time_zone: "Etc/UTC".to_owned(),
        label: label(),
        pseudonyms_allowed: false,
        stale_after: Span::HOUR,
        areas: vec![Area {
            id: id("shop"),
            name: String::new(),
            unit_limit: None,
            placement: None,
            basis: Basis::Assumed,
        }],
        work_centers: vec![
            center("cells", Some(1), Some(Stage::Painting)),
            center("ovens", Some(3), None),
            center("halls", None, None),
        ],
        units: vec![
            unit("P1", "cells"),
            unit("P2", "cells"),
            unit("OVEN", "ovens"),
            unit("HALL", "halls"),
        ],
        storages: vec![storage("store", None), storage("park", Some(Stage::Parked))],
        resources: vec![
            resource("crane", ResourceKind::Crane, None),
            resource("barge", ResourceKind::Barge, Some(Stage::AtSea)),
        ],
        crews: vec![Crew {
            id: id("painters"),
            name: "Painters".to_owned(),
            people: 12,
            calendar: id("always"),
            basis: Basis::Assumed,
        }],
        calendars: vec![],
        materials: vec![
            material("steel", Tracking::Bulk),
            material("block", Tracking::Serial),
            material("hull", Tracking::Serial),
        ],
        operations: vec![operation("paint", "block", "block"), operation("erect", "block", "hull")],
        suppliers: vec![supplier("mill"), supplier("forge")],
        supply_lines: vec![supply_line()],
        initial_stock: vec![InitialStock {
            storage: id("store"),
            material: id("steel"),
            quantity: 10.0,
        }],
        initial_parts: vec![],
        contacts: vec![],
        orders: vec![order()],
        deliveries: vec![planned_delivery()],
        headline: vec![],
        reasons: vec![],
        arrivals: Vec::new(),
        card_loops: Vec::new(),
        begun_units: Vec::new(),
        in_step: None,
    }
}

fn order() -> Order {
    let (id, material) = (id("O-1"), id("hull"));
    Order { id, material, quantity: 1.0, due: at(1_000), customer: String::new() }
}

fn planned_delivery() -> Delivery {
    let (id, supplier, material) = (id("D-1"), id("mill"), id("steel"));
    Delivery { id, supplier, material, quantity: 40.0, due: at(100) }
}

fn supplier(name: &str) -> Supplier {
    Supplier {
        id: id(name),
        name: name.to_owned(),
        tier: 1,
        nation: id("A"),
        organisation: id("mill"),
        contact: None,
        label: None,
    }
}

fn supply_line() -> SupplyLine {
    SupplyLine {
        material: id("steel"),
        supplier: id("mill"),
        storage: id("store"),
        lot: 40.0,
        every: Span::DAY,
        lead: Span::DAY,
        on_time_ratio: 1.0,
        mean_late: Span::ZERO,
        yield_ratio: 1.0,
        from: None,
        reorder: None,
        basis: Basis::Assumed,
    }
}
