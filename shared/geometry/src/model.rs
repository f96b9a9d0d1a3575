//! A model as read from a file: triangles with colours, and the box around them.

use std::collections::BTreeMap;

/// A box with faces along the axes, in metres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Aabb {
    /// The corner with the least coordinates, in metres.
    pub min: [f32; 3],
    /// The corner with the greatest coordinates, in metres.
    pub max: [f32; 3],
}

/// A mesh file's content, ready to draw and to measure.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Name under which the mesh was asked for.
    pub name: String,
    /// What the mesh stands for, from `extras.kind`; none if the file does not say.
    pub kind: Option<String>,
    /// Room to keep free around the mesh in metres, from `extras.clearance`; 0 if not stated.
    pub clearance_m: f32,
    /// The triangles, one part for each primitive of each placed glTF mesh.
    pub parts: Vec<Mesh3>,
    /// Box around all parts.
    pub aabb: Aabb,
}

/// Triangles in the model's own frame: metres, +Y up, length along +X, origin at ground centre.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mesh3 {
    /// Points in metres.
    pub positions: Vec<[f32; 3]>,
    /// Unit normals, one for each point.
    pub normals: Vec<[f32; 3]>,
    /// Linear red, green, blue and alpha from 0 to 1, one for each point. Alpha is how much of
    /// the unit's state colour the point takes (see [`crate::make`]).
    pub colors: Vec<[f32; 4]>,
    /// Three indices into the points for each triangle, counter-clockwise seen from outside.
    pub indices: Vec<u32>,
}

impl Aabb {
    /// Returns the smallest box around `points`, or none if there are none.
    pub fn around<'a>(points: impl IntoIterator<Item = &'a [f32; 3]>) -> Option<Self> {
        let mut points = points.into_iter();
        let first = *points.next()?;
        let start = Self { min: first, max: first };
        Some(points.fold(start, |bounds, point| bounds.union(Self { min: *point, max: *point })))
    }

    /// Returns the smallest box around both.
    pub fn union(self, other: Self) -> Self {
        Self {
            min: std::array::from_fn(|axis| self.min[axis].min(other.min[axis])),
            max: std::array::from_fn(|axis| self.max[axis].max(other.max[axis])),
        }
    }

    /// Returns the lengths of the edges in metres: along X, Y and Z.
    pub fn size_m(&self) -> [f32; 3] {
        std::array::from_fn(|axis| self.max[axis] - self.min[axis])
    }

    /// Returns the eight corners.
    pub fn corners(&self) -> [[f32; 3]; 8] {
        std::array::from_fn(|corner| {
            std::array::from_fn(|axis| {
                if corner >> axis & 1 == 0 { self.min[axis] } else { self.max[axis] }
            })
        })
    }
}

impl Model {
    /// Returns the number of triangles in all parts.
    pub fn triangle_count(&self) -> usize {
        self.parts.iter().map(Mesh3::triangle_count).sum()
    }

    /// Says whether every part encloses a volume.
    pub fn is_closed(&self) -> bool {
        self.parts.iter().all(Mesh3::is_closed)
    }

    /// Returns the distance in metres along `direction` from `origin` to the nearest triangle,
    /// both in the model's own frame; none if the ray passes by. `direction` need not have unit
    /// length.
    pub fn cast(&self, origin: [f32; 3], direction: [f32; 3]) -> Option<f32> {
        let length = dot(direction, direction).sqrt();
        if !(length.is_finite() && length > 0.0) {
            return None;
        }
        let unit = direction.map(|value| value / length);
        let hits = self.parts.iter().flat_map(Mesh3::triangles);
        hits.filter_map(|triangle| ray_to_triangle(origin, unit, triangle)).reduce(f32::min)
    }
}

impl Mesh3 {
    /// Returns the number of triangles.
    pub fn triangle_count(&self) -> usize {
        self.indices.len() / 3
    }

    /// Returns the corners of every triangle.
    pub fn triangles(&self) -> impl Iterator<Item = [[f32; 3]; 3]> + '_ {
        self.indices
            .as_chunks::<3>()
            .0
            .iter()
            .map(|corners| corners.map(|corner| self.positions[corner as usize]))
    }

    /// Says whether the triangles enclose a volume: seen by position, every edge is walked as
    /// often in one direction as in the other, so that no edge is left open.
    pub fn is_closed(&self) -> bool {
        let mut balance: BTreeMap<[[u32; 3]; 2], i64> = BTreeMap::new();
        for triangle in self.triangles() {
            let keys = triangle.map(position_key);
            for (from, to) in [(0, 1), (1, 2), (2, 0)] {
                let (from, to) = (keys[from], keys[to]);
                if from < to {
                    *balance.entry([from, to]).or_default() += 1;
                } else if to < from {
                    *balance.entry([to, from]).or_default() -= 1;
                }
            }
        }
        !balance.is_empty() && balance.values().all(|count| *count == 0)
    }
}

/// Equal for equal positions, so that corners that were split for flat normals meet again.
pub(crate) fn position_key(position: [f32; 3]) -> [u32; 3] {
    // Adding zero turns the negative zero into the positive one.
    position.map(|value| (value + 0.0).to_bits())
}

/// Source: T. Möller, B. Trumbore, Fast, Minimum Storage Ray/Triangle Intersection, 1997; both
/// sides of the triangle count.
fn ray_to_triangle(origin: [f32; 3], unit: [f32; 3], [a, b, c]: [[f32; 3]; 3]) -> Option<f32> {
    const PARALLEL: f32 = 1e-9;
    let (edge_b, edge_c) = (minus(b, a), minus(c, a));
    let across = cross(unit, edge_c);
    let determinant = dot(edge_b, across);
    if determinant.abs() < PARALLEL {
        return None;
    }
    let from_a = minus(origin, a);
    let u = dot(from_a, across) / determinant;
    let along = cross(from_a, edge_b);
    let v = dot(unit, along) / determinant;
    let distance = dot(edge_c, along) / determinant;
    (u >= 0.0 && v >= 0.0 && u + v <= 1.0 && distance >= 0.0).then_some(distance)
}

pub(crate) fn minus(a: [f32; 3], b: [f32; 3]) -> [f32; 3] {
    std::array::from_fn(|axis| a[axis] - b[axis])
}

pub(crate) fn dot(a: [f32; 3], b: [f32; 3]) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

pub(crate) fn cross(a: [f32; 3], b: [f32; 3]) -> [f32; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

#[cfg(test)]
mod tests;
