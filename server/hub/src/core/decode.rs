//! From text to reports: the seam to `record`, with refusals in the hub's own form.

use record::PointsRecord;
use twin::{PlantTime, Report, Statement, report::Points};

use super::frame::NotTaken;

/// Reads one report.
pub(crate) fn report(raw: &str) -> Result<Report, NotTaken> {
    record::read_report(raw.as_bytes()).map_err(|error| refused(&error))
}

/// The code of a refusal because of a marking.
pub(crate) const SPILLAGE: &str = "spillage";

/// Refuses what is marked higher than a hub may hold, before any of it is kept. The words name the
/// marking and quote nothing else.
pub(crate) fn check_markings(json: &str) -> Result<(), NotTaken> {
    let Some(marking) = record::marking_in_json(json) else { return Ok(()) };
    let reason = format!(
        "a text in it is marked {marking}, which is more than this hub may hold; nothing of it \
         was kept: report it without that text, and tell your security officer"
    );
    Err(NotTaken { code: SPILLAGE, reason })
}

/// Reads columns of points, and checks the newest and the oldest time.
pub(crate) fn points(
    record: &PointsRecord,
    check_time: impl Fn(PlantTime) -> Result<(), NotTaken>,
) -> Result<Points, NotTaken> {
    let points = Points::try_from(record.clone()).map_err(|error| refused(&error))?;
    let newest = points.at.iter().max().copied().map_or(Ok(()), &check_time);
    let oldest = points.at.iter().min().copied().map_or(Ok(()), &check_time);
    newest.and(oldest).map(|()| points)
}

/// A moment of RFC 3339; none when it is not one.
pub(crate) fn time(text: &str) -> Option<PlantTime> {
    record::parse_time(text)
}

/// A moment as RFC 3339 in UTC.
pub(crate) fn rfc3339(time: PlantTime) -> String {
    // Only moments beyond the year 9999 have no text; a clock that went there is at its end.
    record::format_time(time).unwrap_or_else(|| "9999-12-31T23:59:59Z".to_owned())
}

/// What a comment says.
pub(crate) fn comment_text(report: &Report) -> Option<&str> {
    match &report.statement {
        Statement::Comment { text, .. } => Some(text.as_str()),
        Statement::Correction { report, .. } => comment_text(report),
        _ => None,
    }
}

fn refused(error: &record::RecordError) -> NotTaken {
    NotTaken { code: error.code(), reason: error.in_words() }
}
