//! The record of one report: a flat JSON object, whose `kind` says which fields it has.
//!
//! One struct with optional fields instead of an enum by kind: serde reads it in one pass
//! without buffering, and what is missing is answered by name, not by position in a text.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Kind, TimeRecord, Word, schema};

macro_rules! report_record {
    ($($(#[$meta:meta])* $field:ident: $kind:ty,)*) => {
        /// One report as JSON, for example
        /// `{"kind":"op_started","at":"2031-05-05T04:00:00Z","op":"o-1","unit":"P4","part":"B-7","operation":"paint"}`.
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[schemars(rename = "Report", transform = schema::by_kind)]
        pub struct ReportRecord {
            /// What is stated.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub kind: Option<KindRecord>,
            /// When it happened, on the plant's clock.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub at: Option<TimeRecord>,
            $($(#[$meta])* #[serde(skip_serializing_if = "Option::is_none")] pub $field: Option<$kind>,)*
        }
    };
}

report_record! {
    /// The run of an operation.
    op: Word,
    /// The unit of this plant.
    unit: Word,
    /// The serial item.
    part: Word,
    /// The operation of the plant's definition.
    operation: Word,
    /// The storage.
    storage: Word,
    /// The crane, transporter or barge.
    resource: Word,
    /// Where a part comes from; a place of another plant is written `plant/place`.
    from: Word,
    /// Where a part goes; a place of another plant is written `plant/place`.
    to: Word,
    /// The resource that carries; for `resource_taken` and `resource_freed` whom it serves.
    by: Word,
    /// Where: a unit, storage, resource, or for a crew an area.
    place: Word,
    /// The same as `place`, for a crew.
    area: Word,
    /// The delivery.
    delivery: Word,
    /// The supplier.
    supplier: Word,
    /// The order.
    order: Word,
    /// The kind of thing.
    material: Word,
    /// How much, in the material's own unit of measure; zero or more.
    quantity: f64,
    /// The lot.
    lot: Word,
    /// By when.
    due: TimeRecord,
    /// When a delivery is expected, or came.
    date: TimeRecord,
    /// What a unit does.
    state: Word,
    /// Metres east of the plant's datum.
    x: f64,
    /// Metres north of the plant's datum.
    y: f64,
    /// Metres above the plant's datum.
    z: f64,
    /// Degrees clockwise from north.
    heading: f64,
    /// `passed` or `failed`.
    result: Word,
    /// The crew.
    crew: Word,
    /// How many people are there.
    available: u32,
    /// The feed whose report is corrected.
    feed: Word,
    /// Its epoch.
    epoch: u64,
    /// Its sequence number.
    seq: u64,
    /// The report within that frame, from 0.
    index: u32,
    /// What was meant.
    report: Box<ReportRecord>,
    /// The id of what a comment is about.
    about: Word,
    /// What somebody says.
    text: String,
    /// Why.
    reason: Word,
    /// What released the start or move, or is waited for.
    cause: CauseRecord,
}

/// What released a start or a move, or is waited for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Cause", transform = schema::cause_kinds)]
pub struct CauseRecord {
    /// What kind of thing.
    pub kind: Word,
    /// A unit, storage, resource, delivery or calendar; another plant's with a slash.
    pub id: Word,
}

/// A kind as written: known, or kept as text so that the refusal can quote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KindRecord {
    /// A kind of report.
    Known(Kind),
    /// Another word.
    Unknown(Word),
}

impl Serialize for KindRecord {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(kind) => serializer.serialize_str(kind.name()),
            Self::Unknown(word) => word.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for KindRecord {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = Word::deserialize(deserializer)?;
        Ok(Kind::from_name(&word).map_or(Self::Unknown(word), Self::Known))
    }
}
