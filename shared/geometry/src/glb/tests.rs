//! Files as other programs write them, and files that are broken in every way we thought of.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::MAX_NODES;
use crate::make::catalogue::ASSETS;

/// Packs a JSON part and a binary part.
fn pack(document: &Value, bin: &[u8]) -> Vec<u8> {
    let mut json = serde_json::to_vec(document).expect("JSON");
    json.resize(json.len().next_multiple_of(4), b' ');
    let mut out = b"glTF\x02\0\0\0".to_vec();
    out.extend((28 + json.len() as u32 + bin.len() as u32).to_le_bytes());
    out.extend((json.len() as u32).to_le_bytes());
    out.extend(b"JSON");
    out.extend(json);
    out.extend((bin.len() as u32).to_le_bytes());
    out.extend(b"BIN\0");
    out.extend(bin);
    out
}

/// One triangle with corners at the origin, 1 m along X and 1 m along Y, without normals.
fn triangle() -> (Value, Vec<u8>) {
    let positions = [0.0_f32, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0];
    let mut bin: Vec<u8> = positions.iter().flat_map(|value| value.to_le_bytes()).collect();
    bin.extend([0, 0, 1, 0, 2, 0, 0, 0]);
    let document = json!({
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1}]}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3",
             "min": [0, 0, 0], "max": [1, 1, 0]},
            {"bufferView": 1, "componentType": 5123, "count": 3, "type": "SCALAR"}
        ],
        "bufferViews": [
            {"buffer": 0, "byteOffset": 0, "byteLength": 36},
            {"buffer": 0, "byteOffset": 36, "byteLength": 6}
        ],
        "buffers": [{"byteLength": bin.len()}]
    });
    (document, bin)
}

fn read_changed(change: impl FnOnce(&mut Value)) -> Result<Model, GeometryError> {
    let (mut document, bin) = triangle();
    change(&mut document);
    Mesh3::from_glb("changed", &pack(&document, &bin))
}

fn refusal(change: impl FnOnce(&mut Value)) -> String {
    read_changed(change).expect_err("refused").to_string()
}

#[test]
fn a_bare_triangle_gets_a_flat_normal_and_white() {
    let model = read_changed(|_| ()).expect("readable");
    assert_eq!(model.kind, None);
    assert_eq!(model.clearance_m, 0.0);
    assert_eq!(model.parts[0].normals, [[0.0, 0.0, 1.0]; 3]);
    assert_eq!(model.parts[0].colors, [[1.0; 4]; 3]);
    assert_eq!(model.aabb, Aabb { min: [0.0; 3], max: [1.0, 1.0, 0.0] });
}

#[test]
fn transforms_of_nested_nodes_are_applied_from_the_inside_out() {
    // A quarter turn about Z.
    let half = std::f64::consts::FRAC_1_SQRT_2;
    let model = read_changed(|document| {
        document["nodes"] = json!([
            {"children": [1], "translation": [10, 0, 0], "extras": {"kind": "outer", "clearance": 2}},
            {"mesh": 0, "scale": [2, 2, 2], "rotation": [0, 0, half, half],
             "extras": {"kind": "inner", "note": "the author's own"}}
        ]);
    });
    let model = model.expect("readable");
    assert_eq!((model.kind.as_deref(), model.clearance_m), (Some("outer"), 2.0));
    let corner = model.parts[0].positions[1];
    let expected = [10.0, 2.0, 0.0];
    assert!((0..3).all(|axis| (corner[axis] - expected[axis]).abs() < 1e-5), "{corner:?}");
}

#[test]
fn a_matrix_places_a_node_as_its_parts_do() {
    let half = std::f64::consts::FRAC_1_SQRT_2;
    let parts = json!({"mesh": 0, "translation": [10, 3, 0], "scale": [2, 3, 4],
                       "rotation": [0, 0, half, half]});
    // Columns, as the format stores them: +X turned to +Y and doubled, +Y to -X and tripled.
    let matrix = [0, 2, 0, 0, -3, 0, 0, 0, 0, 0, 4, 0, 10, 3, 0, 1];
    let by_parts = read_changed(|d| d["nodes"][0] = parts).expect("readable");
    let by_matrix = read_changed(|d| d["nodes"][0] = json!({"mesh": 0, "matrix": matrix}));
    let by_matrix = by_matrix.expect("readable");
    assert_eq!(by_matrix.parts[0].positions, [[10.0, 3.0, 0.0], [10.0, 5.0, 0.0], [7.0, 3.0, 0.0]]);
    let pairs = by_parts.parts[0].positions.iter().zip(&by_matrix.parts[0].positions);
    for (a, b) in pairs {
        assert!((0..3).all(|axis| (a[axis] - b[axis]).abs() < 1e-5), "{a:?} and {b:?}");
    }
    assert_eq!(by_matrix.parts[0].normals, [[0.0, 0.0, 1.0]; 3]);
}

