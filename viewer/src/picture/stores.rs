//! Storages: a marked place with as many pieces on it as are there.

use wire::view::{LayoutKind, LayoutValue, StorageValue};

use super::{DAY_S, Item, Scene, Shape, size_of, stand};
use crate::{
    palette::Look,
    space::{Place, V3, add},
};

/// The most pieces drawn in one storage; more are drawn as more of this many places.
const MOST_PIECES: usize = 24;
/// A place this long holds blocks of a ship when its mesh says so.
const PARK: &str = "block-park";

/// Draws storages.
pub(super) fn draw(scene: &mut Scene<'_>) {
    let things = scene.things(LayoutKind::Storage).into_iter();
    let owned: Vec<(String, LayoutValue)> =
        things.map(|(id, layout)| (id.clone(), layout.clone())).collect();
    for (id, layout) in owned {
        // The ship in the dock is drawn with its lifts, not as boxes.
        if layout.mesh.as_deref() != Some("box") {
            storage(scene, &id, &layout);
        }
    }
}

fn storage(scene: &mut Scene<'_>, id: &str, layout: &LayoutValue) {
    let value = scene.picture.mirror.storages.get(id).cloned();
    let (place, size) = (stand(layout), size_of(layout));
    let stale = value.as_ref().is_some_and(|value| value.stale);
    let full = value.as_ref().is_some_and(is_full);
    let name = if full { "store_full" } else { "store" };
    let held_up = scene.picture.mirror.is_hold_up(id);
    let look = Look { stale, pulse: held_up, ..scene.palette().look(name) };
    let pad = place.shifted([0.0, 0.02, 0.0]).sized([size[0], 0.12, size[2]]);
    scene.put(Item::new(format!("storage/{id}"), Shape::Cube, pad, look).picks(id));
    let edge = Look { stale, ..scene.palette().look("store_edge") };
    let thick = (size[0].min(size[2]) * 0.03).clamp(0.12, 0.6);
    scene.frame(&format!("storage/{id}"), place, [size[0] - thick, size[2] - thick], thick, edge);
    let Some(value) = value else {
        scene.anchor(id, place.at);
        return;
    };
    let high = if layout.mesh.as_deref() == Some(PARK) {
        park(scene, id, place, size, &value)
    } else {
        pieces(scene, id, place, size, &value)
    };
    scene.anchor(id, add(place.at, [0.0, high, 0.0]));
}

fn is_full(value: &StorageValue) -> bool {
    value.capacity.is_some_and(|capacity| capacity > 0 && value.level + 0.5 > f64::from(capacity))
}

/// Boxes by level: every piece while there are few, a share of the place when there are many.
fn pieces(scene: &mut Scene<'_>, id: &str, place: Place, size: V3, value: &StorageValue) -> f32 {
    let room = value.capacity.map_or(f64::from(MOST_PIECES as u32), f64::from);
    let places = (room.clamp(1.0, MOST_PIECES as f64)) as usize;
    let per_place = (room.max(value.level) / places as f64).max(1.0);
    let count = ((value.level / per_place).ceil().max(0.0) as usize).min(MOST_PIECES);
    let look = Look { stale: value.stale, ..scene.palette().look("cargo") };
    let grid = Grid::of(places, size);
    let high = (grid.cell[0].min(grid.cell[1]) * 0.6).min(size[1].max(1.0));
    for i in 0..count {
        let at = place.shifted(grid.at(i));
        let piece = at.sized([grid.cell[0] * 0.74, high, grid.cell[1] * 0.74]);
        let key = format!("storage/{id}#{i}");
        scene.put(Item::new(key, Shape::Cube, piece, look).picks(id));
    }
    if count > 0 { high } else { 0.2 }
}

