//! Why bytes are not a profile, and where.

use std::fmt;

/// Why bytes cannot be decoded as profile.proto. Offsets count bytes from the first one after
/// decompression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// A value, or the length that a field announces, goes past the end of the message it is in.
    Truncated {
        /// Where the value starts.
        at: usize,
        /// How many bytes it needs there.
        wanted: u64,
    },
    /// A variable-length integer does not end within ten bytes.
    VarintTooLong {
        /// Where it starts.
        at: usize,
    },
    /// A wire type that the format does not define, or a group, which it no longer does.
    UnknownWireType {
        /// Where the tag of the field starts.
        at: usize,
        /// The wire type, 0 to 7.
        wire_type: u8,
    },
    /// A field that the format knows, in a wire type that it cannot have.
    TypeMismatch {
        /// Where the tag of the field starts.
        at: usize,
        /// The number of the field in its message.
        field: u64,
    },
    /// A second time of collection after one that is not 0: two profiles in a row.
    Concatenated {
        /// Where the second time stands.
        at: usize,
    },
    /// The first row of the string table is not the empty string.
    FirstStringNotEmpty,
    /// An index into the string table that is outside it.
    StringOutOfRange {
        /// Where the index stands.
        at: usize,
        /// The index.
        index: u64,
        /// How many rows the table has.
        strings: usize,
    },
    /// More bytes than the columns of a profile can address.
    TooLarge {
        /// How many bytes there are; fewer than 4 GiB can be decoded.
        bytes: usize,
    },
    /// The bytes decode, but what they say contradicts itself.
    Invalid(Invalid),
}

/// Why a profile contradicts itself. Rows count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Invalid {
    /// There are samples, but no sample type says what their values mean.
    MissingSampleTypes {
        /// How many samples there are.
        samples: usize,
    },
    /// A sample does not have one value for each sample type.
    ValueCount {
        /// The row of the sample.
        sample: usize,
        /// How many values it has.
        values: usize,
        /// How many sample types there are.
        types: usize,
    },
    /// A sample refers to a location that the profile does not define.
    UnknownLocation {
        /// The row of the sample.
        sample: usize,
        /// The id of the location on the wire; its row, in a profile that was built in memory.
        id: u64,
    },
    /// Rows of a table whose id is 0, which means "none".
    ReservedId {
        /// The table.
        table: TableName,
        /// The row.
        row: usize,
    },
    /// Two rows of a table with one id.
    DuplicateId {
        /// The table.
        table: TableName,
        /// The row of the second.
        row: usize,
        /// The id.
        id: u64,
    },
    /// A location has a line whose function the profile does not define.
    UnknownFunction {
        /// The id of the location.
        location: u64,
        /// Which of its lines, from 0, innermost first.
        line: usize,
        /// The id of the function on the wire; its row, in a profile that was built in memory.
        id: u64,
    },
    /// A location refers to a row past the end of the table of mappings.
    InconsistentMapping {
        /// The id of the location.
        location: u64,
        /// The row of the mapping.
        row: usize,
    },
    /// Something refers to a row past the end of the string table.
    InconsistentText {
        /// The table that holds the reference; nothing if it is the header.
        table: Option<TableName>,
        /// The row that it refers to.
        row: usize,
    },
}

/// The tables that errors name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableName {
    /// The samples.
    Samples,
    /// The mappings.
    Mappings,
    /// The functions.
    Functions,
    /// The locations.
    Locations,
}

impl TableName {
    fn singular(self) -> &'static str {
        match self {
            Self::Samples => "sample",
            Self::Mappings => "mapping",
            Self::Functions => "function",
            Self::Locations => "location",
        }
    }

    fn reserved(self) -> &'static str {
        if self == Self::Locations { "reserved id=0" } else { "reserved ID=0" }
    }
}

impl From<Invalid> for Error {
    fn from(invalid: Invalid) -> Self {
        Self::Invalid(invalid)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Truncated { at, wanted } => {
                write!(f, "not enough data (byte {at} starts a value of {wanted} bytes)")
            }
            Self::VarintTooLong { at } => {
                write!(f, "bad varint (no end within ten bytes from byte {at})")
            }
            Self::UnknownWireType { at, wire_type } => {
                write!(f, "unknown wire type: {wire_type} (at byte {at})")
            }
            Self::TypeMismatch { at, field } => {
                write!(f, "type mismatch (field {field} at byte {at})")
            }
            Self::Concatenated { at } => {
                write!(f, "concatenated profiles detected (the second has its time at byte {at})")
            }
            Self::FirstStringNotEmpty => f.write_str("string_table[0] is not the empty string"),
            Self::StringOutOfRange { at, index, strings } => {
                write!(f, "byte {at} refers to string {index} of a table of {strings}")
            }
            Self::TooLarge { bytes } => {
                write!(f, "{bytes} bytes are too many: a profile is smaller than 4 GiB")
            }
            Self::Invalid(invalid) => write!(f, "malformed profile: {invalid}"),
        }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::MissingSampleTypes { samples } => {
                write!(f, "missing sample type information ({samples} samples)")
            }
            Self::ValueCount { sample, values, types } => {
                write!(f, "mismatch: sample has {values} values vs. {types} types")?;
                write!(f, " (sample {sample})")
            }
            Self::UnknownLocation { sample, id } => {
                write!(f, "sample has nil location (sample {sample}, location id {id})")
            }
            Self::ReservedId { table, row } => {
                write!(f, "found {0} with {1} ({0} {row})", table.singular(), table.reserved())
            }
            Self::DuplicateId { table, row, id } => {
                write!(f, "multiple {0}s with same id: {id} ({0} {row})", table.singular())
            }
            Self::UnknownFunction { location, line, id } => {
                write!(f, "location id: {location} has a line with nil function")?;
                write!(f, " (line {line}, function id {id})")
            }
            Self::InconsistentMapping { location, row } => {
                write!(f, "inconsistent mapping (location id {location}, mapping {row})")
            }
            Self::InconsistentText { table, row } => {
                let holder = table.map_or("header", TableName::singular);
                write!(f, "inconsistent text ({holder}, string {row})")
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        if let Self::Invalid(invalid) = self { Some(invalid) } else { None }
    }
}

impl std::error::Error for Invalid {}
