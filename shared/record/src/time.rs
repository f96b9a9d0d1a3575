//! Moments as text: RFC 3339 in UTC, to the microsecond.

use std::{borrow::Cow, fmt};

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Visitor, ser::Error as _};
use twin::PlantTime;

use crate::{Word, error::RecordError};

/// No moment is longer in text than this; longer is not looked at.
const LONGEST_TIME: usize = 40;

/// A moment as a feed wrote it: read, or kept as text so that the refusal can quote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimeRecord {
    /// A moment.
    Time(PlantTime),
    /// A text that is none.
    Text(Word),
}

impl TimeRecord {
    /// The moment, or an error that names the field.
    ///
    /// # Errors
    /// [`RecordError::NotATime`].
    pub fn read(&self, field: &'static str) -> Result<PlantTime, RecordError> {
        match self {
            Self::Time(time) => Ok(*time),
            Self::Text(text) => Err(RecordError::not_a_time(field, text)),
        }
    }
}

impl From<PlantTime> for TimeRecord {
    fn from(time: PlantTime) -> Self {
        Self::Time(time)
    }
}

/// Reads RFC 3339 with a zone (`Z` or an offset) in the years 0 to 9999; digits beyond the
/// microsecond are cut off. None for anything else.
pub fn parse_time(text: &str) -> Option<PlantTime> {
    parse_canonical(text.as_bytes()).or_else(|| parse_any(text))
}

fn parse_any(text: &str) -> Option<PlantTime> {
    let bytes = text.as_bytes();
    // `jiff` also reads signed years and names of zones, which RFC 3339 does not have.
    let plain = bytes.len() <= LONGEST_TIME
        && bytes.first().is_some_and(u8::is_ascii_digit)
        && !bytes.contains(&b'[');
    let timestamp: Timestamp = plain.then(|| text.parse().ok())??;
    let micros = timestamp.as_nanosecond().div_euclid(1_000);
    i64::try_from(micros).ok().map(PlantTime::from_micros)
}

/// The form that is written here, `2031-05-05T04:00:00[.ffffff]Z`, read without detours: it is
/// in every report and point. Everything else goes through `jiff`.
fn parse_canonical(text: &[u8]) -> Option<PlantTime> {
    let (head, tail) = text.split_at_checked(19)?;
    let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if separators.iter().any(|&(at, separator)| head[at] != separator) {
        return None;
    }
    let (year, month, day) = (digits(&head[0..4])?, digits(&head[5..7])?, digits(&head[8..10])?);
    let (hour, minute, second) =
        (digits(&head[11..13])?, digits(&head[14..16])?, digits(&head[17..19])?);
    let micros = match tail {
        b"Z" => 0,
        [b'.', fraction @ .., b'Z'] if (1..=6).contains(&fraction.len()) => {
            digits(fraction)? * 10_i64.pow(6 - fraction.len() as u32)
        }
        _ => return None,
    };
    // The last days of the year 9999 are beyond what `jiff` prints.
    let in_range = (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60
        && year < 9999;
    let days = in_range.then(|| days_from_civil(year, month, day))?;
    let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
    Some(PlantTime::from_micros(seconds * 1_000_000 + micros))
}

fn digits(text: &[u8]) -> Option<i64> {
    text.iter().try_fold(0, |number, byte| {
        byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0'))
    })
}

const fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar.
/// Source: H. Hinnant, <https://howardhinnant.github.io/date_algorithms.html>, `days_from_civil`.
const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// A moment as RFC 3339 in UTC, with as many digits of the second as it needs.
/// None outside the years 0 to 9999.
pub fn format_time(time: PlantTime) -> Option<String> {
    printable(time).map(|timestamp| timestamp.to_string())
}

fn printable(time: PlantTime) -> Option<Timestamp> {
    // 0000-01-01T00:00:00Z; before it a year needs a sign, which RFC 3339 does not have.
    const FIRST: i64 = -62_167_219_200_000_000;
    (time.micros() >= FIRST).then(|| Timestamp::from_microsecond(time.micros()).ok())?
}

impl Serialize for TimeRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Time(time) => match printable(*time) {
                Some(timestamp) => serializer.collect_str(&timestamp),
                None => Err(S::Error::custom(format_args!(
                    "{} µs since 1970 is outside the years 0 to 9999",
                    time.micros()
                ))),
            },
            Self::Text(text) => text.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for TimeRecord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = TimeRecord;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time as RFC 3339 text, like 2031-05-05T04:00:00Z")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<TimeRecord, E> {
                let time = parse_time(text).map(TimeRecord::Time);
                Ok(time.unwrap_or_else(|| TimeRecord::Text(Word::new(text))))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

impl JsonSchema for TimeRecord {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Time")
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}
