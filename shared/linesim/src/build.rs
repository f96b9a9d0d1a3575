//! From definitions to a network: names become numbers, and what cannot work is refused.

mod equipment;
mod flows;
mod initial;
mod operations;
mod outside;
mod standing;

use std::collections::BTreeMap;

pub use standing::{LeftOut, Standing, Why};

use des::{Calendar, Streams, Time};
use smol_str::SmolStr;
use twin::{
    CalendarId, CrewId, DeliveryId, EquipmentId, MaterialId, Plant, PlantId, PlantTime, Programme,
    Span,
    definition::{Calendar as CalendarDefinition, FailureMode, Serials, Tracking},
};

use crate::{
    error::ModelError,
    hours::Hours,
    lasts::distribution,
    model::{Event, Model},
    network::{CalendarState, MaterialState, Mode, OrderState, Site},
    over_time::OverTime,
    settings::Settings,
};

/// Names of one plant, found by id.
#[derive(Clone, Debug, Default)]
struct Names {
    areas: BTreeMap<EquipmentId, usize>,
    centers: BTreeMap<EquipmentId, usize>,
    stores: BTreeMap<EquipmentId, usize>,
    resources: BTreeMap<EquipmentId, usize>,
    crews: BTreeMap<CrewId, usize>,
    calendars: BTreeMap<CalendarId, usize>,
}

/// A network on its way.
struct Builder {
    model: Model,
    names: Vec<Names>,
    site_index: BTreeMap<PlantId, usize>,
    /// Calendars are laid out from here: what has begun before the run has taken working time.
    laid_from: PlantTime,
}

impl Model {
    /// Makes a network of a programme's plants, at its start, with nothing but initial stock.
    ///
    /// # Errors
    /// [`ModelError`], the first thing that cannot work: it names the plant, the place and the
    /// item.
    pub fn new(
        programme: &Programme,
        plants: &[Plant],
        settings: Settings,
    ) -> Result<Self, ModelError> {
        let laid_from = settings.start;
        let mut builder = Builder::network(programme, plants, settings, laid_from, &|_, _| true)?;
        for (site, plant) in plants.iter().enumerate() {
            builder.initial_stock(site, plant)?;
        }
        builder.initial_parts(plants)?;
        for (site, plant) in plants.iter().enumerate() {
            builder.begun_units(site, plant)?;
        }
        builder.first_orders(true)?;
        builder.first_events();
        Ok(builder.model)
    }
}

/// Orders as they are worked off: whichever is due first.
fn by_due(orders: impl Iterator<Item = OrderState>) -> Vec<OrderState> {
    let mut orders: Vec<OrderState> = orders.collect();
    orders.sort_by(|a, b| (a.due, &a.order).cmp(&(b.due, &b.order)));
    orders
}

fn empty(programme: &Programme, settings: Settings) -> Model {
    Model {
        now: settings.start,
        calendar: Calendar::new(Time::from_micros(settings.start.micros())),
        streams: Streams::new(settings.seed),
        serials: Serials::new(programme),
        material_index: BTreeMap::new(),
        sites: Vec::new(),
        calendars: Vec::new(),
        materials: Vec::new(),
        areas: Vec::new(),
        stores: Vec::new(),
        centers: Vec::new(),
        units: Vec::new(),
        resources: Vec::new(),
        crews: Vec::new(),
        ops: Vec::new(),
        lines: Vec::new(),
        lanes: Vec::new(),
        arrivals: Vec::new(),
        cards: Vec::new(),
        parts: Vec::new(),
        consignments: Vec::new(),
        carriages: Vec::new(),
        dirty: std::collections::BTreeSet::new(),
        touched: std::collections::BTreeSet::new(),
        earlier: BTreeMap::new(),
        out: Vec::new(),
        reporting: false,
        asked: Vec::new(),
        because: None,
        part_operations: 0,
        present: 0,
        events: 0,
        at_once: 0,
        settings,
    }
}

impl Builder {
    /// Everything that the plants have, with nothing in it; `to_come` are those single deliveries
    /// of the plan that nobody has promised yet.
    fn network(
        programme: &Programme,
        plants: &[Plant],
        settings: Settings,
        laid_from: PlantTime,
        to_come: &dyn Fn(&PlantId, &DeliveryId) -> bool,
    ) -> Result<Self, ModelError> {
        let mut builder = Self {
            model: empty(programme, settings),
            names: Vec::new(),
            site_index: BTreeMap::new(),
            laid_from,
        };
        for plant in plants {
            if let Some(what) = crate::like::needs_like(plant) {
                return Err(ModelError::LikeOnly { plant: plant.id.clone(), what });
            }
            builder.site(plant)?;
        }
        for (site, plant) in plants.iter().enumerate() {
            builder.calendars(site, plant)?;
            builder.equipment(site, plant)?;
        }
        for (site, plant) in plants.iter().enumerate() {
            builder.operations(site, plant)?;
            builder.supply(site, plant)?;
            builder.single_deliveries(site, plant, to_come)?;
            builder.arrivals(site, plant)?;
            builder.cards(site, plant)?;
        }
        for lane in &programme.lanes {
            builder.lane(lane)?;
        }
        builder.watchers();
        Ok(builder)
    }

