//! The only glTF reader; shapes, fit and clearance, ray casts, from bytes.
//!
//! Failure handling first: everything that comes from a file may be wrong, so
//! [`Mesh3::from_glb`] checks every count against a named limit before it reserves memory, and
//! answers with a [`GeometryError`] that names the mesh and what its author can do. A caller
//! draws a box instead and says which mesh is broken.
//!
//! * [`Model`] is what a `.glb` file holds: triangles in metres, +Y up, length along +X.
//! * [`Shape`] is the solid form of a model: clearance between two of them, in metres.
//! * [`RayScene`] answers which of many instance boxes a ray meets first.
//! * [`make`] builds and writes the meshes that ship with the project.
//!
//! The public interface speaks in plain `[f32; 3]`: the maths libraries inside (nalgebra, and the
//! glam that parry3d uses) never reach a caller, who may use another version of them.

mod accessor;
mod document;
mod error;
mod glb;
pub mod make;
mod model;
mod pose;
mod ray_scene;
mod shape;

pub use document::MAX_NODES;
pub use error::{GeometryError, Problem};
pub use glb::{MAX_EXTENT_M, MAX_TRIANGLES, MAX_VERTICES};
pub use model::{Aabb, Mesh3, Model};
pub use pose::Pose;
pub use ray_scene::{Hit, MAX_SLOTS, RayScene, SlotOutOfRange};
pub use shape::{MAX_HULLS, Shape};
