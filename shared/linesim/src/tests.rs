//! Small plants by hand, and what they must do.

mod causes;
mod conduct;
mod lost;
mod plants;
mod sleeping;
mod standing;
mod stops;
mod yard;

use std::fmt::Write;

use twin::{
    CalendarId, CrewId, EquipmentId, Label, MaterialId, NationId, OperationId, OrganisationId,
    PlaceRef, Plant, PlantId, PlantTime, Programme, ProgrammeId, Report, Span, Statement,
    definition::{
        Ages, Area, Basis, Blocking, Calendar, ClockChange, Crew, Duration, FailureMode, Input,
        Material, Operation, Output, Placement, Resource, ResourceKind, SerialScheme, Shape, Shift,
        SourceRule, Storage, Tracking, WorkCenter, WorkUnit,
    },
    state::{Said, TwinState},
};

use crate::{Model, ModelError, Settings};

/// A Monday, 2031-01-06T00:00:00Z.
const START: i64 = 1_925_424_000_000_000;

pub(super) fn at(hours: f64) -> PlantTime {
    PlantTime::from_micros(START) + Span::from_hours(hours)
}

pub(super) fn id(text: &str) -> EquipmentId {
    EquipmentId::new(text).expect("valid")
}

pub(super) fn material(text: &str) -> MaterialId {
    MaterialId::new(text).expect("valid")
}

pub(super) fn fixed(hours: f64) -> Duration {
    lasts(hours, 0.0)
}

pub(super) fn lasts(hours: f64, variation: f64) -> Duration {
    Duration { mean: Span::from_hours(hours), variation, shape: Shape::Lognormal, runs_on: false }
}

pub(super) fn placement() -> Placement {
    Placement { x_m: 0.0, y_m: 0.0, z_m: 0.0, heading_deg: 0.0, size_m: [1.0; 3], mesh: None }
}

fn label() -> Label {
    Label {
        policy: "TEST".into(),
        classification: twin::label::Classification::Unclassified,
        releasable_to: std::collections::BTreeSet::new(),
        display_only: std::collections::BTreeSet::new(),
        organisations: twin::label::Members::All,
        affiliations: twin::label::Members::All,
        needs: std::collections::BTreeSet::new(),
        information: std::collections::BTreeSet::new(),
        originator: twin::label::Originator {
            nation: NationId::new("XAA").expect("valid"),
            organisation: OrganisationId::new("firm").expect("valid"),
        },
        derived_from: std::collections::BTreeSet::new(),
        created: at(0.0),
        review: at(0.0),
        until: None,
        successor: None,
        registry_revision: 1,
        reason: None,
    }
}

/// A plant with one area `hall`, calendars `always` and `day` (06:00 to 14:00, Monday to Friday).
pub(super) fn plant(name: &str) -> Plant {
    let day = vec![Shift { start_min: 360, end_min: 840 }];
    let mut week: [Vec<Shift>; 7] = std::array::from_fn(|_| day.clone());
    week[5].clear();
    week[6].clear();
    let calendar = |name: &str, week, always| Calendar {
        id: CalendarId::new(name).expect("valid"),
        name: name.to_owned(),
        week,
        holidays: Vec::new(),
        on_clock_change: ClockChange::KeepWallClock,
        always,
        basis: Basis::Assumed,
    };
    Plant {
        id: PlantId::new(name).expect("valid"),
        name: name.to_owned(),
        description: String::new(),
        nation: NationId::new("XAA").expect("valid"),
        organisation: OrganisationId::new("firm").expect("valid"),
        time_zone: "UTC".to_owned(),
        label: label(),
        pseudonyms_allowed: false,
        stale_after: Span::HOUR,
        areas: vec![Area {
            id: id("hall"),
            name: "Hall".to_owned(),
            unit_limit: None,
            placement: None,
            basis: Basis::Assumed,
        }],
        work_centers: Vec::new(),
        units: Vec::new(),
        storages: Vec::new(),
        resources: Vec::new(),
        crews: Vec::new(),
        calendars: vec![
            calendar("always", std::array::from_fn(|_| Vec::new()), true),
            calendar("day", week, false),
        ],
        materials: Vec::new(),
        operations: Vec::new(),
        suppliers: Vec::new(),
        supply_lines: Vec::new(),
        initial_stock: Vec::new(),
        initial_parts: Vec::new(),
        contacts: Vec::new(),
        orders: Vec::new(),
        deliveries: Vec::new(),
        headline: Vec::new(),
        reasons: Vec::new(),
        arrivals: Vec::new(),
        card_loops: Vec::new(),
        begun_units: Vec::new(),
        in_step: None,
    }
}

