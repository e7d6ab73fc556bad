//! What may be asked for, and the interval of who asks for none.

/// Mean bytes between samples unless the program says otherwise: Go's default.
pub const DEFAULT_INTERVAL: u64 = 512 << 10;
/// The largest mean distance, in bytes (1 TiB): weights stay far below what they can say.
pub const MAX_INTERVAL: u64 = 1 << 40;

/// The most labels of a set.
pub const MAX_LABELS: usize = 8;
/// The most bytes of a key, of which there must be one.
pub const MAX_KEY_BYTES: usize = 64;
/// The most bytes of a value.
pub const MAX_VALUE_BYTES: usize = 256;
/// The most label sets.
pub const MAX_LABEL_SETS: usize = 1 << 14;
/// The most bytes of all sets together.
pub const LABEL_BYTES: usize = 2 << 20;
