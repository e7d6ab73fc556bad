//! One step of a walk that trusts nothing. How is a matter of the architecture.

#[cfg_attr(target_arch = "x86_64", path = "interrupted/x86_64.rs")]
#[cfg_attr(target_arch = "aarch64", path = "interrupted/aarch64.rs")]
mod architecture;

pub(crate) use architecture::{Interrupted, learn_code};
