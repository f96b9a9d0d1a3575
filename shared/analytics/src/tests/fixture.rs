//! A small plant for the tests, a line that is worked through by hand, and a way to say what
//! is found.

use std::collections::BTreeSet;

use smol_str::SmolStr;
use twin::{
    definition::{
        Area, Basis, Blocking, Crew, CrewNeed, Duration, InitialStock, Input, Material, Milestone,
        Operation, Output, Placement, Plant, Programme, Resource, ResourceKind, SerialScheme,
        Shape, SourceRule, Storage, Supplier, SupplyLine, Tracking, WorkCenter, WorkUnit,
    },
    id::InvalidId,
    label::{Classification, Label, Members, Originator},
    report::DeliveryTerms,
    *,
};

use crate::{Analytics, HoldUp};

/// An id of whatever type is asked for.
pub fn id<T: std::str::FromStr<Err = InvalidId>>(text: &str) -> T {
    text.parse().expect("a valid id")
}

/// Hours after the start.
pub fn at(hours: f64) -> PlantTime {
    PlantTime::from_micros(1_900_000_800_000_000) + Span::from_hours(hours)
}

fn label() -> Label {
    Label {
        policy: SmolStr::new("programme"),
        classification: Classification::Unclassified,
        releasable_to: BTreeSet::new(),
        display_only: BTreeSet::new(),
        organisations: Members::All,
        affiliations: Members::All,
        needs: BTreeSet::new(),
        information: BTreeSet::new(),
        originator: Originator { nation: id("A"), organisation: id("yard") },
        derived_from: BTreeSet::new(),
        created: at(0.0),
        review: at(1.0),
        until: None,
        successor: None,
        registry_revision: 1,
        reason: None,
    }
}

pub fn programme(plants: &[Plant]) -> Programme {
    Programme {
        id: id("ships"),
        name: "Ships".to_owned(),
        time_zone: "Etc/UTC".to_owned(),
        starts: at(0.0),
        demo_from: at(0.0),
        plants: plants.iter().map(|plant| plant.id.clone()).collect(),
        nations: vec![],
        organisations: vec![],
        serials: vec![],
        lanes: vec![],
        milestones: vec![],
    }
}

/// A programme of this many ships `Hn`, each of so many blocks `Hn-Bm`, made in one plant.
pub fn fleet(plant: &Plant, ships: Option<u32>, blocks: u32) -> Programme {
    let scheme = |material: &str, parent: Option<&str>, count, pattern: &str| SerialScheme {
        material: id(material),
        parent: parent.map(id),
        count,
        pattern: pattern.to_owned(),
        built_at: vec![],
        basis: Basis::Assumed,
    };
    let ship = scheme("ship", None, ships, "H{n}");
    let block = scheme("block", Some("ship"), Some(blocks), "{root}-B{n}");
    Programme { serials: vec![ship, block], ..programme(std::slice::from_ref(plant)) }
}

/// The delivery of a ship, reached at `c2` of `home` and promised for this hour.
pub fn delivery_of(ship: &str, due: f64) -> Milestone {
    Milestone {
        id: id(&format!("{ship}-delivery")),
        name: "Delivery".to_owned(),
        plant: id("home"),
        part: id(ship),
        reached_at: id("c2"),
        due: at(due),
    }
}

fn placement() -> Placement {
    Placement { x_m: 0.0, y_m: 0.0, z_m: 0.0, heading_deg: 0.0, size_m: [1.0; 3], mesh: None }
}

fn duration(hours: f64) -> Duration {
    let mean = Span::from_hours(hours);
    Duration { mean, variation: 0.0, shape: Shape::Lognormal, runs_on: false }
}

fn work_center(n: usize) -> WorkCenter {
    WorkCenter {
        id: id(&format!("c{n}")),
        name: format!("Center {n}"),
        area: id("shop"),
        noun: "bay".to_owned(),
        stage: None,
        calendar: id("always"),
        capacity: Some(1),
        failures: vec![],
        contact: None,
        may_limit: true,
        step: None,
        basis: Basis::Assumed,
    }
}

fn unit(n: usize) -> WorkUnit {
    WorkUnit {
        id: id(&format!("S{n}")),
        name: format!("Station {n}"),
        work_center: id(&format!("c{n}")),
        placement: placement(),
        label: None,
    }
}

fn storage(name: &str) -> Storage {
    Storage {
        id: id(name),
        name: name.to_owned(),
        area: id("shop"),
        capacity: None,
        stage: None,
        placement: placement(),
        label: None,
        basis: Basis::Assumed,
    }
}

pub fn material(name: &str, tracking: Tracking) -> Material {
    Material {
        id: id(name),
        name: name.to_owned(),
        tracking,
        unit_of_measure: "piece".to_owned(),
        made_of: vec![],
        basis: Basis::Assumed,
    }
}

