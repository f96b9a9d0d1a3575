//! A run cut and kept: calendar and random streams to bytes and back.
//!
//! A run that is cut anywhere, saved, restored and continued has the same events as one that was
//! never cut, to the bit, and saves to the same bytes later. The model's own state is its caller's
//! to keep, beside these bytes; of each [`EventKey`](crate::EventKey) it keeps the number.
//!
//! Layout, all numbers little-endian: 8 bytes of mark, version (u16), clock (i64 µs), events
//! scheduled so far (u64), limit (u32), count of events (u32); for each, in their order, time
//! (i64), priority (u8), number (u64), length (u16) and the caller's bytes; count of streams (u32);
//! for each, by ascending name, length of the name (u16), the name, the stream's 32 bytes; last
//! the FNV-1a hash (u64) of all before it, which tells damage and not malice.

mod read;

use std::collections::BTreeMap;

use crate::{
    calendar::{Calendar, SavedKeys},
    stream::{FNV_OFFSET, Stream, fnv_1a},
    time::Time,
};
use read::Reader;

/// The most bytes that one event takes in a snapshot.
pub const EVENT_BYTES_LIMIT: usize = u16::MAX as usize;
/// The most streams that a snapshot keeps.
pub const STREAM_LIMIT: usize = 1 << 20;
/// The longest name of a stream \[bytes\].
pub const STREAM_NAME_LIMIT: usize = 1 << 10;

const MARK: [u8; 8] = *b"slip-des";
const VERSION: u16 = 1;

/// What a snapshot gives back.
#[derive(Debug)]
pub struct Restored<E> {
    /// The calendar where it was cut.
    pub calendar: Calendar<E>,
    /// Keys of its events, by their numbers.
    pub keys: SavedKeys,
    /// Streams where they stood, by name.
    pub streams: BTreeMap<String, Stream>,
}

/// Why a run was not saved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SaveError {
    /// An event's bytes are more than [`EVENT_BYTES_LIMIT`].
    #[error("the event at {at} takes {bytes} bytes, more than {EVENT_BYTES_LIMIT}")]
    EventTooLong {
        /// When it is due.
        at: Time,
        /// How long it is.
        bytes: usize,
    },
    /// There are more streams than [`STREAM_LIMIT`].
    #[error("{count} random streams, more than {STREAM_LIMIT}")]
    TooManyStreams {
        /// How many.
        count: usize,
    },
    /// A stream's name is longer than [`STREAM_NAME_LIMIT`].
    #[error("a stream's name of {bytes} bytes is longer than {STREAM_NAME_LIMIT}")]
    NameTooLong {
        /// How long it is.
        bytes: usize,
    },
}

/// Why bytes were not restored.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError<X> {
    /// They do not begin as a snapshot does.
    #[error("not a snapshot of a run: it does not begin with its mark")]
    NotASnapshot,
    /// They are of another version of the layout.
    #[error("a snapshot of version {found}; this program reads version {VERSION}")]
    Version {
        /// Which.
        found: u16,
    },
    /// They end early.
    #[error("the snapshot ends at byte {at}, within {within}")]
    Truncated {
        /// How many bytes there are.
        at: usize,
        /// What they end within.
        within: &'static str,
    },
    /// Bytes follow its end.
    #[error("{count} bytes follow the end of the snapshot")]
    Trailing {
        /// How many.
        count: usize,
    },
    /// They were changed since they were saved.
    #[error("the snapshot is damaged: its checksum is {found:016x} and should be {wanted:016x}")]
    Damaged {
        /// The checksum kept.
        found: u64,
        /// The checksum of what is there.
        wanted: u64,
    },
    /// There is more of something than may be.
    #[error("the snapshot names {count} {what}, more than {limit}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How much.
        count: usize,
        /// How much there may be.
        limit: usize,
    },
    /// Each event can be read, but no calendar can have held them all: one lies in the past, two
    /// have one number, or a number was not given yet.
    #[error("no calendar can have been in this state at {now}")]
    Impossible {
        /// Its clock.
        now: Time,
    },
    /// The caller cannot read its event.
    #[error("the event at {at} cannot be read")]
    Event {
        /// When it is due.
        at: Time,
        /// Why not.
        source: X,
    },
    /// A stream's name is no text, is there twice, or is not in its order.
    #[error("stream {position} of the snapshot has a name that is no text or not in order")]
    StreamName {
        /// Its position, from 0.
        position: usize,
    },
    /// A stream cannot be in the state that is kept.
    #[error("stream \"{name}\" of the snapshot is in no state of a random stream")]
    StreamState {
        /// Its name.
        name: String,
    },
}

