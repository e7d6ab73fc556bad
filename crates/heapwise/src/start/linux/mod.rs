//! What ends a program on Linux.

mod exits;
mod signals;

pub use exits::prepare as prepare_exits;
pub use signals::{Blocked, Watch, is_ending};