fn resource(name: &str, kind: ResourceKind) -> Resource {
    Resource {
        id: id(name),
        name: name.to_owned(),
        kind,
        calendar: id("always"),
        failures: vec![],
        stage: None,
        placement: placement(),
        basis: Basis::Assumed,
    }
}

fn supply_line() -> SupplyLine {
    SupplyLine {
        material: id("steel"),
        supplier: id("mill"),
        storage: id("store"),
        lot: 1.0,
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

/// A plant of `stations` work centers `cn` of one unit `Sn`, places `store` and `B1` to `B(n-1)`,
/// a crane, a barge, `welders`, and `mill`, which delivers `steel` to `store`; nothing is done.
fn shop(name: &str, stations: usize) -> Plant {
    let numbers = 1..=stations;
    let buffers = (1..stations).map(|n| storage(&format!("B{n}")));
    let (area, crew) = (id("shop"), id("welders"));
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
            id: area,
            name: String::new(),
            unit_limit: None,
            placement: None,
            basis: Basis::Assumed,
        }],
        work_centers: numbers.clone().map(work_center).collect(),
        units: numbers.map(unit).collect(),
        storages: std::iter::once(storage("store")).chain(buffers).collect(),
        resources: vec![
            resource("crane", ResourceKind::Crane),
            resource("barge", ResourceKind::Barge),
        ],
        crews: vec![Crew {
            id: crew,
            name: "Welders".to_owned(),
            people: 1,
            calendar: id("always"),
            basis: Basis::Assumed,
        }],
        calendars: vec![],
        materials: vec![material("steel", Tracking::Bulk), material("block", Tracking::Serial)],
        operations: vec![],
        suppliers: vec![],
        supply_lines: vec![supply_line()],
        initial_stock: vec![],
        initial_parts: vec![],
        contacts: vec![],
        orders: vec![],
        deliveries: vec![],
        headline: vec![],
        reasons: vec![],
        arrivals: Vec::new(),
        card_loops: Vec::new(),
        begun_units: Vec::new(),
        in_step: None,
    }
}

/// A line `S1 → B1 → S2 → … → Sn` that makes `block`; every station is a work center `cn` of
/// one unit; `S1` takes one `steel` from `store`, which `mill` delivers; people are `welders`.
pub fn line(name: &str, stations: usize) -> Plant {
    let mill = Supplier {
        id: id("mill"),
        name: "Mill".to_owned(),
        tier: 1,
        nation: id("A"),
        organisation: id("mill"),
        contact: None,
        label: None,
    };
    let steel = InitialStock { storage: id("store"), material: id("steel"), quantity: 10.0 };
    Plant {
        operations: (1..=stations).map(|n| operation(n, stations)).collect(),
        suppliers: vec![mill],
        initial_stock: vec![steel],
        ..shop(name, stations)
    }
}

/// Operation `n` of a line.
fn operation(n: usize, stations: usize) -> Operation {
    let (material, from) =
        if n == 1 { ("steel", "store".to_owned()) } else { ("block", format!("B{}", n - 1)) };
    let to = (n < stations).then(|| id(&format!("B{n}")));
    Operation {
        id: id(&format!("o{n}")),
        name: format!("Operation {n}"),
        work_center: id(&format!("c{n}")),
        inputs: vec![Input { material: id(material), quantity: 1.0, from: id(&from), carry: None }],
        output: Output { material: id("block"), quantity: 1.0, to, carry: None },
        source: SourceRule::Saturated,
        duration: duration(10.0),
        setup: Span::ZERO,
        batch: None,
        yield_ratio: 1.0,
        rework: None,
        crew: vec![CrewNeed { crew: id("welders"), people: 1 }],
        held_by: None,
        sequence: None,
        hold_after: None,
        order: None,
        blocking: Blocking::AfterWork,
        basis: Basis::Assumed,
    }
}

/// Reports of several plants, in any order.
#[derive(Default)]
pub struct Tale {
    pub told: Vec<(PlantId, Report)>,
}

impl Tale {
    pub fn say(&mut self, plant: &str, hours: f64, statement: Statement) {
        self.told.push((id(plant), Report { at: at(hours), statement }));
    }

    /// One run of operation `n` on a part at station `n`.
    pub fn run(
        &mut self,
        plant: &str,
        n: usize,
        part: &str,
        (from, to): (f64, f64),
        cause: (CauseKind, &str),
    ) {
        let cause = Some(Cause { kind: cause.0, id: SmolStr::new(cause.1) });
        let (unit, operation) = (id(&format!("S{n}")), id(&format!("o{n}")));
        let op: OpId = id(&format!("{part}-{n}"));
        let begun = Statement::OpStarted {
            op: op.clone(),
            unit,
            part: id(part),
            operation,
            order: None,
            cause,
        };
        self.say(plant, from, begun);
        let (unit, operation) = (id(&format!("S{n}")), id(&format!("o{n}")));
        let done =
            Statement::OpFinished { op, unit, part: id(part), operation, order: None, cause: None };
        self.say(plant, to, done);
    }

