//! The server and the command slipway: an I/O-free core and a tokio shell around it.
