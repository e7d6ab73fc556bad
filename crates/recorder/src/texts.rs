//! What a recording is told.

/// What a recording says of its process besides what was recorded.
#[derive(Clone, Copy, Debug)]
pub struct Texts<'a> {
    /// The path of the main binary.
    pub main: &'a [u8],
    /// A regular expression over the names of functions that reports leave out.
    pub drop_frames: &'a [u8],
    /// Nanoseconds since 1970.
    pub now: u64,
}