    pub fn moved(&mut self, plant: &str, hours: f64, part: &str, from: &str, to: &str) {
        let (from, to) = (from.parse().expect("a place"), to.parse().expect("a place"));
        let statement = Statement::PartMoved { part: id(part), from, to, by: None, cause: None };
        self.say(plant, hours, statement);
    }

    pub fn completed(&mut self, plant: &str, hours: f64, part: &str) {
        let statement =
            Statement::PartCompleted { part: id(part), material: id("block"), order: None };
        self.say(plant, hours, statement);
    }

    pub fn state(&mut self, plant: &str, hours: f64, unit: &str, state: UnitState) {
        let statement = Statement::UnitState { unit: id(unit), state, reason: None, cause: None };
        self.say(plant, hours, statement);
    }

    pub fn delivered(&mut self, plant: &str, hours: f64, delivery: &str) {
        let terms = terms(delivery, 1.0, hours);
        self.say(plant, hours, Statement::DeliveryArrived(terms));
    }

    /// Works `parts` through a line with ample room; `lasts(station, part)` in hours. Stations
    /// and parts count from 1. `ready(part)` is when the first station may begin it.
    pub fn worked(
        &mut self,
        plant: &str,
        stations: usize,
        parts: usize,
        lasts: impl Fn(usize, usize) -> f64,
    ) -> f64 {
        let mut free = vec![0.0_f64; stations];
        for part in 1..=parts {
            let name = format!("{plant}-{part:03}");
            let mut came = 0.0_f64;
            for (n, free) in (1_usize..).zip(&mut free) {
                let begins = came.max(*free);
                let buffer = format!("B{}", n.saturating_sub(1));
                let cause = if n > 1 && came > *free {
                    (CauseKind::Material, buffer.clone())
                } else {
                    (CauseKind::Machine, format!("S{n}"))
                };
                if n > 1 {
                    self.moved(plant, begins, &name, &buffer, &format!("S{n}"));
                }
                let ends = begins + lasts(n, part);
                self.run(plant, n, &name, (begins, ends), (cause.0, &cause.1));
                if n < stations {
                    self.moved(plant, ends, &name, &format!("S{n}"), &format!("B{n}"));
                } else {
                    self.completed(plant, ends, &name);
                }
                (came, *free) = (ends, ends);
            }
        }
        free.last().copied().unwrap_or(0.0)
    }

    /// All reports in the order of time, those of one moment as they were told.
    pub fn observed(self, plants: &[Plant]) -> Analytics {
        self.observed_in(&programme(plants), plants)
    }

    /// The same, of plants of a given programme.
    pub fn observed_in(mut self, programme: &Programme, plants: &[Plant]) -> Analytics {
        self.told.sort_by_key(|(_, report)| report.at);
        let mut analytics = Analytics::new(programme, plants);
        for (plant, report) in &self.told {
            analytics.observe(plant, report);
        }
        let last = self.told.last().map_or(at(0.0), |(_, report)| report.at);
        for plant in plants {
            analytics.advance(&plant.id, last + Span::HOUR);
        }
        analytics
    }
}

pub fn terms(delivery: &str, quantity: f64, hours: f64) -> DeliveryTerms {
    DeliveryTerms {
        delivery: id(delivery),
        supplier: id("mill"),
        material: id("steel"),
        quantity,
        date: at(hours),
        reason: None,
    }
}

/// The verdict in words: who, with what share, how sure; then the chain, most direct first.
pub fn words(hold_up: &HoldUp) -> String {
    match hold_up {
        HoldUp::Unknown { why, .. } => why.name().to_owned(),
        HoldUp::Known(verdict) => {
            let sum: f64 = verdict.shares.iter().map(|share| share.share_ratio).sum();
            assert!((sum - 1.0).abs() < 1e-9, "the shares sum to {sum}");
            let split: f64 = verdict.shares.iter().flat_map(|s| &s.split).map(|(_, s)| s).sum();
            assert!((split - 1.0).abs() < 1e-9, "the splits sum to {split}");
            let chain = verdict.chain.iter().map(|step| {
                format!("{}/{} {}", step.node.plant, step.node.thing.id(), step.why.name())
            });
            format!(
                "{} {:.0} % {:?}: {}",
                verdict.node.thing.id(),
                100.0 * verdict.share_ratio,
                verdict.confidence,
                chain.collect::<Vec<_>>().join(" <- ")
            )
        }
    }
}
