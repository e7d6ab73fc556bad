//! gzip, which profiles are wrapped in on disk and over HTTP.

use std::fmt;
use std::io::{self, Read, Write};

use flate2::bufread::MultiGzDecoder;
use flate2::{Compression, GzBuilder};

/// How large the content of a gzip stream may be, so that a small hostile file cannot fill the
/// memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GunzipLimit {
    /// So many bytes are accepted from any stream.
    pub at_least: u64,
    /// Beyond that, so many for each byte of the stream. Profiles compress 3 to 30 times, deflate
    /// by 1,032 times at most.
    pub ratio: u64,
    /// So many bytes are the end from any stream.
    pub at_most: u64,
}

impl Default for GunzipLimit {
    /// 64 MiB from any stream, else 128 times its size, and less than 4 GiB, which is what the
    /// columns of a profile can address. A hostile profile takes up to 14 times its size in memory:
    /// 64 MiB keep a file of a few kilobytes below 1 GiB.
    fn default() -> Self {
        Self { at_least: 64 << 20, ratio: 128, at_most: u64::from(u32::MAX) }
    }
}

impl GunzipLimit {
    /// The largest content, in bytes, of a stream of `compressed` bytes.
    pub fn of(self, compressed: u64) -> u64 {
        compressed.saturating_mul(self.ratio).max(self.at_least).min(self.at_most)
    }
}

/// Why bytes that start like gzip cannot be decompressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GunzipError {
    /// The stream ends within a member.
    UnexpectedEnd,
    /// What follows a member, or starts the stream, is not the header of one.
    InvalidHeader,
    /// The content of a member is not what its checksum was made from.
    InvalidChecksum,
    /// The compressed data make no sense.
    Corrupt,
    /// The content is larger than the limit.
    TooLarge {
        /// The limit, in bytes.
        limit: u64,
    },
}

impl fmt::Display for GunzipError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnexpectedEnd => f.write_str("unexpected EOF"),
            Self::InvalidHeader => f.write_str("gzip: invalid header"),
            Self::InvalidChecksum => f.write_str("gzip: invalid checksum"),
            Self::Corrupt => f.write_str("flate: corrupt input"),
            Self::TooLarge { limit } => {
                write!(f, "the content is larger than {limit} bytes, the limit for this size")
            }
        }
    }
}

impl std::error::Error for GunzipError {}

/// Whether `bytes` start like a gzip stream.
pub fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

/// The content of a gzip stream, all its members one after the other.
///
/// # Errors
///
/// If the stream is cut off or damaged, or its content larger than `limit` allows.
pub fn gunzip(bytes: &[u8], limit: GunzipLimit) -> Result<Vec<u8>, GunzipError> {
    let limit = limit.of(bytes.len() as u64);
    let mut content = Vec::new();
    let mut stream = MultiGzDecoder::new(bytes).take(limit.saturating_add(1));
    stream.read_to_end(&mut content).map_err(|error| reason(&error))?;
    if content.len() as u64 > limit {
        return Err(GunzipError::TooLarge { limit });
    }
    Ok(content)
}

/// flate2 tells its reasons apart by kind, and two of one kind by their text.
fn reason(error: &io::Error) -> GunzipError {
    let text = error.to_string();
    match error.kind() {
        io::ErrorKind::UnexpectedEof => GunzipError::UnexpectedEnd,
        _ if text.contains("header") => GunzipError::InvalidHeader,
        _ if text.contains("checksum") => GunzipError::InvalidChecksum,
        _ => GunzipError::Corrupt,
    }
}

/// The start of a gzip member: deflate, no name, no time, unknown system, as Go has it.
pub(crate) const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// Writes `content` as one gzip member: level 6, no name, no time, unknown system, as Go does.
///
/// # Errors
///
/// What `writer` returns.
pub fn gzip(content: &[u8], writer: impl Write) -> io::Result<()> {
    let header = GzBuilder::new().mtime(0).operating_system(255);
    let mut stream = header.write(writer, Compression::new(6));
    stream.write_all(content)?;
    stream.finish()?.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zipped(content: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        gzip(content, &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn the_header_is_that_of_go() {
        let bytes = zipped(b"content");
        assert_eq!(bytes[..10], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
        assert_eq!(gunzip(&bytes, GunzipLimit::default()), Ok(b"content".to_vec()));
    }

    #[test]
    fn members_follow_one_another() {
        let bytes = [zipped(b"one "), zipped(b""), zipped(b"two")].concat();
        assert_eq!(gunzip(&bytes, GunzipLimit::default()), Ok(b"one two".to_vec()));
    }

    #[test]
    fn damage_has_a_reason() {
        let whole = zipped(b"some content that is long enough to be damaged");
        let size = whole.len();
        let reason = |bytes: &[u8]| gunzip(bytes, GunzipLimit::default()).unwrap_err();
        for cut in 2..size {
            assert_eq!(reason(&whole[..cut]), GunzipError::UnexpectedEnd, "cut at {cut}");
        }
        let mut damaged = whole.clone();
        damaged[size - 8] ^= 1;
        assert_eq!(reason(&damaged), GunzipError::InvalidChecksum);
        damaged = whole.clone();
        damaged[10] = 0xff;
        assert_eq!(reason(&damaged), GunzipError::Corrupt);
        damaged = whole.clone();
        damaged[2] = 7;
        assert_eq!(reason(&damaged), GunzipError::InvalidHeader);
        assert_eq!(reason(&[&whole[..], b"abcdefghijklm"].concat()), GunzipError::InvalidHeader);
        assert_eq!(reason(&[&whole[..], &[0]].concat()), GunzipError::UnexpectedEnd);
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let bomb = zipped(&vec![0; 1 << 20]);
        let limit = GunzipLimit { at_least: 1000, ratio: 10, at_most: u64::MAX };
        let allowed = limit.of(bomb.len() as u64);
        assert!(allowed < 1 << 20);
        assert_eq!(gunzip(&bomb, limit), Err(GunzipError::TooLarge { limit: allowed }));
        let enough = GunzipLimit { at_least: 1 << 20, ..limit };
        assert_eq!(gunzip(&bomb, enough).map(|content| content.len()), Ok(1 << 20));
    }
}
