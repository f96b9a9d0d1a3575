//! One row: what one frame of one feed said, and what of it was refused.

use twin::{FeedId, Origin, PlantId, PlantTime};

use crate::{hash_of, hexadecimal};

/// A frame of a feed as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The hub's own number, from 1, without gaps.
    pub hub_seq: u64,
    /// Who said it.
    pub feed: FeedId,
    /// About which plant.
    pub plant: PlantId,
    /// The feed's epoch.
    pub epoch: u64,
    /// The frame's number within the epoch.
    pub seq: u64,
    /// Wall time of receipt.
    pub received: PlantTime,
    /// The plant's clock at receipt.
    pub plant_now: PlantTime,
    /// Where the values come from.
    pub origin: Origin,
    /// The label in force, as interned in the journal.
    pub label: u32,
    /// The revision of the registry of nations and groups in force.
    pub registry_revision: u32,
    /// JSON of what was accepted.
    pub body: String,
    /// What was not; never its content.
    pub refused: Vec<RefusedItem>,
}

/// A refused report or frame: enough to find out later, nothing of what it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedItem {
    /// Which report of the frame; none is the frame as a whole.
    pub index: Option<u32>,
    /// A stable word.
    pub code: String,
    /// Wall time of the refusal.
    pub at: PlantTime,
    /// How many bytes it had.
    pub length: u64,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
}

impl RefusedItem {
    /// One line of text: `index code time length hash`.
    pub(crate) fn to_line(&self) -> String {
        let index = self.index.map_or_else(|| "-".to_owned(), |index| index.to_string());
        let hash = hexadecimal(&self.sha256);
        format!("{index} {} {} {} {hash}", self.code, self.at.micros(), self.length)
    }

    /// The inverse of [`Self::to_line`]; none when the line was not written by it.
    pub(crate) fn from_line(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let index = match words.next()? {
            "-" => None,
            number => Some(number.parse().ok()?),
        };
        let code = words.next()?.to_owned();
        let at = PlantTime::from_micros(words.next()?.parse().ok()?);
        let length = words.next()?.parse().ok()?;
        let sha256 = hash_of(words.next()?)?;
        Some(Self { index, code, at, length, sha256 })
    }
}

/// The refusals as stored: a line each.
pub(crate) fn refused_text(refused: &[RefusedItem]) -> String {
    refused.iter().map(RefusedItem::to_line).collect::<Vec<_>>().join("\n")
}

impl Entry {
    /// CRC-32 over every field, each with its length, so that no two rows look alike.
    pub(crate) fn checksum(&self, refused_text: &str) -> u32 {
        let mut hasher = crc32fast::Hasher::new();
        let numbers = [
            self.hub_seq.to_le_bytes(),
            self.epoch.to_le_bytes(),
            self.seq.to_le_bytes(),
            self.received.micros().to_le_bytes(),
            self.plant_now.micros().to_le_bytes(),
            u64::from(self.label).to_le_bytes(),
            u64::from(self.registry_revision).to_le_bytes(),
        ];
        numbers.iter().for_each(|number| hasher.update(number));
        let texts = [
            self.feed.as_str(),
            self.plant.as_str(),
            self.origin.name(),
            self.body.as_str(),
            refused_text,
        ];
        for text in texts {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        }
        hasher.finalize()
    }
}

/// The origin of a stored name.
pub(crate) fn origin_named(name: &str) -> Option<Origin> {
    [Origin::Live, Origin::Simulated, Origin::Recorded, Origin::Forecast, Origin::Assumed]
        .into_iter()
        .find(|origin| origin.name() == name)
}
