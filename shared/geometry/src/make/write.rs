//! Writes solids as GLB: one node, one mesh, one primitive, one opaque material.
//!
//! Source: Khronos glTF 2.0 specification, section 4.4. The file holds positions, normals,
//! colours (16 bit, normalised) and indices one after the other, each on a multiple of 4 bytes.

use std::collections::BTreeMap;

use gltf::json::accessor::{ComponentType, GenericComponentType, Type};
use gltf::json::buffer::{Stride, Target, View};
use gltf::json::extras::RawValue;
use gltf::json::material::{PbrBaseColorFactor, PbrMetallicRoughness, StrengthFactor};
use gltf::json::mesh::{Mode, Primitive, Semantic};
use gltf::json::validation::{Checked::Valid, USize64};
use gltf::json::{Accessor, Asset, Buffer, Index, Material, Mesh, Node, Root, Scene, Value};

use super::solid::{Solid, scaled};

/// Every face has corners of its own, so that its normal is flat.
#[derive(Default)]
struct Streams {
    positions: Vec<[f32; 3]>,
    normals: Vec<[f32; 3]>,
    colors: Vec<[u16; 4]>,
    indices: Vec<u16>,
}

impl Streams {
    fn of(solids: &[Solid]) -> Self {
        let mut streams = Self::default();
        for solid in solids {
            let [red, green, blue] = solid.paint.linear;
            for face in &solid.faces {
                let first = streams.positions.len() as u16;
                let normal = scaled(solid.normal(face), 1.0).map(|value| value as f32);
                for corner in face {
                    streams.positions.push(solid.points[*corner].map(|value| value as f32));
                    streams.normals.push(normal);
                    streams.colors.push([red, green, blue, solid.paint.alpha]);
                }
                for second in 1..face.len() as u16 - 1 {
                    streams.indices.extend([first, first + second, first + second + 1]);
                }
            }
        }
        streams
    }
}

/// The binary chunk and what describes it, while both grow.
#[derive(Default)]
struct Packed {
    bin: Vec<u8>,
    views: Vec<View>,
    accessors: Vec<Accessor>,
}

impl Packed {
    fn add(&mut self, bytes: Vec<u8>, stride: Option<usize>, accessor: Accessor) {
        self.views.push(View {
            buffer: Index::new(0),
            byte_length: USize64::from(bytes.len()),
            byte_offset: Some(USize64::from(self.bin.len())),
            byte_stride: stride.map(Stride),
            name: None,
            target: Some(Valid(if stride.is_some() {
                Target::ArrayBuffer
            } else {
                Target::ElementArrayBuffer
            })),
            extensions: None,
            extras: None,
        });
        self.accessors.push(Accessor {
            buffer_view: Some(Index::new(self.views.len() as u32 - 1)),
            ..accessor
        });
        self.bin.extend(bytes);
        self.bin.resize(self.bin.len().next_multiple_of(4), 0);
    }
}

/// Returns the bytes of a GLB file with these solids.
pub(super) fn glb(
    kind: &str,
    clearance_m: f32,
    solids: &[Solid],
) -> Result<Vec<u8>, serde_json::Error> {
    let packed = pack(&Streams::of(solids));
    let extras = format!(
        "{{\"kind\":{},\"clearance\":{}}}",
        serde_json::to_string(kind)?,
        serde_json::to_string(&clearance_m)?
    );
    let (bin, root) = (
        packed.bin,
        describe(kind, RawValue::from_string(extras)?, packed.views, packed.accessors),
    );
    let mut root = root;
    root.buffers[0].byte_length = USize64::from(bin.len());
    Ok(container(serde_json::to_vec(&root)?, bin))
}

