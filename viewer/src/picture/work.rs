//! What is in hand: the parts on a station, and what a crane, a transporter or a barge carries,
//! each as a piece that stands on it.

use wire::view::{LayoutKind, LayoutValue};

use super::{Item, Scene, Shape, size_of, stores::Grid};
use crate::{
    palette::Look,
    space::{Place, V3, add},
};

/// What the keys of pieces begin with.
pub(super) const KEY: &str = "hand/";
/// The most pieces drawn at one place; its panel counts the others.
const MOST_PIECES: usize = 12;
/// The part of a station that pieces may cover.
const ROOM: f32 = 0.72;
/// Pieces are drawn no larger than this many times their own size.
const LARGEST: f32 = 1.1;
/// The part of its cell that a piece covers.
const COVER: f32 = 0.86;
/// How high a crane's load hangs [share of the crane's height].
const HANGS: f32 = 0.36;
/// Where a barge's six places are: shares of its length from the middle, and of its width.
const BARGE_ALONG: [f32; 3] = [-0.226, 0.032, 0.29];
const BARGE_ASIDE: f32 = 0.22;
/// Where a ship is put together or lies: it is drawn with its lifts instead.
const SHIPS: [&str; 2] = ["dock", "quay"];

/// What stands somewhere, and how it is drawn there.
pub(super) struct Carrier<'a> {
    /// Its id.
    pub id: &'a str,
    /// What it is.
    pub layout: &'a LayoutValue,
    /// Where it is drawn.
    pub place: Place,
    /// Its shape, stretched by `scale`.
    pub shape: &'a Shape,
    /// Factors along its own axes.
    pub scale: V3,
}

/// Draws the parts that a station has in hand; returns the height of the highest [m].
pub(super) fn at_station(scene: &mut Scene<'_>, on: &Carrier<'_>) -> f32 {
    let is_ship = on.layout.mesh.as_deref().is_some_and(|mesh| SHIPS.contains(&mesh));
    let Some(unit) = scene.picture.mirror.units.get(on.id).filter(|_| !is_ship) else {
        return 0.0;
    };
    let mut parts: Vec<String> = Vec::new();
    for part in unit.running.iter().map(|run| &run.part).chain(&unit.parts) {
        if parts.len() < MOST_PIECES && !parts.contains(part) {
            parts.push(part.clone());
        }
    }
    let size = size_of(on.layout);
    let grid = Grid::of(parts.len().max(1), [size[0] * ROOM, size[1], size[2] * ROOM]);
    let (stale, cell) = (unit.stale, grid.cell);
    let mut highest = 0.0_f32;
    for (i, part) in parts.iter().enumerate() {
        let [x, _, z] = grid.at(i);
        let spot = [x, seat(scene, on, [x, z]), z];
        highest = highest.max(piece(scene, on, (i, part.as_str()), spot, cell, stale));
    }
    highest
}

/// Draws what something that moves carries.
pub(super) fn on_mover(scene: &mut Scene<'_>, on: &Carrier<'_>) {
    let Some(value) = scene.picture.mirror.resources.get(on.id) else { return };
    let (parts, stale) = (value.carries.clone(), value.stale);
    let size = size_of(on.layout);
    let count = parts.len().min(MOST_PIECES);
    let (spots, cell) = match on.layout.kind {
        LayoutKind::Barge => {
            let cell = [size[0] * 0.24, size[2] * 0.42];
            let rows = BARGE_ALONG.iter().flat_map(|along| {
                [-BARGE_ASIDE, BARGE_ASIDE].map(|aside| [along * size[0], aside * size[2]])
            });
            (rows.collect::<Vec<_>>(), cell)
        }
        _ => {
            let grid = Grid::of(count.max(1), [size[0] * 0.84, size[1], size[2] * 0.9]);
            let spots = (0..count).map(|i| grid.at(i)).map(|[x, _, z]| [x, z]);
            (spots.collect(), grid.cell)
        }
    };
    for (i, (part, [x, z])) in parts.iter().zip(spots).enumerate() {
        let hangs = on.layout.kind == LayoutKind::Crane;
        let high = if hangs { size[1] * HANGS } else { seat(scene, on, [x, z]) };
        piece(scene, on, (i, part.as_str()), [x, high, z], cell, stale);
    }
}

/// One piece in the colour of its stage, or of cargo; returns the height of its top [m].
fn piece(
    scene: &mut Scene<'_>,
    on: &Carrier<'_>,
    (i, part): (usize, &str),
    spot: V3,
    cell: [f32; 2],
    stale: bool,
) -> f32 {
    let known = scene.picture.mirror.part(part).map(|part| part.stage.as_str());
    let plain = scene.palette().look("cargo");
    let look = Look { stale, ..known.map_or(plain, |stage| scene.palette().stage(stage)) };
    let model = mesh_of(scene, on.layout, part)
        .and_then(|name| Some((name, scene.picture.models.get(name)?)));
    let (shape, scale, high) = match model {
        Some((name, model)) => {
            let own = model.aabb.size_m();
            let fits = (cell[0] / own[0]).min(cell[1] / own[2]) * COVER;
            let factor = fits.min(LARGEST);
            (Shape::Model(name.to_owned()), [factor; 3], own[1] * factor)
        }
        None => {
            let edge = cell[0].min(cell[1]) * COVER;
            let high = edge * 0.5;
            (Shape::Cube, [edge.max(cell[0] * 0.6), high, edge], high)
        }
    };
    let place = on.place.shifted(spot).sized(scale);
    scene.put(Item::new(format!("{KEY}{}#{i}", on.id), shape, place, look).picks(on.id));
    spot[1] + high
}

/// The mesh of a part: by what is known of it, else by where it is.
fn mesh_of(scene: &Scene<'_>, layout: &LayoutValue, part: &str) -> Option<&'static str> {
    let mirror = &scene.picture.mirror;
    if mirror.parts.contains_key(part) {
        return Some("lift");
    }
    if mirror.part(part).is_some() {
        return Some("block");
    }
    match layout.mesh.as_deref()? {
        "assembly-bay" | "outfitting-bay" | "paint-cell" | "barge" | "transporter" => Some("block"),
        "panel-station" => Some("panel"),
        "assembly-bench" | "test-bench" | "chamber" | "cure-oven" | "xray-bay" | "fill-station"
        | "oven" => Some("case"),
        _ => None,
    }
}

/// How high something stands at a point of a carrier's own frame [m]: on the highest surface there.
fn seat(scene: &Scene<'_>, on: &Carrier<'_>, [x, z]: [f32; 2]) -> f32 {
    let model = match on.shape {
        Shape::Model(name) => scene.picture.models.get(name),
        _ => None,
    };
    let Some(model) = model else { return on.scale[1] };
    let over = model.aabb.max[1] + 1.0;
    let from = add([x / on.scale[0], 0.0, z / on.scale[2]], [0.0, over, 0.0]);
    let down = model.cast(from, [0.0, -1.0, 0.0]);
    down.map_or(0.0, |down| (over - down) * on.scale[1])
}
