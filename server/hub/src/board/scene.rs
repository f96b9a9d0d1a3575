//! The core at one moment: what the board reads.

use std::ops::Deref;

use floor::{Causes, Floor};
use twin::{Agreement, Origin, Plant, PlantId, PlantTime};

use super::opening::Openings;
use crate::{
    core::{Condition, Core},
    expected::{Expectations, Expected},
};

/// The core, and the wall time at which it is looked at.
pub(crate) struct Scene<'a> {
    core: &'a Core,
    wall: PlantTime,
    /// Who shares what with whom: what the files say, and what was decided since.
    pub(crate) agreements: Vec<Agreement>,
    /// The calendars as far as they are laid out.
    pub(super) openings: Openings,
    /// Whom to ask what was to be expected by now; nobody about the past.
    expectations: Option<&'a Expectations>,
}

impl Deref for Scene<'_> {
    type Target = Core;
    fn deref(&self) -> &Core {
        self.core
    }
}

impl<'a> Scene<'a> {
    pub(crate) fn new(core: &'a Core, wall: PlantTime) -> Self {
        let agreements = core.agreements.clone();
        Self { core, wall, agreements, openings: Openings::default(), expectations: None }
    }

    /// With calendars as an earlier scene laid them out.
    pub(crate) fn laid_out(mut self, openings: Openings) -> Self {
        self.openings = openings;
        self
    }

    /// With somebody who knows what was to be expected by now.
    pub(crate) fn expecting(mut self, expectations: &'a Expectations) -> Self {
        self.expectations = Some(expectations);
        self
    }

    /// What was to be expected of each headline measure of a plant by now; none where nobody says.
    pub(super) fn expected(&self, plant: &PlantId) -> Option<Vec<Expected>> {
        self.expectations?.of(self.core, plant, self.now(plant))
    }

    /// The calendars, for the next scene of one who looks often.
    pub(crate) fn into_openings(self) -> Openings {
        self.openings
    }

    /// With what people decided about sharing while the hub runs.
    pub(crate) fn deciding(mut self, decided: &Agreement) -> Self {
        self.agreements.push(decided.clone());
        self
    }

    /// The plant's time now.
    pub(crate) fn now(&self, plant: &PlantId) -> PlantTime {
        self.core.plant_now(plant, self.wall)
    }

    /// Plant seconds for one second of wall time.
    pub(crate) fn rate(&self, plant: &PlantId) -> f64 {
        self.core.clocks.get(plant).map_or(1.0, |clock| clock.rate())
    }

    /// The floor of a plant, as of a record that tells causes.
    pub(super) fn floor<'p>(&'p self, plant: &'p Plant) -> Floor<'p> {
        // Silent is a plant whose feeds all are, and not a unit that has nothing to say.
        let feeds = self.feeds.values().filter(|feed| feed.plant == plant.id);
        Floor {
            programme: &self.programme,
            plant,
            twin: &self.twin,
            analytics: &self.analytics,
            now: self.now(&plant.id),
            heard: feeds.filter_map(|feed| feed.last_report).max(),
            causes: Causes::Told,
        }
    }

    /// Where the plant's values come from.
    pub(crate) fn origin(&self, plant: &PlantId) -> Origin {
        self.core.clocks.get(plant).map_or(Origin::Live, |clock| clock.origin())
    }

    /// What somebody should know about a plant.
    pub(crate) fn conditions(&self, plant: &PlantId) -> Vec<Condition> {
        self.core.conditions(plant, self.wall, |plant, outlook| self.at_work(plant, outlook))
    }
}
