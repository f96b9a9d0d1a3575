//! Reading a snapshot's parts, each with a word for what is missing if the bytes end.

use std::collections::BTreeMap;

use super::{RestoreError, STREAM_LIMIT, STREAM_NAME_LIMIT};
use crate::{
    calendar::{Cut, PENDING_LIMIT, PendingEvent, Priority},
    stream::{FNV_OFFSET, STATE_BYTES, Stream, fnv_1a},
    time::Time,
};

pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(super) fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    fn slice<X>(
        &mut self,
        length: usize,
        within: &'static str,
    ) -> Result<&'a [u8], RestoreError<X>> {
        let rest = &self.bytes[self.at..];
        let slice =
            rest.get(..length).ok_or(RestoreError::Truncated { at: self.bytes.len(), within })?;
        self.at += length;
        Ok(slice)
    }

    pub(super) fn take<const N: usize, X>(
        &mut self,
        within: &'static str,
    ) -> Result<[u8; N], RestoreError<X>> {
        let mut taken = [0; N];
        taken.copy_from_slice(self.slice(N, within)?);
        Ok(taken)
    }

    /// Compares the checksum at the end and takes it off.
    pub(super) fn check_sum<X>(&mut self) -> Result<(), RestoreError<X>> {
        let at = self.bytes.len();
        let (content, sum) = self.bytes[self.at..]
            .split_last_chunk::<8>()
            .ok_or(RestoreError::Truncated { at, within: "the checksum" })?;
        self.bytes = &self.bytes[..self.at + content.len()];
        let (found, wanted) = (u64::from_le_bytes(*sum), fnv_1a(FNV_OFFSET, self.bytes));
        if found == wanted { Ok(()) } else { Err(RestoreError::Damaged { found, wanted }) }
    }

    /// How many of something follow, each of at least `least` bytes.
    fn count<X>(
        &mut self,
        what: &'static str,
        limit: usize,
        least: usize,
    ) -> Result<usize, RestoreError<X>> {
        let count = u32::from_le_bytes(self.take(what)?) as usize;
        if count > limit {
            return Err(RestoreError::TooMany { what, count, limit });
        }
        if count * least > self.left() {
            return Err(RestoreError::Truncated { at: self.bytes.len(), within: what });
        }
        Ok(count)
    }

    pub(super) fn calendar<E, X>(
        &mut self,
        mut decode: impl FnMut(&[u8]) -> Result<E, X>,
    ) -> Result<(Cut, Vec<PendingEvent<E>>), RestoreError<X>> {
        let now = Time::from_micros(i64::from_le_bytes(self.take("the clock")?));
        let scheduled = u64::from_le_bytes(self.take("the number of events so far")?);
        let limit = u32::from_le_bytes(self.take("the calendar's limit")?) as usize;
        if limit > PENDING_LIMIT {
            let what = "events that may be pending";
            return Err(RestoreError::TooMany { what, count: limit, limit: PENDING_LIMIT });
        }
        const EVENT_BYTES_MIN: usize = 19;
        let count = self.count("pending events", limit, EVENT_BYTES_MIN)?;
        let mut pending = Vec::with_capacity(count);
        for _ in 0..count {
            let at = Time::from_micros(i64::from_le_bytes(self.take("an event's time")?));
            let [priority] = self.take("an event's priority")?;
            let number = u64::from_le_bytes(self.take("an event's number")?);
            let length = u16::from_le_bytes(self.take("an event's length")?);
            let event = decode(self.slice(length.into(), "an event")?)
                .map_err(|source| RestoreError::Event { at, source })?;
            pending.push(PendingEvent { at, priority: Priority(priority), number, event });
        }
        let rank = |event: &PendingEvent<E>| (event.at, event.priority, event.number);
        if !pending.is_sorted_by_key(rank) {
            return Err(RestoreError::Impossible { now });
        }
        Ok((Cut { now, scheduled, limit }, pending))
    }

    pub(super) fn streams<X>(&mut self) -> Result<BTreeMap<String, Stream>, RestoreError<X>> {
        let count = self.count("random streams", STREAM_LIMIT, 2 + STATE_BYTES)?;
        let mut streams: BTreeMap<String, Stream> = BTreeMap::new();
        for position in 0..count {
            let length = usize::from(u16::from_le_bytes(self.take("a stream's name")?));
            if length > STREAM_NAME_LIMIT {
                let what = "bytes of a stream's name";
                return Err(RestoreError::TooMany {
                    what,
                    count: length,
                    limit: STREAM_NAME_LIMIT,
                });
            }
            let name = std::str::from_utf8(self.slice(length, "a stream's name")?)
                .map_err(|_no_text| RestoreError::StreamName { position })?
                .to_owned();
            if streams.last_key_value().is_some_and(|(last, _)| *last >= name) {
                return Err(RestoreError::StreamName { position });
            }
            let state = self.take("a stream's state")?;
            match Stream::from_state(state) {
                Ok(stream) => streams.insert(name, stream),
                Err(_all_zero) => return Err(RestoreError::StreamState { name }),
            };
        }
        Ok(streams)
    }
}
