//! The moments of pieces at all stations, a row for each piece: what a piece waits for is at the
//! same distance from its row whichever piece it is.

/// Where a moment of a station is in a row.
pub(super) mod column {
    /// Moments of a station.
    pub const COUNT: usize = 5;

    pub fn start(station: usize) -> usize {
        COUNT * station
    }

    pub fn end(station: usize) -> usize {
        COUNT * station + 1
    }

    pub fn leave(station: usize) -> usize {
        COUNT * station + 2
    }

    /// Everything was there to begin with.
    pub fn ready(station: usize) -> usize {
        COUNT * station + 3
    }

    /// When the piece came into the network.
    pub fn born(station: usize) -> usize {
        COUNT * station + 4
    }
}

/// Rows from some piece on.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    moments: Vec<i64>,
    /// Moments of a row.
    width: usize,
    /// Pieces that were there at the start have rows, too, of zeros: so many before this one.
    before: u64,
    /// The piece of the first row, with those before counted.
    first: u64,
}

impl Rows {
    /// None yet, with so many pieces that are there at the start.
    pub fn new(stations: usize, before: u64) -> Self {
        let width = column::COUNT * stations;
        Self { moments: vec![0; width * before as usize], width, before, first: 0 }
    }

    /// How far a moment of the piece so many pieces back is from the beginning of a row.
    pub fn distance(stations: usize, pieces: u64, column: usize) -> isize {
        column as isize - pieces as isize * (column::COUNT * stations) as isize
    }

    /// Room for the next piece: all moments, and where its row begins.
    #[inline]
    pub fn next(&mut self) -> (&mut [i64], usize) {
        let row = self.moments.len();
        self.moments.resize(row + self.width, 0);
        (&mut self.moments, row)
    }

    /// A moment of a piece that is not forgotten.
    #[inline]
    pub fn at(&self, piece: u64, column: usize) -> i64 {
        self.moments[(piece + self.before - self.first) as usize * self.width + column]
    }

    /// One moment of all pieces from this one on.
    pub fn from(&self, piece: u64, column: usize) -> impl Iterator<Item = i64> {
        let row = (piece + self.before - self.first) as usize;
        let rest = self.moments.get(row * self.width + column..).unwrap_or_default();
        rest.iter().step_by(self.width.max(1)).copied()
    }

    /// Pieces whose rows are kept.
    pub fn count(&self) -> u64 {
        (self.moments.len() / self.width.max(1)) as u64
    }

    /// Drops the rows of pieces before this one, once that is worth while.
    pub fn forget(&mut self, before: u64) {
        let dropped = (before + self.before).saturating_sub(self.first);
        if 2 * dropped > self.count() {
            self.moments.drain(..dropped as usize * self.width);
            self.first += dropped;
        }
    }
}
