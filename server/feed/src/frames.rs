//! A simulation cut into numbered frames, the same ones every time.
//!
//! A frame holds all reports of one plant within one stretch of plant time. Stretches without
//! reports have no frame and no number, except that from a given moment on a plant that has
//! nothing to report says so by restating one unit's state: a feed that lives is never silent.

use std::collections::{BTreeMap, VecDeque};

use linesim::{ChangeError, Model, ModelError, Settings};
use thiserror::Error;
use twin::{Plant, PlantId, PlantTime, Programme, Report, Span};

use crate::restate::Listener;

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
    listener: Option<Listener>,
}

/// What a hub has heard of a plant before a feed branches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// These very frames, below this number.
    Below(u64),
    /// Something else, nobody knows what.
    Otherwise,
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
            listener: None,
        })
    }

    /// Leaves out all plants but one.
    #[must_use]
    pub fn only(mut self, plant: &PlantId) -> Self {
        self.only = Some(plant.clone());
        self.ready.retain(|frame| frame.plant == *plant);
        self
    }

    /// Plays on to the stretch that holds `now`, then changes parameters; the frames count from 1
    /// again. What happened before comes first, as far as it is needed: the frames that were not
    /// heard, or the state of each plant at that moment.
    ///
    /// # Errors
    /// [`FramesError::Change`] if a path or value is wrong, [`FramesError::Model`] if the model
    /// cannot get there.
    pub fn branch(
        mut self,
        (programme, plants): (&Programme, &[Plant]),
        (now, heard): (PlantTime, Heard),
        changes: &[(String, String)],
    ) -> Result<Self, FramesError> {
        if heard == Heard::Otherwise {
            self.listener = Some(Listener::new(programme, plants));
        }
        let mut owed = Vec::new();
        while self.next + STRETCH <= now && self.next < self.to {
            self.stretch()?;
            owed.extend(self.ready.drain(..).filter(|frame| match heard {
                Heard::Below(next) => frame.seq >= next,
                Heard::Otherwise => false,
            }));
        }
        self.seqs.clear();
        for Frame { plant, until, reports, .. } in owed {
            self.cut(&plant, until, &reports);
        }
        if let Some(listener) = self.listener.take() {
            for plant in self.plants.clone() {
                self.cut(&plant, self.next, &listener.restate(&plant, self.next));
            }
        }
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
        let listener = &mut self.listener;
        self.model.run_until(until, &mut |plant: &PlantId, report: Report| {
            if let Some(listener) = listener {
                listener.hear(plant, &report);
            }
            by_plant.entry(plant.clone()).or_default().push(report);
        })?;
        let signs = self.next >= self.signs_from;
        for plant in self.plants.clone() {
            let mut reports = by_plant.remove(&plant).unwrap_or_default();
            if reports.is_empty() && signs {
                reports.extend(self.model.sign_of_life(&plant));
            }
            self.cut(&plant, until, &reports);
        }
        self.next = until;
        Ok(())
    }

    /// Makes frames of reports, with the plant's next numbers.
    fn cut(&mut self, plant: &PlantId, until: PlantTime, reports: &[Report]) {
        for cut in reports.chunks(MOST_IN_FRAME) {
            let seq = self.seqs.entry(plant.clone()).or_insert(0);
            *seq += 1;
            if self.only.as_ref().is_none_or(|only| only == plant) {
                let (plant, seq, reports) = (plant.clone(), *seq, cut.to_vec());
                self.ready.push_back(Frame { plant, seq, until, reports });
            }
        }
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
