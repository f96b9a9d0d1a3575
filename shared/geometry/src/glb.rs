//! From the bytes of a `.glb` file to a [`Model`].
//!
//! Sources: Khronos glTF 2.0 specification, sections 3.5 (nodes) and 3.7 (meshes). The `gltf`
//! crate reads the file; its accessors are checked before their values are read, because its
//! iterators panic on some broken files.

use gltf::accessor::{DataType, Dimensions};
use gltf::mesh::util::ReadColors;
use gltf::mesh::{Mode, Semantic};
use gltf::scene::Transform;
use gltf::{Accessor, Document, Node, Primitive};
use nalgebra::{Isometry3, Matrix3, Matrix4, Translation3, Vector3};
use serde::Deserialize;

use crate::accessor;
use crate::document::open;
use crate::error::{GeometryError, Problem};
use crate::model::{Aabb, Mesh3, Model, cross, minus};
use crate::pose::unit_rotation;

/// More points than this in one mesh file are refused: a plant has hundreds of instances, and a
/// browser on a laptop has to draw them all.
pub const MAX_VERTICES: usize = 200_000;

/// More triangles than this in one mesh file are refused.
pub const MAX_TRIANGLES: usize = 200_000;

/// A point further than this from the origin is taken for an error of units.
pub const MAX_EXTENT_M: f32 = 100_000.0;

/// More room than this around a mesh is taken for an error of units.
const MAX_CLEARANCE_M: f32 = 1_000.0;

/// Deeper node trees are refused, so that reading needs little stack.
const MAX_DEPTH: usize = 64;

impl Mesh3 {
    /// Reads a `.glb` file: the default scene (or the first, or all root nodes), its transforms,
    /// positions, normals (flat ones where the file has none), vertex colours times the
    /// material's base colour, and `kind` and `clearance` (metres) in the `extras` of a node.
    ///
    /// # Errors
    /// What is wrong with the file, with the mesh's name; never panics.
    pub fn from_glb(name: &str, bytes: &[u8]) -> Result<Model, GeometryError> {
        read(name, bytes).map_err(|problem| GeometryError { model: name.to_owned(), problem })
    }
}

fn read(name: &str, bytes: &[u8]) -> Result<Model, Problem> {
    let (document, bin) = open(bytes)?;
    let mut reading = Reading {
        bin: &bin,
        visited: vec![false; document.nodes().len()],
        vertices: 0,
        triangles: 0,
        parts: Vec::new(),
        kind: None,
        clearance_m: None,
    };
    for node in root_nodes(&document) {
        reading.node(&node, Matrix4::identity(), 0)?;
    }
    let points = reading.parts.iter().flat_map(|part| &part.positions);
    let aabb = Aabb::around(points).ok_or(Problem::Empty)?;
    Ok(Model {
        name: name.to_owned(),
        kind: reading.kind,
        clearance_m: reading.clearance_m.unwrap_or(0.0),
        parts: reading.parts,
        aabb,
    })
}

fn root_nodes(document: &Document) -> Vec<Node<'_>> {
    if let Some(scene) = document.default_scene().or_else(|| document.scenes().next()) {
        return scene.nodes().collect();
    }
    let mut is_child = vec![false; document.nodes().len()];
    for child in document.nodes().flat_map(|node| node.children()) {
        is_child[child.index()] = true;
    }
    document.nodes().filter(|node| !is_child[node.index()]).collect()
}

/// What Slipway reads from `extras`; other keys are the author's own.
#[derive(Deserialize)]
struct Extras {
    #[serde(default)]
    kind: Option<serde_json::Value>,
    #[serde(default)]
    clearance: Option<serde_json::Value>,
}

struct Reading<'a> {
    bin: &'a [u8],
    visited: Vec<bool>,
    vertices: usize,
    triangles: usize,
    parts: Vec<Mesh3>,
    kind: Option<String>,
    clearance_m: Option<f32>,
}

