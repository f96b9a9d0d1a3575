//! Plays of plants that go on beside the plants themselves: what was to be expected by now.

use analytics::Analytics;
use linesim::Model;
use twin::{PlantId, PlantTime, Report, Span, definition::MeasureKind};

use super::{
    Engine, SimError, Subject, Wish,
    whole::{Whole, model_of, together},
};

/// A play goes so far before it looks whether it is still wanted.
const STRETCH: Span = Span::DAY;

/// A plant, and those that it works with, played several times from their beginning, as far as
/// somebody wanted to know.
#[derive(Debug)]
pub struct Plays {
    plays: Vec<(Model, Analytics)>,
    plants: Vec<PlantId>,
    at: PlantTime,
    until: PlantTime,
}

impl Plays {
    /// So many plays, at their beginning; calendars are laid out until a moment.
    ///
    /// # Errors
    /// [`SimError::Model`], what in the files cannot work.
    pub fn new(
        subject: Subject<'_>,
        (seed, count): (u64, usize),
        until: PlantTime,
    ) -> Result<Self, SimError> {
        let whole = together(subject);
        let Whole { programme, plants, begins, .. } = &whole;
        let lasts = until.since(*begins);
        let wish = Wish {
            until: Some(lasts),
            warm_up: None,
            replications: count,
            seed,
            engine: Engine::WholeEvents,
            disruptions: Vec::new(),
            pieces: None,
        };
        let findings = Analytics::new(programme, plants).without_causes();
        let play = |number: usize| {
            let model = model_of(&whole, lasts, &wish, number as u64)?.model;
            Ok((model, findings.clone()))
        };
        Ok(Self {
            plays: (0..count).map(play).collect::<Result<_, SimError>>()?,
            plants: plants.iter().map(|plant| plant.id.clone()).collect(),
            at: *begins,
            until,
        })
    }

    /// How far they are.
    pub fn at(&self) -> PlantTime {
        self.at
    }

    /// How far they can go.
    pub fn until(&self) -> PlantTime {
        self.until
    }

    /// Goes on to a moment, at most as far as they can go; false when it was stopped on the way,
    /// and they are good for nothing more.
    ///
    /// # Errors
    /// [`SimError::Model`], what a play cannot go on with.
    pub fn advance(&mut self, to: PlantTime, stop: &dyn Fn() -> bool) -> Result<bool, SimError> {
        let to = to.min(self.until);
        for (model, findings) in &mut self.plays {
            let mut at = self.at;
            while at < to {
                if stop() {
                    return Ok(false);
                }
                at = (at + STRETCH).min(to);
                let mut take = |plant: &PlantId, report: Report| findings.observe(plant, &report);
                model.run_until(at, &mut take)?;
            }
            self.plants.iter().for_each(|plant| findings.advance(plant, to));
        }
        self.at = self.at.max(to);
        Ok(true)
    }

    /// What a measure of one of the plants is in each play; none while it is not known in all.
    pub fn measure(&self, plant: &PlantId, kind: &MeasureKind) -> Option<Vec<f64>> {
        let plays = self.plays.iter();
        plays.map(|(_, findings)| findings.measure(plant, kind, self.at)).collect()
    }
}
