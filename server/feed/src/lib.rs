//! Plays a feed over a real websocket: a simulation or a recorded file.
