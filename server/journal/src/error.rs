//! What can go wrong with the data directory, in words that say what to do.

use std::path::PathBuf;

use thiserror::Error;
use twin::FeedId;

/// Why the journal could not be opened, written or read.
#[derive(Debug, Error)]
pub enum JournalError {
    /// The directory cannot be made or written.
    #[error("the data directory {} cannot be written; choose another with --data", path.display())]
    NotWritable {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Others may read a file, and their right cannot be taken away.
    #[error(
        "{} can be read by other users of this machine, and this cannot be changed; \
         `chmod 600` it as its owner, or choose another directory with --data",
        path.display()
    )]
    Exposed {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A third key of one feed.
    #[error(
        "two keys of {feed} are in force, the most there may be while one replaces the other; \
         revoke the older with `slipway key revoke HASH`, which `slipway key list` shows"
    )]
    TwoKeys {
        /// The feed.
        feed: FeedId,
    },
    /// A second account of one name.
    #[error("there is an account {name} already; choose another name, or change that one")]
    AccountExists {
        /// The name.
        name: String,
    },
    /// Another process has it.
    #[error(
        "the data directory {} is in use by another hub; stop that one or choose another with --data",
        path.display()
    )]
    InUse {
        /// The directory.
        path: PathBuf,
    },
    /// A newer program wrote it.
    #[error("{} has layout {found}, this program knows up to {known}; use a newer slipway", path.display())]
    TooNew {
        /// The file.
        path: PathBuf,
        /// Its layout.
        found: i64,
        /// The newest layout known here.
        known: i64,
    },
    /// No room is left: on the disk, within a quota, or within the limit of file sizes.
    #[error(
        "the disk is full, or a quota or a limit of file sizes is reached: nothing is acknowledged \
         until there is room for {}",
        path.display()
    )]
    DiskFull {
        /// The file that could not grow.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A row does not match its checksum.
    #[error("the journal's row {hub_seq} is damaged: {what}")]
    Damaged {
        /// Which row.
        hub_seq: u64,
        /// What does not fit.
        what: &'static str,
    },
    /// Rows must be appended in order, without gaps.
    #[error("row {given} was appended where {wanted} is next")]
    OutOfOrder {
        /// The row's number.
        given: u64,
        /// The number that is next.
        wanted: u64,
    },
    /// The small file of what was acknowledged cannot be written.
    #[error("{} cannot be written", path.display())]
    Acknowledged {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Anything else SQLite says.
    #[error("the journal failed while it was {doing}")]
    Sqlite {
        /// What was being done.
        doing: &'static str,
        /// What SQLite said.
        #[source]
        source: rusqlite::Error,
    },
}

impl JournalError {
    /// Whether trying the same again later may succeed: only what is full can be emptied.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::DiskFull { .. })
    }
}

/// Turns SQLite's error into ours, naming what was being done and with which file.
pub(crate) fn sqlite(
    path: &std::path::Path,
    doing: &'static str,
) -> impl Fn(rusqlite::Error) -> JournalError + use<> {
    let path = path.to_owned();
    move |source| match source.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => disk_full(&path, source),
        // SQLite knows a full disk, and neither a quota nor a limit of file sizes. A write that
        // failed was undone with its commit, so that it may be tried again; a failed flush not.
        Some(_) if is_unwritten(&source) => disk_full(&path, source),
        Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => {
            JournalError::InUse { path: path.parent().unwrap_or(&path).to_owned() }
        }
        Some(rusqlite::ErrorCode::ReadOnly | rusqlite::ErrorCode::CannotOpen) => {
            JournalError::NotWritable {
                path: path.parent().unwrap_or(&path).to_owned(),
                source: std::io::Error::other(source),
            }
        }
        _ => JournalError::Sqlite { doing, source },
    }
}

fn disk_full(path: &std::path::Path, source: rusqlite::Error) -> JournalError {
    JournalError::DiskFull { path: path.to_owned(), source: std::io::Error::other(source) }
}

/// Whether the system did not let SQLite write to a file or make it larger.
fn is_unwritten(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi::{SQLITE_IOERR_SHMSIZE, SQLITE_IOERR_WRITE};
    let code = error.sqlite_error().map(|error| error.extended_code);
    matches!(code, Some(SQLITE_IOERR_WRITE | SQLITE_IOERR_SHMSIZE))
}

/// Turns the system's error about the file of what was acknowledged into ours.
pub(crate) fn acknowledged(path: &std::path::Path, source: std::io::Error) -> JournalError {
    use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    let path = path.to_owned();
    match source.kind() {
        StorageFull | QuotaExceeded | FileTooLarge => JournalError::DiskFull { path, source },
        _ => JournalError::Acknowledged { path, source },
    }
}
