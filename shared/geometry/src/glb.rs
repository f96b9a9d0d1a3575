//! From the bytes of a `.glb` file to a [`Model`].
//!
//! Sources: Khronos glTF 2.0 specification, sections 3.5 (nodes), 3.7 (meshes) and 4.4 (GLB). The
//! container and the accessors are read here and not by the `gltf` crate, whose iterators panic
//! on some broken files; only its description of the JSON part is used.

use gltf_json::mesh::{Mode, Primitive, Semantic};
use gltf_json::validation::Checked;
use gltf_json::{Index, Node, Root};
use parry3d::glamx::{Mat3, Mat4, Quat, Vec3};
use serde::Deserialize;

use crate::accessor::Values;
use crate::error::{GeometryError, Problem};
use crate::model::{Aabb, Mesh3, Model, cross, minus};

/// More points than this in one mesh file are refused: a plant has hundreds of instances, and a
/// browser on a laptop has to draw them all.
pub const MAX_VERTICES: usize = 200_000;

/// More triangles than this in one mesh file are refused.
pub const MAX_TRIANGLES: usize = 200_000;

/// More nodes than this in one mesh file are refused.
pub const MAX_NODES: usize = 10_000;

/// A point further than this from the origin is taken for an error of units.
pub const MAX_EXTENT_M: f32 = 100_000.0;

/// More room than this around a mesh is taken for an error of units.
const MAX_CLEARANCE_M: f32 = 1_000.0;

/// Deeper node trees are refused, so that reading needs little stack.
const MAX_DEPTH: usize = 64;

/// These change materials, lights or textures, none of which a model keeps, so that a file that
/// requires one of them reads the same without it.
const HARMLESS: [&str; 3] = ["KHR_materials_", "KHR_lights_punctual", "KHR_texture_transform"];

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
    let (json, bin) = split(bytes)?;
    let root: Root = serde_json::from_slice(json).map_err(|error| Problem::Json {
        line: error.line(),
        column: error.column(),
        text: error.to_string(),
    })?;
    check_support(&root)?;
    let mut reading = Reading {
        root: &root,
        bin,
        visited: vec![false; root.nodes.len()],
        vertices: 0,
        triangles: 0,
        parts: Vec::new(),
        kind: None,
        clearance_m: None,
    };
    for node in root_nodes(&root)? {
        reading.node(node, Mat4::IDENTITY, 0)?;
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

/// Returns the JSON chunk and the binary chunk, which may be absent and is then empty.
fn split(bytes: &[u8]) -> Result<(&[u8], &[u8]), Problem> {
    const HEADER: usize = 12;
    if !bytes.starts_with(b"glTF") {
        return Err(Problem::NotGlb { found: bytes[..bytes.len().min(4)].to_vec() });
    }
    let cut = |needed: u64| Problem::Truncated { needed, present: bytes.len() as u64 };
    let version = word(bytes, 4).ok_or(cut(HEADER as u64))?;
    let length = word(bytes, 8).ok_or(cut(HEADER as u64))?;
    if version != 2 {
        return Err(Problem::Version { version });
    }
    let whole = bytes.get(..length as usize).ok_or(cut(u64::from(length)))?;
    let (kind, json, after) = chunk(whole, HEADER)?.ok_or(Problem::NoJsonChunk)?;
    if kind != *b"JSON" {
        return Err(Problem::NoJsonChunk);
    }
    let mut at = after;
    while let Some((kind, content, after)) = chunk(whole, at)? {
        if kind == *b"BIN\0" {
            return Ok((json, content));
        }
        at = after;
    }
    Ok((json, &[]))
}

/// Type, content and end of a chunk.
type Chunk<'a> = ([u8; 4], &'a [u8], usize);

/// Returns the chunk that begins at `at`, or none at the end of the file.
fn chunk(whole: &[u8], at: usize) -> Result<Option<Chunk<'_>>, Problem> {
    if at >= whole.len() {
        return Ok(None);
    }
    let cut =
        |needed: usize| Problem::Truncated { needed: needed as u64, present: whole.len() as u64 };
    let start = at + 8;
    let length = word(whole, at).ok_or(cut(start))? as usize;
    let kind = word(whole, at + 4).ok_or(cut(start))?.to_le_bytes();
    let end = start.saturating_add(length);
    let content = whole.get(start..end).ok_or(cut(end))?;
    Ok(Some((kind, content, end)))
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.first_chunk().copied().map(u32::from_le_bytes)
}

