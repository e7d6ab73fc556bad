//! Why bytes that start like a recording are none.

use std::fmt;

/// Why a recording cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordingError {
    /// The file ends early.
    Truncated {
        /// Where it ends.
        at: usize,
        /// How many bytes it should have at least.
        wanted: usize,
    },
    /// A version of the format that is not known.
    Version {
        /// Which.
        version: u32,
    },
    /// A size that this format does not have.
    Sizes {
        /// Where it stands.
        at: usize,
    },
    /// An extent that there cannot be.
    Extent {
        /// Its number.
        extent: usize,
    },
    /// A table with more rows than its extents hold.
    Rows {
        /// Where their number stands.
        at: usize,
        /// Their number.
        rows: u64,
        /// How many there is room for.
        room: usize,
    },
    /// A part of a table that no extent holds.
    Missing {
        /// Its number.
        piece: usize,
    },
    /// A frame that was not called by one that was recorded before it.
    Caller {
        /// The number of the frame.
        frame: usize,
        /// That of its caller.
        caller: u32,
    },
    /// A stack of more frames than are recorded, or the one with which all together have too many.
    TooDeep {
        /// Its number.
        stack: u32,
    },
    /// A label set that was not recorded, or is none.
    Labels {
        /// Its number.
        set: u32,
    },
    /// A mapping that goes beyond the list.
    Mappings,
}

impl fmt::Display for RecordingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated { at, wanted } => {
                write!(f, "the file ends at byte {at} and should have {wanted} bytes or more")
            }
            Self::Version { version } => {
                write!(f, "version {version} of the format is not known: 1 and 2 are")
            }
            Self::Sizes { at } => write!(f, "a size of another format (at byte {at})"),
            Self::Extent { extent } => write!(f, "extent {extent} is out of place"),
            Self::Rows { at, rows, room } => {
                write!(f, "{rows} rows in room for {room} (number at byte {at})")
            }
            Self::Missing { piece } => write!(f, "piece {piece} of a table is not there"),
            Self::Caller { frame, caller } => {
                write!(
                    f,
                    "frame {frame} is called by frame {caller}, which does not come before it"
                )
            }
            Self::TooDeep { stack } => write!(f, "too many frames (stack {stack})"),
            Self::Labels { set } => write!(f, "label set {set} is not there"),
            Self::Mappings => f.write_str("the list of mappings is cut short"),
        }
    }
}

impl std::error::Error for RecordingError {}
