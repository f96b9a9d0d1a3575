//! From the bytes of a `.glb` file to a document that the `gltf` crate has found valid.
//!
//! Everything that crate trusts, and would panic on, is checked first: the length in the file's
//! header, and the references whose targets its validation looks up.
//!
//! Source: Khronos glTF 2.0 specification, sections 3.5 (nodes) and 4.4 (GLB).

use gltf::json::root::Get;
use gltf::json::{Index, Root};
use gltf::{Document, Gltf, binary};

use crate::error::Problem;

/// More nodes than this in one mesh file are refused.
pub const MAX_NODES: usize = 10_000;

/// These change materials, lights or textures, none of which a model keeps, so that a file that
/// requires one of them reads the same without it.
const HARMLESS: [&str; 3] = ["KHR_materials_", "KHR_lights_punctual", "KHR_texture_transform"];

/// Longer places in a file are cut in a message.
const MAX_PLACE: usize = 120;

/// Returns the validated document and the binary chunk, which may be absent and is then empty.
pub(crate) fn open(bytes: &[u8]) -> Result<(Document, Vec<u8>), Problem> {
    let whole = checked_container(bytes)?;
    // Validation follows after the checks: it would panic on a position that is not there.
    let Gltf { document, blob } =
        Gltf::from_slice_without_validation(whole).map_err(|error| problem(&error, whole))?;
    let mut root = document.into_json();
    check_support(&root)?;
    check_references(&root)?;
    // What is left after the check for support is harmless, but unknown to the validation.
    root.extensions_required.clear();
    let document = Document::from_json(root).map_err(|error| problem(&error, whole))?;
    Ok((document, blob.unwrap_or_default()))
}

/// Returns the part of the file that its header speaks of.
fn checked_container(bytes: &[u8]) -> Result<&[u8], Problem> {
    const HEADER: u64 = 12;
    const JSON_KIND: std::ops::Range<usize> = 16..20;
    if !bytes.starts_with(b"glTF") {
        return Err(Problem::NotGlb { found: bytes[..bytes.len().min(4)].to_vec() });
    }
    let cut = |needed| Problem::Truncated { needed, present: bytes.len() as u64 };
    let version = word(bytes, 4).ok_or(cut(HEADER))?;
    let length = word(bytes, 8).ok_or(cut(HEADER))?;
    if version != 2 {
        return Err(Problem::Version { version });
    }
    let whole = bytes.get(..length as usize).ok_or(cut(u64::from(length)))?;
    if whole.get(JSON_KIND) != Some(b"JSON") {
        return Err(Problem::NoJsonChunk);
    }
    Ok(whole)
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.first_chunk().copied().map(u32::from_le_bytes)
}

/// Says in this crate's words what the `gltf` crate found.
fn problem(error: &gltf::Error, whole: &[u8]) -> Problem {
    match error {
        gltf::Error::Binary(binary::Error::ChunkLength { length, length_read, .. }) => {
            let present = whole.len() as u64;
            let needed = (present + u64::from(*length)).saturating_sub(*length_read as u64);
            Problem::Truncated { needed, present }
        }
        gltf::Error::Deserialize(error) => Problem::Json {
            line: error.line(),
            column: error.column(),
            text: shortened(&error.to_string()),
        },
        gltf::Error::Validation(found) => {
            let first = found.first();
            Problem::Invalid {
                place: first.map_or_else(String::new, |(path, _)| shortened(path.as_str())),
                reason: first.map_or_else(String::new, |(_, error)| error.to_string()),
            }
        }
        other => Problem::Container { reason: other.to_string() },
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(MAX_PLACE).collect()
}

fn check_support(root: &Root) -> Result<(), Problem> {
    let needed = root.extensions_required.iter();
    if let Some(extension) =
        needed.into_iter().find(|name| !HARMLESS.iter().any(|start| name.starts_with(start)))
    {
        return Err(Problem::Extension { extension: shortened(extension) });
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

/// Follows the references from the scene to the values; the validation follows all others, but
/// cannot say which number is wrong.
fn check_references(root: &Root) -> Result<(), Problem> {
    root.scene.map_or(Ok(()), |scene| require(root, "scene", scene))?;
    for node in root.scenes.iter().flat_map(|scene| &scene.nodes) {
        require(root, "node", *node)?;
    }
    for node in &root.nodes {
        node.mesh.map_or(Ok(()), |mesh| require(root, "mesh", mesh))?;
        node.children.iter().flatten().try_for_each(|child| require(root, "node", *child))?;
    }
    for primitive in root.meshes.iter().flat_map(|mesh| &mesh.primitives) {
        primitive.indices.map_or(Ok(()), |index| require(root, "accessor", index))?;
        let mut values = primitive.attributes.values();
        values.try_for_each(|index| require(root, "accessor", *index))?;
    }
    Ok(())
}

fn require<T>(root: &Root, what: &'static str, index: Index<T>) -> Result<(), Problem>
where
    Root: Get<T>,
{
    let missing = Problem::Missing { what, index: index.value() as u64 };
    root.get(index).map(|_| ()).ok_or(missing)
}