/// Hand-made plants are put together word by word.
pub(super) trait Hand {
    fn makes(&mut self, name: &str, tracking: Tracking);
    fn center(&mut self, name: &str, units: usize) -> &mut WorkCenter;
    fn store(&mut self, name: &str, capacity: Option<u32>);
    fn op(
        &mut self,
        name: &str,
        inputs: &[(&str, f64, &str)],
        out: (&str, Option<&str>),
        hours: f64,
    ) -> &mut Operation;
    fn crew(&mut self, name: &str, people: u32);
    fn crane(&mut self, name: &str, kind: ResourceKind);
    fn fails(&mut self, center: &str, between: f64, repair: f64);
}

impl Hand for Plant {
    fn makes(&mut self, name: &str, tracking: Tracking) {
        self.materials.push(Material {
            id: material(name),
            name: name.to_owned(),
            tracking,
            unit_of_measure: "piece".to_owned(),
            made_of: Vec::new(),
            basis: Basis::Assumed,
        });
    }

    /// Units are called like the center, with a number behind where there are several.
    fn center(&mut self, name: &str, units: usize) -> &mut WorkCenter {
        for index in 1..=units {
            let unit = if units == 1 { format!("{name}-u") } else { format!("{name}-{index}") };
            self.units.push(WorkUnit {
                id: id(&unit),
                name: unit.clone(),
                work_center: id(name),
                placement: placement(),
                label: None,
            });
        }
        self.work_centers.push(WorkCenter {
            id: id(name),
            name: name.to_owned(),
            area: id("hall"),
            noun: "station".to_owned(),
            stage: None,
            calendar: CalendarId::new("always").expect("valid"),
            capacity: Some(1),
            failures: Vec::new(),
            contact: None,
            may_limit: true,
            step: None,
            basis: Basis::Assumed,
        });
        self.work_centers.last_mut().expect("pushed")
    }

    fn store(&mut self, name: &str, capacity: Option<u32>) {
        self.storages.push(Storage {
            id: id(name),
            name: name.to_owned(),
            area: id("hall"),
            capacity,
            stage: None,
            placement: placement(),
            label: None,
            basis: Basis::Assumed,
        });
    }

    /// The operation is done at the center of its own name.
    fn op(
        &mut self,
        name: &str,
        inputs: &[(&str, f64, &str)],
        out: (&str, Option<&str>),
        hours: f64,
    ) -> &mut Operation {
        let inputs = inputs.iter().map(|&(what, quantity, from)| Input {
            material: material(what),
            quantity,
            from: id(from),
            carry: None,
        });
        self.operations.push(Operation {
            id: OperationId::new(name).expect("valid"),
            name: name.to_owned(),
            work_center: id(name),
            inputs: inputs.collect(),
            output: Output {
                material: material(out.0),
                quantity: 1.0,
                to: out.1.map(|to| PlaceRef::here(id(to))),
                carry: None,
            },
            source: SourceRule::Saturated,
            duration: fixed(hours),
            setup: Span::ZERO,
            batch: None,
            yield_ratio: 1.0,
            rework: None,
            crew: Vec::new(),
            held_by: None,
            sequence: None,
            hold_after: None,
            order: None,
            blocking: Blocking::AfterWork,
            basis: Basis::Assumed,
        });
        self.operations.last_mut().expect("pushed")
    }

    fn crew(&mut self, name: &str, people: u32) {
        self.crews.push(Crew {
            id: CrewId::new(name).expect("valid"),
            name: name.to_owned(),
            people,
            calendar: CalendarId::new("always").expect("valid"),
            basis: Basis::Assumed,
        });
    }