impl Reading<'_> {
    fn node(&mut self, node: &Node<'_>, parent: Matrix4<f32>, depth: usize) -> Result<(), Problem> {
        let index = node.index();
        if std::mem::replace(&mut self.visited[index], true) {
            return Err(Problem::NodeTree { index: index as u32 });
        }
        if depth >= MAX_DEPTH {
            let (count, limit) = (depth as u64 + 1, MAX_DEPTH as u64);
            return Err(Problem::TooMany { what: "nested nodes", count, limit });
        }
        self.extras(node)?;
        let place = parent * local_transform(node);
        for primitive in node.mesh().iter().flat_map(|mesh| mesh.primitives()) {
            self.primitive(&primitive, place)?;
        }
        node.children().try_for_each(|child| self.node(&child, place, depth + 1))
    }

    fn extras(&mut self, node: &Node<'_>) -> Result<(), Problem> {
        let index = node.index() as u32;
        // Extras that are no object, or none at all, are nothing to Slipway.
        let extras = node.extras().as_ref().and_then(|raw| serde_json::from_str(raw.get()).ok());
        let Some(Extras { kind, clearance }) = extras else { return Ok(()) };
        if let (Some(kind), None) = (kind, &self.kind) {
            let text = kind.as_str().filter(|text| !text.is_empty() && text.len() <= 64);
            let reason = "kind must be a text of at most 64 bytes";
            self.kind = Some(text.ok_or(Problem::Extras { index, reason })?.to_owned());
        }
        if let (Some(clearance), None) = (clearance, self.clearance_m) {
            let metres = clearance.as_f64().map(|metres| metres as f32);
            let sane = metres.filter(|metres| (0.0..=MAX_CLEARANCE_M).contains(metres));
            let reason = "clearance must be a number of metres from 0 to 1000";
            self.clearance_m = Some(sane.ok_or(Problem::Extras { index, reason })?);
        }
        Ok(())
    }

    fn primitive(&mut self, primitive: &Primitive<'_>, place: Matrix4<f32>) -> Result<(), Problem> {
        let mode = primitive.mode();
        if !matches!(mode, Mode::Triangles | Mode::TriangleStrip | Mode::TriangleFan) {
            // Points and lines have no surface; a file with nothing else is reported as empty.
            return Ok(());
        }
        let Some(positions) = self.vectors(primitive, &Semantic::Positions)? else {
            return Ok(());
        };
        let indices = self.indices(primitive, positions.len())?;
        let indices = triangles(mode, &indices);
        if let Some(index) = indices.iter().find(|index| **index as usize >= positions.len()) {
            return Err(Problem::Missing { what: "point", index: u64::from(*index) });
        }
        let normals = self.vectors(primitive, &Semantic::Normals)?;
        let colors = self.colors(primitive, positions.len())?;
        let normals = normals.filter(|normals| normals.len() == positions.len());
        let mesh = match normals {
            Some(normals) => Mesh3 { positions, normals, colors, indices },
            None => flat(&positions, &colors, &indices),
        };
        self.count(&mesh)?;
        let mesh = placed(mesh, &place)?;
        if !mesh.indices.is_empty() {
            self.parts.push(mesh);
        }
        Ok(())
    }

    fn count(&mut self, mesh: &Mesh3) -> Result<(), Problem> {
        self.vertices += mesh.positions.len();
        self.triangles += mesh.triangle_count();
        for (what, count, limit) in
            [("points", self.vertices, MAX_VERTICES), ("triangles", self.triangles, MAX_TRIANGLES)]
        {
            if count > limit {
                let (count, limit) = (count as u64, limit as u64);
                return Err(Problem::TooMany { what, count, limit });
            }
        }
        Ok(())
    }

    /// Returns an accessor whose values all lie in the file, if the primitive has it.
    fn attribute<'a>(
        &self,
        primitive: &Primitive<'a>,
        semantic: &Semantic,
    ) -> Result<Option<Accessor<'a>>, Problem> {
        let found = primitive.get(semantic);
        let limit = ("points", MAX_VERTICES);
        found.map(|found| accessor::check(&found, self.bin, limit).map(|()| found)).transpose()
    }

    fn vectors(
        &self,
        primitive: &Primitive<'_>,
        semantic: &Semantic,
    ) -> Result<Option<Vec<[f32; 3]>>, Problem> {
        let Some(accessor) = self.attribute(primitive, semantic)? else { return Ok(None) };
        if (accessor.data_type(), accessor.dimensions()) != (DataType::F32, Dimensions::Vec3) {
            return Err(broken(&accessor, "positions and normals must be three floats"));
        }
        let reader = primitive.reader(|buffer| (buffer.index() == 0).then_some(self.bin));
        Ok(match semantic {
            Semantic::Normals => reader.read_normals().map(Iterator::collect),
            _ => reader.read_positions().map(Iterator::collect),
        })
    }

    /// Returns a colour for each point: the vertex colour times the material's base colour.
    fn colors(&self, primitive: &Primitive<'_>, count: usize) -> Result<Vec<[f32; 4]>, Problem> {
        use DataType::{F32, U8, U16};
        use Dimensions::{Vec3, Vec4};
        let base = primitive.material().pbr_metallic_roughness().base_color_factor();
        let Some(accessor) = self.attribute(primitive, &Semantic::Colors(0))? else {
            return Ok(vec![base; count]);
        };
        if !matches!((accessor.data_type(), accessor.dimensions()), (F32 | U8 | U16, Vec3 | Vec4)) {
            let reason = "colours must be three or four floats, bytes or 16 bit numbers";
            return Err(broken(&accessor, reason));
        }
        let reader = primitive.reader(|buffer| (buffer.index() == 0).then_some(self.bin));
        let stored = reader.read_colors(0).map(zero_to_one).unwrap_or_default();
        let mut colors = Vec::with_capacity(count);
        for own in stored {
            let product: [f32; 4] = std::array::from_fn(|channel| own[channel] * base[channel]);
            if product.iter().any(|value| value.is_nan()) {
                return Err(broken(&accessor, "a colour is not a number"));
            }
            colors.push(product.map(|value| value.clamp(0.0, 1.0)));
        }
        if colors.len() != count {
            return Err(broken(&accessor, "there are not as many colours as points"));
        }
        Ok(colors)
    }

    /// Returns the stored indices, or those of all `count` points in turn where none are stored.
    fn indices(&self, primitive: &Primitive<'_>, count: usize) -> Result<Vec<u32>, Problem> {
        use DataType::{U8, U16, U32};
        let Some(accessor) = primitive.indices() else { return Ok((0..count as u32).collect()) };
        let kind = (accessor.data_type(), accessor.dimensions());
        if !matches!(kind, (U8 | U16 | U32, Dimensions::Scalar)) {
            return Err(broken(&accessor, "indices must be whole numbers without sign"));
        }
        accessor::check(&accessor, self.bin, ("indices", 3 * MAX_TRIANGLES))?;
        let reader = primitive.reader(|buffer| (buffer.index() == 0).then_some(self.bin));
        Ok(reader.read_indices().map(|found| found.into_u32().collect()).unwrap_or_default())
    }
}

