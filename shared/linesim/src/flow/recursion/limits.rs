//! What keeps a recursion within bounds of time and memory, and who is named when it does not.

use super::{
    super::{FlowError, MOST_PIECES, network::Station},
    Recursion,
};

/// The most moments of pieces, over all stations, that are remembered.
const MOST_REMEMBERED: u64 = 1 << 24;

impl Recursion {
    /// Whether it stays within what is followed; after account was taken.
    pub(super) fn within_limits(&self) -> Result<(), FlowError> {
        let levels = || {
            self.storages.iter().map(|storage| {
                let put = storage.initial + self.accounts[storage.giver].left.count;
                put.saturating_sub(self.accounts[storage.taker].started.count)
            })
        };
        let stations = self.cells.len() as u64;
        if levels().sum::<u64>() > MOST_PIECES || self.remembered() * stations > MOST_REMEMBERED {
            return Err(self.network.crowded(levels()));
        }
        if self.pieces * stations > self.most_events {
            let (station, most) = (self.slowest(), self.most_events);
            let does = self.network.does(station);
            let reached = twin::Span::from_micros(self.now.micros());
            let station = station.name.clone();
            return Err(FlowError::TooManyEvents { station, does, most, reached });
        }
        Ok(())
    }

    /// Pieces of which moments are remembered.
    fn remembered(&self) -> u64 {
        let first = self.moments.iter().map(|moments| moments.starts.first).min();
        self.pieces - first.unwrap_or(0)
    }

    /// The station at which time has gone by least: all have worked on as many pieces.
    pub(super) fn slowest(&self) -> &Station {
        let last = |at: usize| self.moments[at].leaves.values.last().copied();
        let at = (0..self.cells.len()).min_by_key(|&at| last(at)).unwrap_or(0);
        &self.network.stations[at]
    }
}
