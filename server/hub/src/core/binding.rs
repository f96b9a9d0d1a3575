//! A key is bound to units, or to a supplier: what it may speak about.

use twin::{EquipmentId, PlaceRef, Plant, Statement};

use super::{
    Grant,
    frame::{NotTaken, owns},
};

/// Whether the holder of a key may state this.
pub(super) fn check(grant: &Grant, plant: &Plant, statement: &Statement) -> Result<(), NotTaken> {
    if let Some(supplier) = &grant.supplier {
        return match statement {
            Statement::DeliveryPromised(terms)
            | Statement::DeliveryShipped(terms)
            | Statement::DeliveryArrived(terms)
            | Statement::DeliveryDelayed(terms) => {
                if terms.supplier == *supplier {
                    Ok(())
                } else {
                    let reason = format!("this key is of supplier {supplier}");
                    Err(NotTaken { code: "not_your_delivery", reason })
                }
            }
            Statement::Comment { .. } => Ok(()),
            _ => Err(NotTaken {
                code: "not_for_suppliers",
                reason: "a supplier's key reports deliveries and comments only".to_owned(),
            }),
        };
    }
    let Some(units) = &grant.units else { return Ok(()) };
    let mut places = Vec::new();
    named(statement, &mut places);
    // A move concerns two places: one of them must be the speaker's own.
    if places.is_empty() || places.iter().any(|place| units.contains(place)) {
        return Ok(());
    }
    match places.iter().find(|place| owns(plant, place.as_str())) {
        Some(place) => {
            let reason = format!("this key does not speak about {place}");
            Err(NotTaken { code: "not_your_unit", reason })
        }
        // A place that does not exist is refused by the fold, with better words.
        None => Ok(()),
    }
}

/// The places of the speaker's plant that a statement is about.
fn named(statement: &Statement, places: &mut Vec<EquipmentId>) {
    let here = |place: &PlaceRef| place.plant.is_none().then(|| place.place.clone());
    match statement {
        Statement::OpStarted { unit, .. }
        | Statement::OpFinished { unit, .. }
        | Statement::UnitState { unit, .. } => places.push(unit.clone()),
        Statement::PartMoved { from, to, .. } => {
            places.extend(here(from));
            places.extend(here(to));
        }
        Statement::PartScrapped { at, .. } | Statement::PartReworked { at, .. } => {
            places.push(at.clone());
        }
        Statement::LotConsumed { storage, .. }
        | Statement::LotProduced { storage, .. }
        | Statement::Stock { storage, .. } => places.push(storage.clone()),
        Statement::ResourceTaken { resource, .. }
        | Statement::ResourceFreed { resource, .. }
        | Statement::Pose { resource, .. } => places.push(resource.clone()),
        Statement::Crew { place, .. } => places.extend(place.clone()),
        Statement::Correction { report, .. } => named(&report.statement, places),
        Statement::PartCompleted { .. }
        | Statement::OrderPlaced(_)
        | Statement::OrderChanged(_)
        | Statement::OrderClosed { .. }
        | Statement::DeliveryPromised(_)
        | Statement::DeliveryShipped(_)
        | Statement::DeliveryArrived(_)
        | Statement::DeliveryDelayed(_)
        | Statement::PartHeld { .. }
        | Statement::PartReleased { .. }
        | Statement::QualityResult { .. }
        | Statement::Comment { .. } => {}
    }
}
