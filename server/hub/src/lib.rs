//! The server and the command slipway: an I/O-free core and a tokio shell around it.
//!
//! Reading order: [`cli`] says what can be asked of the program; `serve` wires a hub; `ingest`
//! speaks with feeds; `run` is the one loop that owns the core; `core` judges, without any
//! input or output; `store` is the thread that makes rows durable.

#[macro_use]
mod said;

mod api;
mod board;
pub mod cli;
mod clock;
mod connections;
mod core;
mod demo;
mod embedded;
mod expected;
mod gate;
mod health;
mod identity;
mod ingest;
mod limits;
mod pages;
mod plants;
pub mod policy;
mod refold;
mod refusal;
mod router;
mod run;
mod serve;
mod shared;
mod sharing;
mod store;
mod supplier;
mod tls;
mod view;

#[cfg(test)]
#[path = "../../../tests/oracle.rs"]
mod oracle;
#[cfg(test)]
mod tests;
