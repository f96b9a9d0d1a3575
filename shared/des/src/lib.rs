//! Event calendar, clock and random streams; has never heard of a factory.
