//! The state reported whole: where everything is when reporting begins.

use std::collections::BTreeSet;

use twin::{PlaceRef, Statement, report::DeliveryTerms};

use crate::{
    model::Model,
    network::{At, Phase},
};

impl Model {
    /// Begins to report, with everything that a listener must know to understand what follows.
    pub(crate) fn snapshot(&mut self) {
        self.reporting = true;
        for site in 0..self.sites.len() {
            for order in 0..self.sites[site].orders.len() {
                if self.sites[site].orders[order].open {
                    self.place_order(site, order);
                }
            }
        }
        self.snapshot_parts();
        self.snapshot_levels();
        self.snapshot_supply();
        for resource in 0..self.resources.len() {
            let at = self.resources[resource].at;
            let taken_by = self.resources[resource].taken_by.clone();
            let is_free = taken_by.is_none();
            if let Some(by) = taken_by {
                self.take_resource(resource, by, at);
            } else {
                self.pose(resource, at);
            }
            // Nobody may ever ask for it: that it is free must be said.
            if is_free || self.resources[resource].down.is_some() {
                self.say_resource(resource);
            }
        }
        for crew in 0..self.crews.len() {
            let state = &self.crews[crew];
            let is_open = self.calendars[state.calendar].hours.is_open(self.now);
            let available = if is_open { state.people } else { 0 };
            let (site, id) = (state.site, state.id.clone());
            self.say(site, Statement::Crew { crew: id, place: None, available });
        }
        for unit in 0..self.units.len() {
            self.snapshot_unit(unit);
        }
    }

    fn snapshot_parts(&mut self) {
        for part in 0..self.parts.len() {
            let at = self.parts[part].at;
            let (Some(site), false) = (self.site_of(at), self.parts[part].kit) else { continue };
            let id = match at {
                At::Store(store) => self.stores[store].id.clone(),
                At::Unit(unit) => self.units[unit].id.clone(),
                At::Resource(resource) => self.resources[resource].id.clone(),
                At::Gone => continue,
            };
            let place = PlaceRef::here(id);
            let name = self.parts[part].name.clone();
            let statement = Statement::PartMoved {
                part: name.clone(),
                from: place.clone(),
                to: place,
                by: None,
                cause: None,
            };
            self.say(site, statement);
            if self.parts[part].held {
                let reason = "quality/acceptance".into();
                self.say(site, Statement::PartHeld { part: name, reason });
            }
        }
    }

    fn snapshot_levels(&mut self) {
        let mut fed: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); self.stores.len()];
        for op in &self.ops {
            for take in &op.takes {
                fed[take.store].insert(take.material);
            }
            if let Some(to) = op.to {
                fed[to].insert(op.output);
            }
        }
        for line in &self.lines {
            fed[line.store].insert(line.material);
        }
        for (store, materials) in fed.into_iter().enumerate() {
            let known: BTreeSet<usize> = self.stores[store].bulk.keys().copied().collect();
            for material in materials.union(&known) {
                if self.materials[*material].serial {
                    continue;
                }
                let quantity = self.stores[store].stock(*material);
                let statement = Statement::Stock {
                    storage: self.stores[store].id.clone(),
                    material: self.materials[*material].id.clone(),
                    quantity,
                };
                self.say(self.stores[store].site, statement);
            }
        }
    }

    fn snapshot_supply(&mut self) {
        for consignment in 0..self.consignments.len() {
            let state = &self.consignments[consignment];
            let line = &self.lines[state.line];
            if !line.open.contains(&consignment) {
                continue;
            }
            let terms = |date| DeliveryTerms {
                delivery: state.id.clone(),
                supplier: line.supplier.clone(),
                material: self.materials[line.material].id.clone(),
                quantity: state.quantity,
                date,
                reason: None,
            };
            let mut statements = vec![Statement::DeliveryPromised(terms(state.promised))];
            if state.expected != state.promised && !state.shipped {
                statements.push(Statement::DeliveryDelayed(terms(state.expected)));
            }
            if state.shipped {
                statements.push(Statement::DeliveryShipped(terms(state.expected)));
            }
            let site = line.site;
            for statement in statements {
                self.say(site, statement);
            }
        }
    }

    fn snapshot_unit(&mut self, unit: usize) {
        for job in 0..self.units[unit].jobs.len() {
            if self.units[unit].jobs[job].phase == Phase::Working {
                self.say_started(unit, job);
            }
        }
        // The state is stated once this moment's starts are made.
        self.units[unit].restate = true;
        self.touched.insert(unit);
    }
}
