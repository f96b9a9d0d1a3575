//! Names as pages write them, for ids as reports write them.

use twin::{EquipmentId, MaterialId, Plant, PlantId, state::ABOUT_ALARM};

use crate::board::Scene;

impl Scene<'_> {
    /// The name of whatever an id names in a plant: equipment, a supplier, a delivery's supplier,
    /// a crew, a calendar. `other-plant/place` names a place there. Unknown ids stay as they are.
    pub(crate) fn name_of(&self, plant: &PlantId, id: &str) -> String {
        // A comment about an alarm is about what the alarm is about.
        if let Some((_code, about)) = id.strip_prefix(ABOUT_ALARM).and_then(|a| a.split_once(':')) {
            return self.name_of(plant, about);
        }
        if let Some((other, place)) = id.split_once('/')
            && let Some((other, _)) = self.plants.get_key_value(other)
        {
            return self.name_of(other, place);
        }
        let named = self.plants.get(plant).and_then(|definition| {
            equipment(definition, id)
                .or_else(|| supplier(definition, id))
                .or_else(|| people(definition, id))
                .or_else(|| self.delivering(definition, id))
        });
        named.unwrap_or_else(|| id.to_owned())
    }

    /// What a comment or a delivery is about, when the id says nothing to a reader: the name of
    /// equipment or of a crew, and of a delivery its material.
    pub(crate) fn called(&self, plant: &PlantId, id: &str) -> Option<String> {
        let definition = self.plants.get(plant)?;
        let own = equipment(definition, id).or_else(|| people(definition, id));
        own.or_else(|| {
            let delivery = twin::DeliveryId::new(id).ok()?;
            let now = self.twin.delivery(plant, &delivery)?;
            Some(self.material_name(&now.material))
        })
    }

    /// A text in which ids of the plant's equipment, materials and crews are written as names,
    /// and its reasons as plain words. Suppliers stay as they are: not everybody may know them.
    pub(crate) fn in_words(&self, plant: &PlantId, text: &str) -> String {
        let Some(definition) = self.plants.get(plant) else { return text.to_owned() };
        let part_of_id = |c: char| c.is_ascii_alphanumeric() || "-_/".contains(c);
        let (mut written, mut rest) = (String::with_capacity(text.len()), text);
        while let Some(first) = rest.chars().next() {
            let end = rest.find(|c: char| part_of_id(c) != part_of_id(first));
            let (token, more) = rest.split_at(end.unwrap_or(rest.len()));
            match self.token(definition, token).filter(|_| part_of_id(first)) {
                Some(name) => written.push_str(&name),
                None => written.push_str(token),
            }
            rest = more;
        }
        written
    }

    fn token(&self, plant: &Plant, token: &str) -> Option<String> {
        let material = || plant.materials.iter().find(|m| m.id.as_str() == token);
        let failures = || {
            let centers = plant.work_centers.iter().flat_map(|center| &center.failures);
            centers.chain(plant.resources.iter().flat_map(|resource| &resource.failures))
        };
        let is_reason = || plant.reasons.iter().any(|reason| reason == token);
        let breaks = || failures().any(|failure| failure.name == token);
        // An id that is a plain word reads as one.
        let is_word = token.chars().all(|c| c.is_ascii_alphabetic());
        let place = (!is_word).then(|| equipment(plant, token)).flatten();
        place
            .or_else(|| material().map(|material| material.name.clone()))
            .or_else(|| people(plant, token).filter(|_| !is_word))
            .or_else(|| (is_reason() || breaks()).then(|| token.replace(['-', '_', '/'], " ")))
    }

    /// A plant's name.
    pub(crate) fn plant_name(&self, plant: &PlantId) -> String {
        self.plants.get(plant).map_or_else(|| plant.to_string(), |plant| plant.name.clone())
    }

    /// A material's name, from the first plant that knows it.
    pub(crate) fn material_name(&self, material: &MaterialId) -> String {
        let mut all = self.plants.values().flat_map(|plant| &plant.materials);
        all.find(|m| m.id == *material).map_or_else(|| material.to_string(), |m| m.name.clone())
    }

    /// A material's unit of measure, from the first plant that knows it.
    pub(crate) fn unit_of_measure(&self, material: &MaterialId) -> String {
        let mut all = self.plants.values().flat_map(|plant| &plant.materials);
        all.find(|m| m.id == *material).map(|m| m.unit_of_measure.clone()).unwrap_or_default()
    }

    fn delivering(&self, plant: &Plant, id: &str) -> Option<String> {
        let delivery = twin::DeliveryId::new(id).ok()?;
        let now = self.twin.delivery(&plant.id, &delivery)?;
        supplier(plant, now.supplier.as_str())
    }
}

fn equipment(plant: &Plant, id: &str) -> Option<String> {
    let is = |other: &EquipmentId| other.as_str() == id;
    let unit = plant.units.iter().find(|unit| is(&unit.id)).map(|unit| &unit.name);
    let storage = || plant.storages.iter().find(|s| is(&s.id)).map(|s| &s.name);
    let center = || plant.work_centers.iter().find(|c| is(&c.id)).map(|c| &c.name);
    let resource = || plant.resources.iter().find(|r| is(&r.id)).map(|r| &r.name);
    let area = || plant.areas.iter().find(|a| is(&a.id)).map(|a| &a.name);
    unit.or_else(storage).or_else(center).or_else(resource).or_else(area).cloned()
}

fn supplier(plant: &Plant, id: &str) -> Option<String> {
    plant.suppliers.iter().find(|s| s.id.as_str() == id).map(|s| s.name.clone())
}

fn people(plant: &Plant, id: &str) -> Option<String> {
    let crew = plant.crews.iter().find(|crew| crew.id.as_str() == id).map(|crew| &crew.name);
    let calendar = || plant.calendars.iter().find(|c| c.id.as_str() == id).map(|c| &c.name);
    crew.or_else(calendar).cloned()
}
