//! Areas, storages, work centers, units, cranes and crews.

use smol_str::format_smolstr;
use twin::{
    Plant, UnitState,
    definition::{Placement, WorkUnit},
};

use super::Builder;
use crate::{
    error::ModelError,
    lacks::Lacks,
    network::{AreaState, Center, CrewState, ResourceState, Store, Unit, UnitStreams},
    over_time::OverTime,
};

impl Builder {
    pub(super) fn equipment(&mut self, site: usize, plant: &Plant) -> Result<(), ModelError> {
        for area in &plant.areas {
            if area.unit_limit == Some(0) {
                return Err(zero(plant, area.id.as_str()));
            }
            let index = self.model.areas.len();
            self.names[site].areas.insert(area.id.clone(), index);
            self.model.areas.push(AreaState {
                id: area.id.clone(),
                limit: area.unit_limit,
                present: 0,
                expected: 0,
                users: Vec::new(),
                stores: Vec::new(),
            });
        }
        self.storages(site, plant)?;
        self.centers(site, plant)?;
        for unit in &plant.units {
            self.unit(site, plant, unit)?;
        }
        self.resources(site, plant)?;
        for crew in &plant.crews {
            let index = self.model.crews.len();
            let calendar = self.calendar(site, &crew.calendar, crew.id.as_str())?;
            self.names[site].crews.insert(crew.id.clone(), index);
            self.model.calendars[calendar].crews.push(index);
            self.model.crews.push(CrewState {
                site,
                id: crew.id.clone(),
                calendar,
                people: crew.people,
                taken: 0,
                users: Vec::new(),
            });
        }
        Ok(())
    }

    fn area(&self, site: usize, id: &twin::EquipmentId, user: &str) -> Result<usize, ModelError> {
        let found = self.names[site].areas.get(id).copied();
        found.ok_or_else(|| self.unknown(site, user, "area", id.as_str()))
    }

    fn storages(&mut self, site: usize, plant: &Plant) -> Result<(), ModelError> {
        for storage in &plant.storages {
            if storage.capacity == Some(0) {
                return Err(zero(plant, storage.id.as_str()));
            }
            let index = self.model.stores.len();
            let area = self.area(site, &storage.area, storage.id.as_str())?;
            self.names[site].stores.insert(storage.id.clone(), index);
            self.model.sites[site].stores.push(index);
            self.model.areas[area].stores.push(index);
            self.model.stores.push(Store {
                site,
                id: storage.id.clone(),
                area,
                capacity: storage.capacity,
                at: position(&storage.placement),
                parts: std::collections::VecDeque::new(),
                named: OverTime::new(self.model.settings.start),
                reserved: 0,
                bulk: std::collections::BTreeMap::new(),
                brought_by: std::collections::BTreeMap::new(),
                takers: Vec::new(),
                givers: Vec::new(),
                gate: std::collections::VecDeque::new(),
                barges: Vec::new(),
                shipping: Vec::new(),
                turns: Vec::new(),
                wanted_by: Vec::new(),
            });
        }
        Ok(())
    }

    fn centers(&mut self, site: usize, plant: &Plant) -> Result<(), ModelError> {
        for center in &plant.work_centers {
            if center.capacity == Some(0) {
                return Err(zero(plant, center.id.as_str()));
            }
            let index = self.model.centers.len();
            let area = self.area(site, &center.area, center.id.as_str())?;
            let calendar = self.calendar(site, &center.calendar, center.id.as_str())?;
            self.names[site].centers.insert(center.id.clone(), index);
            self.model.centers.push(Center {
                id: center.id.clone(),
                site,
                area,
                calendar,
                capacity: center.capacity,
                ops: Vec::new(),
                units: Vec::new(),
            });
        }
        Ok(())
    }

    fn unit(&mut self, site: usize, plant: &Plant, unit: &WorkUnit) -> Result<(), ModelError> {
        let found = self.names[site].centers.get(&unit.work_center).copied();
        let center = found.ok_or_else(|| {
            self.unknown(site, unit.id.as_str(), "work center", unit.work_center.as_str())
        })?;
        let definition = plant.work_centers.iter().find(|center| center.id == unit.work_center);
        let failures = definition.map_or(&[][..], |center| &center.failures);
        let streams = self.model.streams;
        let replication = u64::from(self.model.settings.replication);
        let name = format_smolstr!("{}/{}", plant.id, unit.id);
        let stream = |purpose| streams.stream(replication, &name, purpose);
        let mut failure = stream("failure");
        let modes = self.modes(site, unit.id.as_str(), failures, &mut failure)?;
        let index = self.model.units.len();
        self.model.sites[site].units.push(index);
        self.model.centers[center].units.push(index);
        let calendar = self.model.centers[center].calendar;
        self.model.calendars[calendar].units.push(index);
        self.model.units.push(Unit {
            site,
            id: unit.id.clone(),
            center,
            at: position(&unit.placement),
            jobs: Vec::new(),
            down: None,
            modes,
            ageing: None,
            failing: None,
            last_op: None,
            holding: None,
            wait: None,
            lacks: Lacks::ANYTHING,
            idle_since: self.model.settings.start,
            shown: UnitState::Unknown,
            shown_since: self.model.settings.start,
            restate: false,
            shares: [0; 11],
            finished: 0,
            streams: UnitStreams { time: stream("time"), failure, quality: stream("quality") },
            not_before: self.model.settings.start,
        });
        Ok(())
    }

    fn resources(&mut self, site: usize, plant: &Plant) -> Result<(), ModelError> {
        for resource in &plant.resources {
            let index = self.model.resources.len();
            let calendar = self.calendar(site, &resource.calendar, resource.id.as_str())?;
            let streams = self.model.streams;
            let replication = u64::from(self.model.settings.replication);
            let name = format_smolstr!("{}/{}", plant.id, resource.id);
            let mut failure = streams.stream(replication, &name, "failure");
            let modes = self.modes(site, resource.id.as_str(), &resource.failures, &mut failure)?;
            self.names[site].resources.insert(resource.id.clone(), index);
            self.model.calendars[calendar].resources.push(index);
            self.model.resources.push(ResourceState {
                site,
                id: resource.id.clone(),
                kind: resource.kind,
                calendar,
                at: position(&resource.placement),
                heading_deg: resource.placement.heading_deg,
                modes,
                taken_by: None,
                users: Vec::new(),
                time: streams.stream(replication, &name, "time"),
                failure,
                down: None,
                failing: None,
                errand: None,
            });
        }
        Ok(())
    }
}

fn zero(plant: &Plant, place: &str) -> ModelError {
    ModelError::ZeroCapacity { plant: plant.id.clone(), place: place.to_owned() }
}

fn position(placement: &Placement) -> [f64; 3] {
    [placement.x_m, placement.y_m, placement.z_m]
}
