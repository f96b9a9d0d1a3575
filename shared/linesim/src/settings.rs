//! What a run is given besides the plants: seeds, times, disruptions.

use twin::{PlantTime, Span};

/// Parameters of one run. Two runs with equal settings and definitions are equal to the bit.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The seed of every random stream.
    pub seed: u64,
    /// Which of several runs from one seed this is.
    pub replication: u32,
    /// When the plants begin, with nothing but their initial stock.
    pub start: PlantTime,
    /// Nothing is reported before; then the state is reported whole, as it is. Equal to `start`
    /// for a run that is reported from its beginning.
    pub report_from: PlantTime,
    /// Calendars are laid out up to here; a run cannot go beyond.
    pub until: PlantTime,
    /// What goes wrong, or is changed, on the way.
    pub disruptions: Vec<Disruption>,
    /// Nothing started or finished in a plant with blocked units for so long is a deadlock.
    pub deadlock_after: Span,
    /// Somebody asks when a unit stays down longer than this, in its own working hours.
    pub ask_after_down: Span,
    /// A run of more events is given up.
    pub most_events: u64,
}

/// A parameter that has another value for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disruption {
    /// What a page may call it.
    pub name: String,
    /// From when on.
    pub at: PlantTime,
    /// Until when; none is for good.
    pub until: Option<PlantTime>,
    /// Which parameter, as in [`crate::Model::change`].
    pub path: String,
    /// Its value meanwhile.
    pub value: String,
}

/// Four years: longer than any demonstration, short enough to lay out in milliseconds.
const LAID_OUT: Span = Span::from_secs(4 * 366 * 86_400);

impl Settings {
    /// A run from `start` that is reported from its beginning, for up to four years.
    pub fn new(seed: u64, start: PlantTime) -> Self {
        Self {
            seed,
            replication: 0,
            start,
            report_from: start,
            until: start + LAID_OUT,
            disruptions: Vec::new(),
            deadlock_after: Span::from_secs(120 * 86_400),
            ask_after_down: Span::from_secs(12 * 3_600),
            most_events: u64::MAX,
        }
    }
}
