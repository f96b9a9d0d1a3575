//! Supply lines, lanes, initial stock, and who watches what.

use smol_str::format_smolstr;
use twin::{DeliveryId, Plant, PlantId, Span, SupplierId, definition::Lane};

use super::Builder;
use crate::{
    error::ModelError,
    model::Event,
    network::{Consignment, LaneState, Line, Role},
    supply::lateness,
};

impl Builder {
    pub(super) fn supply(&mut self, site: usize, plant: &Plant) -> Result<(), ModelError> {
        for line in &plant.supply_lines {
            let user = format!("the supply of {}", line.material);
            let material = self.known_material(site, &user, line.material.as_str())?;
            let here = twin::PlaceRef::here(line.storage.clone());
            let store = self.store_at(site, &user, &here)?;
            if line.lot <= 0.0 {
                return Err(self.not_positive(site, &user, "lot"));
            }
            let reorder = line.reorder.as_ref();
            let reorder = reorder.map(|written| self.reorder(site, &user, written)).transpose()?;
            if let Some(reorder) = &reorder {
                self.check_fits(site, &user, material, reorder.lot, Some(store))?;
            }
            if line.every <= Span::ZERO {
                return Err(self.not_positive(site, &user, "interval"));
            }
            self.check_fits(site, &user, material, line.lot, Some(store))?;
            // A place of the plant that ships, unless it is only the plant that is named.
            let from = line.from.as_ref();
            let from = from.map(|from| self.store_at(site, &user, from)).transpose()?;
            let name = format_smolstr!("{}/{}/{}", plant.id, line.supplier, line.material);
            let replication = u64::from(self.model.settings.replication);
            let index = self.model.lines.len();
            if let Some(source) = from {
                self.model.stores[source].shipping.push(index);
            }
            self.model.lines.push(Line {
                site,
                key: format_smolstr!("{}-{}", line.supplier, line.material),
                material,
                supplier: line.supplier.clone(),
                store,
                lot: line.lot,
                every: line.every,
                lead: line.lead,
                on_time_ratio: line.on_time_ratio,
                mean_late: line.mean_late,
                yield_ratio: line.yield_ratio,
                from,
                reorder,
                numbered: 0,
                next_due: self.model.settings.start + line.every,
                open: std::collections::VecDeque::new(),
                late: Span::ZERO,
                lateness: self.model.streams.stream(replication, &name, "lateness"),
            });
        }
        Ok(())
    }

    /// Single deliveries of the plan. The supply line of their supplier and material says where
    /// they go, how long they travel and how reliable they are.
    pub(super) fn single_deliveries(
        &mut self,
        site: usize,
        plant: &Plant,
        to_come: &dyn Fn(&PlantId, &DeliveryId) -> bool,
    ) -> Result<(), ModelError> {
        for delivery in plant.deliveries.iter().filter(|of| to_come(&plant.id, &of.id)) {
            let user = format!("delivery {}", delivery.id);
            let material = self.known_material(site, &user, delivery.material.as_str())?;
            let Some(number) = self.line_of(site, material, &delivery.supplier) else {
                let by = format!("of {} by {}", delivery.material, delivery.supplier);
                return Err(self.unknown(site, &user, "supply", &by));
            };
            if delivery.quantity <= 0.0 {
                return Err(self.not_positive(site, &user, "quantity"));
            }
            let line = &self.model.lines[number];
            self.check_fits(site, &user, material, delivery.quantity, Some(line.store))?;
            let name = format_smolstr!("{}/{}", plant.id, delivery.id);
            let replication = u64::from(self.model.settings.replication);
            let mut stream = self.model.streams.stream(replication, &name, "lateness");
            let hidden = lateness((line.on_time_ratio, line.mean_late), &mut stream);
            let promised_at = delivery.due - line.lead;
            let consignment = self.model.consignments.len();
            self.model.consignments.push(Consignment {
                id: delivery.id.clone(),
                line: number,
                quantity: delivery.quantity,
                promised: delivery.due,
                expected: delivery.due,
                hidden,
                shipped: false,
                announced: false,
                ship: None,
                single: true,
            });
            self.model.schedule(promised_at, Event::PromiseSingle { consignment });
        }
        Ok(())
    }

