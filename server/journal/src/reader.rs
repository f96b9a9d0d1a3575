//! Reading beside the hub that writes: a connection of its own, which never holds a commit up.
//!
//! SQLite's write-ahead log lets others read what was committed while the next commit is made.
//! Rows are read a page at a time, each page in a transaction of its own, so that a long reading
//! neither keeps the log from being folded into the file nor holds more than one row in memory.

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, OptionalExtension, Params, Row};
use twin::{FeedId, PlantId, PlantTime};

use crate::{
    Alarm, Definition, DefinitionFile, Entry, JournalError, catalogue,
    error::sqlite,
    journal::{JOURNAL_FILE, SELECT, read_entry},
};

/// Rows of one page.
const ROWS_A_PAGE: u64 = 1_000;
/// How long to wait while the file is being recovered or folded.
const WAIT: Duration = Duration::from_secs(2);

/// What is durable in a data directory, for reading only.
pub struct Reader {
    connection: Connection,
    path: PathBuf,
}

impl Reader {
    /// Opens the journal of a data directory that a hub has open.
    ///
    /// # Errors
    /// [`JournalError`] when there is none, or it cannot be read.
    pub fn open(dir: &Path) -> Result<Self, JournalError> {
        let path = dir.join(JOURNAL_FILE);
        let failed = sqlite(&path, "being opened for reading");
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&path, flags).map_err(&failed)?;
        connection.busy_timeout(WAIT).map_err(&failed)?;
        Ok(Self { connection, path })
    }

    /// The number of the newest row; 0 before the first.
    ///
    /// # Errors
    /// [`JournalError`] when the file cannot be read.
    pub fn last_hub_seq(&self) -> Result<u64, JournalError> {
        let failed = sqlite(&self.path, "being read");
        let newest = "SELECT COALESCE(MAX(hub_seq), 0) FROM entry";
        let last: i64 = self.connection.query_row(newest, (), |row| row.get(0)).map_err(&failed)?;
        Ok(last.cast_unsigned())
    }

    /// Hands over the rows numbered `from` to `to`, both included, in order, each checked, until
    /// there are no more or the visitor breaks off.
    ///
    /// # Errors
    /// [`JournalError::Damaged`] names the first row that does not match its checksum or is
    /// missing; the rows before it were handed over.
    pub fn rows(
        &self,
        from: u64,
        to: u64,
        visit: &mut dyn FnMut(Entry) -> ControlFlow<()>,
    ) -> Result<(), JournalError> {
        let mut next = from.max(1);
        while next <= to {
            let last = to.min(next.saturating_add(ROWS_A_PAGE - 1));
            let mut wanted = next;
            let mut gap = None;
            let flow = self.select(
                "hub_seq >= ? AND hub_seq <= ?",
                (next.cast_signed(), last.cast_signed()),
                &mut |entry| {
                    if entry.hub_seq != wanted {
                        gap = Some(wanted);
                        return ControlFlow::Break(());
                    }
                    wanted += 1;
                    visit(entry)
                },
            )?;
            if let Some(hub_seq) = gap {
                return Err(JournalError::Damaged { hub_seq, what: "it is missing" });
            }
            // A page that is not full is the journal's end.
            if flow.is_break() || wanted <= last {
                return Ok(());
            }
            next = last + 1;
        }
        Ok(())
    }

    /// Hands over the rows up to `to` whose accepted reports hold this text, in order.
    ///
    /// # Errors
    /// As [`Self::rows`].
    pub fn rows_with(
        &self,
        text: &str,
        to: u64,
        visit: &mut dyn FnMut(Entry) -> ControlFlow<()>,
    ) -> Result<(), JournalError> {
        let wanted = "hub_seq <= ? AND instr(body, ?) > 0";
        self.select(wanted, (to.cast_signed(), text), visit).map(|_flow| ())
    }

    fn select(
        &self,
        wanted: &str,
        parameters: impl Params,
        visit: &mut dyn FnMut(Entry) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, JournalError> {
        let failed = sqlite(&self.path, "being read");
        let select = format!("{SELECT} WHERE {wanted} ORDER BY hub_seq");
        let mut statement = self.connection.prepare_cached(&select).map_err(&failed)?;
        let mut rows = statement.query(parameters).map_err(&failed)?;
        while let Some(row) = rows.next().map_err(&failed)? {
            let hub_seq = row.get::<_, i64>(0).map_err(&failed)?.cast_unsigned();
            let entry =
                read_entry(row, hub_seq).map_err(|what| JournalError::Damaged { hub_seq, what })?;
            if visit(entry).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// The newest alarms, newest first.
    ///
    /// # Errors
    /// [`JournalError`] when the file cannot be read.
    pub fn alarms(&self, most: u32) -> Result<Vec<Alarm>, JournalError> {
        catalogue::alarms(&self.connection, &self.path, most)
    }

    /// The revision of the plant files that was in force when a plant's clock stood at `at`; the
    /// first one for a moment before the record. None when none was ever kept. `rate` is plant
    /// seconds for one second of wall time: files are stored by the wall clock.
    ///
    /// # Errors
    /// [`JournalError`] when the file cannot be read.
    pub fn definition_at(
        &self,
        plant: &PlantId,
        at: PlantTime,
        rate: f64,
    ) -> Result<Option<Definition>, JournalError> {
        let all = catalogue::definitions(&self.connection, &self.path)?;
        let wall = self.wall_at(plant, at, rate)?;
        let in_force = all.iter().rev().find(|known| wall.is_some_and(|wall| known.stored <= wall));
        Ok(in_force.or(all.first()).cloned())
    }

    /// The wall time at which a plant's clock stood at `at`, reckoned from the last row before
    /// it and no later than the next one; none before the first row.
    fn wall_at(
        &self,
        plant: &PlantId,
        at: PlantTime,
        rate: f64,
    ) -> Result<Option<PlantTime>, JournalError> {
        let failed = sqlite(&self.path, "being read");
        let last = "SELECT hub_seq, received_us, plant_now_us FROM entry
                    WHERE plant = ? AND plant_now_us <= ? ORDER BY hub_seq DESC LIMIT 1";
        let times = |row: &Row<'_>| {
            let time = |at| row.get(at).map(PlantTime::from_micros);
            Ok((row.get::<_, i64>(0)?, time(1)?, time(2)?))
        };
        let found = self.connection.query_row(last, (plant.as_str(), at.micros()), times);
        let Some((hub_seq, received, stood)) = found.optional().map_err(&failed)? else {
            return Ok(None);
        };
        let next = "SELECT received_us FROM entry WHERE plant = ? AND hub_seq > ?
                    ORDER BY hub_seq LIMIT 1";
        let next = self.connection.query_row(next, (plant.as_str(), hub_seq), |row| {
            row.get(0).map(PlantTime::from_micros)
        });
        let next = next.optional().map_err(&failed)?;
        let wall = received + at.since(stood).scaled(1.0 / rate);
        Ok(Some(next.map_or(wall, |next| wall.min(next))))
    }

    /// The files of a revision, by name.
    ///
    /// # Errors
    /// [`JournalError`] when the file cannot be read.
    pub fn definition_files(&self, revision: u32) -> Result<Vec<DefinitionFile>, JournalError> {
        catalogue::definition_files(&self.connection, &self.path, revision)
    }
}

/// The row of one frame of a feed, if it is kept.
pub(crate) fn row_of(
    connection: &Connection,
    path: &Path,
    (feed, epoch, seq): (&FeedId, u64, u64),
) -> Result<Option<Entry>, JournalError> {
    let failed = sqlite(path, "being read");
    let select = format!("{SELECT} WHERE feed = ? AND epoch = ? AND seq = ?");
    let mut statement = connection.prepare_cached(&select).map_err(&failed)?;
    let parameters = (feed.as_str(), epoch.cast_signed(), seq.cast_signed());
    let mut rows = statement.query(parameters).map_err(&failed)?;
    let Some(row) = rows.next().map_err(&failed)? else { return Ok(None) };
    let hub_seq = row.get::<_, i64>(0).map_err(&failed)?.cast_unsigned();
    read_entry(row, hub_seq).map(Some).map_err(|what| JournalError::Damaged { hub_seq, what })
}

#[cfg(test)]
mod tests;
