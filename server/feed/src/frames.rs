//! A simulation cut into numbered frames, the same ones every time.
//!
//! A frame holds all reports of one plant within one stretch of plant time. Stretches without
//! reports have no frame and no number, except that from a given moment on a plant that has
//! nothing to report says so by restating one unit's state: a feed that lives is never silent.

use std::collections::{BTreeMap, VecDeque};

use linesim::{ChangeError, Model, ModelError, Settings};
use thiserror::Error;
use twin::{Plant, PlantId, PlantTime, Programme, Report, Span};

/// The stretch of plant time that goes into one frame: well below the time after which values
/// count as stale.
pub const STRETCH: Span = Span::from_secs(300);
/// More reports than this go into several frames.
pub const MOST_IN_FRAME: usize = 1_000;

/// All that one plant reports within one stretch.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// Which plant.
    pub plant: PlantId,
    /// Its number, from 1 without gaps for each plant.
    pub seq: u64,
    /// The end of its stretch: from then on it may be sent.
    pub until: PlantTime,
    /// The reports, in order of time.
    pub reports: Vec<Report>,
}

/// Why frames end early.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FramesError {
    /// The model.
    #[error("the simulation cannot go on")]
    Model(#[from] ModelError),
    /// A change asked for.
    #[error("a parameter cannot be changed")]
    Change(#[from] ChangeError),
}

/// Frames of a simulation, stretch by stretch, plants in the order of the programme.
#[derive(Clone, Debug)]
pub struct Frames {
    model: Model,
    plants: Vec<PlantId>,
    seqs: BTreeMap<PlantId, u64>,
    ready: VecDeque<Frame>,
    /// Where the next stretch begins.
    next: PlantTime,
    to: PlantTime,
    signs_from: PlantTime,
    only: Option<PlantId>,
    failed: bool,
}

/// The frames of all plants from `from` to `to`; numbers count from the start of the settings, so
/// that those before `from` are played and not given. From the programme's demonstration on, quiet
/// plants give signs of life.
///
/// # Errors
/// [`FramesError`] when the definitions make no model; later errors end the frames.
pub fn frames(
    programme: &Programme,
    plants: &[Plant],
    settings: Settings,
    from: PlantTime,
    to: PlantTime,
) -> Result<Frames, FramesError> {
    let mut frames = Frames::new(programme, plants, settings, to)?;
    while frames.next < from {
        frames.stretch()?;
        frames.ready.clear();
    }
    Ok(frames)
}

impl Frames {
    /// The frames from the start of the settings on.
    ///
    /// # Errors
    /// [`FramesError`] when the definitions make no model.
    pub fn new(
        programme: &Programme,
        plants: &[Plant],
        settings: Settings,
        to: PlantTime,
    ) -> Result<Self, FramesError> {
        let next = settings.start;
        let to = to.min(settings.until);
        Ok(Self {
            model: Model::new(programme, plants, settings)?,
            plants: plants.iter().map(|plant| plant.id.clone()).collect(),
            seqs: BTreeMap::new(),
            ready: VecDeque::new(),
            next,
            to,
            signs_from: programme.demo_from,
            only: None,
            failed: false,
        })
    }

    /// Leaves out all plants but one.
    #[must_use]
    pub fn only(mut self, plant: &PlantId) -> Self {
        self.only = Some(plant.clone());
        self.ready.retain(|frame| frame.plant == *plant);
        self
    }

    /// Plays on to the stretch that holds `now`, then changes parameters and counts from 1 again:
    /// only what happens from then on is reported.
    ///
    /// # Errors
    /// [`FramesError::Change`] if a path or value is wrong, [`FramesError::Model`] if the model
    /// cannot get there.
    pub fn branch(
        mut self,
        now: PlantTime,
        changes: &[(String, String)],
    ) -> Result<Self, FramesError> {
        while self.next + STRETCH <= now && self.next < self.to {
            self.stretch()?;
            self.ready.clear();
        }
        self.seqs.clear();
        for (path, value) in changes {
            self.model.change(path, value)?;
        }
        Ok(self)
    }

    /// Plays on without giving frames until the next of a plant has number `seq`.
    ///
    /// # Errors
    /// [`FramesError::Model`] if the model cannot get there.
    pub fn skip_to(&mut self, plant: &PlantId, seq: u64) -> Result<(), FramesError> {
        loop {
            while let Some(frame) = self.ready.front() {
                if frame.plant == *plant && frame.seq >= seq {
                    return Ok(());
                }
                self.ready.pop_front();
            }
            let given = self.seqs.get(plant).copied().unwrap_or(0);
            if given + 1 >= seq || self.next >= self.to {
                return Ok(());
            }
            self.stretch()?;
        }
    }

    /// Plays one stretch and cuts its reports into frames.
    fn stretch(&mut self) -> Result<(), FramesError> {
        let until = (self.next + STRETCH).min(self.to);
        let mut by_plant: BTreeMap<PlantId, Vec<Report>> = BTreeMap::new();
        self.model.run_until(until, &mut |plant: &PlantId, report: Report| {
            by_plant.entry(plant.clone()).or_default().push(report);
        })?;
        let signs = self.next >= self.signs_from;
        for plant in &self.plants {
            let mut reports = by_plant.remove(plant).unwrap_or_default();
            if reports.is_empty() && signs {
                reports.extend(self.model.sign_of_life(plant));
            }
            for cut in reports.chunks(MOST_IN_FRAME) {
                let seq = self.seqs.entry(plant.clone()).or_insert(0);
                *seq += 1;
                if self.only.as_ref().is_none_or(|only| only == plant) {
                    let (plant, seq, reports) = (plant.clone(), *seq, cut.to_vec());
                    self.ready.push_back(Frame { plant, seq, until, reports });
                }
            }
        }
        self.next = until;
        Ok(())
    }

    /// The next frame; none at the end.
    ///
    /// # Errors
    /// [`FramesError::Model`] if the model cannot go on; there is nothing after it.
    pub fn try_next(&mut self) -> Result<Option<Frame>, FramesError> {
        while self.ready.is_empty() {
            if self.next >= self.to || self.failed {
                return Ok(None);
            }
            if let Err(error) = self.stretch() {
                self.failed = true;
                return Err(error);
            }
        }
        Ok(self.ready.pop_front())
    }
}

impl Iterator for Frames {
    type Item = Result<Frame, FramesError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.try_next().transpose()
    }
}