    fn crane(&mut self, name: &str, kind: ResourceKind) {
        self.resources.push(Resource {
            id: id(name),
            name: name.to_owned(),
            kind,
            calendar: CalendarId::new("always").expect("valid"),
            failures: Vec::new(),
            stage: None,
            placement: placement(),
            basis: Basis::Assumed,
        });
    }

    fn fails(&mut self, center: &str, between: f64, repair: f64) {
        let center = self.work_centers.iter_mut().find(|c| c.id.as_str() == center);
        center.expect("there").failures.push(FailureMode {
            name: "breakdown".to_owned(),
            between: Duration::exponential(Span::from_hours(between)),
            repair: Duration::exponential(Span::from_hours(repair)),
            ages: Ages::WithWork,
        });
    }
}

pub(super) fn scheme(
    name: &str,
    parent: Option<&str>,
    count: Option<u32>,
    pattern: &str,
) -> SerialScheme {
    SerialScheme {
        material: material(name),
        parent: parent.map(material),
        count,
        pattern: pattern.to_owned(),
        built_at: Vec::new(),
        basis: Basis::Assumed,
    }
}

/// Everything that is reported until some hour, checked by the fold that the hub uses.
pub(super) struct Played {
    pub model: Model,
    pub reports: Vec<(PlantId, Report)>,
}

pub(super) fn programme(plants: &[Plant]) -> Programme {
    Programme {
        id: ProgrammeId::new("programme").expect("valid"),
        name: String::new(),
        time_zone: "UTC".to_owned(),
        starts: at(0.0),
        demo_from: at(0.0),
        plants: plants.iter().map(|plant| plant.id.clone()).collect(),
        nations: Vec::new(),
        organisations: Vec::new(),
        serials: Vec::new(),
        lanes: Vec::new(),
        milestones: Vec::new(),
    }
}

pub(super) fn try_play(
    programme: &Programme,
    plants: &[Plant],
    settings: Settings,
    hours: f64,
) -> Result<Played, ModelError> {
    let mut twin = TwinState::new(programme, plants);
    let mut model = Model::new(programme, plants, settings)?;
    let mut reports = Vec::new();
    let said = Said {
        feed: twin::FeedId::new("sim").expect("valid"),
        origin: twin::Origin::Simulated,
        received: None,
    };
    model.run_until(at(hours), &mut |plant: &PlantId, report: Report| {
        if let Err(refusal) = twin.apply(plant, &report, &said) {
            panic!("refused: {refusal}: {report:?}");
        }
        reports.push((plant.clone(), report));
    })?;
    Ok(Played { model, reports })
}

#[track_caller]
pub(super) fn play(plants: &[Plant], hours: f64) -> Played {
    let settings = Settings::new(1, at(0.0));
    try_play(&programme(plants), plants, settings, hours).expect("it plays")
}

impl Played {
    /// What happened, one line each: hour, what, who, why. Moves, poses and levels are left out.
    pub fn told(&self) -> String {
        let mut text = String::new();
        for (_, report) in &self.reports {
            let hour = report.at.since(at(0.0)).hours();
            let because = |cause: &Option<twin::Cause>| match cause {
                Some(cause) => format!(" ({} {})", cause.kind.name(), cause.id),
                None => String::new(),
            };
            let line = match &report.statement {
                Statement::OpStarted { unit, part, cause, .. } => {
                    format!("{unit} starts {part}{}", because(cause))
                }
                Statement::OpFinished { unit, part, .. } => format!("{unit} ends {part}"),
                Statement::UnitState { unit, state, cause, .. } => {
                    format!("{unit} is {state}{}", because(cause))
                }
                Statement::PartScrapped { part, .. } => format!("{part} is scrapped"),
                Statement::PartReworked { part, .. } => format!("{part} goes back"),
                Statement::PartMoved { part, to, cause: Some(cause), .. } => {
                    format!("{part} to {to} ({} {})", cause.kind.name(), cause.id)
                }
                _ => continue,
            };
            let _ = writeln!(text, "{hour:.1} {line}");
        }
        text
    }

    pub fn completed(&self, name: &str) -> u64 {
        let summary = self.model.summary();
        let found = summary.completed.iter().find(|(id, _)| id.as_str() == name);
        found.map_or(0, |(_, count)| *count)
    }
}
