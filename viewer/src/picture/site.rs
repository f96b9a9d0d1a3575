//! The ground, the water, and the buildings as open frames, so that one sees what is in them.

use geometry::Aabb;
use wire::view::{LayoutKind, LayoutValue};

use super::{Item, Scene, Shape, size_of, stand};
use crate::{
    palette::{Look, Pattern},
    space::{Place, V3, add, dot, length, scaled},
};

/// Lower than this an area is open ground, not a hall [m].
const HALL_M: f32 = 3.0;
/// Distance between a hall's columns [m].
const BAY_M: f32 = 22.0;

/// Draws what everything else stands on.
pub(super) fn draw(scene: &mut Scene<'_>) {
    ground(scene);
    let areas: Vec<(String, LayoutValue)> = scene
        .things(LayoutKind::Area)
        .into_iter()
        .map(|(id, layout)| (id.clone(), layout.clone()))
        .collect();
    for (id, layout) in areas {
        area(scene, &id, &layout);
    }
}

fn ground(scene: &mut Scene<'_>) {
    let bounds = scene.picture.bounds();
    let reach = length(bounds.size_m());
    let middle = scaled(add(bounds.min, bounds.max), 0.5);
    let look = Look { pattern: Pattern::Net, ..scene.palette().look("ground") };
    let place = Place { at: [middle[0], -1.2, middle[2]], turn_rad: 0.0, scale: [1.0; 3] };
    let size = [reach * 9.0, 1.0, reach * 9.0];
    scene.put(Item::new("ground", Shape::Cube, place.sized(size), Look { flat: true, ..look }));
    if let Some(shore) = shore(scene, &bounds) {
        let look = Look { pattern: Pattern::Water, flat: true, ..scene.palette().look("water") };
        let place = shore.shifted([0.0, 0.0, reach * 2.0]).sized([reach * 9.0, 1.0, reach * 4.0]);
        scene.put(Item::new("water", Shape::Cube, place, look));
    }
}

/// Where the water begins and, along its own +Z, where it goes: in front of the hindmost quay.
fn shore(scene: &Scene<'_>, bounds: &Aabb) -> Option<Place> {
    let quays = scene.things(LayoutKind::Unit).into_iter();
    let mut quays = quays.filter(|(_, layout)| layout.mesh.as_deref() == Some("quay"));
    let (_, first) = quays.next()?;
    let front = stand(first).direction([0.0, 0.0, 1.0]);
    let edge = |layout: &LayoutValue| dot(stand(layout).at, front) + size_of(layout)[2] * 0.42;
    let least = quays.map(|(_, layout)| edge(layout)).fold(edge(first), f32::min);
    let middle = scaled(add(bounds.min, bounds.max), 0.5);
    let flat = [middle[0], -1.14, middle[2]];
    let at = add(flat, scaled(front, least - dot(flat, front)));
    Some(Place { at, ..stand(first) })
}

fn area(scene: &mut Scene<'_>, id: &str, layout: &LayoutValue) {
    let size = size_of(layout);
    let place = stand(layout);
    let over = scene
        .picture
        .mirror
        .areas
        .get(id)
        .is_some_and(|area| area.limit.is_some_and(|limit| area.present > limit));
    let is_hall = size[1] > HALL_M;
    let name = if is_hall { "floor" } else { "field" };
    let mut look = scene.palette().look(name);
    if over {
        look = Look { pattern: Pattern::Cross, ..scene.palette().look("alert") };
    }
    let slab = place.shifted([0.0, -0.3, 0.0]).sized([size[0], 0.32, size[2]]);
    let mut floor = Item::new(format!("area/{id}"), Shape::Cube, slab, look).picks(id);
    floor.background = true;
    scene.put(floor);
    if is_hall {
        hall(scene, id, place, size);
    }
    // The label stands at the edge that faces south, where the first view looks from.
    let south = [[0.0, 0.0, 0.5], [0.0, 0.0, -0.5], [0.5, 0.0, 0.0], [-0.5, 0.0, 0.0]]
        .map(|share: V3| place.shifted([share[0] * size[0], 0.0, share[2] * size[2]]).at);
    let edge = south.into_iter().max_by(|a, b| a[2].total_cmp(&b[2])).unwrap_or(place.at);
    scene.anchor(id, edge);
    if scene.is_selected(id) {
        let look = Look { flat: true, ..scene.palette().look("accent") };
        scene.frame(&format!("area/{id}"), place, [size[0], size[2]], 0.8, look);
    }
}

/// Low walls, columns and eaves.
fn hall(scene: &mut Scene<'_>, id: &str, place: Place, [long, high, wide]: V3) {
    let wall = scene.palette().look("wall");
    let frame = scene.palette().look("frame");
    let thick = (wide * 0.009).clamp(0.12, 0.7);
    let low = (high * 0.13).clamp(0.8, 3.0);
    let mut put = |part: String, offset: V3, size: V3, look: Look| {
        let place = place.shifted(offset).sized(size);
        scene.put(Item::new(format!("area/{id}#{part}"), Shape::Cube, place, look));
    };
    for (i, side) in [-0.5, 0.5].into_iter().enumerate() {
        put(format!("long{i}"), [0.0, 0.0, side * wide], [long, low, thick], wall);
        put(format!("short{i}"), [side * long, 0.0, 0.0], [thick, low, wide], wall);
        put(format!("eave{i}"), [0.0, high, side * wide], [long, thick * 1.4, thick * 1.4], frame);
        put(format!("gable{i}"), [side * long, high, 0.0], [thick * 1.4, thick * 1.4, wide], frame);
    }
    let bays = (long / BAY_M).round().clamp(1.0, 16.0) as usize;
    for bay in 0..=bays {
        let x = (bay as f32 / bays as f32 - 0.5) * long;
        for (i, side) in [-0.5, 0.5].into_iter().enumerate() {
            put(format!("post{bay}-{i}"), [x, 0.0, side * wide], [thick, high, thick], frame);
        }
    }
}
