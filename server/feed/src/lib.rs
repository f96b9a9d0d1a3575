//! Plays a feed over a real websocket: a simulation or a recorded file.
//!
//! [`frames()`] cuts a simulation into numbered frames, always the same ones: so that a record
//! that was written from them and a feed that goes on later fit together. [`play`] sends them as
//! plant time passes, one connection a plant, and resumes after any break where the hub asks.
//! [`replay`] does the same with a recorded file.

pub mod frames;
mod link;
mod pace;
mod play;
mod replay;
mod restate;
mod source;
mod speaker;
pub mod tls;

pub use frames::{Frame, Frames, FramesError, Heard, frames};
pub use play::{Branch, Ending, FeedError, FeedPlan, Returns, Speaker, play};
pub use replay::{ReplayError, ReplayPlan, replay};

#[cfg(test)]
mod tests;
