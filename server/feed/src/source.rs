//! Where frames come from: a simulation, or a recorded file.

use std::sync::Arc;

use record::ReportRecord;
use twin::{PlantId, PlantTime};

use crate::{
    frames::{Frames, Heard},
    pace::Pace,
    play::{FeedError, FeedPlan},
    replay::{Recording, ReplayPlan},
};

/// A frame with its number and the moment from which on it may be sent.
#[derive(Clone, Debug)]
pub(crate) struct Numbered {
    pub seq: u64,
    pub until: PlantTime,
    pub reports: Vec<ReportRecord>,
}

/// The moment of a branch, and what the hub had heard before it.
pub(crate) type Cut = (PlantTime, Heard);

/// Where frames come from.
pub(crate) enum Source {
    /// A simulation; made when the hub has said from where on.
    Simulation { plan: Arc<FeedPlan>, plant: PlantId, frames: Option<Box<Frames>> },
    /// A file; `ahead` was read and is not yet asked for.
    File { plan: ReplayPlan, recording: Box<Recording>, ahead: Option<Numbered> },
}

impl Source {
    /// Makes ready to give the frame `seq` next: of all frames, or of those of a branch.
    pub async fn go_to(&mut self, seq: u64, branch: Option<Cut>) -> Result<(), FeedError> {
        match self {
            Self::Simulation { plan, plant, frames } => {
                let (plan, plant) = (Arc::clone(plan), plant.clone());
                let made = time_apart(move || simulate(&plan, &plant, seq, branch)).await?;
                *frames = Some(Box::new(made?));
            }
            Self::File { plan, recording, ahead } => {
                **recording = Recording::open(&plan.file, plan.plant.as_deref())?;
                *ahead = None;
                while let Some(frame) = recording.try_next()? {
                    if frame.seq >= seq {
                        *ahead = Some(frame);
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    /// The next frame; none at the end.
    pub fn next(&mut self) -> Result<Option<Numbered>, FeedError> {
        match self {
            Self::Simulation { frames: Some(frames), .. } => {
                let frame = frames.try_next()?;
                Ok(frame.map(|frame| Numbered {
                    seq: frame.seq,
                    until: frame.until,
                    reports: frame.reports.iter().map(ReportRecord::from).collect(),
                }))
            }
            Self::Simulation { frames: None, .. } => Ok(None),
            Self::File { recording, ahead, .. } => match ahead.take() {
                Some(frame) => Ok(Some(frame)),
                None => Ok(recording.try_next()?),
            },
        }
    }

    /// A file is played from its own beginning, a simulation on the hub's clock.
    pub fn pace(&self, hub_clock: Pace, first: Option<PlantTime>) -> Pace {
        match (self, first) {
            (Self::File { plan, .. }, Some(first)) => Pace::from_now(first, plan.rate),
            (Self::File { .. }, None) | (Self::Simulation { .. }, _) => hub_clock,
        }
    }
}

/// Months of simulation take a moment: not on a thread that serves connections.
async fn time_apart<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, tokio::task::JoinError> {
    tokio::task::spawn_blocking(work).await
}

fn simulate(
    plan: &FeedPlan,
    plant: &PlantId,
    seq: u64,
    branch: Option<Cut>,
) -> Result<Frames, FeedError> {
    let settings = plan.settings.clone();
    let until = settings.until;
    let mut frames = Frames::new(&plan.programme, &plan.plants, settings, until)?.only(plant);
    if let Some(cut) = branch {
        frames = frames.branch((&plan.programme, &plan.plants), cut, &plan.sets)?;
    }
    frames.skip_to(plant, seq)?;
    Ok(frames)
}
