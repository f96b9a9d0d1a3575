//! The solid form of a model, for fit and clearance.
//!
//! A triangle mesh alone is hollow: a small part inside a large one would be far from its
//! surface and count as free. So a model becomes one convex hull for each of its connected
//! solids, and hulls are solid. That is exact for meshes put together from convex pieces, as all
//! of [`crate::make`] are. A single concave piece is filled up, which states too little room and
//! never too much.

use std::collections::BTreeMap;

use parry3d::bounding_volume::{Aabb as ParryAabb, BoundingVolume};
use parry3d::math;
use parry3d::query;
use parry3d::shape::{ConvexPolyhedron, Cuboid, SharedShape};

use crate::model::position_key;
use crate::pose::vector;
use crate::{Aabb, Mesh3, Model, Pose};

/// Above this many connected solids one hull around everything is used, so that a mesh of
/// scattered triangles cannot make each measurement slow.
pub const MAX_HULLS: usize = 512;

/// Half the thickness in metres given to a solid that is flat, which has no hull.
const FLAT_HALF_M: f32 = 0.001;

/// A solid made of convex pieces, in its model's frame.
#[derive(Clone)]
pub struct Shape {
    pieces: Vec<Piece>,
}

#[derive(Clone)]
struct Piece {
    /// Where the piece stands in the model's frame; only boxes are moved.
    offset: math::Pose,
    solid: SharedShape,
    local_box: ParryAabb,
}

impl Shape {
    /// Returns the solid form of a model.
    pub fn from_model(model: &Model) -> Self {
        let mut solids: Vec<Vec<[f32; 3]>> = model.parts.iter().flat_map(connected).collect();
        if solids.len() > MAX_HULLS {
            solids = vec![solids.concat()];
        }
        Self { pieces: solids.iter().filter_map(|points| Piece::around(points)).collect() }
    }

    /// Returns a solid box, for a unit whose mesh is missing or broken.
    pub fn from_box(aabb: Aabb) -> Self {
        Self { pieces: vec![Piece::from_box(aabb)] }
    }

    /// Returns how many convex pieces the solid consists of.
    pub fn piece_count(&self) -> usize {
        self.pieces.len()
    }

    /// Returns the least distance in metres between two placed solids; 0 when they touch or
    /// overlap, infinity when one of them is empty.
    pub fn clearance(&self, pose: &Pose, other: &Self, other_pose: &Pose) -> f32 {
        let other_from_self = pose.to_parry().inv_mul(&other_pose.to_parry());
        let mut best_m = f32::INFINITY;
        for (mine, theirs) in self.pairs(other) {
            let place = other_from_self * theirs.offset;
            let apart_m =
                box_distance(&mine.local_box, &theirs.local_box.transform_by(&other_from_self));
            if apart_m >= best_m {
                continue;
            }
            let measured = query::distance(&mine.offset, &*mine.solid, &place, &*theirs.solid);
            // Two convex shapes are always supported; were they not, the boxes understate.
            best_m = best_m.min(measured.map_or(apart_m, |found| found.distance));
            if best_m <= 0.0 {
                return 0.0;
            }
        }
        best_m
    }

    /// Returns the least clearance in metres while the solid visits `path` in turn among
    /// `obstacles`, with the index of the pose where it occurs; none for an empty path.
    pub fn narrowest(&self, path: &[Pose], obstacles: &[(&Self, Pose)]) -> Option<(usize, f32)> {
        let clearances = path.iter().enumerate().map(|(index, pose)| {
            let each = obstacles.iter().map(|(shape, place)| self.clearance(pose, shape, place));
            (index, each.fold(f32::INFINITY, f32::min))
        });
        clearances.min_by(|a, b| a.1.total_cmp(&b.1))
    }

    fn pairs<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = (&'a Piece, &'a Piece)> {
        self.pieces.iter().flat_map(|mine| other.pieces.iter().map(move |theirs| (mine, theirs)))
    }
}

impl Piece {
    /// Returns none when there are no points.
    fn around(points: &[[f32; 3]]) -> Option<Self> {
        let bounds = Aabb::around(points)?;
        let vectors: Vec<_> = points.iter().copied().map(vector).collect();
        let hull = ConvexPolyhedron::from_convex_hull(&vectors);
        Some(hull.map_or_else(
            || Self::from_box(bounds),
            |hull| {
                let local_box = ParryAabb::new(vector(bounds.min), vector(bounds.max));
                Self { offset: math::Pose::IDENTITY, solid: SharedShape::new(hull), local_box }
            },
        ))
    }

    fn from_box(aabb: Aabb) -> Self {
        let local_box = ParryAabb::new(vector(aabb.min), vector(aabb.max));
        let half = local_box.half_extents().max(math::Vector::splat(FLAT_HALF_M));
        Self {
            offset: math::Pose::from_translation(local_box.center()),
            solid: SharedShape::new(Cuboid::new(half)),
            local_box: local_box.loosened(FLAT_HALF_M),
        }
    }
}

fn box_distance(a: &ParryAabb, b: &ParryAabb) -> f32 {
    let zero = math::Vector::ZERO;
    (a.mins - b.maxs).max(b.mins - a.maxs).max(zero).length()
}

/// Returns the points of each solid: triangles that share an edge belong together.
fn connected(mesh: &Mesh3) -> Vec<Vec<[f32; 3]>> {
    let triangles: Vec<[[f32; 3]; 3]> = mesh.triangles().collect();
    let mut leader: Vec<usize> = (0..triangles.len()).collect();
    let mut by_edge: BTreeMap<[[u32; 3]; 2], usize> = BTreeMap::new();
    for (index, triangle) in triangles.iter().enumerate() {
        let keys = triangle.map(position_key);
        for (from, to) in [(0, 1), (1, 2), (2, 0)] {
            let edge = [keys[from].min(keys[to]), keys[from].max(keys[to])];
            let first = *by_edge.entry(edge).or_insert(index);
            join(&mut leader, first, index);
        }
    }
    let mut solids: BTreeMap<usize, Vec<[f32; 3]>> = BTreeMap::new();
    for (index, triangle) in triangles.iter().enumerate() {
        solids.entry(find(&mut leader, index)).or_default().extend(triangle);
    }
    solids.into_values().collect()
}

fn find(leader: &mut [usize], mut index: usize) -> usize {
    while leader[index] != index {
        leader[index] = leader[leader[index]];
        index = leader[index];
    }
    index
}

fn join(leader: &mut [usize], a: usize, b: usize) {
    let (a, b) = (find(leader, a), find(leader, b));
    leader[a.max(b)] = a.min(b);
}

#[cfg(test)]
mod tests;
