//! What people decided about sharing while the hub ran: narrowings, and widenings by two.
//!
//! Rows are never deleted. That a widening takes two different people is a rule of the table, too.
//! The audit row of an act is written in the same transaction: neither is there without the other.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, Row, Transaction};
use twin::{
    EquipmentId, FactKind, NationId, OrganisationId, PlantId, PlantTime, agreement::Subject,
};

use crate::{AuditRow, JournalError, Keys, error::sqlite};

pub(crate) const LAYOUT: &str = "CREATE TABLE IF NOT EXISTS decision (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('narrow', 'lift', 'release')),
  owner TEXT NOT NULL,
  plant TEXT NOT NULL,
  thing TEXT,
  kinds TEXT NOT NULL,
  nations TEXT NOT NULL,
  organisations TEXT NOT NULL,
  narrowing INTEGER REFERENCES decision (id),
  reason TEXT NOT NULL CHECK (reason <> ''),
  made_by TEXT NOT NULL,
  made_us INTEGER NOT NULL,
  review_us INTEGER NOT NULL,
  agreed_by TEXT CHECK (agreed_by IS NULL OR (agreed_by <> made_by AND kind <> 'narrow')),
  agreed_us INTEGER,
  ended_by TEXT,
  ended_us INTEGER,
  alarmed_us INTEGER
) STRICT;
CREATE TRIGGER IF NOT EXISTS decision_is_kept BEFORE DELETE ON decision
  BEGIN SELECT RAISE(ABORT, 'what was decided stays'); END;";

/// What sort of decision it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DecisionKind {
    /// Fewer readers, at once, by one person.
    Narrow,
    /// The end of a narrowing, by two.
    Lift,
    /// More readers than a plant's file gives, by two.
    Release,
}

impl DecisionKind {
    /// The word that is stored and told.
    pub fn word(self) -> &'static str {
        match self {
            Self::Narrow => "narrow",
            Self::Lift => "lift",
            Self::Release => "release",
        }
    }

    /// The kind of that word.
    pub fn of_word(word: &str) -> Option<Self> {
        [Self::Narrow, Self::Lift, Self::Release].into_iter().find(|kind| kind.word() == word)
    }
}

/// Who did something, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// The account, as the audit record names it.
    pub by: String,
    /// Wall time.
    pub at: PlantTime,
}

/// A decision about sharing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionRow {
    /// Its number, rising; given when it is kept.
    pub id: u64,
    /// Narrowing, or one of the widenings.
    pub kind: DecisionKind,
    /// Whose facts, as `nation/organisation`.
    pub owner: String,
    /// What it is about.
    pub what: Subject,
    /// Which kinds of fact; none is every kind.
    pub kinds: BTreeSet<FactKind>,
    /// Of a narrowing, the nations that keep it; of a release, those that get it.
    pub nations: BTreeSet<NationId>,
    /// Of a release, the organisations of these nations when it was made.
    pub organisations: BTreeSet<OrganisationId>,
    /// Of a lift, the narrowing that it ends; of a narrowing, the one that it stands in for.
    pub narrowing: Option<u64>,
    /// Why.
    pub reason: String,
    /// Who narrowed or proposed.
    pub made: Act,
    /// When it must be looked at again, by the wall clock. A narrowing outlives it, a release ends.
    pub review: PlantTime,
    /// The second person of a widening.
    pub agreed: Option<Act>,
    /// Who ended or withdrew it.
    pub ended: Option<Act>,
    /// When an overdue review was made known.
    pub alarmed: Option<PlantTime>,
}

/// Whether an act on a decision came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It is on the disk.
    Done,
    /// There is no such decision, or it does not wait for this any more.
    Gone,
    /// The second person is the first.
    SamePerson,
}

const SELECT: &str = "SELECT id, kind, owner, plant, thing, kinds, nations, organisations,
    narrowing, reason, made_by, made_us, review_us, agreed_by, agreed_us, ended_by, ended_us,
    alarmed_us FROM decision";

