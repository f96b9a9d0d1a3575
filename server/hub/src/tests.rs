//! A whole hub on a port of its own: what feeds are answered.
