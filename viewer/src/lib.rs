//! The 3D page: what to draw is decided in plain Rust, and Bevy draws it in the browser.
//!
//! * [`mirror`] holds the values as the hub released them; it runs no state machine.
//! * [`picture`] turns them into items: a shape, a place, a look.
//! * [`palette`] knows colours and patterns, [`hull`] how a ship's lifts stand in the dock.
//! * [`orbit`] is the camera, [`pick`] finds the item under a point, [`labels`] decides which
//!   labels have room.
//! * `web` is the part that needs a browser: the application, its shader, and the functions that
//!   the page's script calls. It is compiled for the browser only.
//!
//! The page owns the connection and all text; this module never speaks to the network.

pub mod hull;
pub mod labels;
pub mod mirror;
pub mod motion;
pub mod orbit;
pub mod palette;
pub mod pick;
pub mod picture;
pub mod space;

#[cfg(target_arch = "wasm32")]
#[expect(
    clippy::needless_pass_by_value,
    reason = "Bevy hands its systems their parameters by value"
)]
mod web;
