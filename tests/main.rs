//! Whole-product tests: everything here talks to the built `slipway` as its users do, except
//! `tidy`, which reads the repository itself.

mod tidy;
