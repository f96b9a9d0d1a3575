//! A whole hub on a port of its own: what feeds are answered.

mod bad_frames;
mod fixture;
mod ingest;
mod sequence;
mod starting;
mod storing;
