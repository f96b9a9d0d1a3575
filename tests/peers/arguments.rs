//! What can be asked of the benchmarks.

use std::{path::PathBuf, time::Duration};

use clap::{Parser, ValueEnum};

use crate::machine;

/// Measures what Slipway costs, side by side with its peers.
#[derive(Debug, Parser)]
#[command(
    name = "just bench",
    after_help = "Examples:
  just bench
  just bench --long --viewers 2000
  just bench --only ingest --json"
)]
pub(crate) struct Arguments {
    /// Measure 120 s instead of 20 s at a time, and a journal of 10 million reports
    #[arg(long)]
    pub(crate) long: bool,
    /// Seconds of each measurement
    #[arg(long, value_name = "N")]
    seconds: Option<u64>,
    /// Viewers of the fan-out
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub(crate) viewers: usize,
    /// Frames that the generator keeps unacknowledged
    #[arg(long, value_name = "N", default_value_t = 8)]
    pub(crate) in_flight: usize,
    /// Parts that the other simulators play; the own one plays fifty times as many
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    pub(crate) peer_parts: usize,
    /// Measure only this; may be given several times
    #[arg(long, value_name = "SECTION")]
    only: Vec<Section>,
    /// Where the data lies meanwhile; must be on a disk [default: the target folder]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Print the figures as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Given by cargo to every benchmark
    #[arg(long = "bench", hide = true)]
    _bench: bool,
}

/// A part of the measurements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Section {
    /// Reports folded in process, and memory a work unit
    Folding,
    /// Deciding everything anew under other policies
    Policy,
    /// Reports and points over a websocket, durable before they are acknowledged
    Ingest,
    /// From the start of the process to the first answer, on a journal of many reports
    Restart,
    /// Changes to many viewers
    FanOut,
    /// What one publication of the demonstration costs
    Tick,
    /// Simulations of plant files, beside other simulators
    Sim,
    /// What a browser fetches for the 3D page
    Download,
}

/// Where the data lies, and what a flush costs there.
pub(crate) struct Place {
    pub(crate) folder: PathBuf,
    pub(crate) file_system: String,
}

impl Arguments {
    /// Whether a section is to be measured.
    pub(crate) fn wants(&self, section: Section) -> bool {
        self.only.is_empty() || self.only.contains(&section)
    }

    /// How long each measurement lasts.
    pub(crate) fn lasting(&self) -> Duration {
        let usual = if self.long { 120 } else { 20 };
        Duration::from_secs(self.seconds.unwrap_or(usual).max(1))
    }

    /// Reports in the journal that is started from.
    pub(crate) fn journalled(&self) -> u64 {
        if self.long { 10_000_000 } else { 1_000_000 }
    }

    /// The folder of the data.
    pub(crate) fn place(&self) -> Place {
        let folder = self.data.clone().unwrap_or_else(|| env!("CARGO_TARGET_TMPDIR").into());
        std::fs::create_dir_all(&folder).expect("the folder of the data can be made");
        let file_system = machine::file_system(&folder);
        Place { folder, file_system }
    }
}

impl Place {
    /// Whether what is flushed here is on a disk.
    pub(crate) fn is_durable(&self) -> bool {
        !matches!(self.file_system.as_str(), "tmpfs" | "ramfs")
    }

    /// An empty folder here; gone when dropped.
    pub(crate) fn empty(&self) -> tempfile::TempDir {
        tempfile::tempdir_in(&self.folder).expect("a folder can be made")
    }
}
