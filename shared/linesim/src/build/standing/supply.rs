//! Deliveries on their way and orders as far as they have come.

use twin::{
    Plant, PlantTime, Span,
    state::{DeliveryNow, DeliveryStatus},
};

use super::{Taking, Why};
use crate::{
    model::Event,
    network::{Consignment, OrderState},
    supply::lateness,
};

impl Taking<'_> {
    /// Orders that are not closed, with what is done of each.
    pub(super) fn orders(&mut self, site: usize, plant: &Plant) {
        let open = self.state.orders(&plant.id).filter(|order| order.closed.is_none());
        let mut orders: Vec<OrderState> = open
            .map(|order| OrderState {
                order: order.order.clone(),
                material: order.material.clone(),
                quantity: order.quantity,
                due: order.due,
                done: order.completed as f64,
                open: false,
            })
            .collect();
        orders.sort_by(|a, b| (a.due, &a.order).cmp(&(b.due, &b.order)));
        self.model().sites[site].orders = orders;
    }

    /// What was promised and is not here, and when the next lot of each line is promised.
    pub(super) fn deliveries(&mut self, site: usize, plant: &Plant, starts: PlantTime) {
        for line in 0..self.builder.model.lines.len() {
            if self.builder.model.lines[line].site == site {
                self.line(line, plant, starts);
            }
        }
        for delivery in self.state.deliveries(&plant.id) {
            let is_known = delivery.as_of.is_some();
            if !is_known || delivery.status == DeliveryStatus::Arrived {
                continue;
            }
            match self.line_of(site, delivery) {
                Some(line) => self.on_its_way(line, plant, delivery),
                None => self.leave_out(site, delivery.delivery.as_str(), Why::NoSupply),
            }
        }
    }

    fn line_of(&self, site: usize, delivery: &DeliveryNow) -> Option<usize> {
        let material = self.builder.model.material_index.get(&delivery.material).copied()?;
        self.builder.model.lines.iter().position(|line| {
            (line.site, line.material, &line.supplier) == (site, material, &delivery.supplier)
        })
    }

    /// The number of the last lot that was promised, and the day of the next.
    fn line(&mut self, line: usize, plant: &Plant, starts: PlantTime) {
        let state = &self.builder.model.lines[line];
        let (key, every, lead) = (state.key.clone(), state.every, state.lead);
        let now = self.builder.model.now;
        let (site, mut numbered, mut last) = (state.site, 0, None);
        for delivery in self.state.deliveries(&plant.id).filter(|of| of.as_of.is_some()) {
            let is_single = plant.deliveries.iter().any(|single| single.id == delivery.delivery);
            if is_single || self.line_of(site, delivery) != Some(line) {
                continue;
            }
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
    }

    fn on_its_way(&mut self, line: usize, plant: &Plant, delivery: &DeliveryNow) {
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
            single: plant.deliveries.iter().any(|single| single.id == delivery.delivery),
        });
        if shipped {
            model.schedule(delivery.expected, Event::Arrive { consignment });
        } else {
            let leaves = delivery.expected - model.transit(line);
            let key = model.schedule(leaves, Event::Ship { consignment });
            model.consignments[consignment].ship = key;
        }
    }
}
