//! The ship: lifts that are in the dock, ghosts of those that are not, and the next one.

use wire::view::{LayoutKind, LayoutValue, ProductPart, ProductValue};

use super::{Item, Scene, Shape, size_of, stand};
use crate::{
    hull::{Cell, cells},
    palette::{Look, Pattern},
    space::{Place, V3, add},
};

/// A ship's length, height and breadth as shares of its dock's length and breadth.
const SHARES: [f32; 3] = [0.9, 0.2, 0.66];

/// Draws the ships that are here.
pub(super) fn draw(scene: &mut Scene<'_>) {
    let products = scene.picture.mirror.products.clone();
    let mut dock_taken = false;
    for (id, product) in &products {
        if product.parts.is_empty() {
            continue;
        }
        let berth = berth(scene, product, dock_taken);
        let Some((place, size, in_dock)) = berth else { continue };
        dock_taken |= in_dock;
        ship(scene, id, product, place, size);
    }
}

/// Where a ship lies: where the hub says, or in the dock while it is put together.
fn berth(scene: &Scene<'_>, product: &ProductValue, taken: bool) -> Option<(Place, V3, bool)> {
    let layout = &scene.picture.mirror.layout;
    let docks = || {
        let units = scene.things(LayoutKind::Unit).into_iter();
        units.map(|(_, layout)| layout).find(|layout| layout.mesh.as_deref() == Some("dock"))
    };
    let dock_size = |dock: &LayoutValue| {
        let [long, _, wide] = size_of(dock);
        [long * SHARES[0], long * SHARES[1], wide * SHARES[2]]
    };
    let named = product.at.as_ref().and_then(|at| layout.get(at));
    let begun = product.erected > 0 || product.at.is_some();
    match named {
        Some(quay) if quay.mesh.as_deref() == Some("quay") => {
            let size = docks().map_or(size_of(quay), dock_size);
            let off = (size_of(quay)[2] + size[2]) * 0.5 + 2.0;
            Some((stand(quay).shifted([0.0, -1.0, off]), size, false))
        }
        Some(water) if water.kind == LayoutKind::Storage && !overlaps(docks(), water) => {
            Some((stand(water), docks().map_or(size_of(water), dock_size), false))
        }
        _ => {
            let dock = docks().filter(|_| !taken && (begun || product.next.is_some()))?;
            Some((stand(dock).shifted([0.0, 1.2, 0.0]), dock_size(dock), true))
        }
    }
}

/// Whether a storage lies in the dock.
fn overlaps(dock: Option<&LayoutValue>, storage: &LayoutValue) -> bool {
    dock.is_some_and(|dock| {
        let apart: f64 = (0..2).map(|i| (dock.position_m[i] - storage.position_m[i]).abs()).sum();
        apart < dock.size_m[1]
    })
}

fn ship(scene: &mut Scene<'_>, id: &str, product: &ProductValue, place: Place, size: V3) {
    let next = product.next.as_ref().map(|next| next.part.as_str());
    for (cell, part) in cells(product.parts.len(), size).into_iter().zip(&product.parts) {
        let value = scene.picture.mirror.parts.get(part).cloned();
        let at = place.shifted(cell.at);
        let is_next = next == Some(part.as_str());
        lift(scene, part, value.as_ref(), at, &cell, is_next);
    }
    // Over the stern, so that it leaves the lifts amidships free.
    let stern = place.shifted([size[0] * -0.34, size[1] * 1.02, 0.0]);
    scene.anchor(&format!("product/{id}"), stern.at);
}

fn lift(
    scene: &mut Scene<'_>,
    id: &str,
    value: Option<&ProductPart>,
    at: Place,
    cell: &Cell,
    is_next: bool,
) {
    let stage = value.map_or("not_started", |value| value.stage.as_str());
    let late = value.is_some_and(|value| value.late);
    let mut look =
        Look { ghost: stage != "erected", pulse: is_next, ..scene.palette().stage(stage) };
    if late {
        look = Look { pattern: Pattern::Cross, ..look };
    }
    let shape = Shape::Hull { ends: cell.ends, bottom: cell.bottom };
    let picks = format!("part/{id}");
    scene.put(Item::new(picks.clone(), shape, at.sized(cell.size), look).picks(&picks));
    scene.anchor(&picks, add(at.at, [0.0, cell.size[1], 0.0]));
    let marked = if is_next { Some("next") } else { scene.is_selected(&picks).then_some("accent") };
    let marked = marked.or(late.then_some("alert"));
    if let Some(name) = marked {
        let look = Look { flat: true, pulse: is_next, ..scene.palette().look(name) };
        let thick = if name == "alert" { 0.5 } else { 1.0 };
        cage(scene, &picks, at, cell.size, thick, look);
    }
}

/// The twelve edges of a box.
fn cage(scene: &mut Scene<'_>, key: &str, at: Place, [l, h, w]: V3, thick: f32, look: Look) {
    let mut put = |i: usize, offset: V3, size: V3| {
        let place = at.shifted(offset).sized(size);
        scene.put(Item::new(format!("{key}#edge{i}"), Shape::Cube, place, look));
    };
    for i in 0..4 {
        let a = if i & 1 == 0 { -0.5 } else { 0.5 };
        let b = if i & 2 == 0 { 0.0 } else { 1.0 };
        put(i, [0.0, b * h - b * thick, a * w], [l, thick, thick]);
        put(i + 4, [a * l, b * h - b * thick, 0.0], [thick, thick, w]);
        put(i + 8, [a * l, 0.0, (b - 0.5) * w], [thick, h, thick]);
    }
}
