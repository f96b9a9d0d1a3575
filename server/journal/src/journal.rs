//! The journal itself: open, append, replay.

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
};

use rusqlite::{Connection, Row, named_params};
use twin::{FeedId, PlantId, PlantTime};

use crate::{
    Entry, JournalError, NamedLoss, RefusedItem,
    acknowledged::Acknowledged,
    entry::{origin_named, refused_text},
    error::sqlite,
    private, reader, schema,
};

/// The file of the journal within the data directory.
pub(crate) const JOURNAL_FILE: &str = "journal.sqlite";
/// Held exclusively while a hub runs.
const LOCK_FILE: &str = "lock";

/// What every feed said, in the order the hub took it, on disk.
pub struct Journal {
    pub(crate) connection: Connection,
    pub(crate) path: PathBuf,
    acknowledged: Acknowledged,
    positions: BTreeMap<FeedId, FeedPosition>,
    last_hub_seq: u64,
    /// Whether the newest rows are committed and not yet named beside the journal.
    pub(crate) unsaid: bool,
    // Dropped last: the directory is ours as long as anything of it is open.
    _lock: File,
}

/// How far one feed has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedPosition {
    /// The plant it speaks for.
    pub plant: PlantId,
    /// The highest epoch taken.
    pub epoch: u64,
    /// The next seq wanted in it.
    pub next_seq: u64,
    /// The hub's number of its last row.
    pub last_hub_seq: u64,
}

/// A journal that was just opened.
pub struct Opened {
    /// To append to.
    pub journal: Journal,
    /// Rows that were there.
    pub recovered: u64,
    /// What was acknowledged and is not there.
    pub lost: Option<NamedLoss>,
}

/// How to open; tests make the disk small.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The most pages of 4 KiB that the file may have.
    pub most_pages: Option<u32>,
}

impl Journal {
    /// Opens the data directory, making it if need be, and takes it exclusively.
    ///
    /// # Errors
    /// [`JournalError`]: not writable, in use, of a newer layout, damaged.
    pub fn open(dir: &Path) -> Result<Opened, JournalError> {
        Self::open_with(dir, Options::default())
    }

