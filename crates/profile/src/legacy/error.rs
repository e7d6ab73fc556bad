//! Why bytes that start like a legacy profile are none.

use std::fmt;

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
        }
    }
}

impl std::error::Error for LegacyError {}