#[test]
fn every_stored_colour_is_read_close_and_its_ends_exactly() {
    // Alpha 1 and 0 have a meaning, which a last bit too few would lose.
    let (mut document, mut bin) = triangle();
    document["meshes"][0]["primitives"][0]["attributes"]["COLOR_0"] = json!(2);
    document["accessors"].as_array_mut().expect("array").push(json!({
        "bufferView": 2, "componentType": 5123, "normalized": true, "count": 3, "type": "VEC4"
    }));
    document["bufferViews"].as_array_mut().expect("array").push(json!({
        "buffer": 0, "byteOffset": 44, "byteLength": 24
    }));
    document["buffers"][0]["byteLength"] = json!(68);
    bin.extend([0_u16, 65_535, 13_107, 65_535].repeat(3).iter().flat_map(|v| v.to_le_bytes()));
    let model = Mesh3::from_glb("coloured", &pack(&document, &bin)).expect("readable");
    let [red, green, blue, alpha] = model.parts[0].colors[1];
    assert_eq!((red, green, alpha), (0.0, 1.0, 1.0));
    assert!((blue - 0.2).abs() < 1e-6, "{blue}");
}

#[test]
fn a_required_extension_that_changes_no_shape_does_no_harm() {
    let model = read_changed(|d| d["extensionsRequired"] = json!(["KHR_materials_unlit"]));
    assert_eq!(model.expect("readable").triangle_count(), 1);
}

#[test]
fn a_mirrored_node_keeps_its_outside_outside() {
    let model = read_changed(|document| document["nodes"][0]["scale"] = json!([-1, 1, 1]));
    let model = model.expect("readable");
    let [a, b, c] = model.parts[0].triangles().next().expect("a triangle");
    assert!(cross(minus(b, a), minus(c, a))[2] > 0.0);
    assert_eq!(model.parts[0].normals[0][2], 1.0);
}

#[test]
fn base_colour_multiplies_byte_colours() {
    let (mut document, mut bin) = triangle();
    document["meshes"][0]["primitives"][0]["attributes"]["COLOR_0"] = json!(2);
    document["meshes"][0]["primitives"][0]["material"] = json!(0);
    document["materials"] = json!([{"pbrMetallicRoughness": {"baseColorFactor": [0.5, 1, 1, 1]}}]);
    document["accessors"].as_array_mut().expect("array").push(json!({
        "bufferView": 2, "componentType": 5121, "normalized": true, "count": 3, "type": "VEC3"
    }));
    document["bufferViews"].as_array_mut().expect("array").push(json!({
        "buffer": 0, "byteOffset": 44, "byteLength": 12, "byteStride": 4
    }));
    document["buffers"][0]["byteLength"] = json!(56);
    bin.extend([255, 0, 51, 0].repeat(3));
    let model = Mesh3::from_glb("coloured", &pack(&document, &bin)).expect("readable");
    assert_eq!(model.parts[0].colors[2], [0.5, 0.0, 0.2, 1.0]);
}

#[test]
fn sparse_values_replace_stored_ones() {
    let (mut document, mut bin) = triangle();
    document["accessors"][0]["sparse"] = json!({
        "count": 1,
        "indices": {"bufferView": 2, "componentType": 5121},
        "values": {"bufferView": 3}
    });
    let views = document["bufferViews"].as_array_mut().expect("array");
    views.push(json!({"buffer": 0, "byteOffset": 44, "byteLength": 1}));
    views.push(json!({"buffer": 0, "byteOffset": 48, "byteLength": 12}));
    bin.extend([1, 0, 0, 0]);
    bin.extend([7.0_f32, 0.0, 0.0].iter().flat_map(|value| value.to_le_bytes()));
    document["buffers"][0]["byteLength"] = json!(bin.len());
    let model = Mesh3::from_glb("sparse", &pack(&document, &bin)).expect("readable");
    assert_eq!(model.aabb.max, [7.0, 1.0, 0.0]);
    document["accessors"][0]["sparse"]["count"] = json!(4_000_000_000_u32);
    let error = Mesh3::from_glb("sparse", &pack(&document, &bin)).expect_err("refused");
    assert!(error.to_string().contains("sparse"), "{error}");
}