    /// As [`Self::open`], within limits.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_with(dir: &Path, options: Options) -> Result<Opened, JournalError> {
        private::make_dir(dir)?;
        let lock = lock(dir)?;
        let path = dir.join(JOURNAL_FILE);
        private::keep_private(&path)?;
        let connection = Connection::open(&path).map_err(sqlite(&path, "being opened"))?;
        schema::prepare(&connection, &path)?;
        if let Some(pages) = options.most_pages {
            connection
                .query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))
                .map_err(sqlite(&path, "being limited"))?;
        }
        let positions = positions(&connection, &path)?;
        let last_hub_seq = last_hub_seq(&connection, &path)?;
        let (acknowledged, said) = Acknowledged::open(dir)?;
        let lost = said.lost(last_hub_seq, &positions);
        let unsaid = false;
        let journal =
            Self { connection, path, acknowledged, positions, last_hub_seq, unsaid, _lock: lock };
        Ok(Opened { journal, recovered: last_hub_seq, lost })
    }

    /// The number of the last row; 0 when there is none.
    pub fn last_hub_seq(&self) -> u64 {
        self.last_hub_seq
    }

    /// How far every feed has come.
    pub fn feed_positions(&self) -> &BTreeMap<FeedId, FeedPosition> {
        &self.positions
    }

    /// Makes the rows durable in one commit; all of them or none.
    ///
    /// # Errors
    /// [`JournalError`]; nothing of it may be acknowledged. [`JournalError::is_retryable`] says
    /// whether the same rows may be tried again; otherwise nothing may be acknowledged from this
    /// journal any more.
    pub fn append(&mut self, batch: &[Entry]) -> Result<u64, JournalError> {
        let kept =
            self.unsaid && batch.last().is_some_and(|last| last.hub_seq == self.last_hub_seq);
        if !kept {
            self.commit(batch)?;
        }
        self.acknowledged.write(self.last_hub_seq, &self.positions)?;
        self.unsaid = false;
        Ok(self.last_hub_seq)
    }

    fn commit(&mut self, batch: &[Entry]) -> Result<(), JournalError> {
        let mut wanted = self.last_hub_seq;
        for entry in batch {
            wanted += 1;
            if entry.hub_seq != wanted {
                return Err(JournalError::OutOfOrder { given: entry.hub_seq, wanted });
            }
        }
        let failed = sqlite(&self.path, "appending");
        let mut positions = BTreeMap::new();
        let transaction = self.connection.transaction().map_err(&failed)?;
        for entry in batch {
            insert(&transaction, entry).map_err(&failed)?;
            positions.insert(entry.feed.clone(), position_after(entry));
        }
        for (feed, position) in &positions {
            keep_position(&transaction, feed, position).map_err(&failed)?;
        }
        transaction.commit().map_err(&failed)?;
        self.last_hub_seq = wanted;
        self.positions.append(&mut positions);
        self.unsaid = true;
        Ok(())
    }

    /// Hands over every row from `from_hub_seq` on, in order, each checked.
    ///
    /// # Errors
    /// [`JournalError::Damaged`] names the first row that does not match its checksum or is
    /// missing; the rows before it were handed over.
    pub fn replay(
        &self,
        from_hub_seq: u64,
        visit: &mut dyn FnMut(Entry),
    ) -> Result<(), JournalError> {
        let failed = sqlite(&self.path, "being read");
        let select = format!("{SELECT} WHERE hub_seq >= ? ORDER BY hub_seq");
        let mut statement = self.connection.prepare(&select).map_err(&failed)?;
        let mut rows = statement.query([from_hub_seq.cast_signed()]).map_err(&failed)?;
        let mut wanted = from_hub_seq.max(1);
        while let Some(row) = rows.next().map_err(&failed)? {
            let hub_seq = row.get::<_, i64>(0).map_err(&failed)?.cast_unsigned();
            if hub_seq != wanted {
                return Err(JournalError::Damaged { hub_seq: wanted, what: "it is missing" });
            }
            visit(
                read_entry(row, hub_seq).map_err(|what| JournalError::Damaged { hub_seq, what })?,
            );
            wanted += 1;
        }
        Ok(())
    }

    /// The row of one frame of a feed, if it is kept.
    ///
    /// # Errors
    /// [`JournalError`] when the file cannot be read or the row is damaged.
    pub fn row_of(
        &self,
        feed: &FeedId,
        epoch: u64,
        seq: u64,
    ) -> Result<Option<Entry>, JournalError> {
        reader::row_of(&self.connection, &self.path, (feed, epoch, seq))
    }

    /// Flushes what is kept beside the journal; called before a graceful stop.
    pub fn close(self) {
        self.acknowledged.flush();
    }
}

fn lock(dir: &Path) -> Result<File, JournalError> {
    private::keep_private(&dir.join(LOCK_FILE))?;
    let lock = OpenOptions::new()
        .write(true)
        .open(dir.join(LOCK_FILE))
        .map_err(|source| JournalError::NotWritable { path: dir.to_owned(), source })?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(JournalError::InUse { path: dir.to_owned() }),
        Err(TryLockError::Error(source)) => {
            Err(JournalError::NotWritable { path: dir.to_owned(), source })
        }
    }
}

fn position_after(entry: &Entry) -> FeedPosition {
    FeedPosition {
        plant: entry.plant.clone(),
        epoch: entry.epoch,
        next_seq: entry.seq.saturating_add(1),
        last_hub_seq: entry.hub_seq,
    }
}

fn insert(connection: &Connection, entry: &Entry) -> rusqlite::Result<()> {
    let refused = refused_text(&entry.refused);
    let mut statement = connection.prepare_cached(
        "INSERT INTO entry VALUES (:hub_seq, :feed, :plant, :epoch, :seq, :received, :plant_now,
         :origin, :label, :registry_revision, :body, :refused, :crc)",
    )?;
    statement.execute(named_params! {
        ":hub_seq": entry.hub_seq.cast_signed(),
        ":feed": entry.feed.as_str(),
        ":plant": entry.plant.as_str(),
        ":epoch": entry.epoch.cast_signed(),
        ":seq": entry.seq.cast_signed(),
        ":received": entry.received.micros(),
        ":plant_now": entry.plant_now.micros(),
        ":origin": entry.origin.name(),
        ":label": entry.label,
        ":registry_revision": entry.registry_revision,
        ":body": entry.body,
        ":refused": refused,
        ":crc": entry.checksum(&refused),
    })?;
    Ok(())
}

