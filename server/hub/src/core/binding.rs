//! A key is bound to units, or to a supplier: what it may speak about.

use twin::{
    DeliveryId, EquipmentId, LotId, MaterialId, PlaceRef, Plant, Statement, SupplierId,
    state::{ABOUT_ALARM, TwinState},
};

use super::{
    Grant,
    frame::{NotTaken, owns},
    is_planner,
};

/// Whether the holder of a key may state this.
pub(super) fn check(grant: &Grant, plant: &Plant, statement: &Statement) -> Result<(), NotTaken> {
    if let Statement::Comment { about, .. } = statement
        && about.starts_with(ABOUT_ALARM)
        && !is_planner(&grant.feed)
    {
        let reason = "alarms are acknowledged over HTTP, with a planner's key".to_owned();
        return Err(NotTaken { code: "not_a_planner", reason });
    }
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
            Statement::LotProduced { storage, part: None, .. }
            | Statement::LotConsumed { storage, part: None, .. }
            | Statement::Stock { storage, .. }
                if is_own_storage(plant, supplier, storage) =>
            {
                Ok(())
            }
            Statement::Comment { .. } => Ok(()),
            Statement::Correction { report, .. } => check(grant, plant, &report.statement),
            _ => Err(NotTaken {
                code: "not_for_suppliers",
                reason: format!(
                    "a supplier's key reports its deliveries, comments, and what it finished, \
                     scrapped and holds in its own storage: name {supplier} as the storage"
                ),
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

/// A supplier's id names its own storage, unless the plant has a place of that id.
fn is_own_storage(plant: &Plant, supplier: &SupplierId, storage: &EquipmentId) -> bool {
    storage.as_str() == supplier.as_str() && !owns(plant, storage.as_str())
}

/// Whether a supplier speaks about its own: a delivery's id is known by whom it belongs to, and a
/// comment is about that or about the supplier. Whose else it is, is not said.
pub(super) fn check_own(
    grant: &Grant,
    (plant, twin): (&Plant, &TwinState),
    statement: &Statement,
) -> Result<(), NotTaken> {
    let Some(supplier) = &grant.supplier else { return Ok(()) };
    let whose = |delivery: &DeliveryId| twin.delivery(&grant.plant, delivery).map(|d| &d.supplier);
    let delivers = |material: &MaterialId| {
        plant.is_brought_by(material, supplier)
            || twin
                .deliveries(&grant.plant)
                .any(|known| known.supplier == *supplier && known.material == *material)
    };
    let is_for_own = |lot: &LotId| {
        let delivery = DeliveryId::new(lot.as_str()).ok();
        delivery.and_then(|id| whose(&id)).is_some_and(|known| known == supplier)
    };
    let own = match statement {
        Statement::LotProduced { material, lot, .. }
        | Statement::LotConsumed { material, lot, .. } => {
            delivers(material) && lot.as_ref().is_none_or(is_for_own)
        }
        Statement::Stock { material, .. } => delivers(material),
        Statement::DeliveryPromised(terms) => {
            whose(&terms.delivery).is_none_or(|known| known == supplier)
        }
        // One of another's is refused as one that nobody expects, with the same words.
        Statement::DeliveryShipped(terms)
        | Statement::DeliveryArrived(terms)
        | Statement::DeliveryDelayed(terms) => {
            whose(&terms.delivery).is_some_and(|known| known == supplier)
        }
        Statement::Comment { about, .. } => {
            let delivery = DeliveryId::new(about).ok();
            about.as_str() == supplier.as_str()
                || delivery.and_then(|id| whose(&id)).is_some_and(|known| known == supplier)
        }
        Statement::Correction { report, .. } => {
            return check_own(grant, (plant, twin), &report.statement);
        }
        _ => true,
    };
    if own {
        return Ok(());
    }
    let reason = format!(
        "this key is of supplier {supplier}: it speaks of its own deliveries only, and announces \
         one first with delivery_promised"
    );
    Err(NotTaken { code: "not_your_delivery", reason })
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
