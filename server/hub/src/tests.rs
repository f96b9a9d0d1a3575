//! A whole hub on a port of its own: what feeds are answered.

mod bad_frames;
pub(crate) mod fixture;
mod ingest;
mod reload;
mod sequence;
mod starting;
mod storing;
mod viewing;
