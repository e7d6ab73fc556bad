//! Compressing content that is made piece by piece, on all cores.
//!
//! ```text
//! pieces -> deflate, each by whichever thread is free -> in order again -> one gzip member
//! ```

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, Builder, Scope};

use flate2::{Compress, Compression, Crc, FlushCompress};

use crate::gzip::HEADER;

/// How hard to compress. Level 6 takes 1.2 to 1.5 times as long for 1 to 2 % less; level 1 leaves a fifth
/// more.
const LEVEL: Compression = Compression::new(2);

/// Writes the pieces that `produce` gives to its argument as one gzip member.
///
/// The bytes depend on where pieces end, but not on how many threads there are. A single piece is
/// compressed on this thread.
///
/// # Errors
///
/// What `writer` and `produce` return.
pub(crate) fn gzip_pieces(
    writer: impl Write,
    produce: impl FnOnce(&mut dyn FnMut(Vec<u8>) -> io::Result<()>) -> io::Result<()>,
) -> io::Result<()> {
    let cores = || thread::available_parallelism().map_or(1, usize::from);
    gzip_on(&cores, writer, produce)
}

/// The same on as many threads as `cores` says when it is asked, which is when there are several
/// pieces.
fn gzip_on(
    cores: &dyn Fn() -> usize,
    writer: impl Write,
    produce: impl FnOnce(&mut dyn FnMut(Vec<u8>) -> io::Result<()>) -> io::Result<()>,
) -> io::Result<()> {
    let (jobs, queue) = channel();
    let queue = Mutex::new(queue);
    thread::scope(|scope| {
        let mut member = Member {
            writer,
            scope,
            cores,
            queue: &queue,
            jobs,
            threads: 0,
            held: None,
            waiting: VecDeque::new(),
            checksum: Crc::new(),
        };
        member.writer.write_all(&HEADER)?;
        produce(&mut |piece| member.push(piece))?;
        member.finish()
    })
}

/// A piece to compress.
struct Job {
    piece: Vec<u8>,
    is_last: bool,
    done: SyncSender<Compressed>,
}

/// A piece, compressed.
struct Compressed {
    bytes: Vec<u8>,
    checksum: Crc,
}

/// A gzip member that is being written.
struct Member<'scope, 'env, W> {
    writer: W,
    scope: &'scope Scope<'scope, 'env>,
    /// How many threads there may be.
    cores: &'env dyn Fn() -> usize,
    queue: &'env Mutex<Receiver<Job>>,
    jobs: Sender<Job>,
    /// How many threads wait for jobs.
    threads: usize,
    /// The piece before the next one: whether it is the last is not known before.
    held: Option<Vec<u8>>,
    /// What is being compressed, in order.
    waiting: VecDeque<Receiver<Compressed>>,
    /// Of what was written.
    checksum: Crc,
}

impl<W: Write> Member<'_, '_, W> {
    fn push(&mut self, piece: Vec<u8>) -> io::Result<()> {
        let Some(before) = self.held.replace(piece) else { return Ok(()) };
        if self.threads == 0 {
            self.start_threads();
        }
        self.submit(before, false)?;
        while self.waiting.len() > 2 * self.threads {
            self.write_first()?;
        }
        Ok(())
    }

    fn finish(mut self) -> io::Result<()> {
        let last = self.held.take().unwrap_or_default();
        self.submit(last, true)?;
        while !self.waiting.is_empty() {
            self.write_first()?;
        }
        self.writer.write_all(&self.checksum.sum().to_le_bytes())?;
        self.writer.write_all(&self.checksum.amount().to_le_bytes())?;
        self.writer.flush()
    }

    /// Starts a thread for each core, or as many as the system has to spare.
    fn start_threads(&mut self) {
        let queue = self.queue;
        let work = move || {
            let mut deflate = Deflate::new();
            let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
            while let Ok(Job { piece, is_last, done }) = next() {
                // Nobody waits for it once writing has failed.
                let _ = done.send(deflate.piece(&piece, is_last));
            }
        };
        let started = (0..(self.cores)()).map(|_| Builder::new().spawn_scoped(self.scope, work));
        self.threads = started.filter(Result::is_ok).count();
    }

    fn submit(&mut self, piece: Vec<u8>, is_last: bool) -> io::Result<()> {
        if self.threads == 0 {
            let compressed = Deflate::new().piece(&piece, is_last);
            return self.write(&compressed);
        }
        let (done, compressed) = sync_channel(1);
        self.waiting.push_back(compressed);
        self.jobs.send(Job { piece, is_last, done }).map_err(io::Error::other)
    }

