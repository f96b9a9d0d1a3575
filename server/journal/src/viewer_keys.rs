//! Keys of viewers: whoever holds one is served as a member of one organisation.

use twin::{NationId, OrganisationId, PlantTime};

use crate::{
    JournalError, KeyLife, Keys,
    error::sqlite,
    key_table::{KeyTable, no_id},
};

pub(crate) const LAYOUT: &str = "CREATE TABLE IF NOT EXISTS viewer_key (
  sha256 TEXT PRIMARY KEY,
  nation TEXT NOT NULL,
  organisation TEXT NOT NULL,
  created_us INTEGER NOT NULL,
  revoked_us INTEGER,
  expires_us INTEGER NOT NULL,
  used_us INTEGER
) STRICT, WITHOUT ROWID";

/// Whom a viewer's key stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewerKeyRow {
    /// SHA-256 of the key, in hexadecimal.
    pub sha256: String,
    /// The nation.
    pub nation: NationId,
    /// The organisation.
    pub organisation: OrganisationId,
    /// How long it lasts.
    pub life: KeyLife,
}

impl Keys {
    /// Keeps a new viewer's key.
    ///
    /// # Errors
    /// [`JournalError`]; nothing was kept.
    pub fn add_viewer(&self, key: &ViewerKeyRow) -> Result<(), JournalError> {
        let row = (
            &key.sha256,
            key.nation.as_str(),
            key.organisation.as_str(),
            key.life.created.micros(),
            key.life.expires.micros(),
            key.life.revoked.map(PlantTime::micros),
        );
        let insert = "INSERT INTO viewer_key
            (sha256, nation, organisation, created_us, expires_us, revoked_us) VALUES (?, ?, ?, ?, ?, ?)";
        let kept = self.connection().execute(insert, row);
        kept.map(|_rows| ()).map_err(sqlite(self.path(), "keeping a viewer's key"))
    }

    /// The viewer's key of this hash, revoked or not.
    ///
    /// # Errors
    /// [`JournalError`] when the file cannot be read.
    pub fn find_viewer(&self, sha256: &str) -> Result<Option<ViewerKeyRow>, JournalError> {
        VIEWER_KEYS.find(self, sha256)
    }

    /// Every viewer's key, in the order of making.
    ///
    /// # Errors
    /// [`JournalError`] when the file cannot be read.
    pub fn list_viewers(&self) -> Result<Vec<ViewerKeyRow>, JournalError> {
        VIEWER_KEYS.list(self)
    }

    /// Revokes every viewer's key in force whose hash begins so; returns how many.
    ///
    /// # Errors
    /// [`JournalError`]; nothing was changed.
    pub fn revoke_viewer(&self, beginning: &str, at: PlantTime) -> Result<usize, JournalError> {
        VIEWER_KEYS.revoke(self, beginning, at)
    }
}

pub(crate) const VIEWER_KEYS: KeyTable<ViewerKeyRow> = KeyTable {
    name: "viewer_key",
    fields: "sha256, nation, organisation",
    named_by: "sha256",
    read,
};

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<ViewerKeyRow> {
    Ok(ViewerKeyRow {
        sha256: row.get(0)?,
        nation: NationId::new(&row.get::<_, String>(1)?).map_err(no_id(1))?,
        organisation: OrganisationId::new(&row.get::<_, String>(2)?).map_err(no_id(2))?,
        life: KeyLife::read(row, 3)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revoked_viewer_is_still_listed() {
        let dir = tempfile::tempdir().expect("a folder");
        let keys = Keys::open(dir.path()).expect("opened");
        let row = ViewerKeyRow {
            sha256: "0123456789abcdef".to_owned(),
            nation: NationId::new("XAA").expect("an id"),
            organisation: OrganisationId::new("yard").expect("an id"),
            life: KeyLife::new(PlantTime::from_micros(1), PlantTime::from_micros(9)),
        };
        keys.add_viewer(&row).expect("kept");
        assert_eq!(keys.find_viewer(&row.sha256).expect("read"), Some(row.clone()));
        assert_eq!(keys.revoke_viewer("0123", PlantTime::from_micros(2)).expect("no-op"), 0);
        assert_eq!(keys.revoke_viewer("01234567", PlantTime::from_micros(2)).expect("done"), 1);
        let life = KeyLife { revoked: Some(PlantTime::from_micros(2)), ..row.life };
        let revoked = ViewerKeyRow { life, ..row };
        assert_eq!(keys.list_viewers().expect("read"), [revoked]);
    }
}
