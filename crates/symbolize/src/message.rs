//! What a user should know about the names of a profile.

use std::fmt;

/// Something that went otherwise than hoped. None of these ends the work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// A word of `-symbolize` is not known.
    UnknownOption {
        /// The whole value.
        value: String,
    },
    /// The first mapping has no file name.
    MainBinaryUnknown,
    /// A file cannot be used.
    Failed {
        /// The file's name without folders.
        file: String,
        /// The build id of the mapping; empty if it has none.
        build_id: String,
        /// Why.
        reason: String,
    },
    /// Files of mappings could not be found.
    BinariesMissing,
    /// Debug information of a file lies in others that are not here.
    UnitsMissing {
        /// The file's name without folders.
        file: String,
        /// How many are missing.
        count: usize,
        /// The first of them.
        first: String,
    },
    /// A file in the search path is of another build than the profile.
    OtherBuild {
        /// The file.
        file: String,
        /// The build id of the mapping.
        wanted: String,
        /// The build id of the file; empty if it has none.
        found: String,
    },
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownOption { value } => write!(
                f,
                "ignoring unrecognized symbolization option: {value}\n\
                 expecting -symbolize=[local|fastlocal|remote|none][:force]\
                 [:demangle=[none|full|templates|default]"
            ),
            Self::MainBinaryUnknown => f.write_str("Main binary filename not available."),
            Self::Failed { file, build_id, reason } if build_id.is_empty() => {
                write!(f, "Local symbolization failed for {file}: {reason}")
            }
            Self::Failed { file, build_id, reason } => {
                write!(f, "Local symbolization failed for {file} (build ID {build_id}): {reason}")
            }
            Self::BinariesMissing => f.write_str(
                "Some binary filenames not available. Symbolization may be incomplete.\n\
                 Try setting PPROF_BINARY_PATH to the search path for local binaries.",
            ),
            Self::UnitsMissing { file, count, first } => write!(
                f,
                "Debug information of {file} is split, and {count} of its .dwo files cannot be found \
                 (first: {first}): inlined calls have no names.\n\
                 Keep them, or pack them into {file}.dwp beside it (dwp -e {file} -o {file}.dwp)."
            ),
            Self::OtherBuild { file, wanted, found } => {
                write!(f, "Ignoring local file {file}: build-id mismatch ({wanted} != {found})")
            }
        }
    }
}
