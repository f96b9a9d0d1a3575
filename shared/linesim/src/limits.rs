//! What keeps a run within bounds of time and memory, and who is named when it does not.

use std::collections::BTreeMap;

use crate::{
    error::ModelError,
    model::{Event, Model},
    network::Part,
};

/// Parts that may be there at once, runs on quantities included.
const MOST_PRESENT: u64 = 1 << 18;
/// Parts, runs and consignments that may have been: each is remembered.
const MOST_EVER: usize = 1 << 23;
/// The most events at one moment: a route that never ends is not played on.
const MOST_AT_ONCE: u32 = 1 << 16;

impl Model {
    /// Whether there are more parts than are followed; the run ends with this event.
    pub(crate) fn is_crowded(&self) -> bool {
        self.present > MOST_PRESENT
    }

    /// Takes account of an event that is over.
    pub(crate) fn within_limits(&mut self, event: Event) -> Result<(), ModelError> {
        self.events += 1;
        if self.is_crowded() {
            return Err(self.crowded());
        }
        let is_endless = self.at_once > MOST_AT_ONCE;
        let remembered = self.parts.len() + self.consignments.len();
        if !is_endless && self.events <= self.settings.most_events && remembered <= MOST_EVER {
            return Ok(());
        }
        let (site, who, material) = self.who(event);
        let plant = self.sites[site].id.clone();
        if is_endless {
            return Err(ModelError::Endless { plant, who, material });
        }
        let (most, reached) = (self.events - 1, self.now.since(self.settings.start));
        Err(ModelError::TooManyEvents { plant, who, material, most, reached })
    }

    /// Whom an event is about, and with what; where that cannot be told, the busiest unit.
    fn who(&self, event: Event) -> (usize, String, String) {
        let name = |material: usize| self.materials[material].id.to_string();
        match event {
            Event::Arrives { arrivals } => {
                let state = &self.arrivals[arrivals];
                let (material, store, _) = state.gives.first().copied().unwrap_or_default();
                (self.stores[store].site, format!("arrivals {}", state.id), name(material))
            }
            Event::Promise { line } => {
                let state = &self.lines[line];
                (state.site, format!("the supply by {}", state.supplier), name(state.material))
            }
            _ => {
                let finished = |&unit: &usize| self.units[unit].finished;
                let unit = match event {
                    Event::PhaseOver { unit, .. } | Event::Wake { unit } => unit,
                    _ => (0..self.units.len()).max_by_key(finished).unwrap_or(0),
                };
                let state = &self.units[unit];
                let op = state.last_op.or(self.centers[state.center].ops.first().copied());
                let material = op.map(|op| name(self.ops[op].output));
                (state.site, format!("unit {}", state.id), material.unwrap_or_default())
            }
        }
    }

    /// Names where most of the parts are, and what they are.
    pub(crate) fn crowded(&self) -> ModelError {
        let mut counts: BTreeMap<(usize, String, usize), u64> = BTreeMap::new();
        for Part { at, material, .. } in &self.parts {
            if let (Some(site), Some(place)) = (self.site_of(*at), self.place_id(*at)) {
                *counts.entry((site, place.to_string(), *material)).or_default() += 1;
            }
        }
        let most = counts.into_iter().max_by_key(|&(_, count)| count);
        let (site, place, material) = most.map_or_else(Default::default, |(key, _)| key);
        ModelError::TooManyParts {
            plant: self.sites[site].id.clone(),
            place,
            material: self.materials[material].id.to_string(),
            most: MOST_PRESENT,
        }
    }

    /// Named items that appear in a storage, as far as so many are followed.
    pub(crate) fn born_so_many(&mut self, store: usize, material: usize, count: u64, by: &str) {
        for _ in 0..count {
            if self.is_crowded() {
                return;
            }
            self.born_in_store(store, material, by);
        }
    }

    /// A named item that appears in a storage: initial stock, or goods that a supplier brought.
    fn born_in_store(&mut self, store: usize, material: usize, brought_by: &str) {
        let site = self.stores[store].site;
        let Some(&(number, _)) = self.next_numbers(site, material, 1).first() else { return };
        let state = &mut self.materials[material];
        if self.serials.total(&state.id).is_none() {
            state.next_open = number + 1;
        } else {
            state.begun.insert(number);
        }
        let name = self.serials.name(&self.materials[material].id, number, 0);
        let name = name.unwrap_or_else(|| self.fallback_name(number));
        let part = self.new_part(name, material, Some(number), 0);
        self.parts[part].brought_by = brought_by.into();
        self.enter_store(part, store);
    }
}
