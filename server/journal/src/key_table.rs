//! What the tables of keys have in common: keys are found by their hash, listed in the order of
//! making, and revoked, but never deleted.

use rusqlite::{OptionalExtension, Row};
use twin::{InvalidId, PlantTime};

use crate::{JournalError, Keys, error::sqlite, life::COLUMNS};

/// The shortest beginning of a hash that names a key: a shorter one could hit a stranger's.
const SHORTEST_BEGINNING: usize = 8;

/// The beginning of a hash that was typed; of one that is too short, something that no hash has.
pub(crate) fn beginning(typed: &str) -> &str {
    if typed.len() >= SHORTEST_BEGINNING { typed } else { "-" }
}

/// A table of keys of one kind. Its columns are `fields`, the first of which is the hash, and then
/// those of a life.
pub(crate) struct KeyTable<T> {
    pub(crate) name: &'static str,
    pub(crate) fields: &'static str,
    /// The column whose whole content names a key, too, when it is revoked.
    pub(crate) named_by: &'static str,
    pub(crate) read: fn(&Row<'_>) -> rusqlite::Result<T>,
}

impl<T> KeyTable<T> {
    /// The key of this hash, revoked or not.
    pub(crate) fn find(&self, keys: &Keys, sha256: &str) -> Result<Option<T>, JournalError> {
        let Self { name, fields, read, .. } = self;
        let select = format!("SELECT {fields}, {COLUMNS} FROM {name} WHERE sha256 = ?");
        let found = keys.connection().query_row(&select, [sha256], read).optional();
        found.map_err(sqlite(keys.path(), "looking for a key"))
    }

    /// Every key, in the order of making.
    pub(crate) fn list(&self, keys: &Keys) -> Result<Vec<T>, JournalError> {
        let Self { name, fields, read, .. } = self;
        let failed = sqlite(keys.path(), "listing the keys");
        let select = format!("SELECT {fields}, {COLUMNS} FROM {name} ORDER BY created_us, sha256");
        let mut statement = keys.connection().prepare(&select).map_err(&failed)?;
        let rows = statement.query_map([], read);
        rows.map_err(&failed)?.collect::<Result<_, _>>().map_err(&failed)
    }

    /// Revokes every key in force whose hash begins so, or that has this name; returns how many.
    pub(crate) fn revoke(
        &self,
        keys: &Keys,
        which: &str,
        at: PlantTime,
    ) -> Result<usize, JournalError> {
        let beginning = beginning(which);
        let Self { name, named_by, .. } = self;
        let update = format!(
            "UPDATE {name} SET revoked_us = ?1
             WHERE revoked_us IS NULL AND (substr(sha256, 1, ?2) = ?3 OR {named_by} = ?4)"
        );
        let row = (at.micros(), beginning.len() as i64, beginning, which);
        keys.connection().execute(&update, row).map_err(sqlite(keys.path(), "revoking a key"))
    }
}

/// What a column that holds no id is reported as.
pub(crate) fn no_id(at: usize) -> impl Fn(InvalidId) -> rusqlite::Error {
    move |error| {
        rusqlite::Error::FromSqlConversionFailure(at, rusqlite::types::Type::Text, Box::new(error))
    }
}
