//! Convex solids and the builder that collects them.

use super::Paint;

/// A convex solid: two rings of points with a face between each pair of neighbours.
#[derive(Clone, Debug)]
pub struct Solid {
    /// Corners in metres.
    pub points: Vec<[f64; 3]>,
    /// Corners of each face, counter-clockwise seen from outside.
    pub faces: Vec<Vec<usize>>,
    /// Colour of all faces.
    pub paint: Paint,
}

/// A direction of length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// Along the length.
    X,
    /// Up.
    Y,
    /// Across, towards the front.
    Z,
}

/// Collects the solids of one asset. Places are `[x, y, z]` in metres: centre along X and Z,
/// bottom along Y; sizes are edge lengths in metres.
#[derive(Default)]
pub struct Builder {
    solids: Vec<Solid>,
}

impl Builder {
    /// Returns what was collected, moved so that the box around it is centred on the origin along
    /// X and Z and stands on the ground: a plant file places the middle of the bottom.
    pub fn into_solids(mut self) -> Vec<Solid> {
        for axis in 0..3 {
            let along = || self.solids.iter().flat_map(|s| &s.points).map(|point| point[axis]);
            let (least, most) = along().fold((f64::MAX, f64::MIN), |(least, most), value| {
                (least.min(value), most.max(value))
            });
            // Round wheels do not reach the ground with a corner, so up is settled as well.
            let origin = to_millimetre(if axis == 1 { least } else { (least + most) / 2.0 });
            for point in self.solids.iter_mut().flat_map(|solid| &mut solid.points) {
                point[axis] = to_millimetre(point[axis] - origin);
            }
        }
        self.solids
    }

    /// Adds a box.
    pub fn cuboid(&mut self, place: [f64; 3], size: [f64; 3], paint: Paint) {
        self.taper(place, [size[0], size[2]], [size[0], size[2]], size[1], paint);
    }

    /// Adds the same box at +Z and -Z of the centre line.
    pub fn cuboid_pair_z(&mut self, place: [f64; 3], size: [f64; 3], paint: Paint) {
        for side in [-1.0, 1.0] {
            self.cuboid([place[0], place[1], side * place[2]], size, paint);
        }
    }

    /// Adds the same box at all four corners around the centre.
    pub fn cuboid_at_corners(&mut self, place: [f64; 3], size: [f64; 3], paint: Paint) {
        for side in [-1.0, 1.0] {
            self.cuboid_pair_z([side * place[0], place[1], place[2]], size, paint);
        }
    }

    /// Adds a box whose top has another length and width (X, Z) than its bottom.
    pub fn taper(
        &mut self,
        [x, y, z]: [f64; 3],
        bottom: [f64; 2],
        top: [f64; 2],
        height: f64,
        paint: Paint,
    ) {
        let ring = |size: [f64; 2], y: f64| {
            let [half_x, half_z] = size.map(|edge| edge / 2.0);
            vec![
                [x - half_x, y, z + half_z],
                [x + half_x, y, z + half_z],
                [x + half_x, y, z - half_z],
                [x - half_x, y, z - half_z],
            ]
        };
        self.loft(ring(bottom, y), ring(top, y + height), paint);
    }

    /// Adds a convex outline drawn across an axis and drawn out along it from `from` to `to`.
    /// The outline is (z, y) for X, (x, z) for Y and (x, y) for Z.
    pub fn extrude(
        &mut self,
        axis: Axis,
        outline: &[[f64; 2]],
        [from, to]: [f64; 2],
        paint: Paint,
    ) {
        let ring = |along: f64| {
            let points = outline.iter().map(|[u, v]| match axis {
                Axis::X => [along, *v, *u],
                Axis::Y => [*u, along, *v],
                Axis::Z => [*u, *v, along],
            });
            points.collect()
        };
        self.loft(ring(from), ring(to), paint);
    }

    /// Adds a round bar along an axis; `centre` is the middle of its first end.
    pub fn cylinder(
        &mut self,
        axis: Axis,
        centre: [f64; 3],
        radius: f64,
        length: f64,
        paint: Paint,
    ) {
        self.cone(axis, centre, [radius, radius], length, paint);
    }

