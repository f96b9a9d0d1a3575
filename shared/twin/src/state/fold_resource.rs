//! Folding what is said of cranes, transporters, barges, crews, and in comments.

use smol_str::SmolStr;

use super::{
    ABOUT_ALARM, COMMENTED_SUBJECTS, COMMENTS_PER_SUBJECT, WORKERS_LIMIT,
    change::{Change, Subject},
    fold::Fold,
    now::{CommentNow, CrewCount, PoseNow},
    plant_state::Slot,
    refusal::Refusal,
};
use crate::{
    id::{CrewId, EquipmentId, LONGEST_ID},
    report::LONGEST_TEXT,
    time::Span,
    unit_state::UnitState,
};

impl Fold<'_> {
    fn find_resource(&self, resource: &EquipmentId) -> Result<usize, Refusal> {
        match self.plant().slot(resource) {
            Some(Slot::Resource(index)) => Ok(index),
            _ => {
                let (plant, resource) = (self.plant_id(), resource.clone());
                Err(Refusal::UnknownResource { plant, resource })
            }
        }
    }

    fn check_holder(&self, by: &SmolStr) -> Result<(), Refusal> {
        Self::check_text("by", by, 2 * LONGEST_ID + 1)?;
        self.check_not_a_person("by", by)
    }

    /// A crew that serves somebody is no single resource: how many of it are there is what is
    /// known of it.
    fn is_crew(&self, resource: &EquipmentId) -> bool {
        self.plant().crews.contains_key(resource.as_str())
    }

    /// Where the plant's agreement allows pseudonyms, a resource that the definition does not
    /// know is a person. It is remembered that there is one of that name, and nothing else.
    fn is_worker(&mut self, resource: &EquipmentId) -> Result<bool, Refusal> {
        let here = self.here;
        let plant = &mut self.twin.plants[here];
        if !plant.pseudonyms_allowed || plant.slot(resource).is_some() {
            return Ok(false);
        }
        if plant.workers.len() >= WORKERS_LIMIT && !plant.workers.contains(resource) {
            return Err(Refusal::TooManyWorkers { plant: plant.id.clone(), limit: WORKERS_LIMIT });
        }
        plant.workers.insert(resource.clone());
        Ok(true)
    }

    pub(super) fn resource_taken(
        &mut self,
        resource: &EquipmentId,
        by: &SmolStr,
    ) -> Result<(), Refusal> {
        self.check_holder(by)?;
        if self.is_crew(resource) || self.is_worker(resource)? {
            return Ok(());
        }
        let index = self.find_resource(resource)?;
        self.enter_resource(index, UnitState::Working, None, Some(by));
        Ok(())
    }

    pub(super) fn resource_freed(
        &mut self,
        resource: &EquipmentId,
        by: &SmolStr,
    ) -> Result<(), Refusal> {
        self.check_holder(by)?;
        if self.is_crew(resource) || self.is_worker(resource)? {
            return Ok(());
        }
        let index = self.find_resource(resource)?;
        let now = &self.plant().resources[index];
        let late = now.last_report.is_some_and(|known| known > self.at);
        let first = now.last_report.is_none();
        if !late && !first && now.holder.as_ref() != Some(by) {
            let (resource, by) = (resource.clone(), by.clone());
            return Err(Refusal::ResourceNotHeld { resource, by });
        }
        self.enter_resource(index, UnitState::Starved, None, None);
        Ok(())
    }

    /// A resource says what it does; whom it serves stays as it was, unless it is free.
    pub(super) fn resource_state(
        &mut self,
        index: usize,
        state: UnitState,
        reason: Option<&SmolStr>,
    ) {
        let holder = self.plant().resources[index].holder.clone();
        let holder = holder.filter(|_| state != UnitState::Starved);
        self.enter_resource(index, state, reason, holder.as_ref());
    }

    fn enter_resource(
        &mut self,
        index: usize,
        entered: UnitState,
        reason: Option<&SmolStr>,
        holder: Option<&SmolStr>,
    ) {
        let at = self.at;
        let now = &mut self.plant_mut().resources[index];
        if let Some(as_of) = now.last_report.filter(|known| *known > at) {
            let subject = Subject::Resource(now.resource.clone());
            self.outdated(subject, as_of);
            return;
        }
        let lasted = now.since.map_or(Span::ZERO, |since| at.since(since));
        let left = std::mem::replace(&mut now.state, entered);
        if left == UnitState::Working {
            now.busy += lasted;
        }
        (now.since, now.last_report) = (Some(at), Some(at));
        (now.reason, now.holder) = (reason.cloned(), holder.cloned());
        let (resource, holder) = (now.resource.clone(), now.holder.clone());
        self.changes.push(Change::Resource { resource, left, lasted, entered, holder, at });
    }

    pub(super) fn pose(
        &mut self,
        resource: &EquipmentId,
        [x_m, y_m, z_m, heading_deg]: [f64; 4],
    ) -> Result<(), Refusal> {
        let index = self.find_resource(resource)?;
        for (field, value) in [("x", x_m), ("y", y_m), ("z", z_m), ("heading", heading_deg)] {
            Self::check_number(field, value)?;
        }
        let at = self.at;
        let now = &mut self.plant_mut().resources[index];
        if let Some(as_of) = now.pose.map(|pose| pose.at).filter(|known| *known > at) {
            self.outdated(Subject::Pose(resource.clone()), as_of);
            return Ok(());
        }
        now.pose = Some(PoseNow { x_m, y_m, z_m, heading_deg, at });
        self.changes.push(Change::Pose { resource: resource.clone(), at });
        Ok(())
    }

    pub(super) fn crew(
        &mut self,
        crew: &CrewId,
        place: Option<&EquipmentId>,
        available: u32,
    ) -> Result<(), Refusal> {
        if let Some(place) = place
            && self.plant().slot(place).is_none()
        {
            return Err(Refusal::UnknownPlace { plant: self.plant_id(), place: place.clone() });
        }
        let at = self.at;
        let Some(now) = self.plant_mut().crews.get_mut(crew) else {
            return Err(Refusal::UnknownCrew { plant: self.plant_id(), crew: crew.clone() });
        };
        let key = place.cloned();
        if let Some(known) = now.available.get(&key).filter(|known| known.as_of > at) {
            let as_of = known.as_of;
            self.outdated(Subject::Crew(crew.clone()), as_of);
            return Ok(());
        }
        now.available.insert(key, CrewCount { people: available, as_of: at });
        let (crew, place) = (crew.clone(), place.cloned());
        self.changes.push(Change::Crew { crew, place, available, at });
        Ok(())
    }

    pub(super) fn comment(&mut self, about: &SmolStr, text: &str) -> Result<(), Refusal> {
        Self::check_text("about", about, LONGEST_ID)?;
        Self::check_text("text", text, LONGEST_TEXT)?;
        let plant = self.plant();
        let known = about.as_str() == plant.id.as_str()
            || about.starts_with(ABOUT_ALARM)
            || plant.slot_named(about).is_some()
            || plant.orders.contains_key(about.as_str())
            || plant.deliveries.contains_key(about.as_str())
            || plant.crews.contains_key(about.as_str())
            || plant.materials.contains_key(about.as_str())
            || plant.suppliers.contains(about.as_str())
            || self.twin.parts.contains_key(about.as_str());
        if !known {
            let (plant, about) = (self.plant_id(), about.clone());
            return Err(Refusal::UnknownSubject { plant, about });
        }
        let (at, said) = (self.at, self.said.clone());
        let comments = &mut self.plant_mut().comments;
        if !comments.by_subject.contains_key(about) {
            if comments.subjects.len() >= COMMENTED_SUBJECTS
                && let Some(oldest) = comments.subjects.pop_front()
            {
                comments.by_subject.remove(&oldest);
            }
            comments.subjects.push_back(about.clone());
        }
        let about_it = comments.by_subject.entry(about.clone()).or_default();
        // In order of their times, whatever order they came in.
        let position = about_it.partition_point(|comment| comment.at <= at);
        about_it.insert(position, CommentNow { at, said, text: text.to_owned() });
        if about_it.len() > COMMENTS_PER_SUBJECT {
            about_it.pop_front();
        }
        self.changes.push(Change::Comment { about: about.clone(), at });
        Ok(())
    }
}