fn keep_position(
    connection: &Connection,
    feed: &FeedId,
    position: &FeedPosition,
) -> rusqlite::Result<()> {
    let mut statement =
        connection.prepare_cached("INSERT OR REPLACE INTO position VALUES (?, ?, ?, ?, ?)")?;
    statement.execute((
        feed.as_str(),
        position.plant.as_str(),
        position.epoch.cast_signed(),
        position.next_seq.cast_signed(),
        position.last_hub_seq.cast_signed(),
    ))?;
    Ok(())
}

fn last_hub_seq(connection: &Connection, path: &Path) -> Result<u64, JournalError> {
    connection
        .query_row("SELECT ifnull(max(hub_seq), 0) FROM entry", [], |row| row.get::<_, i64>(0))
        .map(i64::cast_unsigned)
        .map_err(sqlite(path, "being read"))
}

fn positions(
    connection: &Connection,
    path: &Path,
) -> Result<BTreeMap<FeedId, FeedPosition>, JournalError> {
    let failed = sqlite(path, "being read");
    let mut statement = connection
        .prepare("SELECT feed, plant, epoch, next_seq, last_hub_seq FROM position")
        .map_err(&failed)?;
    let mut rows = statement.query([]).map_err(&failed)?;
    let mut positions = BTreeMap::new();
    while let Some(row) = rows.next().map_err(&failed)? {
        let (feed, plant): (String, String) =
            (row.get(0).map_err(&failed)?, row.get(1).map_err(&failed)?);
        let number = |at: usize| row.get::<_, i64>(at).map(i64::cast_unsigned);
        let last_hub_seq = number(4).map_err(&failed)?;
        let damaged =
            |_invalid| JournalError::Damaged { hub_seq: last_hub_seq, what: "a name is not an id" };
        let position = FeedPosition {
            plant: PlantId::new(&plant).map_err(damaged)?,
            epoch: number(2).map_err(&failed)?,
            next_seq: number(3).map_err(&failed)?,
            last_hub_seq,
        };
        positions.insert(FeedId::new(&feed).map_err(damaged)?, position);
    }
    Ok(positions)
}

/// The columns that [`read_entry`] reads, in its order.
pub(crate) const SELECT: &str = "SELECT hub_seq, feed, plant, epoch, seq, received_us,
    plant_now_us, origin, label, registry_revision, body, refused, crc FROM entry";

/// The row as an entry, or what is wrong with it.
pub(crate) fn read_entry(row: &Row<'_>, hub_seq: u64) -> Result<Entry, &'static str> {
    let unreadable = |_error: rusqlite::Error| "a column is not of its type";
    let text =
        |at: usize| row.get_ref(at).map_err(unreadable)?.as_str().map_err(|_wrong_type| "not text");
    let number = |at: usize| row.get::<_, i64>(at).map_err(unreadable);
    let refused_text = text(11)?;
    let refused: Option<Vec<RefusedItem>> =
        refused_text.lines().map(RefusedItem::from_line).collect();
    let entry = Entry {
        hub_seq,
        feed: FeedId::new(text(1)?).map_err(|_invalid| "the feed is not an id")?,
        plant: PlantId::new(text(2)?).map_err(|_invalid| "the plant is not an id")?,
        epoch: number(3)?.cast_unsigned(),
        seq: number(4)?.cast_unsigned(),
        received: PlantTime::from_micros(number(5)?),
        plant_now: PlantTime::from_micros(number(6)?),
        origin: origin_named(text(7)?).ok_or("the origin is unknown")?,
        label: row.get(8).map_err(unreadable)?,
        registry_revision: row.get(9).map_err(unreadable)?,
        body: text(10)?.to_owned(),
        refused: refused.ok_or("the refusals are unreadable")?,
    };
    let crc: u32 = row.get(12).map_err(unreadable)?;
    if entry.checksum(refused_text) != crc {
        return Err("it does not match its checksum");
    }
    Ok(entry)
}
