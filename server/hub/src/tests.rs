//! A whole hub on a port of its own: what feeds are answered.

mod bad_frames;
mod connections;
pub(crate) mod fixture;
mod http;
mod ingest;
mod past;
mod plan;
mod reload;
mod sequence;
mod signals;
mod starting;
mod storing;
mod suppliers;
mod viewing;