    /// On which line a supplier brings a material to a plant.
    pub(super) fn line_of(
        &self,
        site: usize,
        material: usize,
        supplier: &SupplierId,
    ) -> Option<usize> {
        let brings =
            |line: &Line| (line.site, line.material, &line.supplier) == (site, material, supplier);
        self.model.lines.iter().position(brings)
    }

    pub(super) fn lane(&mut self, lane: &Lane) -> Result<(), ModelError> {
        let user = format!("the lane of {}", lane.carrier);
        let carrier_site = match &lane.carrier.plant {
            Some(plant) => self.site_index.get(plant).copied(),
            None => None,
        };
        let site = carrier_site.unwrap_or(0);
        let carrier = self.names[site].resources.get(&lane.carrier.place).copied();
        let carrier = carrier
            .ok_or_else(|| self.unknown(site, &user, "carrier", &lane.carrier.to_string()))?;
        let material = self.known_material(site, &user, lane.material.as_str())?;
        let from = self.store_at(site, &user, &lane.from)?;
        let to = self.store_at(site, &user, &lane.to)?;
        if lane.every <= Span::ZERO {
            return Err(self.not_positive(site, &user, "interval"));
        }
        let index = self.model.lanes.len();
        self.model.stores[to].barges.push(index);
        self.model.lanes.push(LaneState {
            carrier,
            material,
            from,
            to,
            most: lane.most,
            every: lane.every,
            next: self.model.settings.start + lane.first,
            transit: self.lasts(site, &user, &lane.transit)?,
            aboard: std::collections::VecDeque::new(),
            away: false,
            at_quay: false,
            late: Span::ZERO,
            left: self.model.settings.start,
            arrives: self.model.settings.start,
            trips: 0,
        });
        Ok(())
    }

    pub(super) fn initial_stock(&mut self, site: usize, plant: &Plant) -> Result<(), ModelError> {
        for stock in &plant.initial_stock {
            let user = "initial stock";
            let material = self.known_material(site, user, stock.material.as_str())?;
            let here = twin::PlaceRef::here(stock.storage.clone());
            let store = self.store_at(site, user, &here)?;
            self.check_fits(site, user, material, stock.quantity, Some(store))?;
            if self.model.materials[material].serial {
                let count = stock.quantity.round() as u64;
                self.model.born_so_many(store, material, count, stock.storage.as_str());
                if self.model.is_crowded() {
                    return Err(self.model.crowded());
                }
            } else {
                let by = stock.storage.as_str();
                self.model.add_bulk(store, material, stock.quantity, by);
            }
        }
        Ok(())
    }

    /// Who must try again when something changes.
    pub(super) fn watchers(&mut self) {
        let model = &mut self.model;
        for (index, op) in model.ops.iter().enumerate() {
            let units = &model.centers[op.center].units;
            let area = model.centers[op.center].area;
            model.areas[area].users.extend(units);
            for take in &op.takes {
                model.stores[take.store].takers.extend(units);
                if op.swap_window.is_some() && take.role == Role::Itself {
                    model.stores[take.store].turns.push(index);
                }
            }
            for to in op.to.iter().chain(op.rework.iter().map(|rework| &rework.to)) {
                model.stores[*to].givers.extend(units);
                let there = model.stores[*to].area;
                model.areas[there].users.extend(units);
            }
            let fetchers = op.fetched.values().flat_map(|fetch| &fetch.by);
            for resource in op.carried_by.iter().chain(&op.held_by).chain(fetchers) {
                model.resources[*resource].users.extend(units);
            }
            for (crew, _) in &op.crew {
                model.crews[*crew].users.extend(units);
            }
        }
        let tidy = |list: &mut Vec<usize>| {
            list.sort_unstable();
            list.dedup();
        };
        model.areas.iter_mut().for_each(|area| tidy(&mut area.users));
        model.resources.iter_mut().for_each(|resource| tidy(&mut resource.users));
        model.crews.iter_mut().for_each(|crew| tidy(&mut crew.users));
        for store in &mut model.stores {
            tidy(&mut store.takers);
            tidy(&mut store.givers);
        }
    }
}
