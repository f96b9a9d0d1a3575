//! Scenario files: when a programme is played, and what goes wrong meanwhile.

use thiserror::Error;
use toml_edit::{Document, Item, Table};
use twin::{PlantTime, Programme, Span};

use crate::settings::{Disruption, Settings};

/// A scenario file, read.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// Its name on pages.
    pub name: String,
    /// The seed of every random stream.
    pub seed: u64,
    /// Plant seconds for one second of wall time \[ratio\].
    pub rate: f64,
    /// What goes wrong.
    pub disruptions: Vec<Disruption>,
}

/// Why a scenario file was refused.
#[derive(Debug, Error)]
pub enum ScenarioError {
    /// Not UTF-8.
    #[error("{file}: the file is not UTF-8 text")]
    NotText {
        /// The file.
        file: String,
        /// Where.
        #[source]
        source: std::str::Utf8Error,
    },
    /// Not TOML.
    #[error("{file}: the file is not TOML")]
    NotToml {
        /// The file.
        file: String,
        /// Where and why.
        #[source]
        source: toml_edit::TomlError,
    },
    /// A key is missing or not what it should be.
    #[error("{file}:{line}: error: {key} must be {expected}")]
    Key {
        /// The file.
        file: String,
        /// The line of the table it belongs to.
        line: usize,
        /// The key.
        key: String,
        /// What it should be.
        expected: &'static str,
    },
    /// A key that nobody reads.
    #[error("{file}:{line}: error: unknown key {key}; known are {known}")]
    UnknownKey {
        /// The file.
        file: String,
        /// The line.
        line: usize,
        /// The key.
        key: String,
        /// What could have been meant.
        known: String,
    },
}

const KEYS: [&str; 4] = ["name", "seed", "rate", "disruption"];
const DISRUPTION_KEYS: [&str; 5] = ["name", "at", "until", "path", "value"];
/// How long a demonstration may run on: at 720 ×, a day.
const AFTER_DEMO: Span = Span::from_secs(2 * 366 * 86_400);
/// More disruptions than this are no scenario.
const MOST_DISRUPTIONS: usize = 1_000;

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
}

impl Scenario {
    /// Reads a scenario file.
    ///
    /// # Errors
    /// [`ScenarioError`], the first one, with file and line.
    pub fn parse(file: &str, bytes: &[u8]) -> Result<Self, ScenarioError> {
        let text = std::str::from_utf8(bytes)
            .map_err(|source| ScenarioError::NotText { file: file.to_owned(), source })?;
        let document = Document::parse(text)
            .map_err(|source| ScenarioError::NotToml { file: file.to_owned(), source })?;
        let reader = Reader { file, text };
        let table = document.as_table();
        reader.known(table, &KEYS)?;
        let rate = match table.get("rate") {
            None => 1.0,
            Some(item) => number(item)
                .filter(|rate| *rate > 0.0 && *rate <= 1e6)
                .ok_or_else(|| reader.bad(table, "rate", "a number above 0, at most 1e6"))?,
        };
        let seed = table.get("seed").map_or(Some(1), Item::as_integer);
        let seed = seed.and_then(|seed| u64::try_from(seed).ok());
        Ok(Self {
            name: reader.text(table, "name")?,
            seed: seed.ok_or_else(|| reader.bad(table, "seed", "a whole number from 0"))?,
            rate,
            disruptions: reader.disruptions(table)?,
        })
    }

    /// The settings of a run of this scenario from the programme's day zero.
    pub fn settings(&self, programme: &Programme) -> Settings {
        let mut settings = Settings::new(self.seed, programme.starts);
        settings.until = settings.until.max(programme.demo_from + AFTER_DEMO);
        settings.disruptions = self.disruptions.clone();
        settings
    }
}

