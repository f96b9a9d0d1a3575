//! Models whose values are known exactly, each held to within 3.3 standard errors.

mod families;
mod rows;
