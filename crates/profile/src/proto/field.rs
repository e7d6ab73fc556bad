//! The field numbers of profile.proto (its public schema), a module a message.

/// The whole profile.
pub mod profile {
    pub const SAMPLE_TYPE: u64 = 1;
    pub const SAMPLE: u64 = 2;
    pub const MAPPING: u64 = 3;
    pub const LOCATION: u64 = 4;
    pub const FUNCTION: u64 = 5;
    pub const STRING_TABLE: u64 = 6;
    pub const DROP_FRAMES: u64 = 7;
    pub const KEEP_FRAMES: u64 = 8;
    pub const TIME_NANOS: u64 = 9;
    pub const DURATION_NANOS: u64 = 10;
    pub const PERIOD_TYPE: u64 = 11;
    pub const PERIOD: u64 = 12;
    pub const COMMENT: u64 = 13;
    pub const DEFAULT_SAMPLE_TYPE: u64 = 14;
    pub const DOC_URL: u64 = 15;
}

/// What values count, and in which unit.
pub mod value_type {
    pub const TYPE: u64 = 1;
    pub const UNIT: u64 = 2;
}

/// A stack with values and labels.
pub mod sample {
    pub const LOCATION_ID: u64 = 1;
    pub const VALUE: u64 = 2;
    pub const LABEL: u64 = 3;
}

/// A key with a text or a number.
pub mod label {
    pub const KEY: u64 = 1;
    pub const STR: u64 = 2;
    pub const NUM: u64 = 3;
    pub const NUM_UNIT: u64 = 4;
}

/// A range of addresses backed by a file.
pub mod mapping {
    pub const ID: u64 = 1;
    pub const MEMORY_START: u64 = 2;
    pub const MEMORY_LIMIT: u64 = 3;
    pub const FILE_OFFSET: u64 = 4;
    pub const FILENAME: u64 = 5;
    pub const BUILD_ID: u64 = 6;
    pub const HAS_FUNCTIONS: u64 = 7;
    pub const HAS_FILENAMES: u64 = 8;
    pub const HAS_LINE_NUMBERS: u64 = 9;
    pub const HAS_INLINE_FRAMES: u64 = 10;
}

/// An address with its lines.
pub mod location {
    pub const ID: u64 = 1;
    pub const MAPPING_ID: u64 = 2;
    pub const ADDRESS: u64 = 3;
    pub const LINE: u64 = 4;
    pub const IS_FOLDED: u64 = 5;
}

/// A function and a position in its source.
pub mod line {
    pub const FUNCTION_ID: u64 = 1;
    pub const LINE: u64 = 2;
    pub const COLUMN: u64 = 3;
}

/// A function.
pub mod function {
    pub const ID: u64 = 1;
    pub const NAME: u64 = 2;
    pub const SYSTEM_NAME: u64 = 3;
    pub const FILENAME: u64 = 4;
    pub const START_LINE: u64 = 5;
}