fn check_support(root: &Root) -> Result<(), Problem> {
    let needed = root.extensions_required.iter();
    if let Some(extension) =
        needed.into_iter().find(|name| !HARMLESS.iter().any(|start| name.starts_with(start)))
    {
        return Err(Problem::Extension { extension: extension.clone() });
    }
    if let Some(uri) = root.buffers.iter().find_map(|buffer| buffer.uri.as_ref()) {
        return Err(Problem::ExternalBuffer { uri: uri.chars().take(40).collect() });
    }
    let count = root.nodes.len();
    if count > MAX_NODES {
        let (count, limit) = (count as u64, MAX_NODES as u64);
        return Err(Problem::TooMany { what: "nodes", count, limit });
    }
    Ok(())
}

fn root_nodes(root: &Root) -> Result<Vec<usize>, Problem> {
    let index = root.scene.map_or(0, |scene| scene.value());
    match root.scenes.get(index) {
        Some(scene) => Ok(scene.nodes.iter().map(Index::value).collect()),
        None if root.scene.is_some() => {
            Err(Problem::Missing { what: "scene", index: index as u64 })
        }
        None => {
            let children = root.nodes.iter().flat_map(|node| node.children.iter().flatten());
            let mut is_child = vec![false; root.nodes.len()];
            for child in children {
                if let Some(flag) = is_child.get_mut(child.value()) {
                    *flag = true;
                }
            }
            Ok((0..root.nodes.len()).filter(|index| !is_child[*index]).collect())
        }
    }
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
    root: &'a Root,
    bin: &'a [u8],
    visited: Vec<bool>,
    vertices: usize,
    triangles: usize,
    parts: Vec<Mesh3>,
    kind: Option<String>,
    clearance_m: Option<f32>,
}

