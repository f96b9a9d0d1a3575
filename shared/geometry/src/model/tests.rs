//! Boxes, closedness and rays against triangles.

use super::*;
use crate::make::catalogue::ASSETS;

fn shipped(kind: &str) -> Model {
    let asset = ASSETS.iter().find(|asset| asset.kind == kind).expect("a known kind");
    Mesh3::from_glb(kind, &asset.glb().expect("bytes")).expect("readable")
}

#[test]
fn a_mesh_with_a_triangle_missing_is_open() {
    let mut model = shipped("box");
    assert!(model.is_closed());
    let kept = model.parts[0].indices.len() - 3;
    model.parts[0].indices.truncate(kept);
    assert!(!model.is_closed());
}

#[test]
fn a_turned_triangle_is_no_closed_mesh() {
    let mut model = shipped("box");
    model.parts[0].indices.swap(0, 1);
    assert!(!model.is_closed());
}

#[test]
fn a_ray_meets_the_nearest_face_whatever_the_length_of_its_direction() {
    let model = shipped("box");
    // The lid is 1.9 m wide and reaches from 1.8 m to 2.0 m.
    for length in [0.1, 1.0, 250.0] {
        let met = model.cast([0.3, 10.0, 0.2], [0.0, -length, 0.0]);
        assert!(met.is_some_and(|distance| (distance - 8.0).abs() < 1e-4), "{met:?}");
    }
    assert_eq!(model.cast([0.3, 10.0, 0.2], [0.0, 1.0, 0.0]), None);
    assert_eq!(model.cast([0.3, 10.0, 0.2], [0.0, 0.0, 0.0]), None);
    assert_eq!(model.cast([0.3, f32::NAN, 0.2], [0.0, -1.0, 0.0]), None);
}

#[test]
fn a_ray_passes_between_the_legs_of_a_crane() {
    let crane = shipped("gantry-crane");
    let along_the_dock = [1.0, 0.0, 0.0];
    assert_eq!(crane.cast([-100.0, 20.0, 20.0], along_the_dock), None);
    assert!(crane.cast([-100.0, 46.0, 20.0], along_the_dock).is_some());
}

#[test]
fn corners_span_the_box() {
    let aabb = Aabb { min: [-1.0, 0.0, 2.0], max: [3.0, 5.0, 7.0] };
    assert_eq!(Aabb::around(&aabb.corners()), Some(aabb));
    assert_eq!(aabb.size_m(), [4.0, 5.0, 5.0]);
    assert_eq!(Aabb::around(&[]), None);
}
