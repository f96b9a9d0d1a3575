//! The functions that the page calls.

use wasm_bindgen::prelude::*;

use super::{shared, wake};
use crate::{orbit::Pose, palette::Palette, picture::Picture};

fn changed(work: impl FnOnce(&mut Picture)) {
    shared(|shared| {
        shared.moved = true;
        work(&mut shared.picture);
    });
    wake();
}

fn some(id: &str) -> Option<&str> {
    (!id.is_empty()).then_some(id)
}

/// How to draw, as the page decided it.
#[derive(Clone, Copy, Debug, serde::Deserialize)]
pub(super) struct Drawing {
    /// Frames all the time, to measure.
    pub(super) continuous: bool,
    /// Edges are smoothed: too dear without a graphics card.
    pub(super) smooth: bool,
}

/// Starts drawing into the canvas, `{"continuous": false, "smooth": true}`; `tell(kind, payload)`
/// is called with `ready` once, `frame` with the labels' places, `error` with words.
///
/// # Errors
/// `drawing` is no such text.
#[wasm_bindgen]
pub fn start(canvas: &str, drawing: &str, tell: js_sys::Function) -> Result<(), JsError> {
    let drawing: Drawing = serde_json::from_str(drawing)?;
    shared(|shared| {
        shared.tell = Some(tell);
        shared.continuous = drawing.continuous;
    });
    super::app::run(canvas, drawing);
    Ok(())
}

/// Puts values in: `{"set": {…}, "gone": […]}`. Returns the keys that could not be read.
///
/// # Errors
/// The text is no change.
#[wasm_bindgen]
pub fn apply(text: &str) -> Result<Vec<String>, JsError> {
    let unread = shared(|shared| shared.picture.apply(text))?;
    wake();
    Ok(unread)
}

/// Forgets all values, before a whole view is put in anew.
#[wasm_bindgen]
pub fn clear() {
    changed(|picture| {
        picture.mirror.clear();
        picture.revision += 1;
    });
}

/// Takes a mesh file.
///
/// # Errors
/// What is wrong with it; what wants it stays a box.
#[wasm_bindgen]
pub fn mesh(name: &str, bytes: &[u8]) -> Result<(), JsError> {
    shared(|shared| shared.picture.take_model(name, bytes))?;
    wake();
    Ok(())
}

/// Takes colours and patterns: `{"name": ["#rrggbb", "pattern"]}`.
///
/// # Errors
/// The text is no palette.
#[wasm_bindgen]
pub fn palette(text: &str) -> Result<(), JsError> {
    let palette = Palette::from_json(text)?;
    changed(|picture| {
        picture.palette = palette;
        picture.revision += 1;
    });
    Ok(())
}

/// Takes the labels to place, `{"labels": [{"id", "w", "h", "p"}], "kept": [[l, t, r, b]]}`; their
/// places come with each frame.
///
/// # Errors
/// The text is no such wish.
#[wasm_bindgen]
pub fn labels(text: &str) -> Result<(), JsError> {
    let wish = serde_json::from_str(text)?;
    changed(|picture| picture.want_labels(wish));
    Ok(())
}

/// Whether things may move and pulse.
#[wasm_bindgen]
pub fn motion(allowed: bool) {
    changed(|picture| {
        picture.motion = allowed;
        picture.revision += 1;
    });
}

/// Selects a thing; the empty text selects nothing.
#[wasm_bindgen]
pub fn select(id: &str) {
    changed(|picture| picture.select(some(id)));
}

/// The thing under a point of the canvas [CSS px], or the empty text.
#[wasm_bindgen]
pub fn pick(x: f32, y: f32) -> String {
    shared(|shared| shared.picture.pick([x, y]).unwrap_or_default().to_owned())
}

/// Marks the thing under a point and returns its id, or the empty text.
#[wasm_bindgen]
pub fn hover(x: f32, y: f32) -> String {
    let (id, new) = shared(|shared| {
        let id = shared.picture.pick([x, y]).unwrap_or_default().to_owned();
        let new = shared.picture.hover(some(&id));
        (id, new)
    });
    if new {
        wake();
    }
    id
}

/// Turns the camera by a drag [CSS px].
#[wasm_bindgen]
pub fn turn(dx: f32, dy: f32) {
    changed(|picture| picture.camera().turn([dx, dy]));
}

/// Moves the picture by a drag [CSS px].
#[wasm_bindgen]
pub fn pan(dx: f32, dy: f32) {
    changed(|picture| picture.camera().pan([dx, dy]));
}

/// Comes nearer to the point under `x`, `y` [CSS px] by a factor below 1, or goes away.
#[wasm_bindgen]
pub fn zoom(x: f32, y: f32, factor: f32) {
    changed(|picture| picture.camera().zoom([x, y], factor));
}

/// Shows all of a thing; the empty text is everything.
#[wasm_bindgen]
pub fn fit(id: &str) {
    changed(|picture| picture.fit(some(id)));
}

/// Looks down from above, north up.
#[wasm_bindgen]
pub fn top() {
    changed(|picture| picture.top());
}

/// The camera's pose as JSON.
#[wasm_bindgen]
pub fn camera() -> String {
    shared(|shared| serde_json::to_string(&shared.picture.orbit.pose).unwrap_or_default())
}

/// Takes a pose that [`camera`] gave.
///
/// # Errors
/// The text is no pose.
#[wasm_bindgen]
pub fn place(pose: &str) -> Result<(), JsError> {
    let pose: Pose = serde_json::from_str(pose)?;
    changed(|picture| picture.camera().place(pose));
    Ok(())
}

/// Where a thing can be clicked [CSS px]: `[x, y]`, or nothing when it is out of sight.
#[wasm_bindgen]
pub fn project(id: &str) -> Vec<f32> {
    shared(|shared| shared.picture.project(id)).map_or_else(Vec::new, |at| at.to_vec())
}

/// How many parts are drawn on a station or a carrier.
#[wasm_bindgen]
pub fn in_hand(id: &str) -> u32 {
    shared(|shared| shared.picture.in_hand(id)) as u32
}

/// The state in which a unit or a crane is drawn, or the empty text.
#[wasm_bindgen]
pub fn state_of(id: &str) -> String {
    shared(|shared| shared.picture.mirror.state_of(id).unwrap_or_default().to_owned())
}

/// The colour of a state as `#rrggbb`.
#[wasm_bindgen]
pub fn colour_of(state: &str) -> String {
    let [r, g, b] = shared(|shared| shared.picture.palette.state(state).rgb);
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// Counts: frames drawn, items, meshes, triangles.
#[wasm_bindgen]
pub fn stats() -> Vec<u32> {
    shared(|shared| {
        let picture = &shared.picture;
        let triangles: usize = picture
            .items()
            .iter()
            .map(|item| match &item.shape {
                crate::picture::Shape::Model(name) => {
                    picture.models.get(name).map_or(12, geometry::Model::triangle_count)
                }
                _ => 12,
            })
            .sum();
        vec![
            shared.frames,
            picture.items().len() as u32,
            picture.models.len() as u32,
            triangles as u32,
        ]
    })
}
