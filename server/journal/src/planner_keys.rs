//! Keys of planners: who may change the plan of one plant over HTTP. Only hashes are kept.

use twin::{FeedId, PlantId, PlantTime};

use crate::{
    JournalError, KeyLife, Keys,
    error::sqlite,
    key_table::{KeyTable, no_id},
};

pub(crate) const LAYOUT: &str = "CREATE TABLE IF NOT EXISTS planner_key (
  sha256 TEXT PRIMARY KEY,
  feed TEXT NOT NULL,
  plant TEXT NOT NULL,
  created_us INTEGER NOT NULL,
  revoked_us INTEGER,
  expires_us INTEGER NOT NULL,
  used_us INTEGER
) STRICT, WITHOUT ROWID";

/// Whose plan a key may change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannerKeyRow {
    /// SHA-256 of the key, in hexadecimal.
    pub sha256: String,
    /// The feed that its changes are reported as; every key has one of its own.
    pub feed: FeedId,
    /// The plant whose plan it may change.
    pub plant: PlantId,
    /// How long it lasts.
    pub life: KeyLife,
}

impl Keys {
    /// Keeps a new planner's key.
    ///
    /// # Errors
    /// [`JournalError`]; nothing was kept.
    pub fn add_planner(&self, key: &PlannerKeyRow) -> Result<(), JournalError> {
        let row = (
            &key.sha256,
            key.feed.as_str(),
            key.plant.as_str(),
            key.life.created.micros(),
            key.life.expires.micros(),
            key.life.revoked.map(PlantTime::micros),
        );
        let insert = "INSERT INTO planner_key
            (sha256, feed, plant, created_us, expires_us, revoked_us) VALUES (?, ?, ?, ?, ?, ?)";
        let kept = self.connection().execute(insert, row);
        kept.map(|_rows| ()).map_err(sqlite(self.path(), "keeping a planner's key"))
    }

    /// The planner's key of this hash, revoked or not.
    ///
    /// # Errors
    /// [`JournalError`] when the file cannot be read.
    pub fn find_planner(&self, sha256: &str) -> Result<Option<PlannerKeyRow>, JournalError> {
        PLANNER_KEYS.find(self, sha256)
    }

    /// Every planner's key, in the order of making.
    ///
    /// # Errors
    /// [`JournalError`] when the file cannot be read.
    pub fn list_planners(&self) -> Result<Vec<PlannerKeyRow>, JournalError> {
        PLANNER_KEYS.list(self)
    }

    /// Revokes every planner's key in force whose hash begins so, or whose feed has this name;
    /// returns how many.
    ///
    /// # Errors
    /// [`JournalError`]; nothing was changed.
    pub fn revoke_planner(&self, which: &str, at: PlantTime) -> Result<usize, JournalError> {
        PLANNER_KEYS.revoke(self, which, at)
    }
}

pub(crate) const PLANNER_KEYS: KeyTable<PlannerKeyRow> =
    KeyTable { name: "planner_key", fields: "sha256, feed, plant", named_by: "feed", read };

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<PlannerKeyRow> {
    Ok(PlannerKeyRow {
        sha256: row.get(0)?,
        feed: FeedId::new(&row.get::<_, String>(1)?).map_err(no_id(1))?,
        plant: PlantId::new(&row.get::<_, String>(2)?).map_err(no_id(2))?,
        life: KeyLife::read(row, 3)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_planners_key_is_found_listed_and_revoked_by_either_name() {
        let dir = tempfile::tempdir().expect("a folder");
        let keys = Keys::open(dir.path()).expect("opened");
        let row = |sha256: &str| PlannerKeyRow {
            sha256: sha256.to_owned(),
            feed: FeedId::new(&format!("planner:{}", &sha256[..8])).expect("an id"),
            plant: PlantId::new("yard").expect("an id"),
            life: KeyLife::new(PlantTime::from_micros(1), PlantTime::from_micros(9)),
        };
        let rows = [row("0123456789abcdef"), row("fedcba9876543210")];
        rows.iter().for_each(|row| keys.add_planner(row).expect("kept"));
        assert_eq!(keys.find_planner(&rows[0].sha256).expect("read"), Some(rows[0].clone()));
        assert_eq!(keys.find_planner("none").expect("read"), None);
        let now = PlantTime::from_micros(2);
        assert_eq!(keys.revoke_planner("0123", now).expect("too short"), 0);
        assert_eq!(keys.revoke_planner("01234567", now).expect("by hash"), 1);
        assert_eq!(keys.revoke_planner("planner:fedcba98", now).expect("by feed"), 1);
        let listed = keys.list_planners().expect("read");
        assert!(listed.iter().all(|row| row.life.revoked == Some(now)), "{listed:?}");
        assert_eq!(listed.len(), 2);
    }
}
