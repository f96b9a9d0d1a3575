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

/// Reads when something is due by a wall clock of the time zone: `2031-05-05`, to the end of that
/// day, or `2031-05-05T06:00`.
///
/// # Errors
/// What is wrong with it, in words.
pub fn read_due(text: &str, time_zone: &str) -> Result<PlantTime, String> {
    let zone = zone(time_zone).ok_or_else(|| format!("\"{time_zone}\" is no time zone"))?;
    parse(text.trim(), &zone, BareDate::End)
}

/// The day at whose end something is due by a wall clock of the time zone, or else day and time of
/// day, as [`read_due`] takes both; none where there is no such time zone.
pub fn due_day(due: PlantTime, time_zone: &str) -> Option<String> {
    let at = Timestamp::from_microsecond(due.micros()).ok()?.to_zoned(zone(time_zone)?);
    let ends_a_day = at.time() == civil::Time::midnight();
    match ends_a_day {
        true => Some(at.date().yesterday().ok()?.to_string()),
        false => Some(at.strftime("%Y-%m-%dT%H:%M").to_string()),
    }
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
