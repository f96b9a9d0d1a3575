//! Feed to hub and back: hello, report, welcome, ack, refused, credit; nothing else.
//!
//! `hello → welcome → report … → ack | refused`. A frame's reports are decoded one by one, so
//! that a bad one is refused by index and its neighbours are taken.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use thiserror::Error;

use crate::Rfc3339;

/// The websocket subprotocol of this version.
pub const SUBPROTOCOL: &str = "slipway.ingest.v1";
/// The largest frame a feed may send, in bytes.
pub const LARGEST_FRAME_BYTES: u64 = 1 << 20;
/// The most reports in one frame.
pub const MOST_REPORTS: usize = 5_000;

/// The clock that a feed's times are on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Clock {
    /// The wall clock of a real plant.
    Live,
    /// A model's clock.
    Simulated {
        /// The plant time at which the simulation began to play.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        start: Option<Rfc3339>,
        /// Plant seconds for one second of wall time.
        rate: f64,
    },
    /// A record of a real plant, played back.
    Recorded {
        /// Plant seconds for one second of wall time.
        rate: f64,
    },
}

/// A numeric signal that a feed will send.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SeriesDeclaration {
    /// Its id.
    pub series: String,
    /// The unit of measure, e.g. `mm`, `Cel`.
    pub unit: String,
}

/// The first message of a feed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Hello {
    /// Which feed speaks; must be the one the key belongs to.
    pub feed: String,
    /// Rises at each restart that lost the counter; a higher one supersedes a lower.
    pub epoch: u64,
    /// The clock its times are on; must be the plant's.
    pub clock: Clock,
    /// The highest seq it remembers an ack for, so that the hub can notice a loss of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acked: Option<u64>,
    /// The numeric signals it will send.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub declares: Vec<SeriesDeclaration>,
}

/// Statements of one moment of sending. `R` is the report's form: typed for programs that write
/// frames, raw for the hub, which decodes each on its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReportFrame<R = record::ReportRecord> {
    /// From 1, without gaps within an epoch.
    pub seq: u64,
    /// The reports.
    #[serde(default, bound(deserialize = "R: Deserialize<'de>"))]
    pub reports: Vec<R>,
    /// Numeric signals in columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<record::PointsRecord>,
}

/// What a feed may say.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromFeed<R = record::ReportRecord> {
    /// Who speaks.
    Hello(Hello),
    /// What happened.
    Report(ReportFrame<R>),
}

/// A frame that is not a message of this protocol.
#[derive(Debug, Error)]
pub enum BadFrame {
    /// Not JSON, or not of the shape of its type.
    #[error("the frame is not a message of {SUBPROTOCOL}")]
    Json(#[source] serde_json::Error),
    /// A `type` that feeds do not send.
    #[error("type {0:?} is not one that a feed sends; say \"hello\" or \"report\"")]
    Type(String),
    /// More reports than one frame may hold.
    #[error("{0} reports in one frame are more than {MOST_REPORTS}; send several frames")]
    TooManyReports(usize),
}

/// Reads a frame of a feed; the reports stay raw, each to be decoded on its own.
///
/// # Errors
/// [`BadFrame`]; the frame as a whole was not understood.
pub fn read_from_feed(text: &str) -> Result<FromFeed<Box<RawValue>>, BadFrame> {
    #[derive(Deserialize)]
    struct Head<'a> {
        #[serde(rename = "type", borrow)]
        kind: std::borrow::Cow<'a, str>,
    }
    let head: Head<'_> = serde_json::from_str(text).map_err(BadFrame::Json)?;
    match head.kind.as_ref() {
        "hello" => serde_json::from_str(text).map(FromFeed::Hello).map_err(BadFrame::Json),
        "report" => {
            let frame: ReportFrame<Box<RawValue>> =
                serde_json::from_str(text).map_err(BadFrame::Json)?;
            if frame.reports.len() > MOST_REPORTS {
                return Err(BadFrame::TooManyReports(frame.reports.len()));
            }
            Ok(FromFeed::Report(frame))
        }
        other => Err(BadFrame::Type(other.chars().take(40).collect())),
    }
}

/// What the hub says to a feed: nothing that changes a machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToFeed {
    /// The answer to hello.
    Welcome {
        /// The next seq wanted in this epoch.
        resume_from: u64,
        /// The largest frame taken, in bytes.
        max_frame_bytes: u64,
        /// Frames that may be in flight without an ack.
        credit: u32,
        /// The plant clock now.
        now: Rfc3339,
        /// Plant seconds for one second of wall time.
        rate: f64,
        /// Whether another connection spoke for this feed until now; it is told so and closed.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        took_over: bool,
    },
    /// Every seq up to this one is on disk, or was refused for good.
    Ack {
        /// Cumulative.
        seq: u64,
        /// Always true: nothing is acknowledged that is not on disk.
        durable: bool,
    },
    /// A report, a frame or a hello was not taken.
    Refused {
        /// The frame; absent for a hello.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seq: Option<u64>,
        /// The report within the frame; absent when the whole frame is meant.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        index: Option<u32>,
        /// A stable word to program against.
        code: String,
        /// What, where and what to do, in words.
        reason: String,
        /// Whether sending it again, under a new seq, may succeed.
        retryable: bool,
        /// After a gap: the next seq wanted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        resume_from: Option<u64>,
        /// After a hello with an old epoch: the epoch in force.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        epoch: Option<u64>,
    },
    /// How many frames may be in flight from now on.
    Credit {
        /// Frames without an ack.
        credit: u32,
    },
}
