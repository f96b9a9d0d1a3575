//! How long a key lasts, and when it served last.

use rusqlite::{Connection, Row};
use twin::{PlantTime, Span};

/// How long a key lasts that was made before keys had an end, from its making.
const USUAL_LIFE: Span = Span::from_secs(90 * 24 * 3_600);

/// From when until when a key opens something. All times are wall times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyLife {
    /// When it was made.
    pub created: PlantTime,
    /// From then on it opens nothing.
    pub expires: PlantTime,
    /// When it was revoked; a revoked key stays listed and opens nothing.
    pub revoked: Option<PlantTime>,
    /// When it served last, to a quarter of a minute.
    pub used: Option<PlantTime>,
}

/// The columns of a life, in the order in which [`KeyLife::read`] takes them.
pub(crate) const COLUMNS: &str = "created_us, expires_us, revoked_us, used_us";

impl KeyLife {
    /// A key that was just made.
    pub fn new(created: PlantTime, expires: PlantTime) -> Self {
        Self { created, expires, revoked: None, used: None }
    }

    /// Whether the key opens anything now.
    pub fn is_good(&self, now: PlantTime) -> bool {
        self.revoked.is_none() && now < self.expires
    }

    /// Reads [`COLUMNS`], the first of which is column `at`.
    pub(crate) fn read(row: &Row<'_>, at: usize) -> rusqlite::Result<Self> {
        let time = |at: usize| -> rusqlite::Result<Option<PlantTime>> {
            Ok(row.get::<_, Option<i64>>(at)?.map(PlantTime::from_micros))
        };
        Ok(Self {
            created: PlantTime::from_micros(row.get(at)?),
            expires: PlantTime::from_micros(row.get(at + 1)?),
            revoked: time(at + 2)?,
            used: time(at + 3)?,
        })
    }
}

/// Gives the keys of an older file an end: the usual one, counted from their making.
pub(crate) fn add_ends(connection: &Connection) -> rusqlite::Result<()> {
    for table in ["feed_key", "viewer_key", "planner_key"] {
        let has_end: bool = connection.query_row(
            "SELECT count(*) > 0 FROM pragma_table_info(?) WHERE name = 'expires_us'",
            [table],
            |row| row.get(0),
        )?;
        if !has_end {
            connection.execute_batch(&format!(
                "ALTER TABLE {table} ADD COLUMN expires_us INTEGER NOT NULL DEFAULT 0;
                 ALTER TABLE {table} ADD COLUMN used_us INTEGER;
                 UPDATE {table} SET expires_us = created_us + {};",
                USUAL_LIFE.micros()
            ))?;
        }
    }
    Ok(())
}
