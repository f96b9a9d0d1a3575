//! Shapes as meshes of the graphics card.

use bevy::{
    asset::RenderAssetUsages,
    mesh::{Indices, Mesh, PrimitiveTopology},
};
use geometry::Model;

/// The points of one mesh while it is put together.
#[derive(Default)]
struct Builder {
    positions: Vec<[f32; 3]>,
    normals: Vec<[f32; 3]>,
    colors: Vec<[f32; 4]>,
    indices: Vec<u32>,
}

/// Takes the colour of the look.
const COLOURED: [f32; 4] = [0.94, 0.94, 0.93, 1.0];

impl Builder {
    /// A flat polygon, counter-clockwise seen from outside.
    fn face(&mut self, corners: &[[f32; 3]]) {
        use crate::space::{cross, minus, unit};
        let normal = unit(cross(minus(corners[1], corners[0]), minus(corners[2], corners[0])));
        let first = self.positions.len() as u32;
        self.positions.extend(corners);
        self.normals.extend(corners.iter().map(|_| normal));
        self.colors.extend(corners.iter().map(|_| COLOURED));
        for i in 1..corners.len() as u32 - 1 {
            self.indices.extend([first, first + i, first + i + 1]);
        }
    }

    /// A prism between two outlines of as many points, both counter-clockwise seen from +X.
    fn prism(&mut self, behind: &[[f32; 3]], ahead: &[[f32; 3]]) {
        self.face(ahead);
        let back: Vec<[f32; 3]> = behind.iter().rev().copied().collect();
        self.face(&back);
        for i in 0..behind.len() {
            let j = (i + 1) % behind.len();
            self.face(&[behind[i], behind[j], ahead[j], ahead[i]]);
        }
    }

    fn mesh(self) -> Mesh {
        Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::RENDER_WORLD)
            .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, self.positions)
            .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, self.normals)
            .with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, self.colors)
            .with_inserted_indices(Indices::U32(self.indices))
    }
}

/// A cube of one metre on the ground.
pub(super) fn cube() -> Mesh {
    let outline = |x: f32| [[x, 0.0, 0.5], [x, 0.0, -0.5], [x, 1.0, -0.5], [x, 1.0, 0.5]];
    let mut builder = Builder::default();
    builder.prism(&outline(-0.5), &outline(0.5));
    builder.mesh()
}

/// A slice of a ship, one metre in each direction.
pub(super) fn hull(ends: [u8; 2], bottom: bool) -> Mesh {
    let outline = |x: f32, tenths: u8| {
        let half = f32::from(tenths) / 20.0;
        let (bilge, rise) = if bottom { (half * 0.72, 0.3) } else { (half, 0.0) };
        let mut points = vec![[x, 0.0, bilge], [x, 0.0, -bilge]];
        if bottom {
            points.push([x, rise, -half]);
        }
        points.extend([[x, 1.0, -half], [x, 1.0, half]]);
        if bottom {
            points.push([x, rise, half]);
        }
        points
    };
    let mut builder = Builder::default();
    builder.prism(&outline(-0.5, ends[0]), &outline(0.5, ends[1]));
    builder.mesh()
}

/// A post with an arrow head that points down at what is under it, and a flag.
pub(super) fn beacon() -> Mesh {
    let ring = |y: f32, radius: f32, sides: usize| -> Vec<[f32; 3]> {
        (0..sides)
            .map(|i| {
                let angle = i as f32 / sides as f32 * std::f32::consts::TAU;
                [radius * angle.cos(), y, -radius * angle.sin()]
            })
            .collect()
    };
    let mut builder = Builder::default();
    let tip = [0.0, 0.15, 0.0];
    let base = ring(1.05, 0.42, 4);
    for i in 0..4 {
        builder.face(&[tip, base[(i + 1) % 4], base[i]]);
    }
    builder.face(&base);
    let (low, high) = (ring(1.05, 0.15, 6), ring(2.6, 0.15, 6));
    for i in 0..6 {
        let j = (i + 1) % 6;
        builder.face(&[low[i], low[j], high[j], high[i]]);
    }
    builder.face(&high);
    builder.mesh()
}

/// A mesh file's triangles, stretched around the middle of its own bottom.
pub(super) fn model(model: &Model) -> Mesh {
    let mut builder = Builder::default();
    for part in &model.parts {
        let first = builder.positions.len() as u32;
        builder.positions.extend(&part.positions);
        builder.normals.extend(&part.normals);
        builder.colors.extend(&part.colors);
        builder.indices.extend(part.indices.iter().map(|index| index + first));
    }
    builder.mesh()
}
