//! The material, solid and seen through, and the texture that holds every item's look.

// The derive macros look for these names, because Bevy is a dependency of this target only.
use bevy::{
    asset as bevy_asset, ecs as bevy_ecs, image as bevy_image, reflect as bevy_reflect,
    render as bevy_render,
};

use bevy::{
    asset::{RenderAssetUsages, embedded_asset},
    image::Image,
    pbr::{Material, MaterialPlugin},
    prelude::*,
    reflect::TypePath,
    render::render_resource::{AsBindGroup, Extent3d, TextureDimension, TextureFormat},
    shader::ShaderRef,
};

use crate::{palette::Look, picture::MOST_ITEMS};

/// Texels in a row; the shader knows it too.
const WIDTH: usize = 256;
const HEIGHT: usize = MOST_ITEMS * 2 / WIDTH;

/// Colours by a texture of looks.
#[derive(Asset, TypePath, AsBindGroup, Clone, Debug)]
pub(super) struct LookMaterial {
    #[texture(0, sample_type = "float", filterable = false)]
    looks: Handle<Image>,
    /// Whether one sees through it.
    ghost: bool,
}

impl Material for LookMaterial {
    fn fragment_shader() -> ShaderRef {
        "embedded://viewer/web/look.wgsl".into()
    }
    fn alpha_mode(&self) -> AlphaMode {
        if self.ghost { AlphaMode::Blend } else { AlphaMode::Opaque }
    }
    fn enable_prepass() -> bool {
        false
    }
    fn enable_shadows() -> bool {
        false
    }
}

/// The handles that the scene needs.
#[derive(Resource)]
pub(super) struct Looks {
    image: Handle<Image>,
    material: Handle<LookMaterial>,
    ghost: Handle<LookMaterial>,
    written: Vec<u8>,
}

impl Looks {
    /// The material of an item: what is not there yet is seen through.
    pub(super) fn material(&self, look: Look) -> Handle<LookMaterial> {
        if look.ghost { self.ghost.clone() } else { self.material.clone() }
    }

    /// Writes all looks, if any is another than before.
    pub(super) fn write(
        &mut self,
        looks: impl Iterator<Item = Look>,
        motion: bool,
        images: &mut Assets<Image>,
        materials: &mut Assets<LookMaterial>,
    ) {
        let mut bytes: Vec<u8> = looks.flat_map(|look| look.texels(motion)).collect();
        bytes.resize(WIDTH * HEIGHT * 4, 0);
        if bytes == self.written {
            return;
        }
        if let Some(mut image) = images.get_mut(&self.image) {
            image.data = Some(bytes.clone());
        }
        // The bind group holds the old texture until the material counts as changed.
        for handle in [&self.material, &self.ghost] {
            if let Some(mut material) = materials.get_mut(handle) {
                material.looks = self.image.clone();
            }
        }
        self.written = bytes;
    }
}

/// Adds the material.
pub(super) struct LookPlugin;

impl Plugin for LookPlugin {
    fn build(&self, app: &mut App) {
        embedded_asset!(app, "look.wgsl");
        app.add_plugins(MaterialPlugin::<LookMaterial>::default()).add_systems(PreStartup, make);
    }
}

fn make(
    mut commands: Commands,
    mut images: ResMut<Assets<Image>>,
    mut materials: ResMut<Assets<LookMaterial>>,
) {
    let size = Extent3d { width: WIDTH as u32, height: HEIGHT as u32, depth_or_array_layers: 1 };
    let image = images.add(Image::new_fill(
        size,
        TextureDimension::D2,
        &[0; 4],
        TextureFormat::Rgba8Unorm,
        RenderAssetUsages::all(),
    ));
    let material = materials.add(LookMaterial { looks: image.clone(), ghost: false });
    let ghost = materials.add(LookMaterial { looks: image.clone(), ghost: true });
    commands.insert_resource(Looks { image, material, ghost, written: Vec::new() });
}
