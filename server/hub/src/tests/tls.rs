//! TLS of the hub's own, and feeds that come with a certificate: which one opens what, and which
//! opens nothing.

mod authority;
mod feeds;
mod handshakes;