    /// Adds a round bar that begins with one radius and ends with another.
    pub fn cone(
        &mut self,
        axis: Axis,
        centre: [f64; 3],
        radii: [f64; 2],
        length: f64,
        paint: Paint,
    ) {
        // Small ones need fewer sides to look round.
        let sides: u32 = if radii[0].max(radii[1]) > 1.5 { 16 } else { 8 };
        let ring = |radius: f64, along: f64| {
            let points = (0..sides).map(|side| {
                let angle = (f64::from(side) + 0.5) * std::f64::consts::TAU / f64::from(sides);
                let (u, v) = (radius * angle.cos(), radius * angle.sin());
                let [x, y, z] = centre;
                match axis {
                    Axis::X => [x + along, y + v, z + u],
                    Axis::Y => [x + u, y + along, z + v],
                    Axis::Z => [x + u, y + v, z + along],
                }
            });
            points.collect()
        };
        self.loft(ring(radii[0], 0.0), ring(radii[1], length), paint);
    }

    /// Adds a bar of square section between two points: braces, legs, ropes.
    pub fn bar(&mut self, from: [f64; 3], to: [f64; 3], width: f64, paint: Paint) {
        let along: [f64; 3] = std::array::from_fn(|axis| to[axis] - from[axis]);
        // Any direction that is not along the bar serves to span its section.
        let steep = along[1].abs() > along[0].abs() + along[2].abs();
        let aside = scaled(
            cross(along, if steep { [0.0, 0.0, 1.0] } else { [0.0, 1.0, 0.0] }),
            width / 2.0,
        );
        let over = scaled(cross(along, aside), width / 2.0);
        let ring = |end: [f64; 3]| {
            let corners = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)];
            let place = |(u, v): (f64, f64)| {
                std::array::from_fn(|axis| end[axis] + u * aside[axis] + v * over[axis])
            };
            corners.into_iter().map(place).collect()
        };
        self.loft(ring(from), ring(to), paint);
    }

    /// Adds the solid between two rings of equally many points.
    fn loft(&mut self, first: Vec<[f64; 3]>, last: Vec<[f64; 3]>, paint: Paint) {
        let count = first.len();
        let points = [first, last].concat();
        let points: Vec<_> = points.into_iter().map(|point| point.map(to_millimetre)).collect();
        let mut faces: Vec<Vec<usize>> =
            vec![(0..count).rev().collect(), (count..2 * count).collect()];
        for near in 0..count {
            let next = (near + 1) % count;
            faces.push(vec![near, next, next + count, near + count]);
        }
        let mut solid = Solid { points, faces, paint };
        if solid.volume_m3() < 0.0 {
            solid.faces.iter_mut().for_each(|face| face.reverse());
        }
        self.solids.push(solid);
    }
}

impl Solid {
    /// Returns the enclosed volume in cubic metres, negative if the faces point inwards.
    pub fn volume_m3(&self) -> f64 {
        let sixth = |corners: [usize; 3]| {
            let [a, b, c] = corners.map(|corner| self.points[corner]);
            let normal = cross(b, c);
            (a[0] * normal[0] + a[1] * normal[1] + a[2] * normal[2]) / 6.0
        };
        self.triangles().map(sixth).sum()
    }

    /// Returns the corners of every triangle.
    pub fn triangles(&self) -> impl Iterator<Item = [usize; 3]> + '_ {
        self.faces.iter().flat_map(|face| {
            (1..face.len() - 1).map(|second| [face[0], face[second], face[second + 1]])
        })
    }

    /// Returns the outward normal of a face, not of unit length.
    pub(super) fn normal(&self, face: &[usize]) -> [f64; 3] {
        // Newell's sum is right for every flat face, even when three corners lie in a line.
        let mut sum = [0.0; 3];
        for (nth, corner) in face.iter().enumerate() {
            let next = self.points[face[(nth + 1) % face.len()]];
            let part = cross(self.points[*corner], next);
            sum = std::array::from_fn(|axis| sum[axis] + part[axis]);
        }
        sum
    }
}

/// Rounds to a millimetre, in the value that a file's `f32` holds.
fn to_millimetre(metres: f64) -> f64 {
    f64::from(((metres * 1000.0).round() / 1000.0) as f32)
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/// Returns the vector with this length.
pub(super) fn scaled(v: [f64; 3], length: f64) -> [f64; 3] {
    let own = (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]).sqrt();
    v.map(|value| value / own * length)
}
