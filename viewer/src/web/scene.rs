//! Items become entities: spawned, moved and removed as the picture changes.

// The derive macros look for these names, because Bevy is a dependency of this target only.
use bevy::ecs as bevy_ecs;

use std::collections::{BTreeMap, HashMap};

use bevy::{camera::visibility::NoFrustumCulling, mesh::MeshTag, prelude::*};

use super::{
    material::{LookMaterial, Looks},
    shapes, shared,
};
use crate::picture::{Item, Shape};

/// What was spawned for which item.
#[derive(Resource, Default)]
struct Drawn {
    entities: HashMap<String, (Entity, Item, u32)>,
    meshes: BTreeMap<Shape, Handle<Mesh>>,
    revision: Option<u64>,
    models_revision: u64,
}

/// The sign over the main hold-up.
#[derive(Component)]
struct Beacon(Vec3);

/// Draws the picture's items.
pub(super) struct ScenePlugin;

impl Plugin for ScenePlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Drawn>().add_systems(Update, (pass, draw, beacons).chain());
    }
}

fn pass(time: Res<Time<Real>>) {
    let seconds = time.delta_secs().min(0.25);
    shared(|shared| {
        if shared.picture.pass(seconds) {
            shared.moved = true;
        }
    });
}

fn draw(
    mut commands: Commands,
    mut drawn: ResMut<Drawn>,
    mut looks: ResMut<Looks>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut images: ResMut<Assets<Image>>,
    mut materials: ResMut<Assets<LookMaterial>>,
) {
    shared(|shared| {
        let picture = &mut shared.picture;
        if drawn.revision == Some(picture.revision) {
            return;
        }
        drawn.revision = Some(picture.revision);
        shared.moved = true;
        picture.rebuild();
        if drawn.models_revision != picture.models_revision {
            drawn.models_revision = picture.models_revision;
            drawn.meshes.retain(|shape, _| !matches!(shape, Shape::Model(_)));
        }
        let mut old = std::mem::take(&mut drawn.entities);
        for (slot, item) in picture.items().iter().enumerate() {
            let mesh = drawn.meshes.entry(item.shape.clone()).or_insert_with(|| {
                meshes.add(match &item.shape {
                    Shape::Cube => shapes::cube(),
                    Shape::Hull { ends, bottom } => shapes::hull(*ends, *bottom),
                    Shape::Beacon => shapes::beacon(),
                    Shape::Model(name) => {
                        picture.models.get(name).map_or_else(shapes::cube, shapes::model)
                    }
                })
            });
            let slot = slot as u32;
            let entity = match old.remove(&item.key) {
                Some((entity, before, tag)) => {
                    if before.shape != item.shape || before.place != item.place || tag != slot {
                        commands.entity(entity).insert(body(item, slot, mesh));
                    }
                    if before.look.ghost != item.look.ghost {
                        let material = looks.material(item.look);
                        commands.entity(entity).insert(MeshMaterial3d(material));
                    }
                    if item.shape == Shape::Beacon {
                        commands.entity(entity).insert(Beacon(Vec3::from(item.place.at)));
                    }
                    entity
                }
                None => {
                    let mut entity = commands.spawn(body(item, slot, mesh));
                    entity.insert((MeshMaterial3d(looks.material(item.look)), NoFrustumCulling));
                    if item.shape == Shape::Beacon {
                        entity.insert(Beacon(Vec3::from(item.place.at)));
                    }
                    entity.id()
                }
            };
            drawn.entities.insert(item.key.clone(), (entity, item.clone(), slot));
        }
        for (entity, _, _) in old.into_values() {
            commands.entity(entity).despawn();
        }
        let all = picture.items().iter().map(|item| item.look);
        looks.write(all, picture.motion, &mut images, &mut materials);
    });
}

fn body(item: &Item, slot: u32, mesh: &Handle<Mesh>) -> (Mesh3d, MeshTag, Transform) {
    let transform = Transform {
        translation: Vec3::from(item.place.at),
        rotation: Quat::from_rotation_y(item.place.turn_rad),
        scale: Vec3::from(item.place.scale),
    };
    (Mesh3d(mesh.clone()), MeshTag(slot), transform)
}

/// Keeps the signs the same size at any distance, and lets them bob.
fn beacons(time: Res<Time<Real>>, mut signs: Query<(&Beacon, &mut Transform)>) {
    for (beacon, mut transform) in &mut signs {
        let (size, motion) =
            shared(|shared| (shared.picture.sign_m(beacon.0.to_array()), shared.picture.motion));
        let bob = if motion { (time.elapsed_secs() * 2.4).sin().abs() * 0.25 } else { 0.0 };
        transform.scale = Vec3::splat(size);
        transform.translation = beacon.0 + Vec3::Y * size * bob;
    }
}
