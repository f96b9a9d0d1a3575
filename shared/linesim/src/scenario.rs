//! Scenario files: how a programme or plant is played, what is changed, what goes wrong meanwhile
//! and what is expected.

mod expect;

use thiserror::Error;
use toml_edit::{Document, Item, Table};
use twin::{PlantTime, Programme, Span};

use crate::{
    change::span_of,
    settings::{Disruption, Settings},
};

pub use expect::{Expect, Measure, Relation};

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
    /// The plant it is about: an id, or a path from the file's own folder.
    pub plant: Option<String>,
    /// What is different from the plant's files, from the start.
    pub changes: Vec<Change>,
    /// What is expected, for `slipway test`; dates of milestones count from the start that the
    /// file's plant has.
    pub expects: Vec<Written>,
    /// Replications, where it says how many.
    pub replications: Option<usize>,
    /// How long one is, where it says so.
    pub until: Option<Span>,
    /// How much of that is left out, where it says so.
    pub warm_up: Option<Span>,
    /// A replication's time is told when so many pieces are complete.
    pub pieces: Option<u64>,
}

/// A parameter that has another value from the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which parameter: `plant.kind.id.parameter`.
    pub path: String,
    /// Its value.
    pub value: String,
    /// Where it is written.
    pub line: usize,
}

/// An expectation as it is written, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// `throughput >= "42/month"`.
    pub text: String,
    /// Its line.
    pub line: usize,
}

impl Written {
    /// What it says; dates count from `starts`.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn read(&self, starts: PlantTime) -> Result<Expect, String> {
        Expect::parse(&self.text, Some(starts))
    }
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
    #[error("{file}:{line}:1: error: {key} must be {expected}")]
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
    /// An expectation that says nothing.
    #[error("{file}:{line}:1: error: {wrong}")]
    Expectation {
        /// The file.
        file: String,
        /// The line.
        line: usize,
        /// What is wrong with it.
        wrong: String,
    },
    /// A key that nobody reads.
    #[error("{file}:{line}:1: error: unknown key {key}; known are {known}")]
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

const KEYS: [&str; 11] = [
    "name",
    "seed",
    "rate",
    "disruption",
    "plant",
    "change",
    "expect",
    "replications",
    "until",
    "warmup",
    "pieces",
];
const CHANGE_KEYS: [&str; 2] = ["path", "value"];
/// The most replications and pieces that a scenario asks for.
const MOST: i64 = 1_000_000_000;
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
            plant: match table.get("plant") {
                None => None,
                Some(_) => Some(reader.text(table, "plant")?),
            },
            changes: reader.changes(table)?,
            expects: reader.expects(table)?,
            replications: reader.count(table, "replications")?.map(|count| count as usize),
            until: reader.span(table, "until")?,
            warm_up: reader.warm_up(table)?,
            pieces: reader.count(table, "pieces")?,
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
    fn tables<'t>(
        &self,
        table: &'t Table,
        key: &'static str,
        written: &'static str,
    ) -> Result<Vec<&'t Table>, ScenarioError> {
        let Some(item) = table.get(key) else { return Ok(Vec::new()) };
        let list = item.as_array_of_tables().filter(|list| list.len() <= MOST_DISRUPTIONS);
        list.map(|list| list.iter().collect()).ok_or_else(|| self.bad(table, key, written))
    }

    fn changes(&self, table: &Table) -> Result<Vec<Change>, ScenarioError> {
        let mut changes = Vec::new();
        for entry in self.tables(table, "change", "written as [[change]] tables")? {
            self.known(entry, &CHANGE_KEYS)?;
            let path = self.text(entry, "path")?;
            changes.push(Change {
                path,
                value: self.text(entry, "value")?,
                line: self.line(entry),
            });
        }
        Ok(changes)
    }

    fn expects(&self, table: &Table) -> Result<Vec<Written>, ScenarioError> {
        let Some(item) = table.get("expect") else { return Ok(Vec::new()) };
        let wanted = "a list of texts such as 'throughput >= \"42/month\"'";
        let list = item.as_array().filter(|list| list.len() <= MOST_DISRUPTIONS);
        let list = list.ok_or_else(|| self.bad(table, "expect", wanted))?;
        let mut expects = Vec::new();
        for value in list {
            let line = value.span().map_or(1, |span| self.line_of(span.start));
            let text = value.as_str().ok_or_else(|| self.bad(table, "expect", wanted))?;
            // Whatever the programme's start is, a date is one.
            if let Err(wrong) = Expect::parse(text, Some(PlantTime::default())) {
                return Err(ScenarioError::Expectation { file: self.file.to_owned(), line, wrong });
            }
            expects.push(Written { text: text.to_owned(), line });
        }
        Ok(expects)
    }

    fn count(&self, table: &Table, key: &str) -> Result<Option<u64>, ScenarioError> {
        let Some(item) = table.get(key) else { return Ok(None) };
        let count = item.as_integer().filter(|count| (1..=MOST).contains(count));
        let count = count.and_then(|count| u64::try_from(count).ok());
        count.map(Some).ok_or_else(|| self.bad(table, key, "a whole number above 0"))
    }

    fn span(&self, table: &Table, key: &str) -> Result<Option<Span>, ScenarioError> {
        let Some(item) = table.get(key) else { return Ok(None) };
        let span = item.as_str().and_then(span_of);
        span.map(Some).ok_or_else(|| self.bad(table, key, "a time such as \"720 d\""))
    }

    fn warm_up(&self, table: &Table) -> Result<Option<Span>, ScenarioError> {
        match table.get("warmup").and_then(Item::as_str) {
            Some("auto") => Ok(None),
            Some("0") => Ok(Some(Span::ZERO)),
            _ => self.span(table, "warmup"),
        }
    }

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
mod tests;
