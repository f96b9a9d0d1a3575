//! What pages see: a mirror of keyed values for each (audience, view), and its websocket.
//!
//! The core task calls [`Publisher::publish`] at each tick. It releases the board's labelled
//! values once per audience, compares them with what that audience had, and puts the newest
//! version on the [`Shelf`]; each delta is encoded once and its bytes are shared by all
//! viewers. A session only remembers which version it sent last, so a slow viewer costs a few
//! bytes and gets the newest values when it can take them.

mod door;
mod offers;
mod past;
mod pieces;
mod publish;
mod session;
mod shelf;

pub(crate) use door::{As, Door, NotServed};
#[cfg(test)]
pub(crate) use offers::open_under;
pub(crate) use offers::{hub_of, open};
pub(crate) use past::{close_as_today, past};
pub(crate) use publish::Publisher;
pub(crate) use session::router;
pub(crate) use shelf::{Offer, Published, Shelf};
