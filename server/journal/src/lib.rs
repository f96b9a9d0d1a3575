//! Append, replay and history; the only crate that opens the data directory.
