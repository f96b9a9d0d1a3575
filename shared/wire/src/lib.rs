//! The websockets' messages and their versions.
