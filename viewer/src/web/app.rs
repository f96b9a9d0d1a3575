//! The application: window, camera, frames.

// The derive macros look for these names, because Bevy is a dependency of this target only.
use bevy::ecs as bevy_ecs;

use std::time::Duration;

use bevy::{
    asset::AssetMetaCheck,
    core_pipeline::tonemapping::Tonemapping,
    log::LogPlugin,
    prelude::*,
    render::error_handler::{RenderErrorHandler, RenderErrorPolicy},
    winit::{EventLoopProxyWrapper, UpdateMode, WinitSettings},
};
use wasm_bindgen::JsValue;

use super::{bridge::Drawing, keep_wake, material::LookPlugin, scene::ScenePlugin, shared, tell};

/// Frames while something pulses or moves.
const LIVELY: Duration = Duration::from_millis(60);
/// The same without a graphics card, which a whole core would otherwise be busy with.
const LIVELY_BY_SOFTWARE: Duration = Duration::from_millis(220);
/// Frames while nothing does: news brings one, and this keeps days of waiting current.
const STILL: Duration = Duration::from_secs(1);

/// Starts the application; it lives as long as the page.
pub(super) fn run(canvas: &str, drawing: Drawing) {
    let window = Window {
        canvas: Some(canvas.to_owned()),
        fit_canvas_to_parent: true,
        prevent_default_event_handling: false,
        title: String::new(),
        ..default()
    };
    let plugins = DefaultPlugins
        .set(WindowPlugin { primary_window: Some(window), ..default() })
        .set(AssetPlugin { meta_check: AssetMetaCheck::Never, ..default() })
        .set(LogPlugin { level: bevy::log::Level::WARN, filter: FILTER.to_owned(), ..default() });
    App::new()
        .add_plugins((plugins, LookPlugin, ScenePlugin))
        .insert_resource(RenderErrorHandler(|error, _, _| {
            shared(|shared| shared.failed = true);
            tell("error", &JsValue::from_str(&error.description));
            RenderErrorPolicy::StopRendering
        }))
        .insert_resource(settings(if drawing.continuous { None } else { Some(LIVELY) }))
        .insert_resource(Smooth(drawing.smooth))
        .add_systems(Startup, begin)
        .add_systems(Update, follow)
        .add_systems(Last, report)
        .run();
}

/// Software drawing has no features that these plugins would want; it is no news.
const FILTER: &str = "wgpu=error,naga=error,bevy_pbr=error,bevy_render=error";

#[derive(Resource)]
struct Smooth(bool);

#[derive(Component)]
struct Eye;

fn settings(wait: Option<Duration>) -> WinitSettings {
    let mode = wait.map_or(UpdateMode::Continuous, UpdateMode::reactive);
    WinitSettings { focused_mode: mode, unfocused_mode: mode }
}

fn begin(mut commands: Commands, proxy: Res<EventLoopProxyWrapper>, smooth: Res<Smooth>) {
    keep_wake(&proxy);
    let msaa = if smooth.0 { Msaa::Sample4 } else { Msaa::Off };
    commands.spawn((
        Eye,
        Camera3d::default(),
        Transform::default(),
        Projection::Perspective(PerspectiveProjection::default()),
        msaa,
        Tonemapping::None,
    ));
}

/// Puts the camera where the picture's is.
fn follow(
    windows: Query<&Window>,
    mut eyes: Query<(&mut Transform, &mut Projection), With<Eye>>,
    mut clear: ResMut<ClearColor>,
) {
    let Ok(window) = windows.single() else { return };
    shared(|shared| {
        let size = [window.width().max(1.0), window.height().max(1.0)];
        let picture = &mut shared.picture;
        if picture.orbit.window != size {
            picture.resize(size);
            shared.moved = true;
        }
        let orbit = picture.orbit;
        for (mut transform, mut projection) in &mut eyes {
            let (forward, up) = (Vec3::from(orbit.forward()), Vec3::from(orbit.up()));
            *transform =
                Transform::from_translation(Vec3::from(orbit.eye())).looking_to(forward, up);
            let [near, far] = orbit.depth();
            if let Projection::Perspective(perspective) = projection.as_mut() {
                (perspective.near, perspective.far) = (near, far);
                perspective.fov = orbit.opening_rad();
            }
        }
        let [r, g, b] = shared.picture.palette.look("sky").rgb;
        clear.0 = Color::srgb_u8(r, g, b);
    });
}

/// Tells the page that a frame was drawn, and how often the next are wanted.
fn report(mut winit: ResMut<WinitSettings>, smooth: Res<Smooth>, mut was_ready: Local<bool>) {
    let (frames, places, ready, wait) = shared(|shared| {
        shared.frames = shared.frames.wrapping_add(1);
        let places = std::mem::take(&mut shared.moved).then(|| shared.picture.place_labels());
        let ready = shared.frames > 2 && !shared.picture.mirror.layout.is_empty();
        let lively = shared.picture.is_lively() || shared.picture.is_moving();
        let wait = match (shared.continuous, lively || !ready) {
            (true, _) => None,
            (_, true) => Some(if smooth.0 { LIVELY } else { LIVELY_BY_SOFTWARE }),
            (_, false) => Some(STILL),
        };
        (shared.frames, places, ready, wait)
    });
    let wanted = settings(wait);
    if winit.focused_mode != wanted.focused_mode {
        *winit = wanted;
    }
    if let Some(places) = places {
        tell("frame", &js_sys::Float32Array::from(places.as_slice()));
    }
    if ready && !*was_ready {
        *was_ready = true;
        tell("ready", &JsValue::from_f64(f64::from(frames)));
    }
}
