//! Why profiles do not merge.

use std::fmt;

use crate::{Profile, ValueType};

/// The text of a [`ValueType`], to name it outside its profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeName {
    /// What is counted.
    pub kind: Vec<u8>,
    /// The unit.
    pub unit: Vec<u8>,
}

impl TypeName {
    pub(crate) fn new(profile: &Profile, value_type: ValueType) -> Self {
        Self {
            kind: profile.text(value_type.kind).to_vec(),
            unit: profile.text(value_type.unit).to_vec(),
        }
    }
}

impl fmt::Display for TypeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = String::from_utf8_lossy;
        write!(f, "{{{} {}}}", text(&self.kind), text(&self.unit))
    }
}

/// The types that profiles must share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeRole {
    /// What the period counts.
    Period,
    /// What the values count.
    Sample,
}

/// Why profiles do not merge. Profiles count from 0, in the order in which they were given.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MergeError {
    /// There is no profile.
    NoProfile,
    /// No sample type is in all profiles.
    NoCommonSampleType,
    /// A sample type that is twice in one profile and missing in another.
    MissingSampleType {
        /// The profile that misses it.
        profile: usize,
        /// Its name.
        kind: Vec<u8>,
    },
    /// Two types that count different things, or in units that do not convert.
    IncompatibleUnits {
        /// Which types.
        role: TypeRole,
        /// That of an earlier profile.
        expected: TypeName,
        /// The other.
        found: TypeName,
        /// The profile with the other.
        profile: usize,
    },
    /// Types that are not equal.
    IncompatibleTypes {
        /// Which types.
        role: TypeRole,
        /// Those of the first profile.
        expected: Vec<TypeName>,
        /// The others.
        found: Vec<TypeName>,
        /// The profile with the others.
        profile: usize,
    },
    /// The result has more texts, lines, labels or stack entries than 32-bit rows can number.
    TooLarge,
}

impl fmt::Display for MergeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoProfile => f.write_str("no profiles to merge"),
            Self::NoCommonSampleType => f.write_str("profiles have empty common sample type list"),
            Self::MissingSampleType { profile, kind } => {
                let kind = String::from_utf8_lossy(kind);
                write!(f, "{kind:?} sample type is not found in profile (profile {profile})")
            }
            Self::IncompatibleUnits { role, expected, found, profile } => {
                let role = if *role == TypeRole::Period { "period type" } else { "sample types" };
                write!(f, "{role}: incompatible types: {expected} {found} (profile {profile})")
            }
            Self::IncompatibleTypes { role, expected, found, profile } => {
                let role = if *role == TypeRole::Period { "period" } else { "sample" };
                let (expected, found) = (Names(expected), Names(found));
                write!(f, "incompatible {role} types {expected} and {found} (profile {profile})")
            }
            Self::TooLarge => f.write_str("the merged profile would be too large"),
        }
    }
}

impl std::error::Error for MergeError {}

struct Names<'a>(&'a [TypeName]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.0.iter().map(TypeName::to_string).collect();
        f.write_str(&names.join(" "))
    }
}
