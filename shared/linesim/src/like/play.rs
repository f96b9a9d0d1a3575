//! Playing a plant of like pieces, in the plant's own spans of time.

use des::{Streams, Time};
use twin::Span;

use super::{InStep, LikeFlow};
use crate::flow::{Flow, FlowError, ServerTimes, Slotted, Totals};

/// A network of like pieces being played.
#[derive(Clone, Debug)]
pub struct Playing {
    flow: Flow,
}

impl LikeFlow {
    /// A run from the beginning. Watching keeps account of waits, levels and what units do, which
    /// takes its time.
    ///
    /// # Errors
    /// [`FlowError`], which names what cannot be played.
    pub fn play(&self, seed: u64, replication: u64, watched: bool) -> Result<Playing, FlowError> {
        let (network, streams) = (self.network.clone(), Streams::new(seed));
        let flow = Flow::from_state(network, &self.begun, streams, replication, watched)?;
        Ok(Playing { flow })
    }
}

impl Playing {
    /// Plays until so much time has gone by since the beginning; what happens at that very moment
    /// is left for the next call.
    ///
    /// # Errors
    /// [`FlowError::Endless`] where something begins again and again without time going by.
    pub fn run_until(&mut self, after: Span) -> Result<(), FlowError> {
        self.flow.run_until(Time::from_micros(after.micros()))
    }

    /// What has come of it.
    pub fn totals(&self) -> Totals {
        self.flow.totals()
    }

    /// What each server did, station by station.
    pub fn server_times(&self) -> Vec<ServerTimes> {
        self.flow.server_times()
    }

    /// Single times from beginning to completion, by station: when each ended, and how long it
    /// was \[h\]; of many every n-th.
    pub fn single_leads(&self) -> Vec<Vec<(f64, f64)>> {
        let hours = |micros: i64| Span::from_micros(micros).hours();
        let of = |leads: &[(Time, i64)]| {
            leads.iter().map(|&(at, lead)| (hours(at.micros()), hours(lead))).collect()
        };
        self.flow.single_leads().into_iter().map(of).collect()
    }

    /// Pieces finished at a station, over all stations.
    pub fn piece_operations(&self) -> u64 {
        self.flow.piece_operations()
    }

    /// Plays until so many pieces have left from some station, or `most` has gone by; when that
    /// was.
    ///
    /// # Errors
    /// As [`Self::run_until`].
    pub fn run_until_left(&mut self, pieces: u64, most: Span) -> Result<Option<Span>, FlowError> {
        let ended = self.flow.run_until_all_left(pieces, Time::from_micros(most.micros()))?;
        Ok(ended.then(|| Span::from_micros(self.flow.now().micros())))
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
