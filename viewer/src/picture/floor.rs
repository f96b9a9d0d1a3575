//! Work units on pads in the colour of their state, what moves, and the marks on both.

use wire::view::{LayoutKind, LayoutValue};

use super::{
    Item, Scene, Shape, size_of, stand, top_of,
    work::{Carrier, at_station, on_mover},
};
use crate::{palette::Look, space::Place};

/// How far a unit's pad reaches beyond it [share of the shorter side].
const PAD: f32 = 0.12;

/// Draws units and what moves.
pub(super) fn draw(scene: &mut Scene<'_>) {
    for (id, layout) in owned(scene, LayoutKind::Unit) {
        unit(scene, &id, &layout);
    }
    for kind in [LayoutKind::Crane, LayoutKind::Transporter, LayoutKind::Barge] {
        for (id, layout) in owned(scene, kind) {
            mover(scene, &id, &layout);
        }
    }
}

fn owned(scene: &Scene<'_>, kind: LayoutKind) -> Vec<(String, LayoutValue)> {
    let things = scene.things(kind).into_iter();
    things.map(|(id, layout)| (id.clone(), layout.clone())).collect()
}

fn unit(scene: &mut Scene<'_>, id: &str, layout: &LayoutValue) {
    let mirror = &scene.picture.mirror;
    let (state, stale) =
        mirror.units.get(id).map_or(("unknown", false), |unit| (&unit.state, unit.stale));
    let held_up = mirror.is_hold_up(id);
    let look = Look { stale, pulse: held_up, ..scene.palette().state(state) };
    let (shape, scale) = scene.shaped(layout);
    let (place, size) = (stand(layout), size_of(layout));
    let border = (size[0].min(size[2]) * PAD).clamp(0.4, 3.0);
    let pad = [size[0] + 2.0 * border, 0.16, size[2] + 2.0 * border];
    let under = place.shifted([0.0, 0.02, 0.0]).sized(pad);
    scene.put(Item::new(format!("unit/{id}#pad"), Shape::Cube, under, look).picks(id));
    let body = place.shifted([0.0, 0.18, 0.0]).sized(scale);
    scene.put(Item::new(format!("unit/{id}"), shape.clone(), body, look).picks(id));
    let high = at_station(scene, &Carrier { id, layout, place: body, shape: &shape, scale });
    scene.anchor(id, top_of(&place, [size[0], size[1].max(high), size[2]]));
}

fn mover(scene: &mut Scene<'_>, id: &str, layout: &LayoutValue) {
    let mirror = &scene.picture.mirror;
    let value = mirror.resources.get(id);
    let (state, stale) = value.map_or(("unknown", false), |value| (&value.state, value.stale));
    let look = Look { stale, ..scene.palette().state(state) };
    let (shape, scale) = scene.shaped(layout);
    let place = mover_place(scene, id, layout);
    let held_up = mirror.is_hold_up(id);
    let look = Look { pulse: held_up, ..look };
    let body = place.sized(scale);
    scene.put(Item::new(format!("mover/{id}"), shape.clone(), body, look).picks(id));
    scene.anchor(id, top_of(&place, size_of(layout)));
    on_mover(scene, &Carrier { id, layout, place: body, shape: &shape, scale });
}

/// Where something that moves is drawn now.
pub(super) fn mover_place(scene: &Scene<'_>, id: &str, layout: &LayoutValue) -> Place {
    let value = scene.picture.mirror.resources.get(id);
    let heading = value.and_then(|value| value.heading_deg).unwrap_or(layout.heading_deg);
    let at = value.and_then(|value| value.position_m).unwrap_or(layout.position_m);
    let place = Place::from_plant(at, heading);
    Place { at: scene.picture.ways.at(id).unwrap_or(place.at), ..place }
}

/// The frame around what is selected, and the sign over the main hold-up.
pub(super) fn mark(scene: &mut Scene<'_>) {
    let accent = Look { flat: true, ..scene.palette().look("accent") };
    let alert = Look { flat: true, pulse: true, ..scene.palette().look("alert") };
    let things: Vec<(String, LayoutValue)> = scene
        .picture
        .mirror
        .layout
        .iter()
        .filter(|(_, layout)| layout.kind != LayoutKind::Area)
        .map(|(id, layout)| (id.clone(), layout.clone()))
        .collect();
    for (id, layout) in things {
        let size = size_of(&layout);
        let is_mover = scene.picture.mirror.resources.contains_key(&id);
        let place = if is_mover { mover_place(scene, &id, &layout) } else { stand(&layout) };
        let border = (size[0].min(size[2]) * PAD).clamp(0.4, 3.0) * 1.3;
        let around = [size[0] + 2.0 * border, size[2] + 2.0 * border];
        if scene.is_selected(&id) {
            scene.frame(&format!("selected/{id}"), place, around, border * 0.36, accent);
        }
        if scene.picture.mirror.is_hold_up(&id) {
            let wide = [around[0] + border * 1.2, around[1] + border * 1.2];
            scene.frame(&format!("hold-up/{id}"), place, wide, border * 0.6, alert);
            let top = scene.anchors.get(&id).copied().unwrap_or_else(|| top_of(&place, size));
            let over = Place { at: top, ..place };
            scene.put(Item::new(format!("hold-up/{id}"), Shape::Beacon, over, alert).picks(&id));
        }
    }
}
