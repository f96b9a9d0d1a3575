//! What is wrong with a record, and in which field.

use smol_str::SmolStr;
use thiserror::Error;
use twin::{InvalidId, NationId};

use crate::Kind;

/// How much of a bad text an error quotes, in bytes.
const LONGEST_QUOTE: usize = 80;

/// A record that cannot be taken.
#[derive(Debug, Error)]
pub enum RecordError {
    /// Not JSON, a wrong type, or a number beyond what a double holds.
    #[error("not a record")]
    Json(#[source] serde_json::Error),
    /// No such kind of report.
    #[error("{kind:?} is no kind of report; the kinds are {}", Kind::list())]
    UnknownKind {
        /// As written.
        kind: SmolStr,
    },
    /// A field that must be there is not.
    #[error("{context} needs the field {field}")]
    Missing {
        /// Of what: a kind of report, a label.
        context: &'static str,
        /// Which field.
        field: &'static str,
    },
    /// A text that cannot be an id.
    #[error("{field}: not an id")]
    Id {
        /// Which field.
        field: &'static str,
        /// What is wrong with it.
        #[source]
        source: InvalidId,
    },
    /// A text that is no moment.
    #[error("{field}: {text:?} is not a time; write it with its zone, as 2031-05-05T04:00:00Z")]
    NotATime {
        /// Which field.
        field: &'static str,
        /// As written, shortened.
        text: SmolStr,
    },
    /// A word outside its list.
    #[error("{field}: {text:?} is none of {allowed}")]
    UnknownName {
        /// Which field.
        field: &'static str,
        /// As written, shortened.
        text: SmolStr,
        /// The words that it may be.
        allowed: String,
    },
    /// A number that is none or is endless.
    #[error("{field}: {value} is not a finite number")]
    NotFinite {
        /// Which field.
        field: &'static str,
        /// What was given.
        value: f64,
    },
    /// A quantity below zero.
    #[error("{field}: {value} is negative; a quantity is zero or more")]
    QuantityNegative {
        /// Which field.
        field: &'static str,
        /// What was given.
        value: f64,
    },
    /// A text beyond its limit.
    #[error("{field}: {bytes} bytes are more than {limit}; shorten it")]
    TextTooLong {
        /// Which field.
        field: &'static str,
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        limit: usize,
    },
    /// A correction of a correction.
    #[error("a correction holds the report that was meant, not another correction")]
    CorrectionNested,
    /// Columns of unequal length.
    #[error(
        "points need columns of one length; series has {series}, at {at}, value {value}, \
         quality {}",
        quality.map_or("none".to_owned(), |n| n.to_string())
    )]
    Columns {
        /// Length of `series`.
        series: usize,
        /// Length of `at`.
        at: usize,
        /// Length of `value`.
        value: usize,
        /// Length of `quality`, where given.
        quality: Option<usize>,
    },
    /// One row of the points is wrong.
    #[error("point {row}")]
    Row {
        /// Which, from 0.
        row: usize,
        /// What is wrong with it.
        #[source]
        source: Box<RecordError>,
    },
    /// A nation that may keep a thing and may only look at it.
    #[error("{nation} is in both releasable_to and display_only; name it in one of them")]
    Overlap {
        /// Which nation.
        nation: NationId,
    },
}

impl RecordError {
    /// The stable code that is answered and recorded.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Json(_) => "malformed",
            Self::UnknownKind { .. } => "unknown_kind",
            Self::Missing { .. } => "missing_field",
            Self::Id { .. } => "invalid_id",
            Self::NotATime { .. } => "not_a_time",
            Self::UnknownName { .. } => "unknown_name",
            Self::NotFinite { .. } => "number_out_of_range",
            Self::QuantityNegative { .. } => "quantity_negative",
            Self::TextTooLong { .. } => "text_too_long",
            Self::CorrectionNested => "correction_nested",
            Self::Columns { .. } => "unequal_columns",
            Self::Row { source, .. } => source.code(),
            Self::Overlap { .. } => "label_overlap",
        }
    }

    /// The whole of it in one line: the error and what caused it.
    pub fn in_words(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        text
    }

    pub(crate) fn not_a_time(field: &'static str, text: &str) -> Self {
        Self::NotATime { field, text: quoted(text) }
    }

    pub(crate) fn unknown_name<'a>(
        field: &'static str,
        text: &str,
        allowed: impl Iterator<Item = &'a str>,
    ) -> Self {
        let allowed = allowed.collect::<Vec<_>>().join(", ");
        Self::UnknownName { field, text: quoted(text), allowed }
    }

    pub(crate) fn unknown_kind(text: &str) -> Self {
        Self::UnknownKind { kind: quoted(text) }
    }
}

fn quoted(text: &str) -> SmolStr {
    SmolStr::new(&text[..text.floor_char_boundary(LONGEST_QUOTE)])
}
