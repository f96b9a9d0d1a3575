//! Keys of feeds: who may speak, for which plant, about which units. Only hashes are kept.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, Row};
use twin::{EquipmentId, FeedId, PlantId, PlantTime, SupplierId};

use crate::{JournalError, error::sqlite, schema::DURABLE};

/// The file of the keys within the data directory.
const KEYS_FILE: &str = "keys.sqlite";
/// How long to wait for another process that is writing a key, in milliseconds.
const WAIT_MS: u32 = 2_000;

const LAYOUT_1: &str = "CREATE TABLE IF NOT EXISTS feed_key (
  sha256 TEXT PRIMARY KEY,
  feed TEXT NOT NULL,
  plant TEXT NOT NULL,
  supplier TEXT,
  units TEXT,
  created_us INTEGER NOT NULL,
  revoked_us INTEGER
) STRICT, WITHOUT ROWID";

/// The keys of a data directory; may be open in several processes at once.
pub struct Keys {
    connection: Connection,
    path: PathBuf,
}

/// What a key allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow {
    /// SHA-256 of the key, in hexadecimal.
    pub sha256: String,
    /// The feed that it is the key of.
    pub feed: FeedId,
    /// The plant that the feed speaks for.
    pub plant: PlantId,
    /// The supplier whose key it is, when it is not the plant's own.
    pub supplier: Option<SupplierId>,
    /// The units it may speak about; none is every unit of the plant.
    pub units: Option<Vec<EquipmentId>>,
    /// Wall time.
    pub created: PlantTime,
    /// Wall time; a revoked key stays listed and opens nothing.
    pub revoked: Option<PlantTime>,
}

impl Keys {
    /// Opens the keys of a data directory, making it if need be.
    ///
    /// # Errors
    /// [`JournalError`] when it cannot be written.
    pub fn open(dir: &Path) -> Result<Self, JournalError> {
        std::fs::create_dir_all(dir)
            .map_err(|source| JournalError::NotWritable { path: dir.to_owned(), source })?;
        let path = dir.join(KEYS_FILE);
        let failed = sqlite(&path, "opening the keys");
        let connection = Connection::open(&path).map_err(&failed)?;
        connection
            .busy_timeout(std::time::Duration::from_millis(WAIT_MS.into()))
            .map_err(&failed)?;
        connection.execute_batch(DURABLE).map_err(&failed)?;
        connection.execute_batch(LAYOUT_1).map_err(&failed)?;
        connection.execute_batch(crate::viewer_keys::LAYOUT).map_err(&failed)?;
        connection.execute_batch(crate::planner_keys::LAYOUT).map_err(&failed)?;
        Ok(Self { connection, path })
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps a new key.
    ///
    /// # Errors
    /// [`JournalError`]; nothing was kept.
    pub fn add(&self, key: &KeyRow) -> Result<(), JournalError> {
        let units = key
            .units
            .as_ref()
            .map(|units| units.iter().map(EquipmentId::as_str).collect::<Vec<_>>().join(","));
        let row = (
            &key.sha256,
            key.feed.as_str(),
            key.plant.as_str(),
            key.supplier.as_ref().map(SupplierId::as_str),
            units,
            key.created.micros(),
            key.revoked.map(PlantTime::micros),
        );
        let kept =
            self.connection.execute("INSERT INTO feed_key VALUES (?, ?, ?, ?, ?, ?, ?)", row);
        kept.map(|_rows| ()).map_err(sqlite(&self.path, "keeping a key"))
    }

    /// The key of this hash, revoked or not.
    ///
    /// # Errors
    /// [`JournalError`] when the file cannot be read.
    pub fn find(&self, sha256: &str) -> Result<Option<KeyRow>, JournalError> {
        let select = format!("{SELECT} WHERE sha256 = ?");
        self.connection
            .query_row(&select, [sha256], read_key)
            .optional()
            .map_err(sqlite(&self.path, "looking for a key"))
    }

    /// Every key, in the order of making.
    ///
    /// # Errors
    /// [`JournalError`] when the file cannot be read.
    pub fn list(&self) -> Result<Vec<KeyRow>, JournalError> {
        let failed = sqlite(&self.path, "listing the keys");
        let select = format!("{SELECT} ORDER BY created_us, sha256");
        let mut statement = self.connection.prepare(&select).map_err(&failed)?;
        let rows = statement.query_map([], read_key);
        rows.map_err(&failed)?.collect::<Result<_, _>>().map_err(&failed)
    }

    /// Revokes every open key whose hash begins so, or that belongs to the feed of this name;
    /// returns how many.
    ///
    /// # Errors
    /// [`JournalError`]; nothing was changed.
    pub fn revoke(&self, which: &str, at: PlantTime) -> Result<usize, JournalError> {
        // Shorter beginnings could hit a stranger's key by chance.
        let beginning = if which.len() >= 8 { which } else { "-" };
        let update = "UPDATE feed_key SET revoked_us = ?1
                      WHERE revoked_us IS NULL AND (feed = ?2 OR substr(sha256, 1, ?3) = ?4)";
        let row = (at.micros(), which, beginning.len() as i64, beginning);
        self.connection.execute(update, row).map_err(sqlite(&self.path, "revoking a key"))
    }
}

const SELECT: &str =
    "SELECT sha256, feed, plant, supplier, units, created_us, revoked_us FROM feed_key";

fn read_key(row: &Row<'_>) -> rusqlite::Result<KeyRow> {
    let id = |at: usize, error: twin::InvalidId| {
        rusqlite::Error::FromSqlConversionFailure(at, rusqlite::types::Type::Text, Box::new(error))
    };
    let supplier: Option<String> = row.get(3)?;
    let units: Option<String> = row.get(4)?;
    let units = units.map(|units| {
        let names = units.split(',').filter(|name| !name.is_empty());
        names.map(EquipmentId::new).collect::<Result<Vec<_>, _>>()
    });
    Ok(KeyRow {
        sha256: row.get(0)?,
        feed: FeedId::new(&row.get::<_, String>(1)?).map_err(|error| id(1, error))?,
        plant: PlantId::new(&row.get::<_, String>(2)?).map_err(|error| id(2, error))?,
        supplier: supplier
            .map(|name| SupplierId::new(&name))
            .transpose()
            .map_err(|error| id(3, error))?,
        units: units.transpose().map_err(|error| id(4, error))?,
        created: PlantTime::from_micros(row.get(5)?),
        revoked: row.get::<_, Option<i64>>(6)?.map(PlantTime::from_micros),
    })
}
