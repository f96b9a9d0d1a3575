//! Folding quantities, orders and deliveries.

use super::{
    DELIVERIES_LIMIT, LARGEST_NUMBER, LONGEST_REASON, ORDERS_LIMIT,
    change::{Change, StockChange, Subject},
    fold::{Fold, PartTurn},
    now::{DeliveryNow, DeliveryStatus, OrderNow, PartEnd},
    refusal::Refusal,
};
use crate::{
    definition::Tracking,
    id::{EquipmentId, LotId, MaterialId, OrderId, PartId},
    report::{DeliveryTerms, OrderTerms, Statement},
    time::{PlantTime, Span},
};

/// A change of one level, checked and ready to be made.
struct Level<'a> {
    storage: usize,
    material: &'a MaterialId,
    lot: Option<&'a LotId>,
    quantity: f64,
    kind: StockChange,
}

impl Fold<'_> {
    pub(super) fn material(&mut self, statement: &Statement) -> Result<(), Refusal> {
        let (material, quantity, storage, lot, kind) = match statement {
            Statement::LotConsumed { material, quantity, storage, lot, part } => {
                self.check_material(material)?;
                Self::check_quantity("quantity", *quantity)?;
                if let Some(child) = self.named_part(lot.as_ref()) {
                    return self.part_consumed(&child, storage, part.as_ref());
                }
                (material, quantity, storage, lot, StockChange::Consumed { short: 0.0 })
            }
            Statement::LotProduced { material, quantity, storage, lot, .. } => {
                (material, quantity, storage, lot, StockChange::Produced)
            }
            Statement::Stock { storage, material, quantity } => {
                (material, quantity, storage, &None, StockChange::Counted)
            }
            _ => return Ok(()),
        };
        self.check_material(material)?;
        Self::check_quantity("quantity", *quantity)?;
        if let Some(supplier) = self.supplier_named(storage) {
            return self.at_supplier(&supplier, statement);
        }
        let storage = self.find_storage(storage)?;
        let level = Level { storage, material, lot: lot.as_ref(), quantity: *quantity, kind };
        self.change_level(&level);
        Ok(())
    }

    /// The serial item that a lot id names, if any does.
    fn named_part(&self, lot: Option<&LotId>) -> Option<PartId> {
        self.twin.parts.get_key_value(lot?.as_str()).map(|(part, _)| part.clone())
    }

    /// A serial item is built into another part and has a place of its own no more.
    fn part_consumed(
        &mut self,
        child: &PartId,
        place: &EquipmentId,
        parent: Option<&PartId>,
    ) -> Result<(), Refusal> {
        let spot = self.find_here(place)?;
        match self.part_turn_at(child, spot, place)? {
            PartTurn::Outdated(as_of) => self.outdated(Subject::Part(child.clone()), as_of),
            PartTurn::Appears | PartTurn::Known => {
                let parent = parent.filter(|parent| *parent != child);
                let end = parent.map_or(PartEnd::Consumed, |id| PartEnd::PartOf(id.clone()));
                self.end_part(child, end);
            }
        }
        Ok(())
    }

    /// Levels never fall below zero: what is used beyond them shows that they were wrong.
    /// Withdrawals commute, so one is outdated by a later count only; a count by anything.
    fn change_level(&mut self, level: &Level<'_>) {
        let at = self.at;
        let storage = &mut self.plant_mut().storages[level.storage];
        let id = storage.storage.clone();
        let known = storage.stock.get(level.material).copied().unwrap_or_default();
        let counts = level.kind == StockChange::Counted;
        let better = if counts { known.as_of } else { known.counted };
        if let Some(as_of) = better.filter(|better| *better > at) {
            self.outdated(Subject::Stock(id, level.material.clone()), as_of);
            return;
        }
        let before = known.quantity;
        let (after, kind) = match level.kind {
            StockChange::Consumed { .. } => {
                let short = (level.quantity - before).max(0.0);
                ((before - level.quantity).max(0.0), StockChange::Consumed { short })
            }
            kind @ (StockChange::Produced | StockChange::Delivered) => {
                ((before + level.quantity).min(LARGEST_NUMBER), kind)
            }
            StockChange::Counted => (level.quantity, StockChange::Counted),
        };
        let now = storage.stock.entry(level.material.clone()).or_default();
        now.quantity = after;
        now.as_of = known.as_of.max(Some(at));
        if counts {
            now.counted = Some(at);
        }
        storage.last_report = storage.last_report.max(Some(at));
        self.changes.push(Change::Stock {
            storage: id,
            material: level.material.clone(),
            lot: level.lot.cloned(),
            before,
            after,
            kind,
            at,
        });
    }

    pub(super) fn order(&mut self, statement: &Statement) -> Result<(), Refusal> {
        match statement {
            Statement::OrderPlaced(terms) => self.order_terms(terms, true),
            Statement::OrderChanged(terms) => self.order_terms(terms, false),
            Statement::OrderClosed { order } => self.order_closed(order),
            _ => Ok(()),
        }
    }

    fn order_terms(&mut self, terms: &OrderTerms, may_be_new: bool) -> Result<(), Refusal> {
        self.check_material(&terms.material)?;
        Self::check_quantity("quantity", terms.quantity)?;
        let at = self.at;
        let plant = self.plant();
        let Some(known) = plant.orders.get(&terms.order) else {
            if !may_be_new {
                let (plant, order) = (self.plant_id(), terms.order.clone());
                return Err(Refusal::UnknownOrder { plant, order });
            }
            if plant.orders.len() - plant.closed_orders.len() >= ORDERS_LIMIT {
                let plant = self.plant_id();
                return Err(Refusal::TooManyOrders { plant, limit: ORDERS_LIMIT });
            }
            self.plant_mut().orders.insert(terms.order.clone(), new_order(terms, at));
            self.note_order(&terms.order, Span::ZERO, false);
            return Ok(());
        };
        if self.order_outdated(&terms.order, known.as_of) {
            return Ok(());
        }
        self.check_order_open(&terms.order)?;
        let Some(order) = self.plant_mut().orders.get_mut(&terms.order) else { return Ok(()) };
        let moved = terms.due.since(order.due);
        order.material = terms.material.clone();
        (order.quantity, order.due, order.as_of) = (terms.quantity, terms.due, Some(at));
        order.change_count = order.change_count.saturating_add(1);
        self.note_order(&terms.order, moved, false);
        Ok(())
    }

    fn order_outdated(&mut self, order: &OrderId, as_of: Option<PlantTime>) -> bool {
        let newer = as_of.filter(|known| *known > self.at);
        if let Some(as_of) = newer {
            self.outdated(Subject::Order(order.clone()), as_of);
        }
        newer.is_some()
    }

    fn check_order_open(&self, order: &OrderId) -> Result<(), Refusal> {
        match self.plant().orders.get(order).and_then(|known| known.closed) {
            None => Ok(()),
            Some(at) => Err(Refusal::OrderClosed { order: order.clone(), at_micros: at.micros() }),
        }
    }

    fn order_closed(&mut self, order: &OrderId) -> Result<(), Refusal> {
        let Some(known) = self.plant().orders.get(order) else {
            let (plant, order) = (self.plant_id(), order.clone());
            return Err(Refusal::UnknownOrder { plant, order });
        };
        let (material, as_of) = (known.material.clone(), known.as_of);
        if self.order_outdated(order, as_of) {
            return Ok(());
        }
        self.check_order_open(order)?;
        let at = self.at;
        let plant = self.plant_mut();
        let alike = plant.orders.values().filter(|other| other.material == material);
        let made = alike.map(|other| other.completed).sum();
        if let Some(now) = plant.orders.get_mut(order) {
            (now.closed, now.as_of, now.made_when_closed) = (Some(at), Some(at), made);
            now.change_count = now.change_count.saturating_add(1);
        }
        plant.closed_orders.push_back(order.clone());
        if plant.closed_orders.len() > ORDERS_LIMIT
            && let Some(oldest) = plant.closed_orders.pop_front()
        {
            plant.orders.remove(&oldest);
        }
        self.note_order(order, Span::ZERO, true);
        Ok(())
    }

    fn note_order(&mut self, order: &OrderId, moved: Span, closed: bool) {
        let (order, at) = (order.clone(), self.at);
        self.changes.push(Change::Order { order, moved, closed, at });
    }

    pub(super) fn delivery(&mut self, statement: &Statement) -> Result<(), Refusal> {
        match statement {
            Statement::DeliveryPromised(terms) => {
                self.delivery_terms(terms, DeliveryStatus::Promised)
            }
            Statement::DeliveryShipped(terms) => {
                self.delivery_terms(terms, DeliveryStatus::Shipped)
            }
            Statement::DeliveryArrived(terms) => {
                self.delivery_terms(terms, DeliveryStatus::Arrived)
            }
            Statement::DeliveryDelayed(terms) => {
                self.delivery_terms(terms, DeliveryStatus::Delayed)
            }
            _ => Ok(()),
        }
    }

    fn check_delivery(&self, terms: &DeliveryTerms, status: DeliveryStatus) -> Result<(), Refusal> {
        self.check_material(&terms.material)?;
        Self::check_quantity("quantity", terms.quantity)?;
        if let Some(reason) = &terms.reason {
            Self::check_text("reason", reason, LONGEST_REASON)?;
        }
        let plant = self.plant();
        if !plant.suppliers.contains(&terms.supplier) {
            let (plant, supplier) = (self.plant_id(), terms.supplier.clone());
            return Err(Refusal::UnknownSupplier { plant, supplier });
        }
        match plant.deliveries.get(&terms.delivery) {
            Some(known) if known.supplier != terms.supplier || known.material != terms.material => {
                Err(Refusal::DeliveryConflict {
                    delivery: terms.delivery.clone(),
                    material: known.material.clone(),
                    supplier: known.supplier.clone(),
                })
            }
            Some(_) => Ok(()),
            None if status != DeliveryStatus::Promised => Err(Refusal::UnknownDelivery {
                plant: self.plant_id(),
                delivery: terms.delivery.clone(),
            }),
            None if plant.deliveries.len() - plant.arrived.len() >= DELIVERIES_LIMIT => {
                let plant = self.plant_id();
                Err(Refusal::TooManyDeliveries { plant, limit: DELIVERIES_LIMIT })
            }
            None => Ok(()),
        }
    }

    fn delivery_terms(
        &mut self,
        terms: &DeliveryTerms,
        status: DeliveryStatus,
    ) -> Result<(), Refusal> {
        self.check_delivery(terms, status)?;
        let at = self.at;
        if let Some(known) = self.plant().deliveries.get(&terms.delivery) {
            if let Some(as_of) = known.as_of.filter(|known| *known > at) {
                self.outdated(Subject::Delivery(terms.delivery.clone()), as_of);
                return Ok(());
            }
            if known.status == DeliveryStatus::Arrived {
                return Err(Refusal::DeliveryHasArrived { delivery: terms.delivery.clone() });
            }
        }

        let plant = self.plant_mut();
        let entry = plant.deliveries.entry(terms.delivery.clone());
        let now = entry.or_insert_with(|| new_delivery(terms));
        let leaves = status == DeliveryStatus::Shipped && now.status != status;
        (now.status, now.expected, now.quantity) = (status, terms.date, terms.quantity);
        now.reason.clone_from(&terms.reason);
        now.as_of = Some(at);
        now.change_count = now.change_count.saturating_add(1);
        let late = now.expected.since(now.promised);
        let delivery = terms.delivery.clone();
        self.changes.push(Change::Delivery { delivery, status, late, at });
        if status == DeliveryStatus::Arrived {
            self.goods_arrived(terms);
        }
        if leaves {
            self.left_supplier(terms);
        }
        Ok(())
    }

    /// What is followed by quantity goes to the storage of its supply line; named parts are
    /// there once a report names them.
    fn goods_arrived(&mut self, terms: &DeliveryTerms) {
        let plant = self.plant_mut();
        plant.arrived.push_back(terms.delivery.clone());
        if plant.arrived.len() > DELIVERIES_LIMIT
            && let Some(oldest) = plant.arrived.pop_front()
        {
            plant.deliveries.remove(&oldest);
        }
        let line = (terms.material.clone(), terms.supplier.clone());
        let storage = plant.supplied_to.get(&line).copied();
        let bulk = plant.materials.get(&terms.material) == Some(&Tracking::Bulk);
        if let Some(storage) = storage.filter(|_| bulk) {
            let (material, quantity) = (&terms.material, terms.quantity);
            let kind = StockChange::Delivered;
            self.change_level(&Level { storage, material, lot: None, quantity, kind });
        }
    }
}

fn new_order(terms: &OrderTerms, at: PlantTime) -> OrderNow {
    OrderNow {
        order: terms.order.clone(),
        material: terms.material.clone(),
        quantity: terms.quantity,
        due: terms.due,
        first_due: terms.due,
        closed: None,
        completed: 0,
        made_when_closed: 0,
        change_count: 1,
        as_of: Some(at),
    }
}

fn new_delivery(terms: &DeliveryTerms) -> DeliveryNow {
    DeliveryNow {
        delivery: terms.delivery.clone(),
        supplier: terms.supplier.clone(),
        material: terms.material.clone(),
        quantity: terms.quantity,
        status: DeliveryStatus::Promised,
        promised: terms.date,
        expected: terms.date,
        reason: None,
        made: 0.0,
        scrapped: 0.0,
        change_count: 0,
        as_of: None,
    }
}
