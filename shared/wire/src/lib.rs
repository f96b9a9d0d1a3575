//! The websockets' messages and their versions.
//!
//! [`ingest`] is spoken between a feed and the hub, [`view`] between the hub and a page. Both are
//! JSON text frames. [`plan`] is what is changed over HTTP. Times are RFC 3339 in UTC, ids are as
//! in `twin`.

pub mod ingest;
pub mod plan;
pub mod view;

/// A moment as pages and programs read it: RFC 3339, UTC, e.g. `2031-05-05T04:00:00Z`.
pub type Rfc3339 = String;
