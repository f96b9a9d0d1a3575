//! What of the core is needed to say who sees what: taken once, at one moment.

use std::collections::BTreeMap;

use twin::{
    Agreement, EquipmentId, FeedId, Label, NationId, Plant, PlantId, PlantTime,
    definition::{Nation, Organisation},
};

use super::reasons::About;
use crate::{board::things_of, core::Core};

/// See the module.
#[derive(Debug)]
pub(crate) struct Picture {
    pub(super) nations: Vec<Nation>,
    pub(super) organisations: Vec<Organisation>,
    /// As the files say.
    pub(super) agreements: Vec<Agreement>,
    pub(super) plants: Vec<PlantPicture>,
    /// The plants that feeds tell of.
    pub(super) feeds: BTreeMap<FeedId, PlantId>,
}

/// A plant, as far as sharing goes.
#[derive(Debug)]
pub(super) struct PlantPicture {
    pub(super) id: PlantId,
    pub(super) name: String,
    /// Whose it is, as `nation/organisation`.
    pub(super) owner: String,
    pub(super) label: Label,
    /// The plant's time.
    pub(super) now: PlantTime,
    pub(super) things: Vec<ThingPicture>,
    /// Suppliers with a label of their own.
    pub(super) suppliers: Vec<(String, Label)>,
}

/// A thing of a plant.
#[derive(Debug)]
pub(super) struct ThingPicture {
    pub(super) id: EquipmentId,
    pub(super) name: String,
    /// Its own label where it has one.
    pub(super) label: Option<Label>,
    pub(super) parts_of: Vec<EquipmentId>,
    /// `area`, `work_center`, `unit`, `storage`, `resource`.
    pub(super) kind: &'static str,
}

impl Picture {
    /// What is at wall time `wall`.
    pub(crate) fn of(core: &Core, wall: PlantTime) -> Self {
        let plants = core.programme.plants.iter().filter_map(|id| core.plants.get(id));
        Self {
            nations: core.programme.nations.clone(),
            organisations: core.programme.organisations.clone(),
            agreements: core.agreements.clone(),
            plants: plants.map(|plant| of_plant(plant, core.plant_now(&plant.id, wall))).collect(),
            feeds: core.feeds.iter().map(|(id, feed)| (id.clone(), feed.plant.clone())).collect(),
        }
    }

    /// The plant of that id, if it is run by that organisation.
    pub(super) fn own_plant(&self, id: &str, owner: &str) -> Option<&PlantPicture> {
        self.plants.iter().find(|plant| plant.id.as_str() == id && plant.owner == owner)
    }

    /// The organisations that run plants, each once, in the order of the programme.
    pub(super) fn owners(&self) -> Vec<String> {
        let mut owners: Vec<String> = Vec::new();
        for plant in &self.plants {
            if !owners.contains(&plant.owner) {
                owners.push(plant.owner.clone());
            }
        }
        owners
    }

    /// The name of a nation.
    pub(super) fn nation_name<'a>(&'a self, id: &'a NationId) -> &'a str {
        let found = self.nations.iter().find(|nation| nation.id == *id);
        found.map_or(id.as_str(), |nation| &nation.name)
    }

    /// The organisations of these nations.
    pub(super) fn members_of<'a>(
        &'a self,
        nations: &'a std::collections::BTreeSet<NationId>,
    ) -> impl Iterator<Item = &'a Organisation> {
        self.organisations.iter().filter(|organisation| nations.contains(&organisation.nation))
    }
}

impl PlantPicture {
    /// The thing of that id.
    pub(super) fn thing(&self, id: &EquipmentId) -> Option<&ThingPicture> {
        self.things.iter().find(|thing| thing.id == *id)
    }

    /// The stations of a work center; of anything else none.
    pub(super) fn stations_of<'a>(&'a self, about: About<'a>) -> impl Iterator<Item = About<'a>> {
        let is_of = move |thing: &&ThingPicture| match (about, thing.parts_of.as_slice()) {
            (About::Thing(center), [of, _area]) => center.id == *of,
            _ => false,
        };
        self.things.iter().filter(is_of).map(About::Thing)
    }

    /// What a decision about a thing, or about the plant, is called.
    pub(super) fn thing_name(&self, id: Option<&EquipmentId>) -> Option<String> {
        let id = id?;
        Some(self.thing(id).map_or_else(|| id.to_string(), |thing| thing.name.clone()))
    }
}

fn of_plant(plant: &Plant, now: PlantTime) -> PlantPicture {
    let names = names_of(plant);
    let name = |id: &EquipmentId| match names.get(id) {
        Some((_, name)) => (*name).to_owned(),
        None => id.to_string(),
    };
    let things = things_of(plant).into_iter().map(|(id, label, parts_of)| ThingPicture {
        id: id.clone(),
        name: name(id),
        label: label.cloned(),
        parts_of: parts_of.into_iter().cloned().collect(),
        kind: names.get(id).map_or("unit", |(kind, _)| *kind),
    });
    let suppliers = plant.suppliers.iter();
    let suppliers = suppliers.filter_map(|s| Some((s.name.clone(), s.label.clone()?)));
    PlantPicture {
        id: plant.id.clone(),
        name: plant.name.clone(),
        owner: format!("{}/{}", plant.nation, plant.organisation),
        label: plant.label.clone(),
        now,
        things: things.collect(),
        suppliers: suppliers.collect(),
    }
}

/// What each thing is, and its name.
fn names_of(plant: &Plant) -> BTreeMap<&EquipmentId, (&'static str, &str)> {
    let areas = plant.areas.iter().map(|area| (&area.id, ("area", area.name.as_str())));
    let centers = plant.work_centers.iter().map(|c| (&c.id, ("work_center", c.name.as_str())));
    let units = plant.units.iter().map(|unit| (&unit.id, ("unit", unit.name.as_str())));
    let storages = plant.storages.iter().map(|s| (&s.id, ("storage", s.name.as_str())));
    let resources = plant.resources.iter().map(|r| (&r.id, ("resource", r.name.as_str())));
    areas.chain(centers).chain(units).chain(storages).chain(resources).collect()
}
