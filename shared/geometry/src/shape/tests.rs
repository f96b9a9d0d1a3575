//! Clearance between solids, checked against distances worked out by hand.

use proptest::prelude::*;

use super::*;
use crate::make::catalogue::ASSETS;

fn cube(edge: f32) -> Shape {
    let half = edge / 2.0;
    Shape::from_box(Aabb { min: [-half; 3], max: [half; 3] })
}

fn shipped(kind: &str) -> Shape {
    let asset = ASSETS.iter().find(|asset| asset.kind == kind).expect("a known kind");
    let model = Mesh3::from_glb(kind, &asset.glb().expect("bytes")).expect("readable");
    Shape::from_model(&model)
}

fn close(a: f32, b: f32) -> bool {
    (a - b).abs() < 2e-3
}

#[test]
fn clearance_of_boxes_side_by_side_and_corner_to_corner() {
    let (a, b) = (cube(2.0), cube(2.0));
    let origin = Pose::at([0.0; 3]);
    for (place, expected) in [
        ([5.0, 0.0, 0.0], 3.0),
        ([5.0, 6.0, 0.0], 5.0),
        ([2.0, 0.0, 0.0], 0.0),
        ([0.5, 0.5, 0.5], 0.0),
    ] {
        let found = a.clearance(&origin, &b, &Pose::at(place));
        assert!(close(found, expected), "{place:?}: {found} instead of {expected}");
    }
}

#[test]
fn turning_a_box_brings_its_corner_nearer() {
    let found = cube(2.0).clearance(
        &Pose::turned([0.0; 3], std::f32::consts::FRAC_PI_4),
        &cube(2.0),
        &Pose::at([5.0, 0.0, 0.0]),
    );
    assert!(close(found, 4.0 - 2.0_f32.sqrt()), "{found}");
}

#[test]
fn a_small_box_inside_a_closed_mesh_is_not_free() {
    let inside = Pose::at([0.0, 1.0, 0.0]);
    assert_eq!(shipped("box").clearance(&Pose::at([0.0; 3]), &cube(0.2), &inside), 0.0);
}

#[test]
fn a_block_passes_under_the_gantry_and_not_through_its_leg() {
    let (crane, block) = (shipped("gantry-crane"), shipped("block"));
    let path: Vec<Pose> = (-4..=4).map(|step| Pose::at([10.0 * step as f32, 0.0, 0.0])).collect();
    let (_, clear_m) =
        block.narrowest(&path, &[(&crane, Pose::at([0.0; 3]))]).expect("the path has poses");
    // From the lugs (8.95 m up, 4.125 m aside) to the hook (21.4 m up, 9.5 m aside).
    let expected_m = (21.4 - 8.95_f32).hypot(9.5 - 4.125);
    assert!((clear_m - expected_m).abs() < 0.1, "{clear_m} instead of {expected_m}");
    let beside: Vec<Pose> = path.iter().map(|pose| moved(*pose, 31.0)).collect();
    let (index, clear_m) =
        block.narrowest(&beside, &[(&crane, Pose::at([0.0; 3]))]).expect("the path has poses");
    assert_eq!((clear_m, path[index].position_m[0].abs() <= 20.0), (0.0, true));
    assert_eq!(block.narrowest(&[], &[]), None);
}

fn moved(mut pose: Pose, z: f32) -> Pose {
    pose.position_m[2] = z;
    pose
}

#[test]
fn every_shipped_mesh_becomes_as_many_hulls_as_it_has_solids_or_fewer() {
    for asset in ASSETS {
        let (hulls, solids) = (shipped(asset.kind).piece_count(), asset.solids().len());
        assert!(hulls > 0 && hulls <= solids, "{}: {hulls} of {solids}", asset.kind);
    }
}

#[test]
fn a_flat_mesh_still_has_a_distance() {
    let mesh = Mesh3 {
        positions: vec![[0.0; 3], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]],
        normals: vec![[0.0, 1.0, 0.0]; 3],
        colors: vec![[1.0; 4]; 3],
        indices: vec![0, 1, 2],
    };
    let aabb = Aabb::around(&mesh.positions).expect("points");
    let (name, parts) = (String::from("flat"), vec![mesh]);
    let model = Model { name, kind: None, clearance_m: 0.0, parts, aabb };
    let found = Shape::from_model(&model).clearance(
        &Pose::at([0.0; 3]),
        &cube(2.0),
        &Pose::at([0.5, 4.0, 0.5]),
    );
    assert!(close(found, 3.0), "{found}");
}

proptest! {
    #[test]
    fn clearance_is_the_same_from_both_sides(
        x in -30.0_f32..30.0, y in 0.0_f32..20.0, z in -30.0_f32..30.0, angle in 0.0_f32..6.0,
    ) {
        let (a, b) = (shipped("truck"), shipped("storage-rack"));
        let (at, other) = (Pose::at([0.0; 3]), Pose::turned([x, y, z], angle));
        let (there, back) = (a.clearance(&at, &b, &other), b.clearance(&other, &a, &at));
        prop_assert!((there - back).abs() < 0.01, "{there} and {back}");
    }

    #[test]
    fn scattered_triangles_never_panic(
        points in proptest::collection::vec(proptest::array::uniform3(-50.0_f32..50.0), 3..60),
    ) {
        let count = points.len() as u32 / 3 * 3;
        let mesh = Mesh3 {
            normals: vec![[0.0, 1.0, 0.0]; points.len()],
            colors: vec![[1.0; 4]; points.len()],
            indices: (0..count).collect(),
            positions: points,
        };
        let aabb = Aabb::around(&mesh.positions).expect("points");
        let (name, parts) = (String::from("scattered"), vec![mesh]);
        let shape = Shape::from_model(&Model { name, kind: None, clearance_m: 0.0, parts, aabb });
        let found = shape.clearance(&Pose::at([0.0; 3]), &cube(1.0), &Pose::at([200.0, 0.0, 0.0]));
        prop_assert!(found > 100.0, "{found}");
    }
}
