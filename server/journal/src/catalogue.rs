//! What rows refer to: labels, revisions of the plant files, clocks, alarms.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Row};
use twin::{PlantId, PlantTime};

use crate::{Journal, JournalError, error::sqlite};

/// The most alarms that are kept; the oldest go first.
const MOST_ALARMS: u32 = 10_000;

/// A file of a plant definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefinitionFile {
    /// Its path within the plants directory, with `/`.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A revision of the plant files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// From 1.
    pub revision: u32,
    /// SHA-256 over names and bytes, in hexadecimal.
    pub sha256: String,
    /// The first hub sequence number that it is in force for.
    pub since_hub_seq: u64,
    /// Wall time of storing.
    pub stored: PlantTime,
}

/// The clock that a plant is on.
#[derive(Clone, Debug, PartialEq)]
pub struct ClockRow {
    /// The plant.
    pub plant: PlantId,
    /// `live`, `simulated` or `recorded`.
    pub kind: String,
    /// Plant seconds for one second of wall time.
    pub rate: f64,
    /// The plant's time when this was written.
    pub plant_now: PlantTime,
}

/// A condition that somebody must acknowledge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// From 1.
    pub id: u64,
    /// Wall time.
    pub raised: PlantTime,
    /// A stable word.
    pub code: String,
    /// What it is about: a feed, a plant, `journal`.
    pub about: String,
    /// What happened and what to do.
    pub text: String,
    /// Wall time of the acknowledgement.
    pub acknowledged: Option<PlantTime>,
}

impl Journal {
    /// The number of a label, kept once.
    ///
    /// # Errors
    /// [`JournalError`]; nothing was kept.
    pub fn intern_label(&mut self, json: &str) -> Result<u32, JournalError> {
        let failed = sqlite(&self.path, "keeping a label");
        let find = "SELECT id FROM label WHERE json = ?";
        let found = self.connection.query_row(find, [json], |row| row.get(0)).optional();
        if let Some(id) = found.map_err(&failed)? {
            return Ok(id);
        }
        let keep = "INSERT INTO label (json) VALUES (?) RETURNING id";
        self.connection.query_row(keep, [json], |row| row.get(0)).map_err(&failed)
    }

    /// Every label with its number, in order.
    ///
    /// # Errors
    /// [`JournalError`] when the file cannot be read.
    pub fn labels(&self) -> Result<Vec<(u32, String)>, JournalError> {
        let failed = sqlite(&self.path, "being read");
        let mut statement =
            self.connection.prepare("SELECT id, json FROM label ORDER BY id").map_err(&failed)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
        rows.map_err(&failed)?.collect::<Result<_, _>>().map_err(&failed)
    }

    /// Keeps a revision of the plant files, unless the newest is the same; returns its number.
    ///
    /// # Errors
    /// [`JournalError`]; nothing was kept.
    pub fn keep_definition(
        &mut self,
        sha256: &str,
        files: &[DefinitionFile],
        stored: PlantTime,
    ) -> Result<u32, JournalError> {
        if let Some(newest) = self.newest_definition()?
            && newest.sha256 == sha256
        {
            return Ok(newest.revision);
        }
        let failed = sqlite(&self.path, "keeping the plant files");
        let since = (self.last_hub_seq() + 1).cast_signed();
        let transaction = self.connection.transaction().map_err(&failed)?;
        let revision: u32 = transaction
            .query_row(
                "INSERT INTO definition (sha256, since_hub_seq, stored_us) VALUES (?, ?, ?)
                 RETURNING revision",
                (sha256, since, stored.micros()),
                |row| row.get(0),
            )
            .map_err(&failed)?;
        for file in files {
            transaction
                .execute(
                    "INSERT INTO definition_file VALUES (?, ?, ?)",
                    (revision, &file.name, &file.bytes),
                )
                .map_err(&failed)?;
        }
        transaction.commit().map_err(&failed)?;
        Ok(revision)
    }

    /// The revision in force.
    ///
    /// # Errors
    /// [`JournalError`] when the file cannot be read.
    pub fn newest_definition(&self) -> Result<Option<Definition>, JournalError> {
        let newest = "SELECT revision, sha256, since_hub_seq, stored_us FROM definition
                      ORDER BY revision DESC LIMIT 1";
        self.connection
            .query_row(newest, [], definition)
            .optional()
            .map_err(sqlite(&self.path, "being read"))
    }

    /// The files of a revision, by name.
    ///
    /// # Errors
    /// [`JournalError`] when the file cannot be read.
    pub fn definition_files(&self, revision: u32) -> Result<Vec<DefinitionFile>, JournalError> {
        definition_files(&self.connection, &self.path, revision)
    }

    /// Keeps which clock a plant is on.
    ///
    /// # Errors
    /// [`JournalError`]; the earlier one stays.
    pub fn keep_clock(&mut self, clock: &ClockRow) -> Result<(), JournalError> {
        let keep = "INSERT OR REPLACE INTO clock VALUES (?, ?, ?, ?)";
        let row = (clock.plant.as_str(), &clock.kind, clock.rate, clock.plant_now.micros());
        let kept = self.connection.execute(keep, row);
        kept.map(|_rows| ()).map_err(sqlite(&self.path, "keeping a clock"))
    }

