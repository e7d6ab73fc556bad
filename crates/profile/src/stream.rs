//! Large profiles: one thread decompresses while another decodes, and neither keeps the bytes.
//!
//! ```text
//! compressed bytes -> gunzip -> pieces -> decode -> Profile
//!                     a thread            this thread
//! ```

use std::io::{BufReader, Read};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

use flate2::bufread::MultiGzDecoder;

use crate::Profile;
use crate::proto::PieceDecoder;

/// How many bytes go from one thread to the other at once: few enough to stay in a core's cache.
const PIECE: usize = 128 << 10;

/// How many pieces may wait to be decoded.
const WAITING: usize = 3;

/// How many compressed bytes are read at once.
const BUFFER: usize = 128 << 10;

impl Profile {
    /// Reads a gzip-compressed protobuf profile whose content is at most `limit` bytes.
    ///
    /// Neither the compressed nor the decompressed bytes are in memory at any time, and both cores of
    /// two are busy: this is for large profiles, of which a small one would not even pay for the
    /// thread. It does not say what is wrong with anything that is not one: [`Profile::read_within`]
    /// does, which reads other formats too.
    pub fn read_stream(source: impl Read + Send, limit: u64) -> Option<Self> {
        thread::scope(|scope| {
            let (full, pieces) = sync_channel(WAITING);
            let (used, spare) = channel();
            let gunzip = move || Gunzip { full, spare, left: limit }.run(source);
            let gunzip = thread::Builder::new().spawn_scoped(scope, gunzip).ok()?;
            let profile = decode(&pieces, &used);
            // Gunzip does not wait for a receiver that is gone.
            drop(pieces);
            gunzip.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            profile
        })
    }
}

/// The side that decompresses.
struct Gunzip {
    full: SyncSender<Vec<u8>>,
    /// Pieces that are decoded, to be filled again.
    spare: Receiver<Vec<u8>>,
    /// How many more bytes the content may have.
    left: u64,
}

impl Gunzip {
    /// Sends all of the content; nothing if that cannot be.
    fn run(mut self, source: impl Read) -> Option<()> {
        let mut stream = MultiGzDecoder::new(BufReader::with_capacity(BUFFER, source));
        loop {
            let mut piece = self.spare.try_recv().unwrap_or_default();
            piece.resize(PIECE, 0);
            let length = fill(&mut stream, &mut piece)?;
            piece.truncate(length);
            self.left = self.left.checked_sub(length as u64)?;
            self.full.send(piece).ok()?;
            if length < PIECE {
                return Some(());
            }
        }
    }
}

/// Reads until `piece` is full or the stream ends. How many bytes it read.
fn fill(stream: &mut impl Read, piece: &mut [u8]) -> Option<usize> {
    let mut length = 0;
    while length < piece.len() {
        match stream.read(&mut piece[length..]).ok()? {
            0 => break,
            read => length += read,
        }
    }
    Some(length)
}

/// The side that decodes.
fn decode(pieces: &Receiver<Vec<u8>>, used: &Sender<Vec<u8>>) -> Option<Profile> {
    let mut decoder = PieceDecoder::default();
    for piece in pieces {
        decoder.feed(&piece).ok()?;
        // Of no use once everything is decompressed.
        let _ = used.send(piece);
    }
    decoder.finish().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_profile::TestProfile;
    use crate::{encode, gzip};

    fn zipped(content: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        gzip(content, &mut bytes).unwrap();
        bytes
    }

    /// A profile of several pieces.
    fn large() -> Profile {
        let mut profile = TestProfile::counting();
        for row in 0..400_i64 {
            let name = format!("{row}").repeat(1_000);
            profile = profile.sample(&["main", &name], &[row]).text("key", &name);
        }
        profile.build()
    }

    #[test]
    fn a_stream_is_read_like_all_of_its_bytes() {
        let content = encode(&large());
        assert!(content.len() > 3 * PIECE);
        let (first, second) = content.split_at(content.len() / 2);
        for bytes in [zipped(&content), [zipped(first), zipped(b""), zipped(second)].concat()] {
            let profile = Profile::read_stream(&bytes[..], content.len() as u64).unwrap();
            assert!(encode(&profile) == content);
            assert!(Profile::read_stream(&bytes[..], content.len() as u64 - 1).is_none());
            assert!(Profile::read_stream(&bytes[..bytes.len() - 9], u64::MAX).is_none());
        }
    }

    #[test]
    fn what_is_no_compressed_profile_is_left_to_others() {
        let content = encode(&large());
        assert!(Profile::read_stream(&content[..], u64::MAX).is_none());
        assert!(Profile::read_stream(&b""[..], u64::MAX).is_none());
        let cut = zipped(&content[..content.len() - 1]);
        assert!(Profile::read_stream(&cut[..], u64::MAX).is_none());
        let text = b"heap profile: 1: 2 [ 3: 4] @ heapprofile\n".repeat(50_000);
        assert!(Profile::read_stream(&zipped(&text)[..], u64::MAX).is_none());
    }

    #[test]
    fn pieces_may_end_anywhere() {
        let profile = TestProfile::counting()
            .sample(&["f in x", "g"], &[1])
            .text("key", &"value".repeat(100))
            .sample(&["g"], &[-1])
            .build();
        let bytes = encode(&profile);
        for size in 1..=bytes.len() {
            let mut decoder = PieceDecoder::default();
            for piece in bytes.chunks(size) {
                decoder.feed(piece).unwrap();
            }
            assert_eq!(encode(&decoder.finish().unwrap()), bytes, "{size} bytes at once");
        }
        let mut decoder = PieceDecoder::default();
        decoder.feed(&bytes[..bytes.len() - 1]).unwrap();
        assert!(decoder.finish().is_err());
    }

    #[test]
    fn what_is_encoded_in_pieces_is_the_same() {
        let profile = large();
        let whole = encode(&profile);
        for least in [1, 100, 100_000] {
            let mut pieces: Vec<Vec<u8>> = Vec::new();
            let take = |piece| {
                pieces.push(piece);
                Ok(())
            };
            crate::proto::encode_pieces(&profile, least, take).unwrap();
            assert!(pieces.concat() == whole);
            let (_, all_but_last) = pieces.split_last().unwrap();
            assert!(all_but_last.iter().all(|piece| piece.len() >= least));
            assert!(pieces.len() > 4);
        }
    }
}
