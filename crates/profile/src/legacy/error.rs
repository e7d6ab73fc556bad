//! Why bytes that start like a legacy profile are none.

use std::fmt;

use super::json::JsonError;

/// Why bytes of a legacy format cannot be decoded. Lines count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LegacyError {
    /// A line of a count profile that is neither a sample nor a comment.
    MalformedLine {
        /// The line.
        line: usize,
    },
    /// A line that is too long for a text format.
    LineTooLong {
        /// The line, which has 64 KiB or more.
        line: usize,
    },
    /// A line of a heap profile that is not a sample.
    NotASample {
        /// The line.
        line: usize,
    },
    /// A number that does not fit into 64 bits.
    NumberTooLarge {
        /// The line that holds it.
        line: usize,
    },
    /// An address that does not fit into 64 bits.
    AddressTooLarge {
        /// The line that holds it.
        line: usize,
    },
    /// Bytes in no blocks.
    BytesWithoutBlocks {
        /// The line of the sample.
        line: usize,
        /// Whether these are allocated bytes rather than bytes in use.
        allocated: bool,
        /// How many bytes.
        bytes: i64,
    },
    /// A sample of a Java heap profile that counts no block.
    ZeroCount {
        /// The line of the sample.
        line: usize,
    },
    /// An attribute of a Java profile whose value is not a number.
    BadAttribute {
        /// The line of the attribute.
        line: usize,
    },
    /// A Java profile with samples that never said what they count.
    MissingSampleTypes {
        /// The line of the first sample.
        line: usize,
    },
    /// Text that is not the JSON of a DHAT profile.
    BadJson {
        /// The byte, from 0.
        at: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// A DHAT profile of a version of the format that is not known.
    UnknownDhatVersion {
        /// The version.
        version: i64,
    },
    /// A part of a DHAT profile without one of its members.
    MissingField {
        /// The name of the member, or of several of which one is missing.
        field: &'static str,
        /// The byte at which the part ends, from 0.
        at: usize,
    },
    /// A stack of a DHAT profile that refers to a frame past the end of their table.
    UnknownFrame {
        /// The row of the stack, from 0.
        stack: usize,
        /// The index of the frame.
        frame: u32,
        /// How many frames there are.
        frames: usize,
    },
}

impl From<JsonError> for LegacyError {
    fn from(JsonError { at, expected }: JsonError) -> Self {
        Self::BadJson { at, expected }
    }
}

impl fmt::Display for LegacyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::MalformedLine { line } => write!(f, "malformed profile format (line {line})"),
            Self::LineTooLong { line } => {
                write!(f, "token too long (line {line} has 64 KiB or more)")
            }
            Self::NotASample { line } => {
                write!(f, "unexpected number of sample values: got 0, want 6 (line {line})")
            }
            Self::NumberTooLarge { line } => {
                write!(f, "malformed sample: value out of range (line {line})")
            }
            Self::AddressTooLarge { line } => {
                write!(f, "malformed sample: address over 64 bits (line {line})")
            }
            Self::BytesWithoutBlocks { line, allocated, bytes } => {
                let kind = if allocated { "allocation" } else { "inuse" };
                write!(f, "{kind} count was 0 but {kind} bytes was {bytes} (line {line})")
            }
            Self::ZeroCount { line } => {
                write!(f, "parsing sample: second value must be non-zero (line {line})")
            }
            Self::BadAttribute { line } => {
                write!(f, "failed to parse attribute: not a number (line {line})")
            }
            Self::MissingSampleTypes { line } => {
                write!(f, "missing sample type information (sample at line {line})")
            }
            Self::BadJson { at, expected } => {
                write!(f, "malformed DHAT profile: expected {expected} (at byte {at})")
            }
            Self::UnknownDhatVersion { version } => {
                write!(f, "DHAT profile of version {version}: only version 2 is known")
            }
            Self::MissingField { field, at } => {
                write!(f, "malformed DHAT profile: {field} missing (before byte {at})")
            }
            Self::UnknownFrame { stack, frame, frames } => {
                write!(
                    f,
                    "malformed DHAT profile: stack {stack} refers to frame {frame} of {frames}"
                )
            }
        }
    }
}

impl std::error::Error for LegacyError {}