impl Keys {
    /// Every decision that has not ended, and those that ended at or after `since`, in the order of
    /// making.
    ///
    /// # Errors
    /// [`JournalError`] when the file cannot be read.
    pub fn decisions(&self, since: PlantTime) -> Result<Vec<DecisionRow>, JournalError> {
        let failed = sqlite(self.path(), "reading what was decided about sharing");
        let select = format!("{SELECT} WHERE ended_us IS NULL OR ended_us >= ?1 ORDER BY id");
        let mut statement = self.connection().prepare(&select).map_err(&failed)?;
        let rows = statement.query_map([since.micros()], read);
        rows.map_err(&failed)?.collect::<Result<_, _>>().map_err(&failed)
    }

    /// Keeps a new decision with its audit row; gives it its number. A narrowing that stands in for
    /// another ends that one.
    ///
    /// # Errors
    /// [`JournalError`]; nothing was kept.
    pub fn decide(
        &self,
        decision: &DecisionRow,
        note: &AuditRow,
    ) -> Result<DecisionRow, JournalError> {
        let failed = sqlite(self.path(), "keeping a decision about sharing");
        let transaction = self.begin("keeping a decision about sharing")?;
        let insert = "INSERT INTO decision (kind, owner, plant, thing, kinds, nations,
            organisations, narrowing, reason, made_by, made_us, review_us)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
        let row = (
            decision.kind.word(),
            &decision.owner,
            decision.what.plant.as_str(),
            decision.what.thing.as_ref().map(EquipmentId::as_str),
            joined(decision.kinds.iter().map(|kind| kind.word())),
            joined(decision.nations.iter().map(NationId::as_str)),
            joined(decision.organisations.iter().map(OrganisationId::as_str)),
            decision.narrowing.map(u64::cast_signed),
            &decision.reason,
            &decision.made.by,
            decision.made.at.micros(),
            decision.review.micros(),
        );
        transaction.execute(insert, row).map_err(&failed)?;
        let id = transaction.last_insert_rowid().cast_unsigned();
        if let (DecisionKind::Narrow, Some(before)) = (decision.kind, decision.narrowing) {
            end(&transaction, before, &decision.made).map_err(&failed)?;
        }
        self.note(note)?;
        transaction.commit().map_err(&failed)?;
        Ok(DecisionRow { id, ..decision.clone() })
    }

    /// The second person's word for a widening, with its audit row; a lift ends its narrowing.
    ///
    /// # Errors
    /// [`JournalError`]; nothing was changed.
    pub fn agree_to(
        &self,
        id: u64,
        second: &Act,
        note: &AuditRow,
    ) -> Result<Settled, JournalError> {
        let failed = sqlite(self.path(), "agreeing to a widening");
        let transaction = self.begin("agreeing to a widening")?;
        let select = format!("{SELECT} WHERE id = ?1");
        let found = transaction.query_row(&select, [id.cast_signed()], read);
        let Some(row) = found.optional().map_err(&failed)? else { return Ok(Settled::Gone) };
        if row.kind == DecisionKind::Narrow || row.agreed.is_some() || row.ended.is_some() {
            return Ok(Settled::Gone);
        }
        if row.made.by == second.by {
            return Ok(Settled::SamePerson);
        }
        let update = "UPDATE decision SET agreed_by = ?1, agreed_us = ?2 WHERE id = ?3";
        let given = (&second.by, second.at.micros(), id.cast_signed());
        transaction.execute(update, given).map_err(&failed)?;
        if let (DecisionKind::Lift, Some(narrowing)) = (row.kind, row.narrowing) {
            if !end(&transaction, narrowing, second).map_err(&failed)? {
                return Ok(Settled::Gone);
            }
            // With what it was for, a lift is over itself.
            end(&transaction, id, second).map_err(&failed)?;
        }
        self.note(note)?;
        transaction.commit().map_err(&failed)?;
        Ok(Settled::Done)
    }

    /// Ends a release, or withdraws a proposal, with its audit row. A narrowing is not ended so.
    ///
    /// # Errors
    /// [`JournalError`]; nothing was changed.
    pub fn end_decision(
        &self,
        id: u64,
        by: &Act,
        note: &AuditRow,
    ) -> Result<Settled, JournalError> {
        let failed = sqlite(self.path(), "ending a decision about sharing");
        let transaction = self.begin("ending a decision about sharing")?;
        let select = "SELECT kind <> 'narrow' FROM decision WHERE id = ?1";
        let found = transaction.query_row(select, [id.cast_signed()], |row| row.get(0));
        let may = found.optional().map_err(&failed)?.unwrap_or(false);
        if !may || !end(&transaction, id, by).map_err(&failed)? {
            return Ok(Settled::Gone);
        }
        self.note(note)?;
        transaction.commit().map_err(&failed)?;
        Ok(Settled::Done)
    }

    /// Notes that an overdue review was made known.
    ///
    /// # Errors
    /// [`JournalError`]; nothing was changed.
    pub fn alarm_decision(&self, id: u64, at: PlantTime) -> Result<(), JournalError> {
        let update = "UPDATE decision SET alarmed_us = ?1 WHERE id = ?2";
        let done = self.connection().execute(update, (at.micros(), id.cast_signed()));
        done.map(drop).map_err(sqlite(self.path(), "noting an overdue review"))
    }
}