    /// Waits for the first of the pieces under way and writes it.
    fn write_first(&mut self) -> io::Result<()> {
        let Some(first) = self.waiting.pop_front() else { return Ok(()) };
        let compressed = first.recv().map_err(io::Error::other)?;
        self.write(&compressed)
    }

    fn write(&mut self, compressed: &Compressed) -> io::Result<()> {
        self.checksum.combine(&compressed.checksum);
        self.writer.write_all(&compressed.bytes)
    }
}

/// Compresses pieces that are put one after the other.
struct Deflate(Compress);

impl Deflate {
    fn new() -> Self {
        Self(Compress::new(LEVEL, false))
    }

    /// The piece, compressed without looking at those before. Each ends with a whole byte.
    fn piece(&mut self, piece: &[u8], is_last: bool) -> Compressed {
        let mut checksum = Crc::new();
        checksum.update(piece);
        let flush = if is_last { FlushCompress::Finish } else { FlushCompress::Sync };
        let mut bytes = Vec::with_capacity(most_compressed(piece.len()));
        loop {
            self.0.reset();
            // It fails only where a stream that has ended is used again. One call is to do it all: of what does not fit, `miniz_oxide`
            // forgets at the next call that it was to be ended.
            let _ = self.0.compress_vec(piece, &mut bytes, flush);
            if bytes.len() < bytes.capacity() {
                break;
            }
            bytes = Vec::with_capacity(2 * bytes.capacity());
        }
        Compressed { bytes, checksum }
    }
}

/// More bytes than a piece of so many becomes, with any back end: the quick levels of zlib take 9 bits for a byte at worst, and a few bytes
/// for each block.
fn most_compressed(length: usize) -> usize {
    length + length / 8 + 256
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{GunzipLimit, gunzip};

    /// Some content that compresses, and some that does not.
    fn piece(seed: u32, length: usize) -> Vec<u8> {
        let mut state = seed;
        let mut next = |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if seed.is_multiple_of(2) { (state >> 24) as u8 } else { (state >> 30) as u8 }
        };
        (0..length).map(&mut next).collect()
    }

    fn zipped(pieces: &[Vec<u8>], threads: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        let produce = |take: &mut dyn FnMut(Vec<u8>) -> io::Result<()>| {
            pieces.iter().try_for_each(|piece| take(piece.clone()))
        };
        gzip_on(&|| threads, &mut bytes, produce).unwrap();
        bytes
    }

    #[test]
    fn pieces_are_one_content_on_any_number_of_threads() {
        let lengths = [100_000, 0, 1, 70_000, 65_535, 200_000, 12, 33_000];
        let all: Vec<_> = (1..).zip(lengths).map(|(seed, n)| piece(seed, n)).collect();
        for count in 0..=all.len() {
            let pieces = &all[..count];
            let serial = zipped(pieces, 0);
            assert_eq!(gunzip(&serial, GunzipLimit::default()), Ok(pieces.concat()), "{count}");
            for threads in [1, 2, 5] {
                assert!(zipped(pieces, threads) == serial, "{count} pieces, {threads} threads");
            }
        }
    }

    /// Pieces that become a little more than half as long.
    #[test]
    fn pieces_that_hardly_compress_are_whole() {
        let half = |seed: u32| -> Vec<u8> {
            let (random, plain) = (piece(2 * seed, 80_000), piece(2 * seed + 1, 160_000));
            let pairs = random.chunks(32).zip(plain.chunks(64));
            let part = |plain: &[u8]| plain[..48 + seed as usize % 16].to_vec();
            pairs.flat_map(|(random, plain)| [random, &part(plain)].concat()).collect()
        };
        for seed in 16..32 {
            let pieces = [half(seed), half(seed + 100)];
            let whole = gunzip(&zipped(&pieces, 0), GunzipLimit::default());
            assert!(whole == Ok(pieces.concat()), "{seed}");
        }
    }

    #[test]
    fn a_writer_that_fails_ends_it() {
        struct Full(usize);
        impl Write for Full {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        for room in [5, 20, 50_000] {
            let produce = |take: &mut dyn FnMut(Vec<u8>) -> io::Result<()>| {
                (0..40).try_for_each(|_| take(piece(2, 20_000)))
            };
            let error = gzip_on(&|| 2, Full(room), produce).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::StorageFull, "{room}");
        }
    }
}
