//! The core at one moment: what the board reads.

use std::ops::Deref;

use twin::{Origin, PlantId, PlantTime};

use crate::core::Core;

/// The core, and the wall time at which it is looked at.
pub(crate) struct Scene<'a> {
    core: &'a Core,
    wall: PlantTime,
}

/// A condition that somebody must know.
pub(crate) struct Condition {
    pub(crate) code: &'static str,
    pub(crate) about: String,
    pub(crate) since: PlantTime,
    pub(crate) text: String,
}

impl Deref for Scene<'_> {
    type Target = Core;
    fn deref(&self) -> &Core {
        self.core
    }
}

impl<'a> Scene<'a> {
    pub(crate) fn new(core: &'a Core, wall: PlantTime) -> Self {
        Self { core, wall }
    }

    /// The plant's time now.
    pub(crate) fn now(&self, plant: &PlantId) -> PlantTime {
        self.core.plant_now(plant, self.wall)
    }

    /// Plant seconds for one second of wall time.
    pub(crate) fn rate(&self, plant: &PlantId) -> f64 {
        self.core.clocks.get(plant).map_or(1.0, |clock| clock.rate())
    }

    /// Where the plant's values come from.
    pub(crate) fn origin(&self, plant: &PlantId) -> Origin {
        self.core.clocks.get(plant).map_or(Origin::Live, |clock| clock.origin())
    }

    /// What somebody should know about a plant: feeds that are silent.
    pub(crate) fn conditions(&self, plant: &PlantId) -> Vec<Condition> {
        let silent = self.core.feeds.iter().filter(|(_, feed)| feed.plant == *plant);
        silent
            .filter(|(_, feed)| !feed.connected)
            .map(|(id, feed)| Condition {
                code: "feed_silent",
                about: id.to_string(),
                since: feed.last_report.unwrap_or_else(|| self.now(plant)),
                text: format!("the feed {id} is not connected; its values grow old"),
            })
            .collect()
    }
}
