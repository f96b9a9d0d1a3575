//! The shipped kinds: closed, convex pieces, sane sizes, small files, stable bytes.

use std::collections::BTreeMap;

use super::catalogue::ASSETS;
use super::*;
use crate::Mesh3;

const MAX_TRIANGLES: usize = 450;
const MAX_BYTES: usize = 60_000;

#[test]
fn kinds_are_sorted_and_named_once() {
    for pair in ASSETS.windows(2) {
        assert!(pair[0].kind < pair[1].kind, "{} before {}", pair[0].kind, pair[1].kind);
    }
}

#[test]
fn every_solid_is_closed_convex_and_has_a_volume() {
    for asset in ASSETS {
        for (nth, solid) in asset.solids().iter().enumerate() {
            let name = format!("{} solid {nth}", asset.kind);
            assert!(solid.volume_m3() > 1e-5, "{name}: {} m³", solid.volume_m3());
            let mut edges: BTreeMap<(usize, usize), usize> = BTreeMap::new();
            for corners in solid.triangles() {
                for (from, to) in [(0, 1), (1, 2), (2, 0)] {
                    *edges.entry((corners[from], corners[to])).or_default() += 1;
                }
            }
            for ((from, to), count) in &edges {
                assert_eq!(*count, 1, "{name}: edge {from}-{to} walked twice");
                assert!(edges.contains_key(&(*to, *from)), "{name}: edge {from}-{to} is open");
            }
            assert_convex(&name, solid);
        }
    }
}

/// No point may lie in front of a face; rounding to a millimetre may lift one by a little more.
fn assert_convex(name: &str, solid: &Solid) {
    for face in &solid.faces {
        let normal = solid::scaled(solid.normal(face), 1.0);
        let height = |point: &[f64; 3]| (0..3).map(|axis| point[axis] * normal[axis]).sum::<f64>();
        let level = height(&solid.points[face[0]]);
        let above = solid.points.iter().map(|point| height(point) - level).fold(0.0, f64::max);
        assert!(above < 0.006, "{name}: a corner stands {above} m before a face");
    }
}

#[test]
fn every_kind_reads_back_with_kind_clearance_and_a_sane_size() {
    for asset in ASSETS {
        let bytes = asset.glb().expect("bytes");
        let model = Mesh3::from_glb(asset.kind, &bytes).expect("readable");
        assert_eq!(model.kind.as_deref(), Some(asset.kind));
        assert_eq!(model.clearance_m, asset.clearance_m);
        assert!(model.is_closed(), "{} is open", asset.kind);
        assert!(
            model.triangle_count() <= MAX_TRIANGLES,
            "{}: {}",
            asset.kind,
            model.triangle_count()
        );
        assert!(bytes.len() <= MAX_BYTES, "{}: {} bytes", asset.kind, bytes.len());
        assert_eq!(model.aabb.min[1], 0.0, "{} does not stand on the ground", asset.kind);
        for (axis, size) in model.aabb.size_m().into_iter().enumerate() {
            assert!((0.04..=250.0).contains(&size), "{}: {size} m on axis {axis}", asset.kind);
        }
        for axis in [0, 2] {
            let centre = (model.aabb.min[axis] + model.aabb.max[axis]) / 2.0;
            assert!(centre.abs() <= 0.0011, "{}: off centre by {centre} m", asset.kind);
        }
    }
}

#[test]
fn normals_point_out_of_every_triangle_and_colours_are_whole() {
    for asset in ASSETS {
        let model = Mesh3::from_glb(asset.kind, &asset.glb().expect("bytes")).expect("readable");
        for part in &model.parts {
            let corners = part.indices.as_chunks::<3>().0;
            for (corners, triangle) in corners.iter().zip(part.triangles()) {
                let [a, b, c] = triangle;
                let outward =
                    crate::model::cross(crate::model::minus(b, a), crate::model::minus(c, a));
                let agreement = crate::model::dot(outward, part.normals[corners[0] as usize]);
                assert!(agreement > 0.0, "{}: normal against winding", asset.kind);
            }
            assert!(part.colors.iter().all(|color| color[3] == 0.0 || color[3] == 1.0));
        }
    }
}

#[test]
fn all_but_water_have_a_part_that_takes_the_state() {
    for asset in ASSETS {
        let takes = asset.solids().iter().any(|solid| solid.paint.alpha > 0);
        assert_eq!(takes, asset.kind != "water", "{}", asset.kind);
    }
}

#[test]
fn the_same_bytes_come_twice() {
    for asset in ASSETS {
        assert_eq!(asset.glb().expect("bytes"), asset.glb().expect("bytes"));
    }
}
