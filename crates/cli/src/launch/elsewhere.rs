//! Systems on which no program is profiled from outside.

use std::process::ExitCode;

use anyhow::{Result, bail};

use super::request::Request;

/// Says so.
///
/// # Errors
/// Always.
pub fn launch(_: &Request) -> Result<ExitCode> {
    bail!(
        "heapwise run is for Linux. A Rust program can profile itself: heapwise::start() of the library"
    )
}
