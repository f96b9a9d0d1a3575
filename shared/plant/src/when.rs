//! Dates and times of day in a site's time zone.

use jiff::{Timestamp, civil, tz::TimeZone};
use twin::PlantTime;

/// What a date without a time of day means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BareDate {
    /// The midnight that begins it.
    Start,
    /// The midnight that ends it: "due on the 5th" is kept on the evening of the 5th.
    End,
}

/// The time zone of that IANA name, out of the database built in.
pub(crate) fn zone(name: &str) -> Option<TimeZone> {
    jiff::tz::db().get(name).ok()
}

pub(crate) fn to_plant_time(stamp: Timestamp) -> PlantTime {
    PlantTime::from_micros(stamp.as_microsecond())
}

/// The moment at which a wall clock of the zone shows this; the later one where it shows it
/// never, the earlier one where it shows it twice.
pub(crate) fn local(zone: &TimeZone, at: civil::DateTime) -> Option<PlantTime> {
    zone.to_ambiguous_timestamp(at).compatible().ok().map(to_plant_time)
}

/// Reads `2031-05-05`, `2031-05-05T06:00` (local) or a time with its offset.
pub(crate) fn parse(text: &str, zone: &TimeZone, bare: BareDate) -> Result<PlantTime, String> {
    let refused = |_| {
        format!("\"{text}\" is not a date like 2031-05-05 or a local time like 2031-05-05T06:00")
    };
    if text.len() == 10 {
        let date: civil::Date = text.parse().map_err(refused)?;
        let date = match bare {
            BareDate::Start => date,
            BareDate::End => date.tomorrow().map_err(refused)?,
        };
        return local(zone, date.into()).ok_or_else(|| format!("\"{text}\" is out of range"));
    }
    if let Ok(stamp) = text.parse::<Timestamp>() {
        return Ok(to_plant_time(stamp));
    }
    let at: civil::DateTime = text.parse().map_err(refused)?;
    local(zone, at).ok_or_else(|| format!("\"{text}\" is out of range"))
}
