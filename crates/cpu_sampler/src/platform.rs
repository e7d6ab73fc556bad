//! Where threads are not sampled: everything says so.

use std::time::Duration;

use crate::{Error, Losses, Present, Sample};

/// As on Linux, where there is one.
#[derive(Debug)]
pub enum Session {}

impl Session {
    /// As on Linux.
    ///
    /// # Errors
    /// Always.
    pub fn begin(_: u32, _: fn() -> u32) -> Result<Self, Error> {
        Err(Error::Unsupported)
    }

    /// As on Linux.
    pub fn period(&self) -> Duration {
        match *self {}
    }

    /// As on Linux.
    pub fn is_foreign(&self) -> bool {
        match *self {}
    }

    /// As on Linux.
    pub fn tend(&mut self) {
        match *self {}
    }

    /// As on Linux.
    pub fn drain(&mut self, _: &mut dyn FnMut(&Sample<'_>)) {
        match *self {}
    }

    /// As on Linux.
    pub fn end(self, _: &mut dyn FnMut(&Sample<'_>)) -> Losses {
        match self {}
    }
}

/// As on Linux.
///
/// # Errors
/// Always.
pub fn roll_call(_: Duration) -> Result<Vec<Present>, Error> {
    Err(Error::Unsupported)
}

/// As on Linux.
pub fn without_signals<T>(work: impl FnOnce() -> T) -> T {
    work()
}
