//! A recorded file: one frame a line, in order of time.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use record::ReportRecord;
use serde::Deserialize;
use thiserror::Error;
use tokio::sync::watch;
use twin::{PlantTime, Report};
use wire::ingest::{LARGEST_FRAME_BYTES, MOST_REPORTS};

use crate::{
    play::{Branch, Ending, FeedError},
    source::{Numbered, Source},
    speaker::{Voice, converse},
    tls::Tls,
};

/// A file to be played.
#[derive(Clone, Debug)]
pub struct ReplayPlan {
    /// The hub's feed address.
    pub url: String,
    /// How TLS is spoken with the hub of a `wss:` address.
    pub tls: Option<Tls>,
    /// The feed's id, as the key has it.
    pub feed: String,
    /// The key.
    pub key: Option<String>,
    /// Lines that name another plant are left out; none plays all.
    pub plant: Option<String>,
    /// The file: JSON lines of `{"plant": …, "reports": […]}`, in order of time.
    pub file: PathBuf,
    /// Plant seconds for one second of wall time.
    pub rate: f64,
}

/// Why a record cannot be played.
#[derive(Debug, Error)]
pub enum ReplayError {
    /// The file cannot be read.
    #[error("{path} cannot be read")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A line that is no frame.
    #[error("{path}:{line}: error: the line is not a frame of reports")]
    Line {
        /// Which file.
        path: PathBuf,
        /// Which line.
        line: u64,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// A report that is none.
    #[error("{path}:{line}: error: report {index} cannot be understood")]
    Report {
        /// Which file.
        path: PathBuf,
        /// Which line.
        line: u64,
        /// Which report of it, from 0.
        index: usize,
        /// Why.
        #[source]
        source: record::RecordError,
    },
    /// A line that is too long, or holds too many reports.
    #[error("{path}:{line}: error: more than {most} {what}; cut it into several lines")]
    TooLarge {
        /// Which file.
        path: PathBuf,
        /// Which line.
        line: u64,
        /// Of what there are too many.
        what: &'static str,
        /// The limit.
        most: u64,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    #[serde(default)]
    plant: Option<String>,
    reports: Vec<ReportRecord>,
}

/// A file on its way, line by line; numbers count the frames that are played.
#[derive(Debug)]
pub(crate) struct Recording {
    path: PathBuf,
    lines: BufReader<File>,
    line: u64,
    plant: Option<String>,
    seq: u64,
}

impl Recording {
    pub fn open(path: &Path, plant: Option<&str>) -> Result<Self, ReplayError> {
        let file = File::open(path)
            .map_err(|source| ReplayError::Read { path: path.to_owned(), source })?;
        Ok(Self {
            path: path.to_owned(),
            lines: BufReader::new(file),
            line: 0,
            plant: plant.map(str::to_owned),
            seq: 0,
        })
    }

    /// The next frame; none at the end of the file.
    pub fn try_next(&mut self) -> Result<Option<Numbered>, ReplayError> {
        loop {
            let Some(text) = self.read_line()? else { return Ok(None) };
            if text.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let (path, line) = (self.path.clone(), self.line);
            let frame: Line = serde_json::from_slice(&text)
                .map_err(|source| ReplayError::Line { path, line, source })?;
            let others = frame.plant.as_ref().zip(self.plant.as_ref());
            if frame.reports.is_empty() || others.is_some_and(|(named, ours)| named != ours) {
                continue;
            }
            if frame.reports.len() > MOST_REPORTS {
                return Err(self.too_large("reports", MOST_REPORTS as u64));
            }
            let until = self.newest(&frame.reports)?;
            self.seq += 1;
            return Ok(Some(Numbered { seq: self.seq, until, reports: frame.reports }));
        }
    }

    fn read_line(&mut self) -> Result<Option<Vec<u8>>, ReplayError> {
        let mut text = Vec::new();
        let most = LARGEST_FRAME_BYTES + 1;
        let read = self.lines.by_ref().take(most).read_until(b'\n', &mut text);
        let read = read.map_err(|source| ReplayError::Read { path: self.path.clone(), source })?;
        self.line += 1;
        if read as u64 == most {
            return Err(self.too_large("bytes", LARGEST_FRAME_BYTES));
        }
        Ok((read > 0).then_some(text))
    }

    /// Also checks that each report can be understood, before a hub is asked to.
    fn newest(&self, reports: &[ReportRecord]) -> Result<PlantTime, ReplayError> {
        let mut newest = PlantTime::default();
        for (index, record) in reports.iter().enumerate() {
            let report = Report::try_from(record.clone()).map_err(|source| {
                let (path, line) = (self.path.clone(), self.line);
                ReplayError::Report { path, line, index, source }
            })?;
            newest = newest.max(report.at);
        }
        Ok(newest)
    }

    fn too_large(&self, what: &'static str, most: u64) -> ReplayError {
        ReplayError::TooLarge { path: self.path.clone(), line: self.line, what, most }
    }
}

/// Plays a recorded file at its speed, from its first line, until it is over or stopped.
///
/// # Errors
/// [`FeedError`].
pub async fn replay(plan: ReplayPlan, stop: watch::Receiver<bool>) -> Result<Ending, FeedError> {
    let recording = Box::new(Recording::open(&plan.file, plan.plant.as_deref())?);
    let voice = Voice {
        url: plan.url.clone(),
        tls: plan.tls.clone(),
        feed: plan.feed.clone(),
        key: plan.key.clone(),
        clock: wire::ingest::Clock::Recorded { rate: plan.rate },
    };
    let source = Source::File { plan, recording, ahead: None };
    converse(voice, source, (Branch::Resume, None), stop).await
}