    /// Which clock every plant is on; an unreadable row counts as none.
    ///
    /// # Errors
    /// [`JournalError`] when the file cannot be read.
    pub fn clocks(&self) -> Result<Vec<ClockRow>, JournalError> {
        let failed = sqlite(&self.path, "being read");
        let select = "SELECT plant, kind, rate, plant_now_us FROM clock ORDER BY plant";
        let mut statement = self.connection.prepare(select).map_err(&failed)?;
        let rows = statement.query_map([], |row| {
            let plant = PlantId::new(&row.get::<_, String>(0)?).ok();
            let (kind, rate) = (row.get(1)?, row.get(2)?);
            let plant_now = PlantTime::from_micros(row.get(3)?);
            Ok(plant.map(|plant| ClockRow { plant, kind, rate, plant_now }))
        });
        let rows: Vec<Option<ClockRow>> =
            rows.map_err(&failed)?.collect::<Result<_, _>>().map_err(&failed)?;
        Ok(rows.into_iter().flatten().collect())
    }

    /// Keeps an alarm; returns its number. The oldest beyond the limit are dropped.
    ///
    /// # Errors
    /// [`JournalError`]; nothing was kept.
    pub fn raise_alarm(
        &mut self,
        raised: PlantTime,
        code: &str,
        about: &str,
        text: &str,
    ) -> Result<u64, JournalError> {
        let failed = sqlite(&self.path, "keeping an alarm");
        let keep = "INSERT INTO alarm (raised_us, code, about, text) VALUES (?, ?, ?, ?)
                    RETURNING id";
        let id: i64 = self
            .connection
            .query_row(keep, (raised.micros(), code, about, text), |row| row.get(0))
            .map_err(&failed)?;
        self.connection
            .execute("DELETE FROM alarm WHERE id <= ? - ?", (id, MOST_ALARMS))
            .map_err(&failed)?;
        Ok(id.cast_unsigned())
    }

    /// The newest alarms, newest first.
    ///
    /// # Errors
    /// [`JournalError`] when the file cannot be read.
    pub fn alarms(&self, most: u32) -> Result<Vec<Alarm>, JournalError> {
        alarms(&self.connection, &self.path, most)
    }

    /// Marks an alarm as seen; false when there is no such open alarm.
    ///
    /// # Errors
    /// [`JournalError`]; nothing was changed.
    pub fn acknowledge_alarm(&mut self, id: u64, at: PlantTime) -> Result<bool, JournalError> {
        let mark = "UPDATE alarm SET acknowledged_us = ? WHERE id = ? AND acknowledged_us IS NULL";
        let marked = self.connection.execute(mark, (at.micros(), id.cast_signed()));
        marked.map(|rows| rows == 1).map_err(sqlite(&self.path, "acknowledging an alarm"))
    }
}

/// The newest alarms, newest first.
pub(crate) fn alarms(
    connection: &Connection,
    path: &Path,
    most: u32,
) -> Result<Vec<Alarm>, JournalError> {
    let failed = sqlite(path, "being read");
    let select = "SELECT id, raised_us, code, about, text, acknowledged_us FROM alarm
                  ORDER BY id DESC LIMIT ?";
    let mut statement = connection.prepare(select).map_err(&failed)?;
    let rows = statement.query_map([most], |row| {
        Ok(Alarm {
            id: row.get::<_, i64>(0)?.cast_unsigned(),
            raised: PlantTime::from_micros(row.get(1)?),
            code: row.get(2)?,
            about: row.get(3)?,
            text: row.get(4)?,
            acknowledged: row.get::<_, Option<i64>>(5)?.map(PlantTime::from_micros),
        })
    });
    rows.map_err(&failed)?.collect::<Result<_, _>>().map_err(&failed)
}

/// Every revision of the plant files, in order.
pub(crate) fn definitions(
    connection: &Connection,
    path: &Path,
) -> Result<Vec<Definition>, JournalError> {
    let failed = sqlite(path, "being read");
    let select = "SELECT revision, sha256, since_hub_seq, stored_us FROM definition
                  ORDER BY revision";
    let mut statement = connection.prepare(select).map_err(&failed)?;
    let rows = statement.query_map([], definition);
    rows.map_err(&failed)?.collect::<Result<_, _>>().map_err(&failed)
}

/// The files of a revision, by name.
pub(crate) fn definition_files(
    connection: &Connection,
    path: &Path,
    revision: u32,
) -> Result<Vec<DefinitionFile>, JournalError> {
    let failed = sqlite(path, "being read");
    let select = "SELECT name, bytes FROM definition_file WHERE revision = ? ORDER BY name";
    let mut statement = connection.prepare(select).map_err(&failed)?;
    let rows = statement
        .query_map([revision], |row| Ok(DefinitionFile { name: row.get(0)?, bytes: row.get(1)? }));
    rows.map_err(&failed)?.collect::<Result<_, _>>().map_err(&failed)
}

fn definition(row: &Row<'_>) -> rusqlite::Result<Definition> {
    Ok(Definition {
        revision: row.get(0)?,
        sha256: row.get(1)?,
        since_hub_seq: row.get::<_, i64>(2)?.cast_unsigned(),
        stored: PlantTime::from_micros(row.get(3)?),
    })
}
