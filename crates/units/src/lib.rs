//! Values with units: scaling, choosing, formatting.
//!
//! ```text
//! value + unit -> scale -> number + unit -> label -> "5.50MB"
//! ```
//!
//! A unit is text, and text of a profile is bytes: every name here is `&[u8]`. The crate knows
//! nothing of profiles.
#![forbid(unsafe_code)]

mod decimal;
mod duration;
mod family;
mod percentage;
mod scale;
mod truncate;

pub use duration::duration;
pub use percentage::percentage;
pub use scale::{Scaled, conversion, is_time, label, ladder, scale};
pub use truncate::truncate;

/// The unit to ask [`scale`] for when each value is to choose its own.
pub const AUTO: &[u8] = b"auto";

/// The unit to ask for when a report is to choose one unit for all its values; [`scale`] takes it
/// as [`AUTO`].
pub const MINIMUM: &[u8] = b"minimum";