/// The bytes of a run's calendar and streams; `encode` appends those of one event.
///
/// # Errors
/// [`SaveError`] if something is beyond its limit.
pub fn save<E>(
    calendar: &Calendar<E>,
    streams: &BTreeMap<String, Stream>,
    mut encode: impl FnMut(&E, &mut Vec<u8>),
) -> Result<Vec<u8>, SaveError> {
    let (cut, pending) = (calendar.cut(), calendar.in_order());
    let mut bytes = MARK.to_vec();
    bytes.extend(VERSION.to_le_bytes());
    bytes.extend(cut.now.micros().to_le_bytes());
    bytes.extend(cut.scheduled.to_le_bytes());
    // A calendar's limit and what it holds are at most 2^20.
    bytes.extend((cut.limit as u32).to_le_bytes());
    bytes.extend((pending.len() as u32).to_le_bytes());
    let mut one = Vec::new();
    for event in pending {
        one.clear();
        encode(event.event, &mut one);
        let length = u16::try_from(one.len())
            .map_err(|_too_long| SaveError::EventTooLong { at: event.at, bytes: one.len() })?;
        bytes.extend(event.at.micros().to_le_bytes());
        bytes.push(event.priority.0);
        bytes.extend(event.number.to_le_bytes());
        bytes.extend(length.to_le_bytes());
        bytes.extend(&one);
    }
    if streams.len() > STREAM_LIMIT {
        return Err(SaveError::TooManyStreams { count: streams.len() });
    }
    bytes.extend((streams.len() as u32).to_le_bytes());
    for (name, stream) in streams {
        if name.len() > STREAM_NAME_LIMIT {
            return Err(SaveError::NameTooLong { bytes: name.len() });
        }
        bytes.extend((name.len() as u16).to_le_bytes());
        bytes.extend(name.as_bytes());
        bytes.extend(stream.state());
    }
    bytes.extend(fnv_1a(FNV_OFFSET, &bytes).to_le_bytes());
    Ok(bytes)
}

/// The run of these bytes; `decode` reads those of one event. Memory stays within a small
/// multiple of the length of `bytes`, whatever they say.
///
/// # Errors
/// [`RestoreError`], which names what is wrong; never a run that differs from the one saved.
pub fn restore<E, X>(
    bytes: &[u8],
    decode: impl FnMut(&[u8]) -> Result<E, X>,
) -> Result<Restored<E>, RestoreError<X>> {
    let mut reader = Reader::new(bytes);
    if reader.take::<8, X>("the mark").is_ok_and(|mark| mark == MARK) {
        let found = u16::from_le_bytes(reader.take("the version")?);
        if found != VERSION {
            return Err(RestoreError::Version { found });
        }
    } else {
        return Err(RestoreError::NotASnapshot);
    }
    reader.check_sum()?;
    let (cut, pending) = reader.calendar(decode)?;
    let streams = reader.streams()?;
    if reader.left() > 0 {
        return Err(RestoreError::Trailing { count: reader.left() });
    }
    let (calendar, keys) =
        Calendar::put_together(cut, pending).ok_or(RestoreError::Impossible { now: cut.now })?;
    Ok(Restored { calendar, keys, streams })
}

#[cfg(test)]
mod tests;
