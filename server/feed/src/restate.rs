//! Saying a plant whole: what a hub must hear when its picture came from another story.

use twin::{
    FeedId, Origin, PlaceRef, Plant, PlantId, PlantTime, Programme, Report, Statement, UnitState,
    report::DeliveryTerms,
    state::{DeliveryNow, DeliveryStatus, Said, TwinState, UnitNow},
};

/// The reports of a simulation, folded as a hub would have folded them.
#[derive(Clone, Debug)]
pub(crate) struct Listener {
    twin: TwinState,
    said: Said,
}

impl Listener {
    /// Has heard nothing yet. All plants are needed: parts go from one to another.
    pub fn new(programme: &Programme, plants: &[Plant]) -> Self {
        let Ok(feed) = FeedId::new("simulation") else { unreachable!("letters are an id") };
        let said = Said { feed, origin: Origin::Simulated, received: None };
        Self { twin: TwinState::new(programme, plants), said }
    }

    /// Takes in a report; what a hub would refuse is left out as there.
    pub fn hear(&mut self, plant: &PlantId, report: &Report) {
        if let Err(refusal) = self.twin.apply(plant, report, &self.said) {
            tracing::debug!(%plant, %refusal, "the simulation contradicts itself");
        }
    }

    /// The state of a plant as reports of the moment `at`. Every part is said to be where it is,
    /// so that its leaving will be understood. Whatever the hub believed runs at a unit ends
    /// there, and what does run begins: so that its end will be understood. Orders are not said
    /// again, nor what has ended: a part that another story has ended stays so.
    pub fn restate(&self, plant: &PlantId, at: PlantTime) -> Vec<Report> {
        let mut said = Vec::new();
        // Parts first: a unit's own word about its state comes after those of what it holds.
        said.extend(self.twin.parts(plant).map(|(part, now)| {
            let place = PlaceRef::here(now.place.place.clone());
            let (part, from) = (part.clone(), place.clone());
            Statement::PartMoved { part, from, to: place, by: None, cause: None }
        }));
        let heard = || self.twin.units(plant).filter(|unit| unit.last_report.is_some());
        // All units are freed first: a run may be known at another unit than the one it is at.
        for unit in heard() {
            let unit = unit.unit.clone();
            let (reason, cause) = (None, None);
            said.push(Statement::UnitState { unit, state: UnitState::Starved, reason, cause });
        }
        for unit in heard() {
            restate_unit(unit, &mut said);
        }
        self.restate_resources(plant, &mut said);
        for delivery in self.twin.deliveries(plant) {
            restate_delivery(delivery, &mut said);
        }
        for storage in self.twin.storages(plant) {
            said.extend(storage.stock.iter().map(|(material, stock)| Statement::Stock {
                storage: storage.storage.clone(),
                material: material.clone(),
                quantity: stock.quantity,
            }));
        }
        for (crew, now) in self.twin.crews(plant) {
            said.extend(now.available.iter().map(|(place, count)| Statement::Crew {
                crew: crew.clone(),
                place: place.clone(),
                available: count.people,
            }));
        }
        said.into_iter().map(|statement| Report { at, statement }).collect()
    }

    fn restate_resources(&self, plant: &PlantId, said: &mut Vec<Statement>) {
        for now in self.twin.resources(plant).filter(|now| now.last_report.is_some()) {
            if let Some(by) = now.holder.clone() {
                said.push(Statement::ResourceTaken { resource: now.resource.clone(), by });
            }
            if now.holder.is_none() || now.state != UnitState::Working {
                let (unit, reason) = (now.resource.clone(), now.reason.clone());
                said.push(Statement::UnitState { unit, state: now.state, reason, cause: None });
            }
        }
    }
}

fn restate_unit(now: &UnitNow, said: &mut Vec<Statement>) {
    for op in &now.running {
        said.push(Statement::OpStarted {
            op: op.op.clone(),
            unit: now.unit.clone(),
            part: op.part.clone(),
            operation: op.operation.clone(),
            order: op.order.clone(),
            cause: op.cause.clone(),
        });
    }
    // A start says by itself that the unit works.
    let implied = if now.running.is_empty() { UnitState::Starved } else { UnitState::Working };
    if now.state != implied || now.reason.is_some() || now.cause.is_some() {
        said.push(Statement::UnitState {
            unit: now.unit.clone(),
            state: now.state,
            reason: now.reason.clone(),
            cause: now.cause.clone(),
        });
    }
}

/// What is still to come; what has arrived is in the stock.
fn restate_delivery(now: &DeliveryNow, said: &mut Vec<Statement>) {
    let terms = |date| DeliveryTerms {
        delivery: now.delivery.clone(),
        supplier: now.supplier.clone(),
        material: now.material.clone(),
        quantity: now.quantity,
        date,
        reason: now.reason.clone(),
    };
    if now.status == DeliveryStatus::Arrived {
        return;
    }
    said.push(Statement::DeliveryPromised(terms(now.promised)));
    match now.status {
        DeliveryStatus::Shipped => said.push(Statement::DeliveryShipped(terms(now.expected))),
        DeliveryStatus::Delayed => said.push(Statement::DeliveryDelayed(terms(now.expected))),
        DeliveryStatus::Promised | DeliveryStatus::Arrived => {}
    }
}
