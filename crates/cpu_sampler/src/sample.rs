//! What sampling finds.

/// The highest rate, in samples a second of processor time.
///
/// ```
/// # use heapwise_cpu_sampler::MAX_HZ;
/// let wanted = 5000;
/// assert_eq!(wanted.clamp(1, MAX_HZ), 1000);
/// ```
pub const MAX_HZ: u32 = 1000;

/// The frames of a stack that are kept: the innermost.
pub const MAX_FRAMES: usize = 512;

/// One signal's worth of processor time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample<'a> {
    /// Addresses, innermost first: the interrupted one plus 1, then return addresses. Subtract 1 from
    /// each to resolve it.
    pub frames: &'a [usize],
    /// How many periods the thread has spent since the last one: more than 1 if several ended before
    /// the kernel looked.
    pub weight: u32,
    /// What the function given at the start said in the interrupted thread.
    pub label: u32,
    /// Whether `frames` goes up to the first function of the thread.
    pub is_whole: bool,
}

/// Periods of processor time of which there is no sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Losses {
    /// The ring was full: they came faster than they were drained.
    pub ring_full: u64,
    /// Too many handlers ran at the same time.
    pub handlers: u64,
    /// The kernel sent no signal for them: threads ended before it looked, or hold the signal back.
    pub unseen: u64,
}

/// A thread of this process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Present {
    /// Its number, as the kernel has it.
    pub id: u32,
    /// Its name, at most 15 bytes; empty if it has ended meanwhile.
    pub name: Vec<u8>,
    /// Where it was, as [`Sample::frames`]; nothing if it did not answer in time: it holds back the
    /// signal, or waits in the kernel in a way that signals do not interrupt.
    pub frames: Option<Vec<usize>>,
}
