//! What the ring is made of. `tests/ring_model.rs` puts another file in place of this one, which tries every order of
//! events.

#[cfg_attr(not(target_os = "linux"), allow(unused_imports, reason = "only Linux has a ring"))]
pub use std::sync::atomic::AtomicU64;
