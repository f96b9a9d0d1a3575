//! Keys of feeds: who may speak, for which plant, about which units. Only hashes are kept.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, Row, Transaction, TransactionBehavior};
use twin::{EquipmentId, FeedId, PlantId, PlantTime, SupplierId};

use crate::{
    JournalError, KeyLife, PlannerKeyRow, ViewerKeyRow, audit, decisions,
    error::sqlite,
    invitations,
    key_table::{KeyTable, no_id},
    life, people,
    planner_keys::{self, PLANNER_KEYS},
    private,
    schema::DURABLE,
    sessions,
    viewer_keys::{self, VIEWER_KEYS},
};

/// The file of the keys within the data directory.
const KEYS_FILE: &str = "keys.sqlite";
/// How long to wait for another process that is writing a key, in milliseconds.
const WAIT_MS: u32 = 2_000;
/// Keys of one feed in force at once: the one in use, and the one that replaces it.
const MOST_IN_FORCE: u64 = 2;

const LAYOUT_1: &str = "CREATE TABLE IF NOT EXISTS feed_key (
  sha256 TEXT PRIMARY KEY,
  feed TEXT NOT NULL,
  plant TEXT NOT NULL,
  supplier TEXT,
  units TEXT,
  created_us INTEGER NOT NULL,
  revoked_us INTEGER,
  expires_us INTEGER NOT NULL,
  used_us INTEGER
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
    /// How long it lasts.
    pub life: KeyLife,
}

/// A key of any kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnyKey {
    /// Of a feed.
    Feed(KeyRow),
    /// Of a viewer.
    Viewer(ViewerKeyRow),
    /// Of a planner.
    Planner(PlannerKeyRow),
}

impl AnyKey {
    /// SHA-256 of the key, in hexadecimal.
    pub fn sha256(&self) -> &str {
        match self {
            Self::Feed(key) => &key.sha256,
            Self::Viewer(key) => &key.sha256,
            Self::Planner(key) => &key.sha256,
        }
    }

    /// How long it lasts.
    pub fn life(&self) -> KeyLife {
        match self {
            Self::Feed(key) => key.life,
            Self::Viewer(key) => key.life,
            Self::Planner(key) => key.life,
        }
    }
}

impl Keys {
    /// Whether a data directory has keys already.
    pub fn are_kept_in(dir: &Path) -> bool {
        dir.join(KEYS_FILE).exists()
    }

    /// Opens the keys of a data directory, making it if need be.
    ///
    /// # Errors
    /// [`JournalError`] when it cannot be written.
    pub fn open(dir: &Path) -> Result<Self, JournalError> {
        private::make_dir(dir)?;
        let path = dir.join(KEYS_FILE);
        private::keep_private(&path)?;
        let failed = sqlite(&path, "opening the keys");
        let connection = Connection::open(&path).map_err(&failed)?;
        connection
            .busy_timeout(std::time::Duration::from_millis(WAIT_MS.into()))
            .map_err(&failed)?;
        connection.execute_batch(DURABLE).map_err(&failed)?;
        let keys = Self { connection, path };
        let transaction = keys.begin("opening the keys")?;
        let layouts = [
            LAYOUT_1,
            viewer_keys::LAYOUT,
            planner_keys::LAYOUT,
            people::LAYOUT,
            sessions::LAYOUT,
            audit::LAYOUT,
            invitations::LAYOUT,
            decisions::LAYOUT,
        ];
        for layout in layouts {
            transaction.execute_batch(layout).map_err(&failed)?;
        }
        life::add_ends(&transaction).map_err(&failed)?;
        transaction.commit().map_err(&failed)?;
        Ok(keys)
    }

    /// A transaction that has the right to write from its start, so that what it reads stays true.
    pub(crate) fn begin(&self, doing: &'static str) -> Result<Transaction<'_>, JournalError> {
        let begun = Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate);
        begun.map_err(sqlite(&self.path, doing))
    }

    /// A number that is another one when somebody else has changed the file since the last call:
    /// another process, or another connection of this one. Own changes do not move it.
    ///
    /// # Errors
    /// [`JournalError`] when the file cannot be read.
    pub fn version(&self) -> Result<i64, JournalError> {
        self.connection
            .query_row("PRAGMA data_version", [], |row| row.get(0))
            .map_err(sqlite(&self.path, "looking for changes of the keys"))
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
    /// [`JournalError::TwoKeys`] when the feed has two in force already; others when it cannot be
    /// written. Nothing was kept.
    pub fn add(&self, key: &KeyRow) -> Result<(), JournalError> {
        let failed = sqlite(&self.path, "keeping a key");
        let transaction = self.begin("keeping a key")?;
        let in_force: u64 = transaction
            .query_row(
                "SELECT count(*) FROM feed_key
                 WHERE feed = ?1 AND revoked_us IS NULL AND expires_us > ?2",
                (key.feed.as_str(), key.life.created.micros()),
                |row| row.get::<_, i64>(0).map(i64::cast_unsigned),
            )
            .map_err(&failed)?;
        if in_force >= MOST_IN_FORCE {
            return Err(JournalError::TwoKeys { feed: key.feed.clone() });
        }
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
            key.life.created.micros(),
            key.life.expires.micros(),
            key.life.revoked.map(PlantTime::micros),
        );
        let insert = "INSERT INTO feed_key
            (sha256, feed, plant, supplier, units, created_us, expires_us, revoked_us)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
        transaction.execute(insert, row).map_err(&failed)?;
        transaction.commit().map_err(&failed)
    }

