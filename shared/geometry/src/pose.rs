//! Where a model stands. The one place where plain arrays and plant coordinates meet parry's glam.

use parry3d::math;
use twin::definition::Placement;

/// A place and a rotation in the scene's frame: metres, +Y up, +X east, -Z north.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pose {
    /// Where the model's origin stands, in metres.
    pub position_m: [f32; 3],
    /// Unit quaternion x, y, z, w.
    pub rotation: [f32; 4],
}

impl Pose {
    /// Returns the pose at `position_m` without rotation.
    pub fn at(position_m: [f32; 3]) -> Self {
        Self { position_m, rotation: [0.0, 0.0, 0.0, 1.0] }
    }

    /// Returns the pose at `position_m`, turned about +Y by `angle_rad`, counter-clockwise seen
    /// from above.
    pub fn turned(position_m: [f32; 3], angle_rad: f32) -> Self {
        let (sin, cos) = (angle_rad / 2.0).sin_cos();
        Self { position_m, rotation: [0.0, sin, 0.0, cos] }
    }

    /// Returns the pose of a placement in plant coordinates: metres east, north and up, and a
    /// heading of the length (the model's +X) in degrees clockwise from north.
    pub fn from_plant(x_m: f64, y_m: f64, z_m: f64, heading_deg: f64) -> Self {
        let angle_rad = (90.0 - heading_deg).to_radians() as f32;
        Self::turned([x_m as f32, z_m as f32, -y_m as f32], angle_rad)
    }

    /// Returns the pose of a placement from a plant file. Its `size_m` is not part of a pose.
    pub fn from_placement(placement: &Placement) -> Self {
        Self::from_plant(placement.x_m, placement.y_m, placement.z_m, placement.heading_deg)
    }

    pub(crate) fn to_parry(self) -> math::Pose {
        let rotation = math::Rotation::from_array(self.rotation);
        // A quaternion of length zero or not a number would poison every distance.
        let length_squared = rotation.length_squared();
        let usable = length_squared.is_finite() && length_squared > f32::MIN_POSITIVE;
        let rotation = if usable { rotation.normalize() } else { math::Rotation::IDENTITY };
        math::Pose::from_parts(vector(self.position_m), rotation)
    }
}

pub(crate) fn vector(value: [f32; 3]) -> math::Vector {
    math::Vector::from_array(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heading_turns_the_length_the_right_way() {
        // North is -Z, east is +X.
        for (heading_deg, expected) in
            [(0.0, [0.0, 0.0, -1.0]), (90.0, [1.0, 0.0, 0.0]), (180.0, [0.0, 0.0, 1.0])]
        {
            let pose = Pose::from_plant(10.0, 20.0, 3.0, heading_deg).to_parry();
            let ahead = pose.rotation * vector([1.0, 0.0, 0.0]);
            assert!((ahead - vector(expected)).length() < 1e-6, "{heading_deg}: {ahead}");
            assert_eq!(pose.translation.to_array(), [10.0, 3.0, -20.0]);
        }
    }

    #[test]
    fn a_placement_is_a_pose_in_the_plant() {
        let placement = Placement {
            x_m: 4.0,
            y_m: 5.0,
            z_m: 6.0,
            heading_deg: 30.0,
            size_m: [1.0, 1.0, 1.0],
            mesh: None,
        };
        assert_eq!(Pose::from_placement(&placement), Pose::from_plant(4.0, 5.0, 6.0, 30.0));
    }

    #[test]
    fn an_unusable_quaternion_is_no_rotation() {
        let pose = Pose { position_m: [0.0; 3], rotation: [0.0, f32::NAN, 0.0, 0.0] };
        assert_eq!(pose.to_parry().rotation, math::Rotation::IDENTITY);
    }
}
