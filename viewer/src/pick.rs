//! Which item is under a point: boxes first, then the triangles of what the ray may meet.

use std::collections::BTreeMap;

use geometry::{Aabb, Model, RayScene};

use crate::picture::{Item, Shape};
use crate::space::{V3, length, minus};

/// What can be picked in one version of the picture.
#[derive(Default)]
pub struct Pickable {
    boxes: RayScene,
    items: Vec<Target>,
}

struct Target {
    item: Item,
    id: String,
}

/// The box of a shape in its own frame, before it is scaled.
pub fn own_box(shape: &Shape, models: &BTreeMap<String, Model>) -> Aabb {
    match shape {
        Shape::Model(name) => models.get(name).map_or(UNIT_BOX, |model| model.aabb),
        Shape::Cube | Shape::Hull { .. } | Shape::Beacon => UNIT_BOX,
    }
}

/// A cube of one metre on the ground.
pub const UNIT_BOX: Aabb = Aabb { min: [-0.5, 0.0, -0.5], max: [0.5, 1.0, 0.5] };

impl Pickable {
    /// Takes those of the items that stand for something.
    pub fn new(items: &[Item], models: &BTreeMap<String, Model>) -> Self {
        let items: Vec<Target> = items
            .iter()
            .filter_map(|item| Some(Target { item: item.clone(), id: item.picks.clone()? }))
            .collect();
        let boxes = items.iter().enumerate().map(|(slot, target)| {
            (slot as u32, target.item.place.around(&own_box(&target.item.shape, models)))
        });
        Self { boxes: RayScene::from_boxes(boxes).unwrap_or_default(), items }
    }

    /// The id of the nearest thing that the ray really meets. A building's floor is picked only
    /// where nothing else is.
    pub fn cast(&self, from: V3, direction: V3, models: &BTreeMap<String, Model>) -> Option<&str> {
        let mut nearest: Option<(bool, f32, &str)> = None;
        for hit in self.boxes.cast_all(from, direction) {
            let Some(target) = self.items.get(hit.slot as usize) else { continue };
            let Some(distance) = meets(&target.item, from, direction, models) else { continue };
            let found = (target.item.background, distance, target.id.as_str());
            let closer = nearest.is_none_or(|best| (found.0, found.1) < (best.0, best.1));
            if closer {
                nearest = Some(found);
            }
        }
        nearest.map(|(_, _, id)| id)
    }
}

/// The distance along the ray at which it meets an item [m].
fn meets(item: &Item, from: V3, direction: V3, models: &BTreeMap<String, Model>) -> Option<f32> {
    let place = &item.place;
    let shrink = |v: V3| std::array::from_fn(|axis| v[axis] / place.scale[axis].abs().max(1e-6));
    let own_from = shrink(place.to_own(minus(from, place.at)));
    let own_direction: V3 = shrink(place.to_own(direction));
    let stretch = length(own_direction);
    if let Shape::Model(name) = &item.shape
        && let Some(model) = models.get(name)
    {
        return model.cast(own_from, own_direction).map(|distance| distance / stretch);
    }
    through_box(&own_box(&item.shape, models), own_from, own_direction)
}

/// The first parameter at which `from + t * direction` is in the box.
fn through_box(region: &Aabb, from: V3, direction: V3) -> Option<f32> {
    let [mut enter, mut leave] = [0.0_f32, f32::MAX];
    for axis in 0..3 {
        let to = [region.min[axis] - from[axis], region.max[axis] - from[axis]];
        if direction[axis].abs() < 1e-9 {
            if to[0] > 0.0 || to[1] < 0.0 {
                return None;
            }
            continue;
        }
        let (a, b) = (to[0] / direction[axis], to[1] / direction[axis]);
        enter = enter.max(a.min(b));
        leave = leave.min(a.max(b));
    }
    (enter <= leave).then_some(enter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::palette::Look;
    use crate::space::Place;

    fn item(id: &str, at: V3, scale: V3, background: bool) -> Item {
        let place = Place { at, turn_rad: 0.4, scale };
        Item {
            key: id.to_owned(),
            shape: Shape::Cube,
            place,
            look: Look::default(),
            picks: Some(id.to_owned()),
            background,
        }
    }

    #[test]
    fn a_station_is_picked_before_the_floor_and_the_dock_wall() {
        let models = BTreeMap::new();
        let items = [
            item("floor", [0.0; 3], [100.0, 0.2, 100.0], true),
            item("near", [0.0, 0.0, 10.0], [4.0; 3], false),
            item("far", [0.0, 0.0, -10.0], [4.0; 3], false),
        ];
        let pickable = Pickable::new(&items, &models);
        let along = |x: f32| pickable.cast([x, 2.0, 50.0], [0.0, -0.001, -1.0], &models);
        assert_eq!(along(0.0), Some("near"));
        assert_eq!(along(40.0), None);
        let down = pickable.cast([30.0, 50.0, 0.0], [0.0, -1.0, 0.0], &models);
        assert_eq!(down, Some("floor"));
    }

    #[test]
    fn a_hollow_mesh_lets_the_ray_through() {
        let bytes = geometry::make::catalogue::ASSETS
            .iter()
            .find(|asset| asset.kind == "gantry-crane")
            .unwrap()
            .glb()
            .unwrap();
        let model = geometry::Mesh3::from_glb("gantry-crane", &bytes).unwrap();
        let models = BTreeMap::from([("gantry-crane".to_owned(), model)]);
        let mut crane = item("crane", [0.0; 3], [1.0; 3], false);
        crane.place.turn_rad = 0.0;
        crane.shape = Shape::Model("gantry-crane".to_owned());
        let block = item("block", [0.0, 0.0, 0.0], [6.0; 3], false);
        let pickable = Pickable::new(&[crane, block], &models);
        let through = pickable.cast([60.0, 4.0, 0.5], [-1.0, 0.0, 0.0], &models);
        assert_eq!(through, Some("block"));
        let girder = pickable.cast([60.0, 47.0, 0.5], [-1.0, 0.0, 0.0], &models);
        assert_eq!(girder, Some("crane"));
    }
}
