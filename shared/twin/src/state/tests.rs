//! Tests of the fold: what each kind of report means, what is refused, and what always holds.

mod fixture;
mod parts;
mod plants;
mod points;
mod properties;
mod supply;
mod units;