fn pack(streams: &Streams) -> Packed {
    let count = streams.positions.len();
    let mut packed = Packed::default();
    let bounds = crate::Aabb::around(&streams.positions);
    let corner = |pick: fn(&crate::Aabb) -> [f32; 3]| {
        bounds.as_ref().map(|bounds| Value::from(pick(bounds).map(f64::from).to_vec()))
    };
    let floats =
        |values: &[[f32; 3]]| values.as_flattened().iter().flat_map(|v| v.to_le_bytes()).collect();
    let positions = Accessor {
        min: corner(|bounds| bounds.min),
        max: corner(|bounds| bounds.max),
        ..accessor(count, ComponentType::F32, Type::Vec3)
    };
    packed.add(floats(&streams.positions), Some(12), positions);
    packed.add(floats(&streams.normals), Some(12), accessor(count, ComponentType::F32, Type::Vec3));
    let colors = streams.colors.as_flattened().iter().flat_map(|v| v.to_le_bytes()).collect();
    let normalized =
        Accessor { normalized: true, ..accessor(count, ComponentType::U16, Type::Vec4) };
    packed.add(colors, Some(8), normalized);
    let indices = streams.indices.iter().flat_map(|v| v.to_le_bytes()).collect();
    packed.add(indices, None, accessor(streams.indices.len(), ComponentType::U16, Type::Scalar));
    packed
}

fn accessor(count: usize, component: ComponentType, type_: Type) -> Accessor {
    Accessor {
        buffer_view: None,
        byte_offset: None,
        count: USize64::from(count),
        component_type: Valid(GenericComponentType(component)),
        extensions: None,
        extras: None,
        type_: Valid(type_),
        min: None,
        max: None,
        name: None,
        normalized: false,
        sparse: None,
    }
}

fn describe(kind: &str, extras: Box<RawValue>, views: Vec<View>, accessors: Vec<Accessor>) -> Root {
    let attributes = BTreeMap::from([
        (Valid(Semantic::Positions), Index::new(0)),
        (Valid(Semantic::Normals), Index::new(1)),
        (Valid(Semantic::Colors(0)), Index::new(2)),
    ]);
    let primitive = Primitive {
        attributes,
        extensions: None,
        extras: None,
        indices: Some(Index::new(3)),
        material: Some(Index::new(0)),
        mode: Valid(Mode::Triangles),
        targets: None,
    };
    let name = Some(kind.to_owned());
    Root {
        asset: Asset { generator: Some("slipway make_meshes".into()), ..Asset::default() },
        accessors,
        buffer_views: views,
        buffers: vec![Buffer {
            byte_length: USize64(0),
            name: None,
            uri: None,
            extensions: None,
            extras: None,
        }],
        materials: vec![Material {
            pbr_metallic_roughness: PbrMetallicRoughness {
                base_color_factor: PbrBaseColorFactor([1.0; 4]),
                metallic_factor: StrengthFactor(0.0),
                roughness_factor: StrengthFactor(0.9),
                ..PbrMetallicRoughness::default()
            },
            ..Material::default()
        }],
        meshes: vec![Mesh {
            extensions: None,
            extras: None,
            name: name.clone(),
            primitives: vec![primitive],
            weights: None,
        }],
        nodes: vec![Node {
            extras: Some(extras),
            mesh: Some(Index::new(0)),
            name,
            ..Node::default()
        }],
        scene: Some(Index::new(0)),
        scenes: vec![Scene {
            extensions: None,
            extras: None,
            name: None,
            nodes: vec![Index::new(0)],
        }],
        ..Root::default()
    }
}

fn container(mut json: Vec<u8>, bin: Vec<u8>) -> Vec<u8> {
    json.resize(json.len().next_multiple_of(4), b' ');
    let length = 12 + 8 + json.len() + 8 + bin.len();
    let mut out = Vec::with_capacity(length);
    out.extend(b"glTF");
    out.extend(2_u32.to_le_bytes());
    out.extend((length as u32).to_le_bytes());
    for (kind, content) in [(b"JSON", json), (b"BIN\0", bin)] {
        out.extend((content.len() as u32).to_le_bytes());
        out.extend(kind);
        out.extend(content);
    }
    out
}
