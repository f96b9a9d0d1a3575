//! Whole-product tests: everything here talks to the built `slipway` as its users do, except
//! `tidy`, which reads the repository itself.

mod command_line;
mod durability;
mod event_log;
mod feeding;
mod full_disk;
mod simulating;
mod support;
mod tidy;
