//! Methods against published figures and known truths; chance is real, seeds are fixed.

mod choosing;
mod going_on;
mod intervals;
mod models;
mod plants;
mod running;
mod warming;