#[test]
fn strips_and_fans_become_triangles() {
    assert_eq!(triangles(Mode::TriangleStrip, &[0, 1, 2, 3]), [0, 1, 2, 2, 1, 3]);
    assert_eq!(triangles(Mode::TriangleFan, &[0, 1, 2, 3]), [0, 1, 2, 0, 2, 3]);
    assert_eq!(triangles(Mode::Triangles, &[0, 1, 2, 3]), [0, 1, 2]);
    for mode in [Mode::Triangles, Mode::TriangleStrip, Mode::TriangleFan] {
        assert!(triangles(mode, &[]).is_empty() && triangles(mode, &[5]).is_empty());
    }
}

#[test]
fn a_scene_less_file_shows_its_root_nodes() {
    let model = read_changed(|document| {
        document.as_object_mut().expect("object").remove("scene");
        document.as_object_mut().expect("object").remove("scenes");
        document["nodes"] = json!([{"mesh": 0}, {"children": [0], "translation": [0, 3, 0]}]);
    });
    assert_eq!(model.expect("readable").aabb.min[1], 3.0);
}

#[test]
fn each_refusal_says_what_to_do() {
    let cases: [(&str, String); 14] = [
        (
            "export as glTF 2.0 binary",
            Mesh3::from_glb("a", b"{\"asset\":{}}").expect_err("").to_string(),
        ),
        ("export as glTF 2.0 binary", Mesh3::from_glb("a", b"").expect_err("").to_string()),
        (
            "GLB version 1",
            Mesh3::from_glb("a", b"glTF\x01\0\0\0\x0c\0\0\0").expect_err("").to_string(),
        ),
        (
            "first chunk is not JSON",
            Mesh3::from_glb("a", b"glTF\x02\0\0\0\x0c\0\0\0").expect_err("").to_string(),
        ),
        (
            "KHR_draco_mesh_compression",
            refusal(|d| {
                d["extensionsRequired"] =
                    json!(["KHR_materials_unlit", "KHR_draco_mesh_compression"]);
            }),
        ),
        ("outside the file (model.bin)", refusal(|d| d["buffers"][0]["uri"] = json!("model.bin"))),
        (
            "accessor 0 is broken: it reaches beyond",
            refusal(|d| d["accessors"][0]["count"] = json!(4)),
        ),
        ("refers to mesh 9", refusal(|d| d["nodes"][0]["mesh"] = json!(9))),
        ("refers to scene 3", refusal(|d| d["scene"] = json!(3))),
        ("node 0 is used twice", refusal(|d| d["nodes"][0]["children"] = json!([0]))),
        ("no triangles", refusal(|d| d["meshes"][0]["primitives"][0]["mode"] = json!(1))),
        ("kind must be a text", refusal(|d| d["nodes"][0]["extras"] = json!({"kind": 5}))),
        (
            "clearance must be a number of metres",
            refusal(|d| {
                d["nodes"][0]["extras"] = json!({"clearance": -1});
            }),
        ),
        ("further than 100000 m", refusal(|d| d["nodes"][0]["translation"] = json!([1e9, 0, 0]))),
    ];
    for (expected, found) in cases {
        assert!(found.contains(expected), "{found:?} does not say {expected:?}");
    }
}