impl Reading<'_> {
    fn node(&mut self, index: usize, parent: Mat4, depth: usize) -> Result<(), Problem> {
        let root = self.root;
        let missing = |what, index: usize| Problem::Missing { what, index: index as u64 };
        let node = root.nodes.get(index).ok_or(missing("node", index))?;
        if std::mem::replace(&mut self.visited[index], true) {
            return Err(Problem::NodeTree { index: index as u32 });
        }
        if depth >= MAX_DEPTH {
            let (count, limit) = (depth as u64 + 1, MAX_DEPTH as u64);
            return Err(Problem::TooMany { what: "nested nodes", count, limit });
        }
        self.extras(index as u32, node)?;
        let place = parent * local_transform(node);
        if let Some(mesh) = node.mesh {
            let mesh = root.meshes.get(mesh.value()).ok_or(missing("mesh", mesh.value()))?;
            for primitive in &mesh.primitives {
                self.primitive(primitive, place)?;
            }
        }
        for child in node.children.iter().flatten() {
            self.node(child.value(), place, depth + 1)?;
        }
        Ok(())
    }

    fn extras(&mut self, index: u32, node: &Node) -> Result<(), Problem> {
        // Extras that are no object, or none at all, are nothing to Slipway.
        let extras = node.extras.as_ref().and_then(|raw| serde_json::from_str(raw.get()).ok());
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

    fn primitive(&mut self, primitive: &Primitive, place: Mat4) -> Result<(), Problem> {
        let mode = match primitive.mode {
            Checked::Valid(mode @ (Mode::Triangles | Mode::TriangleStrip | Mode::TriangleFan)) => {
                mode
            }
            // Points and lines have no surface; a file with nothing else is reported as empty.
            _ => return Ok(()),
        };
        let Some(positions) = self.vectors(primitive, Semantic::Positions)? else { return Ok(()) };
        let indices = match primitive.indices {
            Some(index) => self.indices(index)?,
            None => (0..positions.len() as u32).collect(),
        };
        let indices = triangles(mode, &indices);
        if let Some(index) = indices.iter().find(|index| **index as usize >= positions.len()) {
            return Err(Problem::Missing { what: "point", index: u64::from(*index) });
        }
        let normals = self.vectors(primitive, Semantic::Normals)?;
        let colors = self.colors(primitive, positions.len())?;
        let normals = normals.filter(|normals| normals.len() == positions.len());
        let mesh = match normals {
            Some(normals) => Mesh3 { positions, normals, colors, indices },
            None => flat(&positions, &colors, &indices),
        };
        self.count(&mesh)?;
        let mesh = placed(mesh, place)?;
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

    fn vectors(
        &self,
        primitive: &Primitive,
        semantic: Semantic,
    ) -> Result<Option<Vec<[f32; 3]>>, Problem> {
        let Some(index) = primitive.attributes.get(&Checked::Valid(semantic)) else {
            return Ok(None);
        };
        let values = Values::read(self.root, self.bin, *index, ("points", MAX_VERTICES))?;
        if values.width != 3 || values.component != gltf_json::accessor::ComponentType::F32 {
            let reason = "positions and normals must be three floats";
            return Err(Problem::Accessor { index: index.value() as u32, reason });
        }
        Ok(Some(values.floats().map(|v| [v[0], v[1], v[2]]).collect()))
    }

    /// Returns a colour for each point: the vertex colour times the material's base colour.
    fn colors(&self, primitive: &Primitive, count: usize) -> Result<Vec<[f32; 4]>, Problem> {
        let material = primitive.material.and_then(|index| self.root.materials.get(index.value()));
        let base = material.map_or([1.0; 4], |m| m.pbr_metallic_roughness.base_color_factor.0);
        let semantic = Checked::Valid(Semantic::Colors(0));
        let Some(index) = primitive.attributes.get(&semantic) else { return Ok(vec![base; count]) };
        let values = Values::read(self.root, self.bin, *index, ("points", MAX_VERTICES))?;
        let width = values.width;
        let broken = |reason| Problem::Accessor { index: index.value() as u32, reason };
        if width < 3 {
            return Err(broken("colours must have three or four components"));
        }
        let mut colors = Vec::with_capacity(count);
        for value in values.floats() {
            let own = [value[0], value[1], value[2], if width == 4 { value[3] } else { 1.0 }];
            let product: [f32; 4] = std::array::from_fn(|channel| own[channel] * base[channel]);
            if product.iter().any(|value| value.is_nan()) {
                return Err(broken("a colour is not a number"));
            }
            colors.push(product.map(|value| value.clamp(0.0, 1.0)));
        }
        if colors.len() != count {
            return Err(broken("there are not as many colours as points"));
        }
        Ok(colors)
    }

    fn indices(&self, index: Index<gltf_json::Accessor>) -> Result<Vec<u32>, Problem> {
        use gltf_json::accessor::ComponentType::{U8, U16, U32};
        let limit = ("indices", 3 * MAX_TRIANGLES);
        let values = Values::read(self.root, self.bin, index, limit)?;
        if values.width != 1 || !matches!(values.component, U8 | U16 | U32) {
            let reason = "indices must be whole numbers without sign";
            return Err(Problem::Accessor { index: index.value() as u32, reason });
        }
        Ok(values.whole().collect())
    }
}

fn local_transform(node: &Node) -> Mat4 {
    if let Some(matrix) = node.matrix {
        return Mat4::from_cols_array(&matrix);
    }
    let scale = Vec3::from_array(node.scale.unwrap_or([1.0; 3]));
    let rotation = node.rotation.map_or([0.0, 0.0, 0.0, 1.0], |rotation| rotation.0);
    let rotation = Quat::from_array(rotation);
    let length = rotation.length();
    let usable = length.is_finite() && length > f32::EPSILON;
    let rotation = if usable { rotation / length } else { Quat::IDENTITY };
    let translation = Vec3::from_array(node.translation.unwrap_or([0.0; 3]));
    Mat4::from_translation(translation) * Mat4::from_quat(rotation) * Mat4::from_scale(scale)
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
fn placed(mut mesh: Mesh3, place: Mat4) -> Result<Mesh3, Problem> {
    for position in &mut mesh.positions {
        *position = place.transform_point3(Vec3::from_array(*position)).to_array();
        if !position.iter().all(|value| value.abs() <= MAX_EXTENT_M) {
            return Err(Problem::Position { limit_m: MAX_EXTENT_M });
        }
    }
    let turn = Mat3::from_mat4(place);
    let determinant = turn.determinant();
    let invertible = determinant.is_finite() && determinant.abs() > f32::MIN_POSITIVE;
    let normal_turn = if invertible { turn.inverse().transpose() } else { Mat3::IDENTITY };
    for normal in &mut mesh.normals {
        let turned = (normal_turn * Vec3::from_array(*normal)).try_normalize();
        *normal = turned.unwrap_or(Vec3::Y).to_array();
    }
    if determinant < 0.0 {
        // A mirrored node would otherwise show its inside.
        mesh.indices.as_chunks_mut::<3>().0.iter_mut().for_each(|corners| corners.swap(1, 2));
    }
    Ok(mesh)
}

#[cfg(test)]
mod tests;
