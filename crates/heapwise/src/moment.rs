//! The process at a moment: the time, and where its code is.

use std::time::{SystemTime, UNIX_EPOCH};

use heapwise_profile::CodeFile;
use heapwise_recorder as recorder;

/// What a profile says of its process besides what was recorded.
pub struct Moment {
    /// Nanoseconds since 1970.
    pub time_nanos: i64,
    /// The main binary's first, the rest in order of addresses.
    pub mappings: Vec<CodeFile>,
}

impl Moment {
    /// The time and the mappings of now.
    pub fn now() -> Result<Self, recorder::MappingsError> {
        let mut mappings = Vec::new();
        recorder::mappings(&mut |mapping| mappings.push(code_file(mapping)))?;
        let main = main_file();
        mappings.sort_by_key(|file| file.path != main);
        Ok(Self { time_nanos: time_nanos(), mappings })
    }
}

/// Nanoseconds since 1970.
pub fn time_nanos() -> i64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_1970.as_nanos()).unwrap_or(0)
}

/// The path of the main binary, also where it was deleted meanwhile; empty if it cannot be known.
pub fn main_file() -> Vec<u8> {
    let path = std::env::current_exe().unwrap_or_default().into_os_string().into_encoded_bytes();
    path.strip_suffix(b" (deleted)").map(<[u8]>::to_vec).unwrap_or(path)
}

fn code_file(mapping: &recorder::Mapping<'_>) -> CodeFile {
    CodeFile {
        start: mapping.start,
        limit: mapping.limit,
        offset: mapping.file_offset,
        path: mapping.path.to_vec(),
        build_id: mapping.build_id.to_vec(),
    }
}