/// Returns colours from 0 to 1, opaque where no alpha is stored. Divides, because the crate's own
/// conversion multiplies by a rounded reciprocal, which is a bit off for most bytes.
fn zero_to_one(stored: ReadColors<'_>) -> Vec<[f32; 4]> {
    let byte = |value: u8| f32::from(value) / f32::from(u8::MAX);
    let word = |value: u16| f32::from(value) / f32::from(u16::MAX);
    let opaque = |[red, green, blue]: [f32; 3]| [red, green, blue, 1.0];
    match stored {
        ReadColors::RgbU8(colors) => colors.map(|color| opaque(color.map(byte))).collect(),
        ReadColors::RgbU16(colors) => colors.map(|color| opaque(color.map(word))).collect(),
        ReadColors::RgbF32(colors) => colors.map(opaque).collect(),
        ReadColors::RgbaU8(colors) => colors.map(|color| color.map(byte)).collect(),
        ReadColors::RgbaU16(colors) => colors.map(|color| color.map(word)).collect(),
        ReadColors::RgbaF32(colors) => colors.collect(),
    }
}

fn broken(accessor: &Accessor<'_>, reason: &'static str) -> Problem {
    Problem::Accessor { index: accessor.index() as u32, reason }
}

fn local_transform(node: &Node<'_>) -> Matrix4<f32> {
    match node.transform() {
        Transform::Matrix { matrix } => Matrix4::from(matrix),
        Transform::Decomposed { translation, rotation, scale } => {
            let translation = Translation3::from(translation);
            Isometry3::from_parts(translation, unit_rotation(rotation))
                .to_homogeneous()
                .prepend_nonuniform_scaling(&Vector3::from(scale))
        }
    }
}

