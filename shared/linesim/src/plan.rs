//! Orders: placed, counted against, closed.

use twin::{OrderId, Statement, report::OrderTerms};

use crate::model::Model;

impl Model {
    pub(crate) fn place_order(&mut self, site: usize, order: usize) {
        let state = &mut self.sites[site].orders[order];
        state.open = true;
        let terms = OrderTerms {
            order: state.order.clone(),
            material: state.material.clone(),
            quantity: state.quantity,
            due: state.due,
        };
        self.say(site, Statement::OrderPlaced(terms));
    }

    /// The order that an operation works for: its own, or the first open one of what it makes.
    pub(crate) fn order_for(&self, op: usize) -> Option<OrderId> {
        let op = &self.ops[op];
        let material = &self.materials[op.output].id;
        op.order.clone().or_else(|| {
            let orders = self.sites[op.site].orders.iter();
            orders.filter(|o| o.open && o.material == *material).map(|o| o.order.clone()).next()
        })
    }

    /// Counts what is complete against the open orders, the earliest due first.
    pub(crate) fn count_for_orders(&mut self, site: usize, material: usize, quantity: f64) {
        let id = self.materials[material].id.clone();
        let mut left = quantity;
        let mut closed = Vec::new();
        for order in &mut self.sites[site].orders {
            if !order.open || order.material != id || left <= 0.0 {
                continue;
            }
            let taken = left.min(order.quantity - order.done);
            order.done += taken;
            left -= taken;
            if order.done >= order.quantity - 1e-9 {
                order.open = false;
                closed.push(order.order.clone());
            }
        }
        for order in closed {
            self.say(site, Statement::OrderClosed { order });
        }
    }
}
