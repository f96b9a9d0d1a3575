//! Cards that limit how many pieces are under way, as a storage of their own.

use std::collections::BTreeSet;

use twin::{OperationId, Plant, definition::CardLoop};

use super::{LikeFlow, NotLike, StorageIs, not_like};
use crate::flow::{Fate, Lot, Storage};

/// Lets the loops of a plant take and give back their cards.
pub(super) fn loops(plant: &Plant, made: &mut LikeFlow) -> Result<(), NotLike> {
    for cards in &plant.card_loops {
        let stations = |operations: &[OperationId]| -> Vec<usize> {
            let at = |id: &OperationId| {
                plant.operations.iter().position(|operation| operation.id == *id)
            };
            operations.iter().filter_map(at).collect()
        };
        let (taken_by, returned_by) = (stations(&cards.taken_by), stations(&cards.returned_by));
        let inside = inside(made, &taken_by, &returned_by);
        check(cards, &inside, &returned_by)?;
        let storage = made.network.storages.len();
        made.network.storages.push(Storage {
            name: cards.id.as_str().into(),
            capacity: None,
            initial: cards.cards,
            is_anonymous: true,
        });
        made.storages.push(StorageIs { storage: None, material: None });
        let card = Lot::one(storage);
        for &station in &taken_by {
            made.network.stations[station].takes.push(card);
        }
        for station in inside {
            let returns = returned_by.contains(&station);
            for (number, way) in made.network.stations[station].gives.iter_mut().enumerate() {
                // The first way is the good one; what is lost gives its card back wherever it is.
                if way.fate == Fate::Lost || (returns && number == 0) {
                    way.to.push(card);
                }
            }
        }
    }
    Ok(())
}

fn check(cards: &CardLoop, inside: &BTreeSet<usize>, ends: &[usize]) -> Result<(), NotLike> {
    if ends.iter().any(|end| inside.contains(end)) {
        return Ok(());
    }
    let why =
        "takes cards that never come back: no operation of returned_by comes after one of taken_by";
    not_like("loop of cards", &cards.id, why)
}

/// Stations that a piece with a card may be at: from where it takes one to where it gives it back.
fn inside(made: &LikeFlow, taken_by: &[usize], returned_by: &[usize]) -> BTreeSet<usize> {
    let mut inside = BTreeSet::new();
    let mut waiting = taken_by.to_vec();
    while let Some(station) = waiting.pop() {
        if !inside.insert(station) {
            continue;
        }
        let ways = made.network.stations[station].gives.iter().enumerate();
        let goes_on = |number: usize| number > 0 || !returned_by.contains(&station);
        let to = ways.filter(|(number, _)| goes_on(*number)).flat_map(|(_, way)| &way.to);
        let to: BTreeSet<usize> = to.map(|lot| lot.storage).collect();
        let stations = made.network.stations.iter().enumerate();
        let next = stations.filter(|(_, s)| s.takes.iter().any(|lot| to.contains(&lot.storage)));
        waiting.extend(next.map(|(number, _)| number));
    }
    inside
}
