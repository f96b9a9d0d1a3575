//! A production network as a des model; emits the same reports as a feed.
