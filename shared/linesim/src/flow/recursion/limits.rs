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
        if levels().sum::<u64>() > MOST_PIECES || self.rows.count() * stations > MOST_REMEMBERED {
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

    /// The station at which time has gone by least: all have worked on as many pieces.
    pub(super) fn slowest(&self) -> &Station {
        let last = self.last_leaves().enumerate().min_by_key(|&(_, leaves)| leaves);
        let at = last.map_or(0, |(at, _)| at);
        &self.network.stations[at]
    }
}
