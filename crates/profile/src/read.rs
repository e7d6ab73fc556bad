//! Which format bytes are in.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};

use crate::gzip::{GunzipError, GunzipLimit, gunzip, is_gzip};
use crate::gzip_pieces::gzip_pieces;
use crate::proto::{decode, encode_pieces};
use crate::{Error, Invalid, LegacyError, Profile, RecordingError, legacy, recording};

/// From how many compressed bytes on it pays to decompress on another thread: about a millisecond.
const LARGE: usize = 256 << 10;

/// How many bytes are compressed at once: with the message that ends beyond them, no more than 256 KiB, to
/// which a growing vector doubles. Several wait for each core.
const PIECE: usize = 240 << 10;

/// Why bytes are not a profile in any format. The text starts with that of the reference; where
/// there is more to say about the place, it follows in parentheses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadError {
    /// There are no bytes.
    Empty,
    /// The bytes start like gzip but cannot be decompressed.
    Gunzip(GunzipError),
    /// Two protobuf profiles in a row.
    Concatenated {
        /// Where the second one has its time, in bytes from the start of the decompressed content.
        at: usize,
    },
    /// No format recognizes the bytes. This is why they are not a protobuf profile.
    Unrecognized(Error),
    /// The bytes start like a legacy format, but go on otherwise.
    Legacy(LegacyError),
    /// The bytes start like the recording of a program, but go on otherwise.
    Recording(RecordingError),
    /// The bytes are a profile that contradicts itself.
    Invalid(Invalid),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("parsing profile: empty input file"),
            Self::Gunzip(error) => write!(f, "decompressing profile: {error}"),
            Self::Concatenated { at } => {
                write!(f, "parsing profile: {}", Error::Concatenated { at: *at })
            }
            Self::Unrecognized(error) => {
                write!(f, "parsing profile: unrecognized profile format (as protobuf: {error})")
            }
            Self::Legacy(error) => write!(f, "parsing profile: {error}"),
            Self::Recording(error) => write!(f, "parsing recording: {error}"),
            Self::Invalid(invalid) => write!(f, "malformed profile: {invalid}"),
        }
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Gunzip(error) => Some(error),
            Self::Unrecognized(error) => Some(error),
            Self::Legacy(error) => Some(error),
            Self::Recording(error) => Some(error),
            Self::Invalid(invalid) => Some(invalid),
            Self::Empty | Self::Concatenated { .. } => None,
        }
    }
}

impl From<Error> for ReadError {
    fn from(error: Error) -> Self {
        match error {
            Error::Invalid(invalid) => Self::Invalid(invalid),
            Error::Concatenated { at } => Self::Concatenated { at },
            other => Self::Unrecognized(other),
        }
    }
}

impl Profile {
    /// Reads a profile of any format, compressed or not, that is no larger decompressed than
    /// [`GunzipLimit::default`] allows.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn read(bytes: &[u8]) -> Result<Self, ReadError> {
        Self::read_within(bytes, GunzipLimit::default())
    }

    /// Reads a profile of any format, compressed or not. Gzip within gzip is not unwrapped.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn read_within(bytes: &[u8], limit: GunzipLimit) -> Result<Self, ReadError> {
        if bytes.len() >= LARGE
            && is_gzip(bytes)
            && let Some(profile) = Self::read_stream(bytes, limit.of(bytes.len() as u64))
        {
            return Ok(profile);
        }
        let content = if is_gzip(bytes) {
            Cow::Owned(gunzip(bytes, limit).map_err(ReadError::Gunzip)?)
        } else {
            Cow::Borrowed(bytes)
        };
        if content.is_empty() {
            return Err(ReadError::Empty);
        }
        if recording::is_recording(&content) {
            return recording::read(&content).map_err(ReadError::Recording);
        }
        match decode(&content) {
            Err(error) => read_legacy(&content, error),
            Ok(profile) => Ok(profile),
        }
    }

    /// Writes the profile as gzip-compressed protobuf, compressed in pieces on all cores.
    ///
    /// # Errors
    ///
    /// What `writer` returns.
    pub fn write_to(&self, writer: impl Write) -> io::Result<()> {
        gzip_pieces(writer, |take| encode_pieces(self, PIECE, take))
    }
}

/// What the bytes are when they are not a protobuf profile for the reason `error`. Bytes that
/// are too many for one would be so for any format. What the reference takes for a broken protobuf
/// profile is not tried in its other formats.
fn read_legacy(content: &[u8], error: Error) -> Result<Profile, ReadError> {
    let refused = ReadError::from(error);
    let legacy = match (error, refused) {
        (Error::TooLarge { .. }, _) => return Err(refused),
        (_, ReadError::Unrecognized(_)) => legacy::decode(content),
        _ => legacy::decode_unknown(content),
    };
    let profile = legacy.map_err(ReadError::Legacy)?.ok_or(refused)?;
    profile.validate().map_err(ReadError::Invalid)?;
    Ok(profile)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_profile::TestProfile;
    use crate::{encode, gzip};

    fn error_text(bytes: &[u8]) -> String {
        Profile::read(bytes).unwrap_err().to_string()
    }

    #[test]
    fn a_profile_is_read_compressed_or_not() {
        let profile = TestProfile::counting().sample(&["f", "g"], &[1]).build();
        let mut zipped = Vec::new();
        profile.write_to(&mut zipped).unwrap();
        for bytes in [encode(&profile), zipped] {
            assert_eq!(encode(&Profile::read(&bytes).unwrap()), encode(&profile));
        }
    }

    #[test]
    fn errors_start_with_the_words_of_the_reference() {
        assert_eq!(error_text(b""), "parsing profile: empty input file");
        let mut nothing = Vec::new();
        gzip(b"", &mut nothing).unwrap();
        assert_eq!(error_text(&nothing), "parsing profile: empty input file");
        assert_eq!(error_text(&nothing[..12]), "decompressing profile: unexpected EOF");
        assert_eq!(
            error_text(b"\x0f"),
            "parsing profile: unrecognized profile format \
             (as protobuf: unknown wire type: 7 (at byte 0))"
        );
        assert_eq!(
            error_text(b"\x48\x05\x48\x05"),
            "parsing profile: concatenated profiles detected (the second has its time at byte 2)"
        );
        assert_eq!(
            error_text(b"\x22\x00\x32\x00"),
            "malformed profile: found location with reserved id=0 (location 0)"
        );
    }

    #[test]
    fn gzip_within_gzip_is_not_unwrapped() {
        let (mut once, mut twice) = (Vec::new(), Vec::new());
        TestProfile::counting().build().write_to(&mut once).unwrap();
        gzip(&once, &mut twice).unwrap();
        assert!(error_text(&twice).starts_with("parsing profile: unrecognized profile format"));
    }
}
