//! Numeric signals: the units that feeds declare, and their way into the twin.

use std::collections::BTreeMap;

use journal::Entry;
use record::PointsRecord;
use serde::Deserialize;
use twin::{PlantId, PlantTime, SeriesId, report::Points, state::SERIES_LIMIT};
use wire::ingest::SeriesDeclaration;

use super::{Core, SessionId};

/// The longest unit of measure in bytes.
const LONGEST_UNIT: usize = 40;

/// Units of measure by series.
pub(super) type Units = BTreeMap<SeriesId, String>;

/// What a hello declares.
///
/// # Errors
/// What is wrong with it, in words.
pub(super) fn declared(declares: &[SeriesDeclaration]) -> Result<Units, String> {
    if declares.len() > SERIES_LIMIT {
        let number = declares.len();
        return Err(format!("{number} series are declared; the hub keeps {SERIES_LIMIT} a plant"));
    }
    let unit = |(at, declaration): (usize, &SeriesDeclaration)| {
        let series = SeriesId::new(&declaration.series)
            .map_err(|error| format!("declares[{at}].series: {error}"))?;
        let bytes = declaration.unit.len();
        if bytes > LONGEST_UNIT {
            let limit = LONGEST_UNIT;
            return Err(format!("declares[{at}].unit has {bytes} bytes, more than {limit}"));
        }
        Ok((series, declaration.unit.clone()))
    };
    declares.iter().enumerate().map(unit).collect()
}

/// Units as a row keeps them; none when there are none.
pub(super) fn units_text(units: &Units) -> Option<String> {
    let units: BTreeMap<&str, &str> =
        units.iter().map(|(series, unit)| (series.as_str(), unit.as_str())).collect();
    (!units.is_empty()).then(|| serde_json::to_string(&units).unwrap_or_default())
}

impl Core {
    /// The units that a connection declared and that no row holds yet: its first points carry
    /// them, so that a replay knows them before the feed comes back.
    pub(super) fn units_to_keep(&mut self, session: SessionId) -> Units {
        let known = self.sessions.get_mut(&session);
        known.map(|session| std::mem::take(&mut session.declares)).unwrap_or_default()
    }

    /// Takes in the points of one record.
    pub(super) fn measured(
        &mut self,
        plant: &PlantId,
        hub_seq: u64,
        points: &Points,
        units: &Units,
    ) {
        self.twin.observe_points(plant, hub_seq, points, units);
    }

    /// The same from a row, as far as its values are not later than `until`. What was taken once
    /// is taken again: its times were judged then.
    pub(super) fn replay_points(&mut self, entry: &Entry, until: Option<PlantTime>) {
        if !entry.body.contains("\"points\":") {
            return;
        }
        let Ok(Row { points: Some(points), units }) = serde_json::from_str(&entry.body) else {
            return;
        };
        match Points::try_from(points) {
            Ok(points) => {
                let points = match until {
                    Some(until) => upto(&points, until),
                    None => points,
                };
                let units = units.into_iter().filter_map(|(series, unit)| {
                    SeriesId::new(&series).ok().map(|series| (series, unit))
                });
                self.measured(&entry.plant, entry.hub_seq, &points, &units.collect());
            }
            Err(_refused_now) => self.not_replayed += 1,
        }
    }
}

/// The values that are not later than a moment.
fn upto(points: &Points, until: PlantTime) -> Points {
    let wanted = |row: &usize| points.at.get(*row).is_some_and(|at| *at <= until);
    let rows: Vec<usize> = (0..points.at.len()).filter(wanted).collect();
    Points {
        series: rows.iter().map(|&row| points.series[row].clone()).collect(),
        at: rows.iter().map(|&row| points.at[row]).collect(),
        value: rows.iter().map(|&row| points.value[row]).collect(),
        quality: rows.iter().map(|&row| points.quality[row]).collect(),
    }
}

/// What of a row's body is about signals.
#[derive(Deserialize)]
struct Row {
    points: Option<PointsRecord>,
    #[serde(default)]
    units: BTreeMap<String, String>,
}
