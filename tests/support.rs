//! What whole-product tests share: a hub process with a data folder of its own, and a feed.

mod feed;
mod hub;

pub(crate) use feed::Feed;
pub(crate) use hub::{Hub, Key, repository, slipway};

use std::time::Duration;

/// How long anything may take before a test gives up: generous, for a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
