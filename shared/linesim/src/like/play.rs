//! Playing a plant of like pieces, in the plant's own spans of time.

use des::{Streams, Time};
use twin::Span;

use super::{InStep, LikeFlow};
use crate::flow::{Flow, FlowError, Recursion, ServerTimes, Slotted, Totals};

/// What plays a network of like pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Events.
    Events,
    /// The recursion of departures, which comes to the same.
    Recursion,
}

/// A network of like pieces being played.
#[derive(Clone, Debug)]
pub struct Playing {
    by: Player,
}

#[derive(Clone, Debug)]
enum Player {
    Events(Flow),
    Recursion(Recursion),
}

impl LikeFlow {
    /// A run from the beginning. Watching keeps account of waits, levels and what units do, which
    /// takes its time.
    ///
    /// # Errors
    /// [`FlowError`], which names what cannot be played.
    pub fn play(&self, seed: u64, replication: u64, watched: bool) -> Result<Playing, FlowError> {
        let streams = Streams::new(seed);
        let by = match self.by {
            By::Recursion => {
                let recursion = Recursion::new(&self.network, streams, replication, watched)?;
                Player::Recursion(recursion.at_most(self.most_events))
            }
            By::Events => {
                let network = self.network.clone();
                let flow = Flow::from_state(network, &self.begun, streams, replication, watched)?;
                Player::Events(flow.at_most(self.most_events))
            }
        };
        Ok(Playing { by })
    }

    /// Plays from the beginning until so many pieces have left from some station, or `most` has
    /// gone by; when that was.
    ///
    /// # Errors
    /// As [`Self::play`] and [`Playing::run_until`].
    pub fn until_left(
        &self,
        (seed, replication): (u64, u64),
        pieces: u64,
        most: Span,
    ) -> Result<Option<Span>, FlowError> {
        let (network, streams) = (self.network.clone(), Streams::new(seed));
        let flow = Flow::from_state(network, &self.begun, streams, replication, false)?;
        let mut flow = flow.at_most(self.most_events);
        let ended = flow.run_until_all_left(pieces, Time::from_micros(most.micros()))?;
        Ok(ended.then(|| Span::from_micros(flow.now().micros())))
    }

    /// Why the recursion of departures does not fit, if it does not.
    pub fn why_no_recursion(&self) -> Option<String> {
        if self.begun.is_empty() {
            return Recursion::why_not(&self.network);
        }
        Some("a unit has begun with a piece".to_owned())
    }
}

impl Playing {
    /// Plays until so much time has gone by since the beginning; what happens at that very moment
    /// is left for the next call.
    ///
    /// # Errors
    /// [`FlowError`], which names what never ends, or is too much.
    pub fn run_until(&mut self, after: Span) -> Result<(), FlowError> {
        let limit = Time::from_micros(after.micros());
        match &mut self.by {
            Player::Events(flow) => flow.run_until(limit),
            Player::Recursion(recursion) => recursion.run_until(limit),
        }
    }

    /// What has come of it.
    pub fn totals(&self) -> Totals {
        match &self.by {
            Player::Events(flow) => flow.totals(),
            Player::Recursion(recursion) => recursion.totals(),
        }
    }

    /// What each server did, station by station.
    pub fn server_times(&self) -> Vec<ServerTimes> {
        match &self.by {
            Player::Events(flow) => flow.server_times(),
            Player::Recursion(recursion) => recursion.server_times(),
        }
    }

    /// Single times from beginning to completion, by station: when each ended, and how long it
    /// was \[h\]; of many every n-th.
    pub fn single_leads(&self) -> Vec<Vec<(f64, f64)>> {
        let hours = |micros: i64| Span::from_micros(micros).hours();
        let of = |leads: &[(Time, i64)]| {
            leads.iter().map(|&(at, lead)| (hours(at.micros()), hours(lead))).collect()
        };
        let leads = match &self.by {
            Player::Events(flow) => flow.single_leads(),
            Player::Recursion(recursion) => recursion.single_leads(),
        };
        leads.into_iter().map(of).collect()
    }

    /// Pieces finished at a station, over all stations.
    pub fn piece_operations(&self) -> u64 {
        match &self.by {
            Player::Events(flow) => flow.piece_operations(),
            Player::Recursion(recursion) => recursion.piece_operations(),
        }
    }
}

impl InStep {
    /// A run from the beginning.
    ///
    /// # Errors
    /// [`FlowError`], which names what cannot be played.
    pub fn play(&self, seed: u64, replication: u64) -> Result<Slotted, FlowError> {
        let mut played = Slotted::new(self.line.clone(), Streams::new(seed), replication)?;
        played.levels.clone_from(&self.initial);
        Ok(played)
    }
}
