//! A whole hub on a port of its own: what feeds are answered.

mod alarms;
mod attacks;
mod bad_frames;
mod connections;
pub(crate) mod fixture;
mod http;
mod identity;
mod ingest;
mod leaks;
mod past;
mod plan;
mod policies;
mod reload;
mod sequence;
mod sharing;
mod signals;
mod starting;
mod storing;
mod supplier;
mod suppliers;
mod tls;
mod viewing;
