//! Which instance a ray meets: a bounding volume hierarchy over the boxes of all slots.
//!
//! A linear scan over thousands of boxes at every pointer move is what makes picking slow;
//! parry's hierarchy keeps it logarithmic, and each leaf tests the exact box.

use parry3d::bounding_volume::Aabb as ParryAabb;
use parry3d::partitioning::{Bvh, BvhBuildStrategy};
use parry3d::query::{Ray, RayCast};
use thiserror::Error;

use crate::Aabb;
use crate::pose::vector;

/// Slots are dense (the hierarchy keeps a table as long as the greatest), so this bounds memory.
pub const MAX_SLOTS: u32 = 1 << 20;

/// How many boxes may move before the hierarchy is built anew: moving leaves it correct but
/// looser, and a rebuild of a few thousand boxes takes about a millisecond.
const MOVES_BEFORE_REBUILD: u32 = 4096;

/// Fewer boxes than this are inserted one by one: parry 0.31 builds one or two leaves at once only
/// if they are numbered from zero, and panics otherwise.
const FEW_BOXES: usize = 3;

/// Boxes of instances by slot, and rays against them.
#[derive(Default)]
pub struct RayScene {
    bvh: Bvh,
    boxes: Vec<Option<ParryAabb>>,
    moves_since_rebuild: u32,
}

/// An instance met by a ray.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// Slot of the instance.
    pub slot: u32,
    /// From the ray's origin to the box in metres; 0 when the origin lies inside.
    pub distance_m: f32,
}

/// A slot that cannot be stored.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("slot {slot} is beyond the {MAX_SLOTS} that can be picked, or its box is not finite")]
pub struct SlotOutOfRange {
    /// The refused slot.
    pub slot: u32,
}

impl RayScene {
    /// Returns a scene of these slots, built at once, which is faster and tighter than inserting
    /// one by one.
    ///
    /// # Errors
    /// The first slot that is beyond [`MAX_SLOTS`] or has a box that is not finite.
    pub fn from_boxes(
        boxes: impl IntoIterator<Item = (u32, Aabb)>,
    ) -> Result<Self, SlotOutOfRange> {
        let mut scene = Self::default();
        for (slot, aabb) in boxes {
            let aabb = checked(slot, aabb)?;
            scene.remember(slot, Some(aabb));
        }
        scene.rebuild();
        Ok(scene)
    }

    /// Stores the box of `slot`, which may be new.
    ///
    /// # Errors
    /// The slot is beyond [`MAX_SLOTS`] or its box is not finite; the scene stays as it was.
    pub fn insert(&mut self, slot: u32, aabb: Aabb) -> Result<(), SlotOutOfRange> {
        let aabb = checked(slot, aabb)?;
        self.remember(slot, Some(aabb));
        self.bvh.insert(aabb, slot);
        self.moves_since_rebuild += 1;
        if self.moves_since_rebuild >= MOVES_BEFORE_REBUILD {
            self.rebuild();
        }
        Ok(())
    }

    /// Moves the box of `slot`, which an instance does that moves; the same as inserting it.
    ///
    /// # Errors
    /// Those of [`RayScene::insert`].
    pub fn update(&mut self, slot: u32, aabb: Aabb) -> Result<(), SlotOutOfRange> {
        self.insert(slot, aabb)
    }

    /// Forgets a slot; nothing happens if it is unknown.
    pub fn remove(&mut self, slot: u32) {
        if self.stored(slot).is_some() {
            self.remember(slot, None);
            self.bvh.remove(slot);
            self.moves_since_rebuild += 1;
        }
    }

    /// Returns the number of slots that have a box.
    pub fn len(&self) -> usize {
        self.boxes.iter().flatten().count()
    }

    /// Says whether no slot has a box.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the nearest instance along the ray and the distance to its box in metres, the
    /// lowest slot of several at the same distance; none if the ray meets nothing or is not
    /// usable. `direction` need not have unit length.
    pub fn cast(&self, origin: [f32; 3], direction: [f32; 3]) -> Option<(u32, f32)> {
        self.cast_all(origin, direction).first().map(|hit| (hit.slot, hit.distance_m))
    }

    /// Returns every instance along the ray, nearest first and by slot where distances are
    /// equal. A pointer over a block in a dock meets both boxes; the caller chooses, for instance
    /// by [`crate::Model::cast`].
    pub fn cast_all(&self, origin: [f32; 3], direction: [f32; 3]) -> Vec<Hit> {
        let Some(ray) = unit_ray(origin, direction) else { return Vec::new() };
        let met = self.bvh.leaves(|node| node.cast_ray(&ray, f32::MAX) < f32::MAX);
        let mut hits: Vec<Hit> = met
            .filter_map(|slot| {
                self.distance(slot, &ray, f32::MAX).map(|distance_m| Hit { slot, distance_m })
            })
            .collect();
        hits.sort_by(|a, b| a.distance_m.total_cmp(&b.distance_m).then(a.slot.cmp(&b.slot)));
        hits
    }

    /// Returns the slots whose boxes touch `region`, in rising order: a selection by rectangle,
    /// or the neighbours worth measuring a clearance to.
    pub fn touching(&self, region: Aabb) -> Vec<u32> {
        let region = to_parry(region);
        let mut slots: Vec<u32> = self.bvh.intersect_aabb(&region).collect();
        slots.sort_unstable();
        slots
    }

    fn distance(&self, slot: u32, ray: &Ray, limit: f32) -> Option<f32> {
        self.stored(slot)?.cast_local_ray(ray, limit, true)
    }

    fn stored(&self, slot: u32) -> Option<&ParryAabb> {
        self.boxes.get(slot as usize)?.as_ref()
    }

    fn remember(&mut self, slot: u32, aabb: Option<ParryAabb>) {
        let index = slot as usize;
        if index >= self.boxes.len() {
            self.boxes.resize(index + 1, None);
        }
        self.boxes[index] = aabb;
    }

    fn rebuild(&mut self) {
        let boxes = self.boxes.iter().enumerate();
        let leaves = boxes.filter_map(|(slot, aabb)| aabb.map(|aabb| (slot, aabb)));
        if self.len() < FEW_BOXES {
            self.bvh = Bvh::new();
            leaves.for_each(|(slot, aabb)| self.bvh.insert(aabb, slot as u32));
        } else {
            self.bvh = Bvh::from_iter(BvhBuildStrategy::Binned, leaves);
        }
        self.moves_since_rebuild = 0;
    }
}

fn checked(slot: u32, aabb: Aabb) -> Result<ParryAabb, SlotOutOfRange> {
    let finite = aabb.min.iter().chain(&aabb.max).all(|value| value.is_finite());
    let ordered = (0..3).all(|axis| aabb.min[axis] <= aabb.max[axis]);
    if slot < MAX_SLOTS && finite && ordered {
        Ok(to_parry(aabb))
    } else {
        Err(SlotOutOfRange { slot })
    }
}

fn to_parry(aabb: Aabb) -> ParryAabb {
    ParryAabb::new(vector(aabb.min), vector(aabb.max))
}

fn unit_ray(origin: [f32; 3], direction: [f32; 3]) -> Option<Ray> {
    let (origin, direction) = (vector(origin), vector(direction));
    let unit = direction.try_normalize()?;
    origin.is_finite().then(|| Ray::new(origin, unit))
}

#[cfg(test)]
mod tests;
