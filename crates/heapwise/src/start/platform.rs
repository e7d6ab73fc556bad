//! Where nothing is recorded, nothing begins.

use std::io;
use std::sync::Arc;

use super::ending::Run;

/// Nothing is watched.
#[derive(Debug)]
pub enum Watch {}

impl Watch {
    /// Does not begin.
    pub fn begin(_: &Arc<Run>) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// No signal is blocked.
#[derive(Debug)]
pub struct Blocked(());

impl Blocked {
    /// Blocks none.
    pub fn all() -> Self {
        Self(())
    }
}

/// Whether a signal is ending the program.
pub fn is_ending() -> bool {
    false
}

/// Prepares for nothing.
pub fn prepare_exits() {}
