//! Deliveries on their way and orders as far as they have come.

use std::collections::BTreeMap;

use twin::{
    MaterialId, Plant, PlantTime, Span,
    state::{DeliveryNow, DeliveryStatus},
};

use super::{Taking, Why};
use crate::{
    build::by_due,
    model::Event,
    network::{Consignment, OrderState},
    supply::lateness,
};

impl Taking<'_> {
    /// Orders that are not closed, with what is done of each.
    pub(super) fn orders(&mut self, site: usize, plant: &Plant) {
        let open = self.state.orders(&plant.id).filter(|order| order.closed.is_none());
        let open = open.map(|order| OrderState {
            order: order.order.clone(),
            material: order.material.clone(),
            quantity: order.quantity,
            due: order.due,
            done: 0.0,
            open: false,
        });
        let mut orders = by_due(open);
        // What leaves is counted for whatever is due first, whichever order it was begun for: a lot
        // may go beyond the order that it closes. Reports count pieces, and runs of quantities.
        let model = &self.builder.model;
        let counts = |id: &MaterialId| {
            let material = model.material_index.get(id).copied()?;
            let mut makers = model.ops.iter().filter(|op| op.site == site && op.to.is_none());
            let op = makers.find(|op| op.output == material)?;
            Some(if model.materials[material].serial { 1.0 } else { op.quantity })
        };
        let counted = |id: &MaterialId, pieces: u64| pieces as f64 * counts(id).unwrap_or(0.0);
        let mut made: BTreeMap<&MaterialId, f64> = BTreeMap::new();
        for order in self.state.orders(&plant.id) {
            let done = counted(&order.material, order.completed);
            *made.entry(&order.material).or_default() += done;
        }
        // An order that was closed took what was there then: one closed short takes no more, so
        // that what is made later is for those that are open.
        let mut closed: Vec<_> =
            self.state.orders(&plant.id).filter(|order| order.closed.is_some()).collect();
        closed.sort_by_key(|order| (order.closed, order.due));
        let mut taken: BTreeMap<&MaterialId, f64> = BTreeMap::new();
        for order in closed {
            let taken = taken.entry(&order.material).or_default();
            let there = counted(&order.material, order.made_when_closed) - *taken;
            let takes = there.clamp(0.0, order.quantity);
            *taken += takes;
            made.entry(&order.material).and_modify(|left| *left -= takes);
        }
        for order in &mut orders {
            let left = made.get(&order.material).copied().unwrap_or(0.0);
            order.done = left.clamp(0.0, order.quantity);
            made.entry(&order.material).and_modify(|left| *left -= order.done);
        }
        self.model().sites[site].orders = orders;
    }

    /// What was promised and is not here, and when the next lot of each line is promised.
    pub(super) fn deliveries(&mut self, site: usize, plant: &Plant, starts: PlantTime) {
        let mut by_line: BTreeMap<usize, Vec<&DeliveryNow>> = BTreeMap::new();
        for delivery in self.state.deliveries(&plant.id).filter(|of| of.as_of.is_some()) {
            let material = self.builder.model.material_index.get(&delivery.material).copied();
            let line = material.and_then(|of| self.builder.line_of(site, of, &delivery.supplier));
            match line {
                Some(line) => by_line.entry(line).or_default().push(delivery),
                None if delivery.status == DeliveryStatus::Arrived => {}
                None => self.leave_out(site, delivery.delivery.as_str(), Why::NoSupply),
            }
        }
        for line in 0..self.builder.model.lines.len() {
            if self.builder.model.lines[line].site == site {
                let deliveries = by_line.get(&line).map_or(&[][..], Vec::as_slice);
                self.line(line, plant, deliveries, starts);
            }
        }
    }

    /// The number of the last lot that was promised, the day of the next, and what is to come.
    fn line(&mut self, line: usize, plant: &Plant, deliveries: &[&DeliveryNow], starts: PlantTime) {
        let is_single =
            |of: &DeliveryNow| plant.deliveries.iter().any(|single| single.id == of.delivery);
        let state = &self.builder.model.lines[line];
        let (key, every, lead) = (state.key.clone(), state.every, state.lead);
        let now = self.builder.model.now;
        let (mut numbered, mut last) = (0, None);
        for delivery in deliveries.iter().filter(|of| !is_single(of)) {
            let number = delivery.delivery.as_str().strip_prefix(key.as_str());
            let number = number.and_then(|rest| rest.strip_prefix('-')?.parse::<u64>().ok());
            numbered = numbered.max(number.unwrap_or(0));
            last = last.max(Some(delivery.promised));
        }
        // Numbered lots keep to the rhythm that they began with; others follow the last of them.
        let next = match (numbered, last) {
            (0, Some(last)) => last + every,
            (0, None) => {
                let gone = (now + lead).since(starts).micros().max(0) / every.micros();
                starts + Span::from_micros(every.micros() * (gone + 1))
            }
            (numbered, _) => {
                let count = i64::try_from(numbered + 1).unwrap_or(1);
                starts + Span::from_micros(every.micros() * count)
            }
        };
        let state = &mut self.model().lines[line];
        (state.numbered, state.next_due) = (numbered, next);
        let to_come = deliveries.iter().filter(|of| of.status != DeliveryStatus::Arrived);
        for delivery in to_come {
            self.on_its_way(line, delivery, is_single(delivery));
        }
    }

    fn on_its_way(&mut self, line: usize, delivery: &DeliveryNow, single: bool) {
        let model = &mut self.builder.model;
        let state = &mut model.lines[line];
        let shipped = delivery.status == DeliveryStatus::Shipped;
        // Whoever has told of a delay has told all; of the others nobody knows yet.
        let hidden = match delivery.status {
            DeliveryStatus::Promised if state.reorder.is_none() => {
                lateness((state.on_time_ratio, state.mean_late), &mut state.lateness)
            }
            _ => Span::ZERO,
        };
        let short = delivery.reason.as_deref() == Some("supplier/short");
        let consignment = model.consignments.len();
        state.open.push_back(consignment);
        model.consignments.push(Consignment {
            id: delivery.delivery.clone(),
            line,
            quantity: delivery.quantity,
            promised: delivery.promised,
            expected: delivery.expected,
            hidden,
            shipped,
            announced: short && !shipped,
            ship: None,
            single,
        });
        if shipped {
            model.schedule(delivery.expected, Event::Arrive { consignment });
        } else {
            model.ship_for_its_day(consignment);
        }
    }
}