impl Reader<'_> {
    fn disruptions(&self, table: &Table) -> Result<Vec<Disruption>, ScenarioError> {
        let Some(item) = table.get("disruption") else { return Ok(Vec::new()) };
        let list = item
            .as_array_of_tables()
            .filter(|list| list.len() <= MOST_DISRUPTIONS)
            .ok_or_else(|| self.bad(table, "disruption", "written as [[disruption]] tables"))?;
        let mut disruptions = Vec::new();
        for entry in list {
            self.known(entry, &DISRUPTION_KEYS)?;
            let at = self.time(entry, "at")?;
            let until = match entry.get("until") {
                None => None,
                Some(_) => Some(self.time(entry, "until")?),
            };
            if until.is_some_and(|until| until <= at) {
                return Err(self.bad(entry, "until", "after at"));
            }
            disruptions.push(Disruption {
                name: self.text(entry, "name")?,
                at,
                until,
                path: self.text(entry, "path")?,
                value: self.text(entry, "value")?,
            });
        }
        Ok(disruptions)
    }

    fn known(&self, table: &Table, keys: &[&str]) -> Result<(), ScenarioError> {
        for (key, item) in table {
            if !keys.contains(&key) {
                let line = item.span().map_or_else(|| self.line(table), |s| self.line_of(s.start));
                let (file, key) = (self.file.to_owned(), key.to_owned());
                return Err(ScenarioError::UnknownKey { file, line, key, known: keys.join(", ") });
            }
        }
        Ok(())
    }

    fn text(&self, table: &Table, key: &str) -> Result<String, ScenarioError> {
        let text = table.get(key).and_then(Item::as_str).filter(|text| text.len() <= 200);
        text.map(str::to_owned).ok_or_else(|| self.bad(table, key, "a text of at most 200 bytes"))
    }

    fn time(&self, table: &Table, key: &str) -> Result<PlantTime, ScenarioError> {
        let value = table.get(key).and_then(Item::as_datetime);
        value.and_then(moment).ok_or_else(|| {
            self.bad(table, key, "a time with its offset, such as 2031-05-05T06:00:00+02:00")
        })
    }

    fn bad(&self, table: &Table, key: &str, expected: &'static str) -> ScenarioError {
        let span = table.get(key).and_then(Item::span);
        let line = span.map_or_else(|| self.line(table), |span| self.line_of(span.start));
        ScenarioError::Key { file: self.file.to_owned(), line, key: key.to_owned(), expected }
    }

    fn line(&self, table: &Table) -> usize {
        table.span().map_or(1, |span| self.line_of(span.start))
    }

    fn line_of(&self, byte: usize) -> usize {
        let before = self.text.as_bytes().get(..byte).unwrap_or_default();
        before.iter().filter(|&&b| b == b'\n').count() + 1
    }
}

fn number(item: &Item) -> Option<f64> {
    item.as_float().or_else(|| item.as_integer().map(|n| n as f64))
}

/// Microseconds since 1970 of a time with an offset.
///
/// Days from the civil date after H. Hinnant, "chrono-Compatible Low-Level Date Algorithms".
fn moment(value: &toml_edit::Datetime) -> Option<PlantTime> {
    let (date, time, offset) = (value.date?, value.time?, value.offset?);
    let (year, month, day) = (i64::from(date.year), i64::from(date.month), i64::from(date.day));
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    let minutes = match offset {
        toml_edit::Offset::Z => 0,
        toml_edit::Offset::Custom { minutes } => i64::from(minutes),
    };
    let secs = days * 86_400
        + i64::from(time.hour) * 3_600
        + i64::from(time.minute) * 60
        + i64::from(time.second.unwrap_or(0))
        - minutes * 60;
    Some(PlantTime::from_micros(secs * 1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "name = 'a'\nseed = 7\nrate = 720\n\
        [[disruption]]\nname = 'weld head'\nat = 2030-01-01T01:00:00+01:00\n\
        path = 'y.unit.P4.down'\nvalue = '10 d'\n";

    #[test]
    fn a_scenario_is_read() {
        let scenario = Scenario::parse("demo.toml", GOOD.as_bytes()).expect("valid");
        assert_eq!(scenario.disruptions[0].at.micros(), 1_893_456_000_000_000);
        assert_eq!((scenario.seed, scenario.rate), (7, 720.0));
        assert_eq!(scenario.disruptions[0].value, "10 d");
    }

    #[track_caller]
    fn check(from: &str, to: &str, expected: &str) {
        let refused = Scenario::parse("demo.toml", GOOD.replace(from, to).as_bytes());
        assert_eq!(refused.expect_err("refused").to_string(), expected);
    }

    #[test]
    fn a_bad_scenario_says_where_and_what() {
        check(
            "rate = 720",
            "rate = -1",
            "demo.toml:3: error: rate must be a number above 0, at most 1e6",
        );
        check(
            "path =",
            "pth =",
            "demo.toml:7: error: unknown key pth; known are name, at, until, path, value",
        );
        check(
            "at = 2030-01-01T01:00:00+01:00",
            "at = 2030-02-20",
            "demo.toml:6: error: at must be a time with its offset, such as 2031-05-05T06:00:00+02:00",
        );
        check("[[", "[", "demo.toml: the file is not TOML");
    }
}
