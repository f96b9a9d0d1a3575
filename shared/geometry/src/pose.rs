//! Where a model stands. Poses are computed with nalgebra; this is the one place where plain arrays
//! and nalgebra meet the glam of parry.

use nalgebra::{Isometry3, Matrix3, Quaternion, Translation3, UnitQuaternion, Vector3};
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
        let rotation = UnitQuaternion::from_axis_angle(&Vector3::y_axis(), angle_rad);
        Self::from_isometry(&Isometry3::from_parts(Translation3::from(position_m), rotation))
    }

    /// Returns the pose of a placement in plant coordinates: metres east, north and up, and a
    /// heading of the length (the model's +X) in degrees clockwise from north.
    pub fn from_plant(x_m: f64, y_m: f64, z_m: f64, heading_deg: f64) -> Self {
        let angle_rad = (90.0 - heading_deg).to_radians() as f32;
        let position_m = scene_from_plant() * Vector3::new(x_m, y_m, z_m);
        Self::turned(position_m.cast::<f32>().into(), angle_rad)
    }

    /// Returns the pose of a placement from a plant file. Its `size_m` is not part of a pose.
    pub fn from_placement(placement: &Placement) -> Self {
        Self::from_plant(placement.x_m, placement.y_m, placement.z_m, placement.heading_deg)
    }

    fn from_isometry(isometry: &Isometry3<f32>) -> Self {
        Self {
            position_m: isometry.translation.vector.into(),
            rotation: isometry.rotation.coords.into(),
        }
    }

    fn isometry(self) -> Isometry3<f32> {
        Isometry3::from_parts(Translation3::from(self.position_m), unit_rotation(self.rotation))
    }

    pub(crate) fn to_parry(self) -> math::Pose {
        let Self { position_m, rotation } = Self::from_isometry(&self.isometry());
        math::Pose::from_parts(vector(position_m), math::Rotation::from_array(rotation))
    }
}

/// Turns plant coordinates (east, north, up) into the scene's. Ones and zeros, and not a quarter
/// turn about X, so that no position is rounded.
fn scene_from_plant() -> Matrix3<f64> {
    Matrix3::new(1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, -1.0, 0.0)
}

/// Returns the rotation of a quaternion x, y, z, w of any length; none where its length is zero
/// or not a number, which would poison every distance.
pub(crate) fn unit_rotation(xyzw: [f32; 4]) -> UnitQuaternion<f32> {
    let quaternion = Quaternion::from(xyzw);
    let length = quaternion.norm();
    if length.is_finite() && length > f32::EPSILON {
        UnitQuaternion::new_unchecked(quaternion / length)
    } else {
        UnitQuaternion::identity()
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
