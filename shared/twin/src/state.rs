//! Placeholder until the fold lands.
