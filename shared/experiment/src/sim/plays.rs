//! Plays of plants that go on step by step: one whose reports are wanted, and several beside the
//! plants themselves, for what was to be expected by now.

use analytics::Analytics;
use linesim::Model;
use twin::{PlantId, PlantTime, Report, Span, definition::MeasureKind};

use super::{
    Engine, SimError, Subject, Wish,
    whole::{Whole, length, model_of, together},
    within_limits,
};

/// A play goes so far before it looks whether it is still wanted.
const STRETCH: Span = Span::DAY;

/// One play of a plant and of those that it works with, the first of what a wish asks for, with
/// every report of it.
#[derive(Debug)]
pub struct Play {
    model: Model,
    begins: PlantTime,
    ends: PlantTime,
}

impl Play {
    /// The play at its beginning.
    ///
    /// # Errors
    /// [`SimError`], which says what is wrong and what to do.
    pub fn new(subject: Subject<'_>, wish: &Wish) -> Result<Self, SimError> {
        within_limits(subject, wish)?;
        let lasts = length(wish)?;
        let whole = together(subject);
        let model = model_of(&whole, lasts, wish, 0)?.model;
        Ok(Self { model, begins: whole.begins, ends: whole.begins + lasts })
    }

    /// When it begins.
    pub fn begins(&self) -> PlantTime {
        self.begins
    }

    /// When it ends.
    pub fn ends(&self) -> PlantTime {
        self.ends
    }

    /// Goes on to a moment, at most to the end, and hands out what is reported until then.
    ///
    /// # Errors
    /// [`SimError::Model`], what it cannot go on with.
    pub fn advance(
        &mut self,
        to: PlantTime,
        sink: &mut dyn FnMut(&PlantId, &Report),
    ) -> Result<(), SimError> {
        let mut take = |plant: &PlantId, report: Report| sink(plant, &report);
        self.model.run_until(to.min(self.ends), &mut take)?;
        Ok(())
    }
}

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
