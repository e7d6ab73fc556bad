//! What one step of a walk finds.

/// What a step found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    /// Where the caller goes on, or one past the address where a signal interrupted it.
    pub return_address: usize,
    /// Where on the stack that was found.
    pub slot: usize,
}

/// What a step found, and what it read to find it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Traced {
    pub frame: Frame,
    /// Where the caller's frame pointer was read; 0 if it is the callee's.
    pub restored_from: usize,
    /// Whether the way depended on the callee's frame pointer.
    pub by_fp: bool,
    /// Whether nothing else was read or asked.
    pub is_plain: bool,
}