#[test]
fn what_the_reader_below_would_panic_on_is_refused() {
    let (document, bin) = triangle();
    let mut short = pack(&document, &bin);
    short[8..12].copy_from_slice(&5_u32.to_le_bytes());
    let short = Mesh3::from_glb("short", &short).expect_err("refused").to_string();
    let mut strange = pack(&document, &bin);
    let kind = strange.len() - bin.len() - 4;
    strange[kind..kind + 4].copy_from_slice(b"ODD\0");
    let strange = Mesh3::from_glb("strange", &strange).expect_err("refused").to_string();
    let positions = "/meshes/0/primitives/0/attributes/POSITION";
    let cases = [
        ("first chunk is not JSON", short),
        ("unknown chunk type", strange),
        ("refers to accessor 7", refusal(|d| *d.pointer_mut(positions).expect("") = json!(7))),
        (
            "accessor 0 is broken: it has no elements",
            refusal(|d| d["accessors"][0]["count"] = json!(0)),
        ),
        ("its elements overlap", refusal(|d| d["bufferViews"][0]["byteStride"] = json!(4))),
        ("three floats", refusal(|d| d["accessors"][0]["componentType"] = json!(5125))),
        ("without sign", refusal(|d| d["accessors"][1]["componentType"] = json!(5122))),
        ("without sign", refusal(|d| d["accessors"][1]["type"] = json!("VEC2"))),
        (
            "colours must be",
            refusal(|d| {
                d["meshes"][0]["primitives"][0]["attributes"]["COLOR_0"] = json!(1);
            }),
        ),
        (
            "broken at meshes[0].primitives[0].attributes[\"POSITION\"].min: Missing data",
            refusal(|d| {
                d["accessors"][0].as_object_mut().expect("object").remove("min");
            }),
        ),
        (
            "broken at bufferViews[0].buffer: Index out of bounds",
            refusal(|d| d["bufferViews"][0]["buffer"] = json!(3)),
        ),
        (
            "beyond its buffer",
            refusal(|d| {
                d["buffers"] = json!([{"byteLength": 44}, {"byteLength": 44}]);
                d["bufferViews"][1]["buffer"] = json!(1);
            }),
        ),
    ];
    for (expected, found) in cases {
        assert!(found.contains(expected), "{found:?} does not say {expected:?}");
    }
}

#[test]
fn sparse_indices_that_do_not_rise_or_name_no_value_are_refused() {
    for (indices, fits) in [([0, 2], true), ([2, 0], false), ([1, 1], false), ([0, 3], false)] {
        let (mut document, mut bin) = triangle();
        document["accessors"][0]["sparse"] = json!({
            "count": 2,
            "indices": {"bufferView": 2, "componentType": 5121},
            "values": {"bufferView": 0}
        });
        let views = document["bufferViews"].as_array_mut().expect("array");
        views.push(json!({"buffer": 0, "byteOffset": 44, "byteLength": 2}));
        bin.extend([indices[0], indices[1], 0, 0]);
        document["buffers"][0]["byteLength"] = json!(bin.len());
        let read = Mesh3::from_glb("sparse", &pack(&document, &bin));
        assert_eq!(read.is_ok(), fits, "{indices:?}");
    }
}

#[test]
fn huge_counts_are_refused_before_memory_is_reserved() {
    let most = u64::MAX;
    for field in ["count", "byteOffset"] {
        for value in [json!(most), json!(1_u64 << 40), json!(MAX_VERTICES)] {
            for accessor in [0, 1] {
                let error = refusal(|d| d["accessors"][accessor][field] = value.clone());
                assert!(error.contains("allowed") || error.contains("beyond"), "{error}");
            }
        }
    }
    for field in ["byteOffset", "byteLength"] {
        refusal(|d| d["bufferViews"][0][field] = json!(most));
    }
    refusal(|d| d["bufferViews"][0]["byteStride"] = json!(1_u64 << 62));
    // A stored count of nothing but zeros needs no bytes at all, and is limited all the same.
    let error = refusal(|d| {
        d["accessors"][0] = json!({
            "componentType": 5126, "count": MAX_VERTICES + 1, "type": "VEC3",
            "min": [0, 0, 0], "max": [1, 1, 0],
            "sparse": {"count": 1, "indices": {"bufferView": 1, "componentType": 5121},
                       "values": {"bufferView": 0}}
        });
    });
    assert!(error.contains("200001 points, more than the 200000 allowed"), "{error}");
}

#[test]
fn one_mesh_placed_by_many_nodes_counts_each_time() {
    let error = refusal(|d| {
        let children: Vec<usize> = (1..=9_000).collect();
        let mut nodes = vec![json!({"children": children})];
        nodes.extend((0..9_000).map(|_| json!({"mesh": 0})));
        d["nodes"] = Value::from(nodes);
        let primitive = d["meshes"][0]["primitives"][0].clone();
        d["meshes"][0]["primitives"] = Value::from(vec![primitive; 10]);
    });
    assert!(error.contains("points, more than the 200000 allowed"), "{error}");
}

