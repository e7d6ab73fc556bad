//! Local time zones, as files of our own: the test does not depend on which ones a system has.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// The local time zone of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Zone {
    /// Coordinated universal time.
    Utc,
    /// One hour east of it, two in summer, with abbreviations.
    Central,
    /// Three and a half hours west of it; abbreviated by its offset, as the system does for zones
    /// that have no name.
    Nameless,
}

impl Zone {
    const ALL: [Self; 3] = [Self::Utc, Self::Central, Self::Nameless];

    /// The file of this zone.
    pub fn file(self, scratch: &Path) -> PathBuf {
        scratch.join("zones").join(format!("{self:?}"))
    }

    /// The rule as the standard for `TZ` writes it, and what held before any rule: seconds east and
    /// abbreviation.
    fn rule(self) -> (&'static str, i32, &'static [u8]) {
        match self {
            Self::Utc => ("UTC0", 0, b"UTC\0"),
            Self::Central => ("CET-1CEST,M3.5.0,M10.5.0/3", 3600, b"CET\0"),
            Self::Nameless => ("<-0330>3:30", -12_600, b"-0330\0"),
        }
    }

    /// A file of time zone information, version 2: header, one type, its abbreviation, twice; then the
    /// rule.
    fn bytes(self) -> Vec<u8> {
        let (rule, offset, name) = self.rule();
        let counts = [0, 0, 0, 0, 1, name.len() as u32].map(u32::to_be_bytes).concat();
        let half =
            [&b"TZif2"[..], &[0; 15], &counts, &offset.to_be_bytes(), &[0, 0], name].concat();
        [&half[..], &half, b"\n", rule.as_bytes(), b"\n"].concat()
    }
}

/// Writes the files of all zones.
///
/// # Errors
/// When the folder cannot be written.
pub fn write(scratch: &Path) -> io::Result<()> {
    fs::create_dir_all(scratch.join("zones"))?;
    Zone::ALL.into_iter().try_for_each(|zone| fs::write(zone.file(scratch), zone.bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_one_type_and_a_rule() {
        let bytes = Zone::Nameless.bytes();
        assert_eq!(&bytes[..5], b"TZif2");
        assert_eq!(bytes[44..48], (-12_600_i32).to_be_bytes());
        assert_eq!(bytes.len(), 2 * (44 + 6 + 6) + "\n<-0330>3:30\n".len());
    }
}
