//! Who came in, who was refused, and what was changed about that: rows that nobody changes.
//!
//! Nothing secret is ever handed in here: no key, no password, no cookie.

use twin::PlantTime;

use crate::{JournalError, Keys, error::sqlite};

/// The longest text of a column, in bytes: names come from strangers.
const LONGEST_TEXT: usize = 160;

pub(crate) const LAYOUT: &str = "CREATE TABLE IF NOT EXISTS audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at_us INTEGER NOT NULL,
  who TEXT NOT NULL,
  what TEXT NOT NULL,
  about TEXT NOT NULL,
  outcome TEXT NOT NULL,
  address TEXT NOT NULL
) STRICT;
CREATE TRIGGER IF NOT EXISTS audit_stays BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'what was noted stays'); END;
CREATE TRIGGER IF NOT EXISTS audit_is_kept BEFORE DELETE ON audit
  BEGIN SELECT RAISE(ABORT, 'what was noted stays'); END;";

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// Its number, rising; given when it is kept.
    pub id: u64,
    /// Wall time.
    pub at: PlantTime,
    /// Who did it, as far as is known.
    pub who: String,
    /// What was done or tried.
    pub what: String,
    /// What it was done to.
    pub about: String,
    /// What came of it.
    pub outcome: String,
    /// The address that it came from; empty for a command on this machine.
    pub address: String,
}

impl Keys {
    /// Keeps a row; its number is given here.
    ///
    /// # Errors
    /// [`JournalError`]; nothing was kept.
    pub fn note(&self, row: &AuditRow) -> Result<(), JournalError> {
        let insert = "INSERT INTO audit (at_us, who, what, about, outcome, address)
                      VALUES (?, ?, ?, ?, ?, ?)";
        let row = (
            row.at.micros(),
            plain(&row.who),
            plain(&row.what),
            plain(&row.about),
            plain(&row.outcome),
            plain(&row.address),
        );
        let kept = self.connection().execute(insert, row);
        kept.map(drop).map_err(sqlite(self.path(), "noting who came in"))
    }

    /// The newest rows with a number below `before`, newest first.
    ///
    /// # Errors
    /// [`JournalError`] when the file cannot be read.
    pub fn noted(&self, before: Option<u64>, most: u32) -> Result<Vec<AuditRow>, JournalError> {
        let failed = sqlite(self.path(), "reading who came in");
        let select = "SELECT id, at_us, who, what, about, outcome, address FROM audit
                      WHERE id < ?1 ORDER BY id DESC LIMIT ?2";
        let before = before.and_then(|id| i64::try_from(id).ok()).unwrap_or(i64::MAX);
        let mut statement = self.connection().prepare(select).map_err(&failed)?;
        let rows = statement.query_map((before, most), |row| {
            Ok(AuditRow {
                id: row.get::<_, i64>(0)?.cast_unsigned(),
                at: PlantTime::from_micros(row.get(1)?),
                who: row.get(2)?,
                what: row.get(3)?,
                about: row.get(4)?,
                outcome: row.get(5)?,
                address: row.get(6)?,
            })
        });
        rows.map_err(&failed)?.collect::<Result<_, _>>().map_err(&failed)
    }
}

/// A text of bounded length without control characters: a stranger's name makes no second line.
fn plain(text: &str) -> String {
    let cut = &text[..text.floor_char_boundary(LONGEST_TEXT)];
    cut.chars()
        .map(|character| if character.is_control() { '\u{fffd}' } else { character })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_noted_is_bounded_and_stays() {
        let dir = tempfile::tempdir().expect("a folder");
        let keys = Keys::open(dir.path()).expect("opened");
        let row = |who: &str| AuditRow {
            id: 0,
            at: PlantTime::from_micros(7),
            who: who.to_owned(),
            what: "sign in".to_owned(),
            about: String::new(),
            outcome: "refused".to_owned(),
            address: "127.0.0.1".to_owned(),
        };
        keys.note(&row("a\r\n2031-01-01 b \u{1b}[2J")).expect("kept");
        keys.note(&row(&"é".repeat(1_000))).expect("kept");
        keys.note(&row("c")).expect("kept");
        let all = keys.noted(None, 10).expect("read");
        assert_eq!(all.iter().map(|row| row.id).collect::<Vec<_>>(), [3, 2, 1]);
        assert!(!all[2].who.contains(char::is_control), "{:?}", all[2].who);
        assert_eq!(all[1].who.len(), LONGEST_TEXT);
        assert_eq!(keys.noted(Some(3), 1).expect("read"), all[1..2]);
        for change in ["UPDATE audit SET who = 'nobody'", "DELETE FROM audit"] {
            assert!(keys.connection().execute(change, []).is_err(), "{change}");
        }
        assert_eq!(keys.noted(None, 10).expect("read"), all);
    }
}
