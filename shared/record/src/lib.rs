//! The stored and JSON form of reports, points and labels, versioned.
//!
//! A record mirrors a type of `twin` field by field and is what feeds send and the journal
//! keeps. Reading has two steps, so that one bad report in a frame can be answered by its
//! index: serde takes any well-formed JSON object into a record, then `TryFrom` checks names,
//! times and numbers and says which field is wrong ([`RecordError`]). Unknown fields of a report
//! are ignored, because later versions may add some; an unknown kind is an error.

mod banner;
mod error;
mod kind;
mod label;
mod marking;
mod points;
mod read;
mod report;
mod schema;
mod time;
mod word;
mod write;

#[cfg(test)]
mod tests;

pub use banner::banner;
pub use error::RecordError;
pub use kind::Kind;
pub use label::{
    AffiliationRecord, AllMembers, ClassificationRecord, LabelRecord, MembersRecord,
    OriginatorRecord,
};
pub use marking::{marking_above_controlled, marking_in_json};
pub use points::{PointQualityRecord, PointsRecord};
pub use read::read_report;
pub use report::{CauseRecord, KindRecord, ReportRecord};
pub use time::{TimeRecord, format_time, parse_time};
pub use word::Word;
pub use write::{write_line, write_report};

/// The version of the stored form; it rises when a reader of the version before would
/// misunderstand, not when fields or kinds are added.
pub const VERSION: u16 = 1;
