//! Numeric signals as columns.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use twin::report::{PointQuality, Points};

use crate::{RecordError, TimeRecord, Word, read::id};

/// Numeric signals in columns of one length.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Points")]
pub struct PointsRecord {
    /// Which signal.
    pub series: Vec<Word>,
    /// When.
    pub at: Vec<TimeRecord>,
    /// The value, finite, in the unit declared for the series.
    pub value: Vec<f64>,
    /// How good; all good when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<Vec<PointQualityRecord>>,
}

/// How good a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "PointQuality")]
pub enum PointQualityRecord {
    /// Trustworthy.
    Good,
    /// Perhaps not.
    Uncertain,
    /// Not to be used.
    Bad,
}

impl TryFrom<PointsRecord> for Points {
    type Error = RecordError;

    fn try_from(record: PointsRecord) -> Result<Self, RecordError> {
        let PointsRecord { series, at, value, quality } = record;
        let rows = series.len();
        let lengths = quality.as_ref().map(Vec::len);
        if at.len() != rows || value.len() != rows || lengths.is_some_and(|n| n != rows) {
            let (series, at, value) = (rows, at.len(), value.len());
            return Err(RecordError::Columns { series, at, value, quality: lengths });
        }
        let in_row = |row: usize| move |error| RecordError::Row { row, source: Box::new(error) };
        let ids =
            series.iter().enumerate().map(|(row, word)| id("series", word).map_err(in_row(row)));
        let times = at.iter().enumerate().map(|(row, at)| at.read("at").map_err(in_row(row)));
        if let Some(row) = value.iter().position(|value| !value.is_finite()) {
            let error = RecordError::NotFinite { field: "value", value: value[row] };
            return Err(in_row(row)(error));
        }
        Ok(Self {
            series: ids.collect::<Result<_, _>>()?,
            at: times.collect::<Result<_, _>>()?,
            value,
            quality: match quality {
                None => vec![PointQuality::Good; rows],
                Some(quality) => quality.into_iter().map(PointQuality::from).collect(),
            },
        })
    }
}

impl From<&Points> for PointsRecord {
    fn from(points: &Points) -> Self {
        let all_good = points.quality.iter().all(|quality| *quality == PointQuality::Good);
        let quality = || points.quality.iter().map(|quality| (*quality).into()).collect();
        Self {
            series: points.series.iter().map(|id| Word::new(id.as_str())).collect(),
            at: points.at.iter().map(|at| (*at).into()).collect(),
            value: points.value.clone(),
            quality: (!all_good).then(quality),
        }
    }
}

impl From<PointQualityRecord> for PointQuality {
    fn from(record: PointQualityRecord) -> Self {
        match record {
            PointQualityRecord::Good => Self::Good,
            PointQualityRecord::Uncertain => Self::Uncertain,
            PointQualityRecord::Bad => Self::Bad,
        }
    }
}

impl From<PointQuality> for PointQualityRecord {
    fn from(quality: PointQuality) -> Self {
        match quality {
            PointQuality::Good => Self::Good,
            PointQuality::Uncertain => Self::Uncertain,
            PointQuality::Bad => Self::Bad,
        }
    }
}
