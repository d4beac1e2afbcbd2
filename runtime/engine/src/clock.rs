//! The one place that reads clocks.
#![allow(clippy::disallowed_methods)]

use std::time::Instant;

use jiff::{Timestamp, ZonedDateTime};

/// Time since a moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock(Instant);

impl Clock {
    /// Starts now.
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// Seconds since the start.
    pub(crate) fn seconds(self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}

/// The date and time, as `2026-11-29T18:34:12.5Z`.
pub(crate) fn timestamp() -> String {
    Timestamp::now().round(jiff::Unit::Millisecond).unwrap_or_else(|_| Timestamp::now()).to_string()
}

/// The date and time here, as names of folders have it: `20261129-183412`.
pub(crate) fn folder_time() -> String {
    ZonedDateTime::now().strftime("%Y%m%d-%H%M%S").to_string()
}

/// Processor time of this process, of all its threads.
pub(crate) fn cpu_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}
