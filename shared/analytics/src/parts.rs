//! What is known of each part: where it is, since when, what was last done to it.

use std::collections::{BTreeMap, VecDeque};

use twin::{MaterialId, OpId, OperationId, PartId, PlantTime};

use crate::layout::Place;

/// Parts kept of one plant, completed ones included; the first seen go first.
pub const PARTS_KEPT: usize = 60_000;

/// One part.
#[derive(Clone, Debug)]
pub struct PartTrack {
    pub born: PlantTime,
    /// The operation that began on it last, and its end once it has one.
    pub last_begun: Option<(OpId, Option<PlantTime>)>,
    pub material: Option<MaterialId>,
    pub place: Option<Place>,
    /// Its last event in the trace.
    pub last: Option<u64>,
    pub ended: bool,
    /// The operation last finished on it.
    pub last_operation: Option<OperationId>,
}

impl PartTrack {
    /// Since when nothing has been done on the part, as far as its last operation tells; none
    /// while that one runs.
    pub fn idle_since(&self) -> Option<PlantTime> {
        self.last_begun.as_ref().map_or(Some(self.born), |(_, ended)| *ended)
    }

    /// An operation began on it.
    pub fn began(&mut self, op: &OpId) {
        self.last_begun = Some((op.clone(), None));
    }

    /// An operation on it ended; one that was begun before the last one says nothing new.
    pub fn ended_operation(&mut self, op: &OpId, at: PlantTime) {
        match &mut self.last_begun {
            Some((last, ended)) if last == op => *ended = Some(at),
            Some(_) => {}
            None => self.last_begun = Some((op.clone(), Some(at))),
        }
    }
}

/// The parts of one plant.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    tracks: BTreeMap<PartId, PartTrack>,
    births: VecDeque<PartId>,
    in_work: BTreeMap<MaterialId, u64>,
}

impl Parts {
    pub fn get(&self, part: &PartId) -> Option<&PartTrack> {
        self.tracks.get(part)
    }

    /// The part, begun now when it is new.
    pub fn touch(&mut self, part: &PartId, at: PlantTime) -> &mut PartTrack {
        if !self.tracks.contains_key(part) {
            while self.tracks.len() >= PARTS_KEPT {
                let Some(oldest) = self.births.pop_front() else { break };
                self.forget(&oldest);
            }
            self.births.push_back(part.clone());
        }
        self.tracks.entry(part.clone()).or_insert(PartTrack {
            born: at,
            last_begun: None,
            material: None,
            place: None,
            last: None,
            ended: false,
            last_operation: None,
        })
    }

    pub fn kept(&self) -> usize {
        self.tracks.len()
    }

    fn forget(&mut self, part: &PartId) {
        if let Some(track) = self.tracks.remove(part)
            && !track.ended
        {
            self.count(track.material.as_ref(), false);
        }
    }

    fn count(&mut self, material: Option<&MaterialId>, enters: bool) {
        let Some(material) = material else { return };
        let count = self.in_work.entry(material.clone()).or_default();
        *count = if enters { *count + 1 } else { count.saturating_sub(1) };
    }

    /// The part is now of `material`.
    pub fn becomes(&mut self, part: &PartId, material: &MaterialId, at: PlantTime) {
        let track = self.touch(part, at);
        if track.ended || track.material.as_ref() == Some(material) {
            return;
        }
        let before = track.material.replace(material.clone());
        self.count(before.as_ref(), false);
        self.count(Some(material), true);
    }

    /// The part is done here, or went to another plant: it is in work again once more is done.
    pub fn leave(&mut self, part: &PartId, at: PlantTime) {
        let track = self.touch(part, at);
        if !track.ended {
            let material = track.material.take();
            self.count(material.as_ref(), false);
        }
    }

    /// The part left production; none when it had left before.
    pub fn end(&mut self, part: &PartId, at: PlantTime) -> Option<PlantTime> {
        let track = self.touch(part, at);
        if track.ended {
            return None;
        }
        track.ended = true;
        let (born, material) = (track.born, track.material.clone());
        self.count(material.as_ref(), false);
        Some(born)
    }

    /// Parts that have not left production, by where they are.
    pub fn waiting(&self) -> BTreeMap<Place, u64> {
        let mut waiting = BTreeMap::new();
        for track in self.tracks.values().filter(|track| !track.ended) {
            if let Some(place) = track.place {
                *waiting.entry(place).or_default() += 1;
            }
        }
        waiting
    }

    pub fn in_work(&self, material: &MaterialId) -> u64 {
        self.in_work.get(material).copied().unwrap_or(0)
    }
}
