//! Vectors, boxes and placements in the scene's frame: metres, +X east, +Y up, -Z north.

use geometry::{Aabb, Pose};

/// A point or a direction.
pub type V3 = [f32; 3];

/// `a + b`.
pub fn add(a: V3, b: V3) -> V3 {
    std::array::from_fn(|i| a[i] + b[i])
}

/// `a - b`.
pub fn minus(a: V3, b: V3) -> V3 {
    std::array::from_fn(|i| a[i] - b[i])
}

/// `a` scaled by `k`.
pub fn scaled(a: V3, k: f32) -> V3 {
    a.map(|value| value * k)
}

/// The dot product.
pub fn dot(a: V3, b: V3) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// The cross product.
pub fn cross(a: V3, b: V3) -> V3 {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/// The length in metres.
pub fn length(a: V3) -> f32 {
    dot(a, a).sqrt()
}

/// The direction of `a`; `a` itself if it has no length.
pub fn unit(a: V3) -> V3 {
    let l = length(a);
    if l > 0.0 { scaled(a, 1.0 / l) } else { a }
}

/// Where an item stands: its origin is the middle of its bottom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// The origin in metres.
    pub at: V3,
    /// Turn about +Y in radians, counter-clockwise seen from above; 0 points +X east.
    pub turn_rad: f32,
    /// Factors along the item's own axes.
    pub scale: V3,
}

impl Place {
    /// A place in plant coordinates: metres east, north, up, and the heading of the length in
    /// degrees clockwise from north.
    pub fn from_plant(position_m: [f64; 3], heading_deg: f64) -> Self {
        let pose = Pose::from_plant(position_m[0], position_m[1], position_m[2], heading_deg);
        let turn_rad = 2.0 * pose.rotation[1].atan2(pose.rotation[3]);
        Self { at: pose.position_m, turn_rad, scale: [1.0; 3] }
    }

    /// The same place with other factors.
    pub fn sized(self, scale: V3) -> Self {
        Self { scale, ..self }
    }

    /// The place shifted by `offset` along its own axes, in metres.
    pub fn shifted(self, offset: V3) -> Self {
        Self { at: add(self.at, self.direction(offset)), ..self }
    }

    /// A direction of the item's own frame in the scene, not scaled.
    pub fn direction(&self, [x, y, z]: V3) -> V3 {
        let (sin, cos) = self.turn_rad.sin_cos();
        [x * cos + z * sin, y, z * cos - x * sin]
    }

    /// A direction of the scene in the item's own frame, not scaled.
    pub fn to_own(&self, [x, y, z]: V3) -> V3 {
        let (sin, cos) = self.turn_rad.sin_cos();
        [x * cos - z * sin, y, z * cos + x * sin]
    }

    /// The box around `own`, a box in the item's own frame before scaling.
    pub fn around(&self, own: &Aabb) -> Aabb {
        let corners = own.corners().map(|corner| {
            let scaled = std::array::from_fn(|axis| corner[axis] * self.scale[axis]);
            add(self.at, self.direction(scaled))
        });
        Aabb::around(&corners).unwrap_or(Aabb { min: self.at, max: self.at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_points_the_length() {
        for (heading, ahead) in [
            (0.0, [0.0, 0.0, -1.0]),
            (90.0, [1.0, 0.0, 0.0]),
            (225.0, [-0.5_f32.sqrt(), 0.0, 0.5_f32.sqrt()]),
        ] {
            let place = Place::from_plant([1.0, 2.0, 3.0], heading);
            assert_eq!(place.at, [1.0, 3.0, -2.0]);
            let seen = place.direction([1.0, 0.0, 0.0]);
            assert!(length(minus(seen, ahead)) < 1e-5, "{heading}: {seen:?}");
            assert!(length(minus(place.to_own(seen), [1.0, 0.0, 0.0])) < 1e-5);
        }
    }
}
