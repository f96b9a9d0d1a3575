//! What can be wrong with a mesh file, in words its author can act on.

use thiserror::Error;

/// A mesh that cannot be used: which one and why.
#[derive(Debug, Error)]
#[error("mesh {model}: {problem}")]
pub struct GeometryError {
    /// Name of the mesh as its plant file gives it.
    pub model: String,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with a mesh file.
#[derive(Debug, Error)]
pub enum Problem {
    /// The first four bytes are not those of a GLB file.
    #[error("not a GLB file (it starts with {found:02x?}); export as glTF 2.0 binary (.glb)")]
    NotGlb {
        /// The bytes found at the start, fewer than four in a tiny file.
        found: Vec<u8>,
    },
    /// A GLB of another version than 2.
    #[error("GLB version {version} is not readable; export as glTF 2.0")]
    Version {
        /// The version in the file's header.
        version: u32,
    },
    /// The file ends before what its header promises.
    #[error("the file is cut off: {needed} bytes wanted, {present} present; copy it again")]
    Truncated {
        /// Bytes that the header or a chunk promises.
        needed: u64,
        /// Bytes that are there.
        present: u64,
    },
    /// The first chunk is not JSON.
    #[error("the file is broken: its first chunk is not JSON; export it again")]
    NoJsonChunk,
    /// A chunk that is cut off or of an unknown kind where the binary chunk belongs.
    #[error("the file is broken: {reason}; export it again")]
    Container {
        /// What the reader of the container says.
        reason: String,
    },
    /// The JSON chunk cannot be read as glTF.
    #[error("the glTF part is broken at line {line}, column {column}: {text}")]
    Json {
        /// Line in the JSON chunk, from 1.
        line: usize,
        /// Column in the JSON chunk, from 1.
        column: usize,
        /// What the JSON reader says.
        text: String,
    },
    /// The JSON chunk breaks a rule of glTF.
    #[error("the glTF part is broken at {place}: {reason}; export it again")]
    Invalid {
        /// Where in the JSON chunk, shortened if long.
        place: String,
        /// Which kind of rule is broken.
        reason: String,
    },
    /// The file cannot be shown without an extension that is not supported.
    #[error("needs the glTF extension {extension}, which is not supported; export without it")]
    Extension {
        /// Name of the extension.
        extension: String,
    },
    /// The geometry lies in another file or in a data address.
    #[error("keeps its geometry outside the file ({uri}); export everything into one .glb")]
    ExternalBuffer {
        /// Start of the address in the file.
        uri: String,
    },
    /// More of something than is read.
    #[error("has {count} {what}, more than the {limit} allowed; simplify it")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many there are.
        count: u64,
        /// How many are allowed.
        limit: u64,
    },
    /// A reference to something that is not in the file.
    #[error("refers to {what} {index}, which is not in the file; export it again")]
    Missing {
        /// What kind of thing is missing.
        what: &'static str,
        /// The index that leads nowhere.
        index: u64,
    },
    /// An accessor whose type, place or content is wrong.
    #[error("accessor {index} is broken: {reason}; export it again")]
    Accessor {
        /// Index of the accessor.
        index: u32,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Nodes that form a ring, or a node with two parents.
    #[error("node {index} is used twice in the node tree; export it again")]
    NodeTree {
        /// Index of the node met a second time.
        index: u32,
    },
    /// A coordinate that is not a number, or beyond [`crate::MAX_EXTENT_M`].
    #[error("has a point that is not a number or further than {limit_m} m from the origin")]
    Position {
        /// The furthest distance allowed in metres.
        limit_m: f32,
    },
    /// There is nothing to draw.
    #[error("has no triangles; export faces, not points or lines")]
    Empty,
    /// `extras` whose `kind` or `clearance` cannot be used.
    #[error("extras of node {index}: {reason}")]
    Extras {
        /// Index of the node.
        index: u32,
        /// What is wrong and what is expected.
        reason: &'static str,
    },
}
