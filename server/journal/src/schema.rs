//! The tables, and how a file of an older layout becomes one of this.

use std::path::Path;

use rusqlite::Connection;

use crate::{JournalError, error::sqlite};

/// The layout that this program writes, kept in `user_version`.
const LAYOUT: i64 = 1;

/// Layout 1. Unsigned 64-bit numbers are stored by their bits, times in microseconds.
const LAYOUT_1: &str = "
CREATE TABLE entry (
  hub_seq INTEGER PRIMARY KEY,
  feed TEXT NOT NULL,
  plant TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  received_us INTEGER NOT NULL,
  plant_now_us INTEGER NOT NULL,
  origin TEXT NOT NULL,
  label INTEGER NOT NULL,
  registry_revision INTEGER NOT NULL,
  body TEXT NOT NULL,
  refused TEXT NOT NULL,
  crc INTEGER NOT NULL
) STRICT;
CREATE TABLE position (
  feed TEXT PRIMARY KEY,
  plant TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  next_seq INTEGER NOT NULL,
  last_hub_seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE label (
  id INTEGER PRIMARY KEY,
  json TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE definition (
  revision INTEGER PRIMARY KEY,
  sha256 TEXT NOT NULL,
  since_hub_seq INTEGER NOT NULL,
  stored_us INTEGER NOT NULL
) STRICT;
CREATE TABLE definition_file (
  revision INTEGER NOT NULL REFERENCES definition (revision),
  name TEXT NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (revision, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE clock (
  plant TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  rate REAL NOT NULL,
  plant_now_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE alarm (
  id INTEGER PRIMARY KEY,
  raised_us INTEGER NOT NULL,
  code TEXT NOT NULL,
  about TEXT NOT NULL,
  text TEXT NOT NULL,
  acknowledged_us INTEGER
) STRICT;
";

/// By what a correction names a report. An index is no change of the layout: a program that does
/// not know it keeps it all the same.
const BY_FRAME: &str = "CREATE INDEX IF NOT EXISTS entry_said ON entry (feed, epoch, seq);";

/// Sets up durability, then makes the tables or checks that they are of a known layout.
pub(crate) fn prepare(connection: &Connection, path: &Path) -> Result<(), JournalError> {
    let failed = sqlite(path, "being opened");
    connection.execute_batch(DURABLE).map_err(&failed)?;
    let found: i64 =
        connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(&failed)?;
    match found {
        0 => {
            let make =
                format!("BEGIN;{LAYOUT_1} {BY_FRAME} PRAGMA user_version = {LAYOUT}; COMMIT;");
            connection.execute_batch(&make).map_err(&failed)
        }
        LAYOUT => connection.execute_batch(BY_FRAME).map_err(&failed),
        _ => Err(JournalError::TooNew { path: path.to_owned(), found, known: LAYOUT }),
    }
}

/// A commit returns when the write-ahead log is on the disk. The log is folded into the file
/// every 4,000 pages (16 MiB), so that the fold is rare and the log stays small.
pub(crate) const DURABLE: &str = "
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;
PRAGMA wal_autocheckpoint = 4000;
PRAGMA cache_size = -16000;
";
