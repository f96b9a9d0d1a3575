//! Which label a thing's facts carry, and the label of what was computed from several.

use std::collections::BTreeMap;

use analytics::{Inputs, Source};
use release::{Gate, LabelId, combine};
use twin::{EquipmentId, Label, PlantId, PlantTime, SeriesId, SupplierId, label::Originator};

use crate::board::Scene;

/// The labels of everything that the plants' files name.
#[derive(Debug)]
pub(super) struct Labels {
    hub: Originator,
    plants: BTreeMap<PlantId, LabelId>,
    equipment: BTreeMap<(PlantId, EquipmentId), LabelId>,
    suppliers: BTreeMap<(PlantId, SupplierId), LabelId>,
    /// The label of what may be about anything of a plant: that of all its equipment together.
    whole: BTreeMap<PlantId, LabelId>,
    learnt_generation: Option<u32>,
}

impl Labels {
    pub(super) fn new(hub: Originator) -> Self {
        Self {
            hub,
            plants: BTreeMap::new(),
            equipment: BTreeMap::new(),
            suppliers: BTreeMap::new(),
            whole: BTreeMap::new(),
            learnt_generation: None,
        }
    }

    /// Takes the labels of the plants' files; again only when these have changed.
    pub(super) fn learn(&mut self, core: &Scene<'_>, gate: &mut Gate) {
        if self.learnt_generation == Some(core.revision) {
            return;
        }
        self.learnt_generation = Some(core.revision);
        *self = Self { learnt_generation: self.learnt_generation, ..Self::new(self.hub.clone()) };
        for (id, plant) in &core.plants {
            // A label that the gate has no room for is nobody's: its things are not listed.
            let Some(own) = known(gate, &plant.label) else { continue };
            self.plants.insert(id.clone(), own);
            let units = plant.units.iter().map(|unit| (&unit.id, unit.label.as_ref()));
            let storages = plant.storages.iter().map(|s| (&s.id, s.label.as_ref()));
            let resources = plant.resources.iter().map(|r| (&r.id, None));
            let areas = plant.areas.iter().map(|area| (&area.id, None));
            let centers = plant.work_centers.iter().map(|center| (&center.id, None));
            for (equipment, label) in
                units.chain(storages).chain(resources).chain(areas).chain(centers)
            {
                let label = label.map_or(Some(own), |label| known(gate, label));
                if let Some(label) = label {
                    self.equipment.insert((id.clone(), equipment.clone()), label);
                }
            }
            for supplier in &plant.suppliers {
                let label = supplier.label.as_ref().map_or(Some(own), |label| known(gate, label));
                if let Some(label) = label {
                    self.suppliers.insert((id.clone(), supplier.id.clone()), label);
                }
            }
        }
        self.learn_whole(core, gate);
    }

    /// What is about no thing that a file names may be about any: it has the label of all of them.
    fn learn_whole(&mut self, core: &Scene<'_>, gate: &mut Gate) {
        for (id, plant) in &core.plants {
            let of_plant = self.equipment.keys().filter(|(plant, _)| plant == id);
            let inputs: Inputs = of_plant
                .map(|(plant, equipment)| (plant.clone(), Source::Equipment(equipment.clone())))
                .collect();
            let (areas, centers) = (plant.areas.len(), plant.work_centers.len());
            let places = plant.units.len() + plant.storages.len() + plant.resources.len();
            // A thing whose label the gate has no room for is nobody's, and so is the whole then.
            if inputs.len() == areas + centers + places {
                let whole = self.finding(gate, &inputs, id, core.now(id));
                self.whole.extend(whole.map(|label| (id.clone(), label)));
            }
        }
    }

    /// The label of a numeric signal. One that is called after a thing (`P4:heat`, `P4.heat`) has
    /// the thing's; what another is about, nobody has said.
    pub(super) fn signal(&self, plant: &PlantId, series: &SeriesId) -> Option<LabelId> {
        let series = series.as_str();
        let ends = series.rmatch_indices([':', '.', '#']).map(|(at, _)| &series[..at]);
        let mut things = ends.filter_map(|name| EquipmentId::new(name).ok());
        let named = things.find_map(|thing| self.equipment(plant, &thing));
        named.or_else(|| self.whole.get(plant).copied())
    }

    pub(super) fn plant(&self, plant: &PlantId) -> Option<LabelId> {
        self.plants.get(plant).copied()
    }

    pub(super) fn equipment(&self, plant: &PlantId, id: &EquipmentId) -> Option<LabelId> {
        self.equipment.get(&(plant.clone(), id.clone())).copied()
    }

    pub(super) fn supplier(&self, plant: &PlantId, id: &SupplierId) -> Option<LabelId> {
        self.suppliers.get(&(plant.clone(), id.clone())).copied()
    }

    /// The label of whatever an id names in a plant: equipment, supplier, or else the plant's.
    pub(super) fn thing(&self, plant: &PlantId, id: &str) -> Option<LabelId> {
        let equipment = EquipmentId::new(id).ok().and_then(|id| self.equipment(plant, &id));
        let supplier = || SupplierId::new(id).ok().and_then(|id| self.supplier(plant, &id));
        equipment.or_else(supplier).or_else(|| self.plant(plant))
    }

    /// The label of a finding: that of everything it was computed from. A finding whose inputs
    /// are not all labelled, or do not combine, has none and is shown to nobody.
    pub(super) fn finding(
        &self,
        gate: &mut Gate,
        inputs: &Inputs,
        fallback: &PlantId,
        now: PlantTime,
    ) -> Option<LabelId> {
        let mut ids = Vec::with_capacity(inputs.len() + 1);
        if inputs.is_empty() {
            ids.push(self.plant(fallback)?);
        }
        for (plant, source) in inputs {
            ids.push(match source {
                Source::Equipment(id) => self.equipment(plant, id)?,
                Source::Supplier(id) => self.supplier(plant, id)?,
            });
        }
        ids.sort_unstable();
        ids.dedup();
        if let [only] = ids.as_slice() {
            return Some(*only);
        }
        let labels: Vec<Label> = ids.iter().map(|id| gate.label_of(*id).clone()).collect();
        // The creation time is part of a label; a whole day keeps the number of labels small.
        let day = PlantTime::from_micros(now.micros() - now.micros().rem_euclid(DAY_MICROS));
        let revision = labels.iter().map(|label| label.registry_revision).max()?;
        combine(&labels, &self.hub, day, revision).ok().and_then(|label| known(gate, &label))
    }
}

const DAY_MICROS: i64 = twin::Span::DAY.micros();

fn known(gate: &mut Gate, label: &Label) -> Option<LabelId> {
    gate.label(label).inspect_err(|error| tracing::error!(%error, "a label is not taken")).ok()
}