/// Ends a decision that has not ended; returns whether it did.
fn end(transaction: &Transaction<'_>, id: u64, by: &Act) -> rusqlite::Result<bool> {
    let update = "UPDATE decision SET ended_by = ?1, ended_us = ?2
                  WHERE id = ?3 AND ended_us IS NULL";
    let ended = transaction.execute(update, (&by.by, by.at.micros(), id.cast_signed()))?;
    Ok(ended > 0)
}

fn joined<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(",")
}

/// Names apart, each read; what cannot be read makes the row unreadable: it is never widened by
/// leaving something out.
fn apart<T: Ord, E: std::error::Error + Send + Sync + 'static>(
    row: &Row<'_>,
    at: usize,
    read: impl Fn(&str) -> Result<T, E>,
) -> rusqlite::Result<BTreeSet<T>> {
    let text: String = row.get(at)?;
    let names = text.split(',').filter(|name| !name.is_empty());
    names.map(|name| read(name).map_err(|error| unreadable(at, error))).collect()
}

fn unreadable(at: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(at, rusqlite::types::Type::Text, Box::new(error))
}

/// A word that this program does not know.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no word for this; a newer slipway may have written it")]
struct UnknownWord(String);

fn read(row: &Row<'_>) -> rusqlite::Result<DecisionRow> {
    let unknown = |word: &str| UnknownWord(word.to_owned());
    let kind: String = row.get(1)?;
    let kind = DecisionKind::of_word(&kind).ok_or_else(|| unreadable(1, unknown(&kind)))?;
    let plant: String = row.get(3)?;
    let thing: Option<String> = row.get(4)?;
    let thing = thing.map(|id| EquipmentId::new(&id)).transpose();
    let time = |at: usize| -> rusqlite::Result<Option<PlantTime>> {
        Ok(row.get::<_, Option<i64>>(at)?.map(PlantTime::from_micros))
    };
    let act = |at: usize| -> rusqlite::Result<Option<Act>> {
        let by: Option<String> = row.get(at)?;
        Ok(by.zip(time(at + 1)?).map(|(by, at)| Act { by, at }))
    };
    Ok(DecisionRow {
        id: row.get::<_, i64>(0)?.cast_unsigned(),
        kind,
        owner: row.get(2)?,
        what: Subject {
            plant: PlantId::new(&plant).map_err(|error| unreadable(3, error))?,
            thing: thing.map_err(|error| unreadable(4, error))?,
        },
        kinds: apart(row, 5, |word| FactKind::of_word(word).ok_or_else(|| unknown(word)))?,
        nations: apart(row, 6, NationId::new)?,
        organisations: apart(row, 7, OrganisationId::new)?,
        narrowing: row.get::<_, Option<i64>>(8)?.map(i64::cast_unsigned),
        reason: row.get(9)?,
        made: Act { by: row.get(10)?, at: PlantTime::from_micros(row.get(11)?) },
        review: PlantTime::from_micros(row.get(12)?),
        agreed: act(13)?,
        ended: act(15)?,
        alarmed: time(17)?,
    })
}

#[cfg(test)]
mod tests;