#[test]
fn a_deep_node_tree_is_refused() {
    let error = refusal(|d| {
        let chain = (0..5_000).map(|nth| json!({"children": [nth + 1]}));
        d["nodes"] = Value::from(chain.chain([json!({"mesh": 0})]).collect::<Vec<_>>());
    });
    assert!(error.contains("nested nodes"), "{error}");
    let error = refusal(|d| d["nodes"] = Value::from(vec![json!({}); MAX_NODES + 1]));
    assert!(error.contains("nodes, more than"), "{error}");
}

#[test]
fn every_cut_of_a_shipped_file_is_refused() {
    let bytes = ASSETS[0].glb().expect("bytes");
    for length in 0..bytes.len() {
        if length < 2_000 || length % 97 == 0 {
            assert!(Mesh3::from_glb("cut", &bytes[..length]).is_err(), "cut at {length}");
        }
    }
}

proptest! {
    #[test]
    fn random_bytes_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(Mesh3::from_glb("random", &bytes).is_err());
    }

    #[test]
    fn random_bytes_behind_a_good_header_are_refused(
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
    ) {
        let mut file = b"glTF\x02\0\0\0".to_vec();
        file.extend((bytes.len() as u32 + 12).to_le_bytes());
        file.extend(bytes);
        prop_assert!(Mesh3::from_glb("random", &file).is_err());
    }

    #[test]
    fn a_file_with_some_bytes_changed_never_panics(
        kind in 0..ASSETS.len(),
        changes in proptest::collection::vec((any::<u32>(), any::<u8>()), 1..12),
        in_front in any::<bool>(),
    ) {
        let mut bytes = ASSETS[kind].glb().expect("bytes");
        // The JSON part lies within the first 1,500 bytes: half of the runs aim at it.
        let reach = if in_front { bytes.len().min(1_500) } else { bytes.len() };
        for (place, value) in changes {
            bytes[place as usize % reach] = value;
        }
        if let Ok(model) = Mesh3::from_glb("changed", &bytes) {
            let _ = crate::Shape::from_model(&model);
            for part in &model.parts {
                prop_assert!(part.indices.iter().all(|index| (*index as usize) < part.positions.len()));
                prop_assert_eq!(part.normals.len(), part.positions.len());
                prop_assert_eq!(part.colors.len(), part.positions.len());
            }
        }
    }

    #[test]
    fn numbers_of_any_size_in_the_document_never_panic(
        pointer in proptest::sample::select(vec![
            "/accessors/0/count", "/accessors/0/byteOffset", "/accessors/0/bufferView",
            "/accessors/0/componentType", "/accessors/1/count", "/accessors/1/componentType",
            "/bufferViews/0/byteOffset", "/bufferViews/0/byteLength", "/bufferViews/0/byteStride",
            "/bufferViews/0/buffer", "/nodes/0/mesh", "/scene", "/scenes/0/nodes/0",
            "/meshes/0/primitives/0/indices", "/meshes/0/primitives/0/mode",
            "/meshes/0/primitives/0/attributes/POSITION", "/accessors/2/sparse/count",
            "/accessors/2/sparse/indices/bufferView", "/accessors/2/sparse/indices/byteOffset",
            "/accessors/2/sparse/indices/componentType", "/accessors/2/sparse/values/bufferView",
            "/accessors/2/sparse/values/byteOffset", "/accessors/2/componentType",
            "/accessors/2/count", "/bufferViews/1/byteStride", "/nodes/0/skin", "/nodes/0/camera",
            "/meshes/0/primitives/0/material",
        ]),
        value in prop_oneof![0_u64..12, any::<u64>(), Just(5120), Just(5125), Just(u64::MAX)],
    ) {
        let (mut document, bin) = triangle();
        document["meshes"][0]["primitives"][0]["attributes"]["NORMAL"] = json!(2);
        let sparse = json!({"count": 1, "indices": {"bufferView": 1, "componentType": 5121},
                            "values": {"bufferView": 0}});
        document["accessors"].as_array_mut().expect("array").push(
            json!({"componentType": 5126, "count": 3, "type": "VEC3", "sparse": sparse}),
        );
        prop_assert!(Mesh3::from_glb("numbers", &pack(&document, &bin)).is_ok());
        let Some((parent, key)) = pointer.rsplit_once('/') else { unreachable!() };
        match document.pointer_mut(parent).expect("a parent") {
            Value::Array(items) => items[0] = json!(value),
            other => other[key] = json!(value),
        }
        let _ = Mesh3::from_glb("numbers", &pack(&document, &bin));
    }
}
