//! Routes that pieces enter and never leave.

use std::collections::BTreeSet;

use thiserror::Error;
use twin::{EquipmentId, MaterialId, PlaceRef, Plant, Programme, definition::Operation};

/// A route without an end.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "the {material} that {begun_by} begins goes round for ever, by {storage} again and again: no \
     operation on its way lets anything leave; leave out `to` where it is complete"
)]
pub struct NeverEnds {
    /// What is begun.
    pub material: MaterialId,
    /// The work center or arrivals.
    pub begun_by: String,
    /// A storage that it comes by.
    pub storage: EquipmentId,
}

/// A material in a storage.
type Place<'p> = (&'p EquipmentId, &'p MaterialId);

/// The first route of a plant that new pieces enter and none ever leaves, neither complete nor
/// lost, and on which nothing stays for good. What only goes round from the start on, such as
/// pallets or machines to be repaired, is no such route.
pub fn never_ends(programme: &Programme, plants: &[Plant], plant: &Plant) -> Option<NeverEnds> {
    let fetched = fetched(programme, plants, plant);
    let begins = plant.operations.iter().filter(|operation| operation.inputs.is_empty());
    let begins = begins.filter(|operation| !lets_go(operation)).map(|operation| {
        (operation.work_center.to_string(), given(operation).collect::<Vec<Place<'_>>>())
    });
    let arrivals = plant.arrivals.iter().map(|arrivals| {
        let places = arrivals.gives.iter().map(|(material, storage, _)| (storage, material));
        (format!("arrivals {}", arrivals.id), places.collect())
    });
    begins.chain(arrivals).find_map(|(begun_by, places)| {
        let material = places.first()?.1.clone();
        let storage = goes_round(plant, &fetched, places)?.clone();
        Some(NeverEnds { material, begun_by, storage })
    })
}

/// Storages from which something leaves the plant.
fn fetched<'p>(
    programme: &'p Programme,
    plants: &'p [Plant],
    plant: &Plant,
) -> BTreeSet<&'p EquipmentId> {
    let lanes = programme.lanes.iter().map(|lane| &lane.from);
    let lines = plants.iter().flat_map(|other| &other.supply_lines);
    let from = lanes.chain(lines.filter_map(|line| line.from.as_ref()));
    let here = |place: &&PlaceRef| place.plant.as_ref().is_none_or(|id| *id == plant.id);
    from.filter(here).map(|place| &place.place).collect()
}

/// Whether some of what an operation makes leaves the plant: complete, lost or elsewhere.
fn lets_go(operation: &Operation) -> bool {
    let leaves = operation.output.to.as_ref().is_none_or(|to| to.plant.is_some());
    leaves || operation.yield_ratio < 1.0
}

/// Where it puts what it makes.
fn given(operation: &Operation) -> impl Iterator<Item = Place<'_>> {
    let to = operation.output.to.iter().map(|to| &to.place);
    let again = operation.rework.iter().map(|rework| &rework.to);
    to.chain(again).map(|storage| (storage, &operation.output.material))
}

/// A storage of the way from these places, if that way has no end.
fn goes_round<'p>(
    plant: &'p Plant,
    fetched: &BTreeSet<&EquipmentId>,
    from: Vec<Place<'p>>,
) -> Option<&'p EquipmentId> {
    let mut seen: BTreeSet<Place<'p>> = BTreeSet::new();
    let mut open = from;
    let mut last = None;
    while let Some(place) = open.pop() {
        if !seen.insert(place) {
            last = last.or(Some(place.0));
            continue;
        }
        let takes = |operation: &&Operation| {
            operation.inputs.iter().any(|input| (&input.from, &input.material) == place)
        };
        let mut takers = plant.operations.iter().filter(takes).peekable();
        if fetched.contains(place.0) || takers.peek().is_none() {
            return None;
        }
        for taker in takers {
            if lets_go(taker) {
                return None;
            }
            open.extend(given(taker));
        }
    }
    last
}
