//! The programme's page: its products, the lanes between plants, and each plant in a few words.

use std::collections::BTreeMap;

use release::{Gate, Labelled};
use twin::{EquipmentId, Plant, PlantId};
use wire::view::PlantDigest;

use super::{Causes, Fact, Labels, product};
use crate::{board::Scene, supplier::is_page};

/// Everything of the programme's view that reads the same for everybody.
pub(super) fn facts(core: &Scene<'_>, labels: &Labels, gate: &mut Gate) -> Vec<Labelled<Fact>> {
    let mut facts = Vec::new();
    for plant in core.programme.plants.iter().filter_map(|id| core.plants.get(id)) {
        let products = product::facts(core, labels, gate, &plant.id);
        facts.extend(products.into_iter().filter(|f| !f.value.key.starts_with("lane/")));
    }
    facts.extend(product::lanes(core, labels, gate));
    facts
}

/// A plant in a few words, without its findings and its feeds; of its units those that are `seen`
/// are counted.
pub(super) fn digest(
    core: &Scene<'_>,
    plant: &Plant,
    causes: Causes,
    seen: impl Fn(&EquipmentId) -> bool,
) -> PlantDigest {
    let nation = core.programme.nations.iter().find(|nation| nation.id == plant.nation);
    let mut units = BTreeMap::new();
    for unit in core.twin.units(&plant.id).filter(|unit| seen(&unit.unit)) {
        *units.entry(causes.name(unit.state).to_owned()).or_default() += 1;
    }
    PlantDigest {
        name: plant.name.clone(),
        description: plant.description.clone(),
        nation: plant.nation.to_string(),
        nation_name: nation.map_or_else(|| plant.nation.to_string(), |n| n.name.clone()),
        planned: false,
        units,
        due: None,
        late: 0,
        alarms: 0,
        hold_up: None,
        hold_up_kind: None,
        cause: None,
        dry: None,
        origin: core.origin(&plant.id).name().to_owned(),
        feeds: [0, 0],
        waits_for: None,
    }
}

/// Feeds of a plant that are connected, and all of them.
pub(super) fn feeds(core: &Scene<'_>, plant: &PlantId) -> [u32; 2] {
    let of_plant = || core.feeds.iter().filter(|(id, feed)| feed.plant == *plant && !is_page(id));
    [of_plant().filter(|(_, feed)| feed.connected).count() as u32, of_plant().count() as u32]
}
