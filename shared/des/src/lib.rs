//! Event calendar, clock and random streams; has never heard of a factory.
//!
//! A caller owns a [`Calendar`] of its own event type, takes events from it in a total order, and
//! schedules more. Chance comes from [`Streams`], one named stream per source, through a
//! [`Distribution`]. The same seed gives the same run to the last bit, natively and in wasm: time
//! is an integer, ties are ordered, and transcendental functions come from `libm` only.
//!
//! Nothing here reads a clock, starts a thread or allocates per event once a run is in its stride.
//!
//! # Example
//! One server with exponential work, saturated for an hour:
//!
//! ```
//! use des::{Calendar, Distribution, Priority, ScheduleError, Streams, Time};
//!
//! struct Finished;
//!
//! let work_micros = Distribution::exponential(60e6)?; // one minute
//! let mut stream = Streams::new(42).stream(0, "server", "work");
//! let mut calendar = Calendar::new(Time::ZERO);
//! let mut done = 0_u32;
//!
//! calendar.schedule(Time::ZERO, Priority::NORMAL, Finished)?;
//! calendar.run_until(Time::from_secs(3600), |calendar, now, Finished| {
//!     done += 1;
//!     let at = now.after_micros(work_micros.sample(&mut stream));
//!     calendar.schedule(at, Priority::NORMAL, Finished)?;
//!     Ok::<(), ScheduleError>(())
//! })?;
//!
//! assert_eq!(calendar.now(), Time::from_secs(3600));
//! assert!((30..90).contains(&done));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod calendar;
mod distribution;
mod normal;
mod snapshot;
mod stream;
mod time;

pub use calendar::{Calendar, EventKey, PENDING_LIMIT, Priority, SavedKeys, ScheduleError};
pub use distribution::{Distribution, DistributionError, EMPIRICAL_LIMIT};
pub use snapshot::{
    EVENT_BYTES_LIMIT, RestoreError, Restored, STREAM_LIMIT, STREAM_NAME_LIMIT, SaveError, restore,
    save,
};
pub use stream::{STATE_BYTES, StateError, Stream, Streams};
pub use time::Time;
