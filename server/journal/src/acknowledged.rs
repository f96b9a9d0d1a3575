//! What was acknowledged, kept outside the journal, so that a loss inside it has a name.
//!
//! Two files are written in turn, each with a checksum: a torn write leaves the other. They are
//! written after every commit and before the acknowledgement, and flushed every
//! [`COMMITS_BETWEEN_FLUSHES`] commits: a lagging file misses a loss of the last moments, and
//! never reports one that did not happen.

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions},
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use twin::FeedId;

use crate::{FeedPosition, JournalError, private};

/// A flush costs as much as a commit; one in this many keeps the cost under two per cent.
const COMMITS_BETWEEN_FLUSHES: u64 = 64;
/// A file larger than this was not written by us.
const LARGEST_FILE_BYTES: u64 = 64 << 20;

/// The journal ends before what feeds were told is durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedLoss {
    /// The highest hub sequence number that was acknowledged.
    pub acknowledged: u64,
    /// The highest that the journal has.
    pub found: u64,
    /// Which feeds are concerned.
    pub feeds: Vec<LostFeed>,
}

/// What one feed was told and the journal does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostFeed {
    /// The feed.
    pub feed: FeedId,
    /// Up to where it was acknowledged: epoch and seq.
    pub acknowledged: (u64, u64),
    /// Up to where the journal has it; none at all is absent.
    pub found: Option<(u64, u64)>,
}

/// The two files.
pub(crate) struct Acknowledged {
    files: [(PathBuf, File); 2],
    generation: u64,
}

/// What one of the files says.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Said {
    generation: u64,
    hub_seq: u64,
    feeds: BTreeMap<FeedId, (u64, u64)>,
}

impl Acknowledged {
    /// Opens or makes the files; returns what the newer good one says.
    pub(crate) fn open(dir: &Path) -> Result<(Self, Said), JournalError> {
        let open = |name: &str| {
            let path = dir.join(name);
            private::keep_private(&path)?;
            let file = OpenOptions::new()
                .read(true)
                .write(true)
                .open(&path)
                .map_err(|source| JournalError::NotWritable { path: dir.to_owned(), source })?;
            Ok((path, file))
        };
        let mut files = [open("acknowledged.a")?, open("acknowledged.b")?];
        let said = files.iter_mut().filter_map(|(_, file)| read(file)).max_by_key(|s| s.generation);
        let said = said.unwrap_or_default();
        Ok((Self { files, generation: said.generation }, said))
    }

    /// Says that everything up to `hub_seq` is durable and may be acknowledged.
    pub(crate) fn write(
        &mut self,
        hub_seq: u64,
        feeds: &BTreeMap<FeedId, FeedPosition>,
    ) -> Result<(), JournalError> {
        let generation = self.generation + 1;
        let text = said_text(generation, hub_seq, feeds);
        let flush = generation.is_multiple_of(COMMITS_BETWEEN_FLUSHES);
        let (path, file) = &mut self.files[usize::from(generation % 2 == 1)];
        write_over(file, &text, flush)
            .map_err(|source| crate::error::acknowledged(path, source))?;
        // Only now: what is tried again goes over the file that was torn, never over the good one.
        self.generation = generation;
        Ok(())
    }

    /// Flushes both files to the disk.
    pub(crate) fn flush(&self) {
        for (path, file) in &self.files {
            if let Err(error) = file.sync_data() {
                tracing::warn!(path = %path.display(), %error, "could not flush");
            }
        }
    }
}

fn write_over(file: &mut File, text: &str, flush: bool) -> std::io::Result<()> {
    file.seek(SeekFrom::Start(0))?;
    file.write_all(text.as_bytes())?;
    file.set_len(text.len() as u64)?;
    if flush { file.sync_data() } else { Ok(()) }
}

/// `crc` on the first line; generation and hub sequence on the second; then a line a feed.
fn said_text(generation: u64, hub_seq: u64, feeds: &BTreeMap<FeedId, FeedPosition>) -> String {
    let mut rest = format!("{generation} {hub_seq}\n");
    for (feed, position) in feeds {
        let acked = position.next_seq.saturating_sub(1);
        rest.push_str(&format!("{feed} {} {acked}\n", position.epoch));
    }
    format!("{:08x}\n{rest}", crc32fast::hash(rest.as_bytes()))
}

/// None for an empty, torn or foreign file: then the other one counts.
fn read(file: &mut File) -> Option<Said> {
    if file.metadata().ok()?.len() > LARGEST_FILE_BYTES {
        return None;
    }
    let mut text = String::new();
    file.seek(SeekFrom::Start(0)).ok()?;
    file.read_to_string(&mut text).ok()?;
    let (crc, rest) = text.split_once('\n')?;
    if u32::from_str_radix(crc, 16).ok()? != crc32fast::hash(rest.as_bytes()) {
        return None;
    }
    let (head, feeds) = rest.split_once('\n')?;
    let (generation, hub_seq) = head.split_once(' ')?;
    let mut said = Said {
        generation: generation.parse().ok()?,
        hub_seq: hub_seq.parse().ok()?,
        feeds: BTreeMap::new(),
    };
    for line in feeds.lines() {
        let mut words = line.split(' ');
        let feed = FeedId::new(words.next()?).ok()?;
        let at = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        said.feeds.insert(feed, at);
    }
    Some(said)
}

impl Said {
    /// What the journal lacks of it.
    pub(crate) fn lost(
        &self,
        found: u64,
        positions: &BTreeMap<FeedId, FeedPosition>,
    ) -> Option<NamedLoss> {
        let lost = self.feeds.iter().filter_map(|(feed, &acknowledged)| {
            let has = positions.get(feed).map(|at| (at.epoch, at.next_seq.saturating_sub(1)));
            (has < Some(acknowledged)).then(|| LostFeed {
                feed: feed.clone(),
                acknowledged,
                found: has,
            })
        });
        let feeds: Vec<LostFeed> = lost.collect();
        let any = self.hub_seq > found || !feeds.is_empty();
        any.then_some(NamedLoss { acknowledged: self.hub_seq, found, feeds })
    }
}

impl std::fmt::Display for NamedLoss {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the journal ends at {} but {} was acknowledged", self.found, self.acknowledged)?;
        for lost in &self.feeds {
            let (epoch, seq) = lost.acknowledged;
            write!(f, "; feed {} was acknowledged to epoch {epoch} seq {seq}, ", lost.feed)?;
            match lost.found {
                Some((epoch, seq)) => write!(f, "found to epoch {epoch} seq {seq}")?,
                None => write!(f, "nothing of it was found")?,
            }
        }
        Ok(())
    }
}