    /// The key of this hash, of whatever kind, in force or not.
    ///
    /// # Errors
    /// [`JournalError`] when the file cannot be read.
    pub fn find_any(&self, sha256: &str) -> Result<Option<AnyKey>, JournalError> {
        if let Some(key) = self.find(sha256)? {
            return Ok(Some(AnyKey::Feed(key)));
        }
        if let Some(key) = self.find_viewer(sha256)? {
            return Ok(Some(AnyKey::Viewer(key)));
        }
        Ok(self.find_planner(sha256)?.map(AnyKey::Planner))
    }

    /// Writes down when keys and sessions, by hash, served last.
    ///
    /// # Errors
    /// [`JournalError`]; nothing was written.
    pub fn keep_used(&self, used: &[(String, PlantTime)]) -> Result<(), JournalError> {
        let failed = sqlite(&self.path, "writing down when keys served");
        let transaction = self.begin("writing down when keys served")?;
        let columns = [
            ("feed_key", "used_us"),
            ("viewer_key", "used_us"),
            ("planner_key", "used_us"),
            ("session", "seen_us"),
        ];
        for (table, column) in columns {
            let update = format!("UPDATE {table} SET {column} = ?1 WHERE sha256 = ?2");
            let mut statement = transaction.prepare(&update).map_err(&failed)?;
            for (sha256, at) in used {
                statement.execute((at.micros(), sha256)).map_err(&failed)?;
            }
        }
        transaction.commit().map_err(&failed)
    }

    /// The key of this hash, revoked or not.
    ///
    /// # Errors
    /// [`JournalError`] when the file cannot be read.
    pub fn find(&self, sha256: &str) -> Result<Option<KeyRow>, JournalError> {
        FEED_KEYS.find(self, sha256)
    }

    /// Every feed's key, in the order of making.
    ///
    /// # Errors
    /// [`JournalError`] when the file cannot be read.
    pub fn list(&self) -> Result<Vec<KeyRow>, JournalError> {
        FEED_KEYS.list(self)
    }

    /// Every key of whatever kind: viewers', planners', feeds'; of each in the order of making.
    ///
    /// # Errors
    /// [`JournalError`] when the file cannot be read.
    pub fn list_all(&self) -> Result<Vec<AnyKey>, JournalError> {
        let viewers = VIEWER_KEYS.list(self)?.into_iter().map(AnyKey::Viewer);
        let planners = PLANNER_KEYS.list(self)?.into_iter().map(AnyKey::Planner);
        let feeds = FEED_KEYS.list(self)?.into_iter().map(AnyKey::Feed);
        Ok(viewers.chain(planners).chain(feeds).collect())
    }

    /// Revokes every open key whose hash begins so, or that belongs to the feed of this name;
    /// returns how many.
    ///
    /// # Errors
    /// [`JournalError`]; nothing was changed.
    pub fn revoke(&self, which: &str, at: PlantTime) -> Result<usize, JournalError> {
        FEED_KEYS.revoke(self, which, at)
    }
}

const FEED_KEYS: KeyTable<KeyRow> = KeyTable {
    name: "feed_key",
    fields: "sha256, feed, plant, supplier, units",
    named_by: "feed",
    read: read_key,
};

fn read_key(row: &Row<'_>) -> rusqlite::Result<KeyRow> {
    let supplier: Option<String> = row.get(3)?;
    let units: Option<String> = row.get(4)?;
    let units = units.map(|units| {
        let names = units.split(',').filter(|name| !name.is_empty());
        names.map(EquipmentId::new).collect::<Result<Vec<_>, _>>()
    });
    Ok(KeyRow {
        sha256: row.get(0)?,
        feed: FeedId::new(&row.get::<_, String>(1)?).map_err(no_id(1))?,
        plant: PlantId::new(&row.get::<_, String>(2)?).map_err(no_id(2))?,
        supplier: supplier.map(|name| SupplierId::new(&name)).transpose().map_err(no_id(3))?,
        units: units.transpose().map_err(no_id(4))?,
        life: KeyLife::read(row, 5)?,
    })
}
