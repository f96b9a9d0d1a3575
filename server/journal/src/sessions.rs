//! Sessions of browsers: who signed in, by the hash of what the browser's cookie holds.

use rusqlite::{Connection, OptionalExtension, Row};
use twin::{PlantTime, Span};

use crate::{JournalError, Keys, error::sqlite};

/// Sessions of one holder at once; one more ends the oldest.
const MOST_OF_ONE: i64 = 16;
/// Sessions older than this are over by any rule, and are forgotten.
const LONGEST: Span = Span::from_secs(24 * 3_600);

pub(crate) const LAYOUT: &str = "CREATE TABLE IF NOT EXISTS session (
  sha256 TEXT PRIMARY KEY,
  account TEXT,
  key_sha256 TEXT,
  created_us INTEGER NOT NULL,
  seen_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID";

/// Who signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A person, by the account's name.
    Account(String),
    /// Whoever holds the key of this hash.
    Key(String),
}

/// A browser that somebody signed in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// SHA-256 of the cookie's content, in hexadecimal.
    pub sha256: String,
    /// Who signed in.
    pub holder: Holder,
    /// Wall time.
    pub created: PlantTime,
    /// Wall time of the last request.
    pub seen: PlantTime,
}

impl Keys {
    /// Keeps a new session; forgets old ones, and the holder's oldest when there are too many.
    ///
    /// # Errors
    /// [`JournalError`]; nothing was kept.
    pub fn add_session(&self, session: &SessionRow, now: PlantTime) -> Result<(), JournalError> {
        let failed = sqlite(self.path(), "keeping a session");
        let transaction = self.begin("keeping a session")?;
        let (account, key) = match &session.holder {
            Holder::Account(name) => (Some(name), None),
            Holder::Key(sha256) => (None, Some(sha256)),
        };
        let over = (now - LONGEST).micros();
        transaction.execute("DELETE FROM session WHERE created_us < ?", [over]).map_err(&failed)?;
        let row = (&session.sha256, account, key, session.created.micros(), session.seen.micros());
        transaction
            .execute("INSERT OR REPLACE INTO session VALUES (?, ?, ?, ?, ?)", row)
            .map_err(&failed)?;
        let too_many = "DELETE FROM session WHERE sha256 IN (
            SELECT sha256 FROM session WHERE account IS ?1 AND key_sha256 IS ?2
            ORDER BY created_us DESC, sha256 LIMIT -1 OFFSET ?3)";
        transaction.execute(too_many, (account, key, MOST_OF_ONE)).map_err(&failed)?;
        transaction.commit().map_err(&failed)
    }

    /// The session of this hash.
    ///
    /// # Errors
    /// [`JournalError`] when the file cannot be read.
    pub fn find_session(&self, sha256: &str) -> Result<Option<SessionRow>, JournalError> {
        let select = "SELECT sha256, account, key_sha256, created_us, seen_us FROM session
                      WHERE sha256 = ?";
        let found = self.connection().query_row(select, [sha256], read).optional();
        found.map_err(sqlite(self.path(), "looking for a session"))
    }

    /// Ends a session; returns whether there was one.
    ///
    /// # Errors
    /// [`JournalError`]; nothing was changed.
    pub fn end_session(&self, sha256: &str) -> Result<bool, JournalError> {
        let ended = self.connection().execute("DELETE FROM session WHERE sha256 = ?", [sha256]);
        ended.map(|count| count > 0).map_err(sqlite(self.path(), "ending a session"))
    }
}

/// Ends every session of an account.
pub(crate) fn end_all_of(connection: &Connection, account: &str) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM session WHERE account = ?", [account]).map(drop)
}

fn read(row: &Row<'_>) -> rusqlite::Result<SessionRow> {
    let holder = match (row.get::<_, Option<String>>(1)?, row.get::<_, Option<String>>(2)?) {
        (Some(account), _) => Holder::Account(account),
        (None, key) => Holder::Key(key.unwrap_or_default()),
    };
    Ok(SessionRow {
        sha256: row.get(0)?,
        holder,
        created: PlantTime::from_micros(row.get(3)?),
        seen: PlantTime::from_micros(row.get(4)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holder_has_so_many_sessions_and_old_ones_are_forgotten() {
        let dir = tempfile::tempdir().expect("a folder");
        let keys = Keys::open(dir.path()).expect("opened");
        let session = |holder: Holder, number: i64| SessionRow {
            sha256: format!("{number:03}"),
            holder,
            created: PlantTime::from_micros(number),
            seen: PlantTime::from_micros(number),
        };
        let other = session(Holder::Key("k".to_owned()), 0);
        keys.add_session(&other, other.created).expect("kept");
        for number in 1..=MOST_OF_ONE + 1 {
            let session = session(Holder::Account("anna".to_owned()), number);
            keys.add_session(&session, session.created).expect("kept");
        }
        let there = |name: &str| keys.find_session(name).expect("read").is_some();
        assert!(!there("001"), "the oldest made way");
        assert!(there("002") && there("017"));
        assert_eq!(keys.find_session("000").expect("read"), Some(other));
        assert!(keys.end_session("002").expect("ended"));
        assert!(!keys.end_session("002").expect("nothing to end"));
        let late = SessionRow {
            created: PlantTime::from_micros(100) + LONGEST,
            ..session(Holder::Account("bo".to_owned()), 99)
        };
        keys.add_session(&late, late.created).expect("kept");
        assert!(!there("000") && !there("017") && there("099"));
    }
}
