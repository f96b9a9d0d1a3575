//! Builds the viewer.
fn main() {}
