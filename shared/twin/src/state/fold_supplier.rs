//! Folding what a supplier says of its own work: what it finished, scrapped and holds.
//!
//! A supplier's id names its own storage. What is made there is not at the plant: no level of the
//! plant moves before the goods arrive.

use super::{LARGEST_NUMBER, change::Subject, fold::Fold, refusal::Refusal};
use crate::{
    id::{DeliveryId, EquipmentId, LotId, MaterialId, SupplierId},
    report::{DeliveryTerms, Statement},
};

impl Fold<'_> {
    /// The supplier whose own storage is named; a storage of the plant of that id comes first.
    pub(super) fn supplier_named(&self, storage: &EquipmentId) -> Option<SupplierId> {
        let plant = self.plant();
        if plant.slot(storage).is_some() {
            return None;
        }
        let supplier = SupplierId::new(storage.as_str()).ok()?;
        plant.suppliers.contains(&supplier).then_some(supplier)
    }

    /// A lot that was made or scrapped at a supplier names the delivery that it is for, if any.
    /// Material and quantity have been checked.
    pub(super) fn at_supplier(
        &mut self,
        supplier: &SupplierId,
        statement: &Statement,
    ) -> Result<(), Refusal> {
        match statement {
            Statement::LotProduced { material, quantity, lot, .. } => {
                self.worked_for(supplier, material, lot.as_ref(), [*quantity, 0.0])?;
                self.change_held(supplier, material, *quantity);
            }
            Statement::LotConsumed { material, quantity, lot, .. } => {
                self.worked_for(supplier, material, lot.as_ref(), [0.0, *quantity])?;
                self.change_held(supplier, material, -quantity);
            }
            Statement::Stock { material, quantity, .. } => {
                self.counted_at(supplier, material, *quantity);
            }
            _ => {}
        }
        Ok(())
    }

    /// Adds what was made and scrapped for a delivery. Additions commute: none is outdated.
    fn worked_for(
        &mut self,
        supplier: &SupplierId,
        material: &MaterialId,
        lot: Option<&LotId>,
        [made, scrapped]: [f64; 2],
    ) -> Result<(), Refusal> {
        let Some(delivery) = lot.and_then(|lot| DeliveryId::new(lot.as_str()).ok()) else {
            return Ok(());
        };
        let plant = self.plant_id();
        let Some(now) = self.plant_mut().deliveries.get_mut(&delivery) else {
            return Err(Refusal::UnknownDelivery { plant, delivery });
        };
        if now.supplier != *supplier || now.material != *material {
            let (material, supplier) = (now.material.clone(), now.supplier.clone());
            return Err(Refusal::DeliveryConflict { delivery, material, supplier });
        }
        now.made = (now.made + made).min(LARGEST_NUMBER);
        now.scrapped = (now.scrapped + scrapped).min(LARGEST_NUMBER);
        Ok(())
    }

    /// Goods on their way are with the supplier no longer.
    pub(super) fn left_supplier(&mut self, terms: &DeliveryTerms) {
        let held = (terms.supplier.clone(), terms.material.clone());
        if self.plant().at_suppliers.contains_key(&held) {
            self.change_held(&terms.supplier, &terms.material, -terms.quantity);
        }
    }

    /// Changes what a supplier holds; never below zero, and not against a later count.
    fn change_held(&mut self, supplier: &SupplierId, material: &MaterialId, by: f64) {
        let at = self.at;
        let held = (supplier.clone(), material.clone());
        let now = self.plant_mut().at_suppliers.entry(held).or_default();
        if now.counted.is_none_or(|counted| counted <= at) {
            now.quantity = (now.quantity + by).clamp(0.0, LARGEST_NUMBER);
            now.as_of = now.as_of.max(Some(at));
        }
    }

    fn counted_at(&mut self, supplier: &SupplierId, material: &MaterialId, quantity: f64) {
        let at = self.at;
        let held = (supplier.clone(), material.clone());
        let now = self.plant_mut().at_suppliers.entry(held).or_default();
        match now.as_of.filter(|known| *known > at) {
            Some(as_of) => {
                if let Ok(place) = EquipmentId::new(supplier.as_str()) {
                    self.outdated(Subject::Stock(place, material.clone()), as_of);
                }
            }
            None => {
                now.quantity = quantity;
                (now.counted, now.as_of) = (Some(at), Some(at));
            }
        }
    }
}
