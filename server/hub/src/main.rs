//! The command `slipway`.
fn main() {}
