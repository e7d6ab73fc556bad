//! Linux on x86_64 and aarch64. From the top: what others call; the handler; what it reads and fills; the
//! kernel.

mod roll_call;
mod session;

mod disposition;
mod handler;

mod cause;
mod record;
mod ring;
mod scratch;
mod threads;

mod owner;
mod system;
mod timer;

pub use disposition::without_signals;
pub use roll_call::roll_call;
pub use session::Session;
