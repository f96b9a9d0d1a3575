//! Seeds and crashes in one thread: core and journal, no sockets.