/// Blocks that stand in the yard, each in the colour of its stage.
fn park(scene: &mut Scene<'_>, id: &str, place: Place, size: V3, value: &StorageValue) -> f32 {
    let places = value.capacity.map_or(MOST_PIECES, |capacity| capacity as usize);
    let grid = Grid::of(places.clamp(1, MOST_PIECES), size);
    let lifts = value.parts.iter().any(|part| scene.picture.mirror.parts.contains_key(&part.id));
    let name = if lifts { "lift" } else { "block" };
    let model = scene.picture.models.get(name);
    let own = model.map_or([1.0; 3], |model| model.aabb.size_m());
    let shape = model.map_or(Shape::Cube, |_| Shape::Model(name.to_owned()));
    let factor = (grid.cell[0] / own[0]).min(grid.cell[1] / own[2]) * 0.84;
    let now = scene.picture.mirror.clock.as_ref().and_then(|clock| seconds(&clock.now));
    for (i, part) in value.parts.iter().enumerate().take(MOST_PIECES) {
        let mirror = &scene.picture.mirror;
        let known = mirror.part(&part.id);
        let stage = known.map_or("parked", |known| known.stage.as_str());
        let look = Look { stale: value.stale, ..scene.palette().stage(stage) };
        let at = place.shifted(grid.at(i));
        let key = format!("storage/{id}#{}", part.id);
        let item = Item::new(key, shape.clone(), at.sized([factor; 3]), look);
        scene.put(item.picks(id));
        let waited = now.zip(seconds(&part.since)).map(|(now, since)| (now - since) / DAY_S);
        if waited.is_some_and(|days| days >= 1.0) {
            scene.anchor(&format!("waits/{}", part.id), add(at.at, [0.0, own[1] * factor, 0.0]));
        }
    }
    own[1] * factor
}

/// Seconds since 1970 of an RFC 3339 time in UTC or with an offset; none if it is not one.
fn seconds(at: &str) -> Option<f64> {
    let field = |from: usize, to: usize| at.get(from..to)?.parse::<f64>().ok();
    let (year, month, day) = (field(0, 4)?, field(5, 7)?, field(8, 10)?);
    let time = field(11, 13)? * 3_600.0 + field(14, 16)? * 60.0 + field(17, 19)?;
    // Days from 1970 in the Gregorian calendar, counting years from March (H. Hinnant).
    let shifted = if month <= 2.0 { year - 1.0 } else { year };
    let era = (shifted / 400.0).floor();
    let of_era = shifted - era * 400.0;
    let of_year =
        ((153.0 * (month + if month > 2.0 { -3.0 } else { 9.0 }) + 2.0) / 5.0).floor() + day - 1.0;
    let days = era * 146_097.0 + of_era * 365.0 + (of_era / 4.0).floor() - (of_era / 100.0).floor()
        + of_year
        - 719_468.0;
    Some(days * DAY_S + time)
}

/// Places in rows on a rectangle.
pub(super) struct Grid {
    columns: usize,
    /// The length and the width of a cell [m].
    pub(super) cell: [f32; 2],
    size: V3,
}

impl Grid {
    /// Cells as square as `places` of them can be.
    pub(super) fn of(places: usize, size: V3) -> Self {
        let shape = (size[0] / size[2].max(0.1)).max(0.05);
        let columns = ((places as f32 * shape).sqrt().round() as usize).clamp(1, places.max(1));
        let rows = places.div_ceil(columns).max(1);
        Self { columns, cell: [size[0] / columns as f32, size[2] / rows as f32], size }
    }

    /// The middle of a cell's floor.
    pub(super) fn at(&self, i: usize) -> V3 {
        let (column, row) = ((i % self.columns) as f32, (i / self.columns) as f32);
        let x = (column + 0.5) * self.cell[0] - self.size[0] / 2.0;
        let z = (row + 0.5) * self.cell[1] - self.size[2] / 2.0;
        [x, 0.14, z]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        assert_eq!(seconds("1970-01-02T00:00:01Z"), Some(86_401.0));
        assert_eq!(seconds("2031-05-05T06:00:00Z"), Some(1_935_727_200.0));
        assert_eq!(
            seconds("2032-03-01T00:00:00Z"),
            seconds("2032-02-29T00:00:00Z").map(|s| s + DAY_S)
        );
        assert_eq!(seconds("soon"), None);
    }

    #[test]
    fn a_grid_keeps_its_cells_inside() {
        for (places, size) in
            [(1, [18.0, 2.0, 18.0]), (24, [112.0, 1.0, 40.0]), (7, [5.0, 1.0, 30.0])]
        {
            let grid = Grid::of(places, size);
            for i in 0..places {
                let at = grid.at(i);
                assert!(at[0].abs() + grid.cell[0] / 2.0 <= size[0] / 2.0 + 1e-3, "{places} {i}");
                assert!(at[2].abs() + grid.cell[1] / 2.0 <= size[2] / 2.0 + 1e-3, "{places} {i}");
            }
        }
    }
}