    fn site(&mut self, plant: &Plant) -> Result<(), ModelError> {
        let site = self.model.sites.len();
        if self.site_index.insert(plant.id.clone(), site).is_some() {
            return Err(ModelError::DuplicatePlant { plant: plant.id.clone() });
        }
        for material in &plant.materials {
            self.material(&material.id, material.tracking == Tracking::Serial);
        }
        let orders = plant.orders.iter().map(|order| OrderState {
            order: order.id.clone(),
            material: order.material.clone(),
            quantity: order.quantity,
            due: order.due,
            done: 0.0,
            open: false,
        });
        self.model.sites.push(Site {
            id: plant.id.clone(),
            units: Vec::new(),
            stores: Vec::new(),
            runs: 0,
            moved: self.model.settings.start,
            orders: by_due(orders),
            suppliers: plant
                .suppliers
                .iter()
                .map(|supplier| (supplier.id.clone(), SmolStr::new(&supplier.name)))
                .collect(),
            kits: 0,
            named: OverTime::new(self.model.settings.start),
            runs_on: OverTime::new(self.model.settings.start),
        });
        self.names.push(Names::default());
        Ok(())
    }

    fn material(&mut self, id: &MaterialId, serial: bool) -> usize {
        if let Some(&known) = self.model.material_index.get(id) {
            return known;
        }
        let index = self.model.materials.len();
        self.model.material_index.insert(id.clone(), index);
        self.model.materials.push(MaterialState {
            id: id.clone(),
            serial,
            next: BTreeMap::new(),
            next_open: 0,
            again: Vec::new(),
            begun: std::collections::BTreeSet::new(),
            completed: 0,
        });
        index
    }

    fn calendars(&mut self, site: usize, plant: &Plant) -> Result<(), ModelError> {
        for calendar in &plant.calendars {
            let hours = self.hours(plant, calendar)?;
            let index = self.model.calendars.len();
            self.names[site].calendars.insert(calendar.id.clone(), index);
            self.model.calendars.push(CalendarState {
                id: SmolStr::new(calendar.id.as_str()),
                site,
                hours,
                units: Vec::new(),
                crews: Vec::new(),
                resources: Vec::new(),
            });
        }
        Ok(())
    }

    fn hours(&self, plant: &Plant, calendar: &CalendarDefinition) -> Result<Hours, ModelError> {
        let settings = &self.model.settings;
        let hours = Hours::new(calendar, &plant.time_zone, self.laid_from, settings.until)
            .map_err(|unknown| ModelError::Calendar {
                plant: plant.id.clone(),
                calendar: calendar.id.to_string(),
                reason: unknown.to_string(),
            })?;
        if !hours.opens() {
            return Err(ModelError::EmptyCalendar {
                plant: plant.id.clone(),
                calendar: calendar.id.to_string(),
                from: settings.start.micros(),
            });
        }
        Ok(hours)
    }

    fn calendar(&self, site: usize, id: &CalendarId, user: &str) -> Result<usize, ModelError> {
        let found = self.names[site].calendars.get(id).copied();
        found.ok_or_else(|| self.unknown(site, user, "calendar", id.as_str()))
    }

    fn unknown(&self, site: usize, user: &str, kind: &'static str, id: &str) -> ModelError {
        ModelError::Unknown {
            plant: self.model.sites[site].id.clone(),
            user: user.to_owned(),
            kind,
            id: id.to_owned(),
        }
    }

    fn not_positive(&self, site: usize, user: &str, item: &'static str) -> ModelError {
        let plant = self.model.sites[site].id.clone();
        ModelError::NotPositive { plant, user: user.to_owned(), item }
    }

    /// Failures as random variables, each aged to a first one of its own.
    fn modes(
        &mut self,
        site: usize,
        user: &str,
        failures: &[FailureMode],
        stream: &mut des::Stream,
    ) -> Result<Vec<Mode>, ModelError> {
        let mut modes = Vec::new();
        for failure in failures {
            if failure.between.mean <= Span::ZERO {
                return Err(self.not_positive(site, user, "mean time between failures"));
            }
            let (Ok(between), Ok(repair)) = (
                distribution(&failure.between, Span::hours),
                distribution(&failure.repair, Span::hours),
            ) else {
                return Err(self.not_positive(site, user, "mean time to repair"));
            };
            let remaining = crate::breakdown::span_of_hours(between.sample(stream));
            let name = SmolStr::new(&failure.name);
            modes.push(Mode { name, ages: failure.ages, remaining, between, repair });
        }
        Ok(modes)
    }

    fn first_events(&mut self) {
        let model = &mut self.model;
        let start = model.settings.start;
        for calendar in 0..model.calendars.len() {
            if let Some(next) = model.calendars[calendar].hours.next_boundary(start) {
                model.schedule(next, Event::Boundary { calendar });
            }
        }
        for line in 0..model.lines.len() {
            model.first_promise(line);
        }
        for arrivals in 0..model.arrivals.len() {
            model.next_arrival(arrivals);
        }
        for lane in 0..model.lanes.len() {
            // One that missed its time leaves when it is back.
            if model.lanes[lane].late == Span::ZERO {
                model.schedule(model.lanes[lane].next, Event::Depart { lane });
            }
        }
        for site in 0..model.sites.len() {
            for order in 0..model.sites[site].orders.len() {
                model.schedule(start, Event::Place { site, order });
            }
        }
        for index in 0..model.settings.disruptions.len() {
            let disruption = &model.settings.disruptions[index];
            let (at, until): (PlantTime, Option<PlantTime>) = (disruption.at, disruption.until);
            model.schedule(at, Event::Begin { disruption: index });
            if let Some(until) = until {
                model.schedule(until, Event::End { disruption: index });
            }
        }
        model.schedule(model.settings.report_from, Event::Snapshot);
        model.schedule(start, Event::Check);
        for unit in 0..model.units.len() {
            model.fail_by_time(unit);
            model.wake_unit(unit);
            model.touched.insert(unit);
        }
    }
}