/// Returns three indices a triangle whatever the mode.
fn triangles(mode: Mode, indices: &[u32]) -> Vec<u32> {
    let windows = indices.windows(3).enumerate();
    match mode {
        Mode::TriangleStrip => windows
            .flat_map(|(nth, w)| if nth % 2 == 0 { [w[0], w[1], w[2]] } else { [w[1], w[0], w[2]] })
            .collect(),
        Mode::TriangleFan => {
            indices.windows(2).skip(1).flat_map(|w| [indices[0], w[0], w[1]]).collect()
        }
        _ => indices[..indices.len() / 3 * 3].to_vec(),
    }
}

/// Gives every triangle corners of its own and a flat normal, as the specification asks for where
/// normals are missing.
fn flat(positions: &[[f32; 3]], colors: &[[f32; 4]], indices: &[u32]) -> Mesh3 {
    let mut mesh = Mesh3::default();
    for corners in indices.as_chunks::<3>().0 {
        let [a, b, c] = corners.map(|corner| positions[corner as usize]);
        let normal = cross(minus(b, a), minus(c, a));
        for corner in corners {
            mesh.indices.push(mesh.positions.len() as u32);
            mesh.positions.push(positions[*corner as usize]);
            mesh.colors.push(colors[*corner as usize]);
            mesh.normals.push(normal);
        }
    }
    mesh
}

/// Moves a mesh from its node's frame to the model's.
fn placed(mut mesh: Mesh3, place: &Matrix4<f32>) -> Result<Mesh3, Problem> {
    let turn: Matrix3<f32> = place.fixed_view::<3, 3>(0, 0).into_owned();
    let shift: Vector3<f32> = place.fixed_view::<3, 1>(0, 3).into_owned();
    for position in &mut mesh.positions {
        *position = (turn * Vector3::from(*position) + shift).into();
        if !position.iter().all(|value| value.abs() <= MAX_EXTENT_M) {
            return Err(Problem::Position { limit_m: MAX_EXTENT_M });
        }
    }
    let determinant = turn.determinant();
    let invertible = determinant.is_finite() && determinant.abs() > f32::MIN_POSITIVE;
    let inverse = turn.try_inverse().filter(|_| invertible);
    let normal_turn = inverse.map_or_else(Matrix3::identity, |inverse| inverse.transpose());
    for normal in &mut mesh.normals {
        *normal = unit_or_up(normal_turn * Vector3::from(*normal)).into();
    }
    if determinant < 0.0 {
        // A mirrored node would otherwise show its inside.
        mesh.indices.as_chunks_mut::<3>().0.iter_mut().for_each(|corners| corners.swap(1, 2));
    }
    Ok(mesh)
}

/// Returns the vector with length 1, or +Y where it has no usable length.
fn unit_or_up(vector: Vector3<f32>) -> Vector3<f32> {
    let length = vector.norm();
    if length.is_finite() && length > 0.0 { vector / length } else { Vector3::y() }
}

#[cfg(test)]
mod tests;
