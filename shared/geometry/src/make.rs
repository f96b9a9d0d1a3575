//! Builds the meshes that ship with the project: low, closed solids in metres with vertex
//! colours, written as GLB with the same bytes on every machine.
//!
//! **Convention of the vertex colour's alpha**: 1 means that the viewer multiplies the colour by
//! the unit's state colour, 0 that the part keeps its own. Materials are opaque, so that every
//! other program ignores alpha and shows the parts that take the state in near white.
//!
//! Frame: +Y up, length along +X, front towards +Z, origin at the centre on the ground. All
//! coordinates are rounded to a millimetre, which also hides the last bit of sine and cosine, the
//! only operations here that may differ between machines.

pub mod catalogue;
mod paint;
mod solid;
mod write;

pub use paint::Paint;
pub use solid::{Axis, Builder, Solid};

/// A kind of asset that has a mesh.
#[derive(Clone, Copy)]
pub struct Asset {
    /// The kind, which is also the file's name without ending.
    pub kind: &'static str,
    /// Room to keep free around it in metres.
    pub clearance_m: f32,
    /// Puts its solids into a builder.
    pub build: fn(&mut Builder),
}

impl Asset {
    /// Returns the solids it consists of.
    pub fn solids(&self) -> Vec<Solid> {
        let mut builder = Builder::default();
        (self.build)(&mut builder);
        builder.into_solids()
    }

    /// Returns the bytes of its GLB file.
    ///
    /// # Errors
    /// The JSON part cannot be written, which happens only for a kind that is not text.
    pub fn glb(&self) -> Result<Vec<u8>, serde_json::Error> {
        write::glb(self.kind, self.clearance_m, &self.solids())
    }
}

#[cfg(test)]
mod tests;
