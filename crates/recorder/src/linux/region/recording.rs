//! The region as a file that outlives the process: what a killed program leaves behind.
//!
//! # Format
//!
//! Numbers are little-endian. The head, 256 KiB:
//!
//! | at | what |
//! |---|---|
//! | 0 | magic, 8 bytes; version 2, bytes of an extent, of a frame, of a bucket (4 bytes each) |
//! | 24 | process, nanoseconds since 1970 when the recording began, seed of rounding (8 bytes each, as all below) |
//! | 48 | interval; frames; rows of buckets; epoch of the last peak |
//! | 80 | what was dropped: stacks, outer frames, live, samples, frees |
//! | 120 | extents; which of the two places has the mappings, 1 or 2 (4 bytes each) |
//! | 128 | bytes of the two texts at 22528: path of the main binary, frames to drop (4 bytes each) |
//! | 136 | bytes of label sets; dropped labels (0 in version 1) |
//! | 192 | 32 journals of 320 bytes: see `journal.rs` |
//! | 10432 | a word an extent: which part of its table it holds, plus 2^31 for buckets, 2^30 for label sets |
//! | 22528 | texts |
//! | 65536, 163840 | mappings: count, bytes (4 bytes each); then for each start, limit, file offset, bytes of path and of build id (4 bytes each), both, up to a multiple of 8 |
//!
//! Extents of 64 KiB follow. A frame is 16 bytes: return address, number of the frame that called
//! it (4 bytes; 0 is none, and numbers of callers are lower), unused. A bucket is 112 bytes: stack (4
//! bytes), size class (1 byte), label set (3 bytes; in version 1 always 0), epoch, and objects and bytes
//! of what was allocated, is in use, and was at the peak (16 bytes each, in units of 2^-20).
//!
//! Label sets follow one another from byte 8 of their table on; the number of a set is where it is, in
//! units of 8 bytes, and 0 is the empty one. How many labels (4 bytes), then for each, in order of keys,
//! bytes of key and of value (2 bytes each), and both; up to a multiple of 8.
//!
//! `crates/profile/src/recording.rs` reads it.

use std::mem::offset_of;
use std::sync::atomic::Ordering::{Relaxed, Release};
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64};

use heapwise_stackwalk::{Mapping, mappings};

use crate::counts::Dropped;
use crate::platform::kernel::arena::NoMemory;
use crate::platform::kernel::errno::{self, Errno};
use crate::platform::kernel::reserve::Reserve;
use crate::platform::random::process_seed;
use crate::platform::region::journal::Journal;
use crate::platform::region::{MAX_EXTENTS, Table};
use crate::platform::stacks::stack_table::Node;
use crate::platform::sums::bucket_table::Bucket;
use crate::texts::Texts;

/// What every recording begins with.
const MAGIC: [u8; 8] = *b"\x89HWREC\r\n";
const VERSION: u32 = 2;

/// Bytes of the head.
pub const HEAD_BYTES: usize = 256 << 10;
/// How much a table grows at a time.
pub const EXTENT: usize = 64 << 10;

const TEXT_BYTES: usize = 16 << 10;
const MAPPING_BYTES: usize = 96 << 10;
const BUCKETS_BIT: u32 = 1 << 31;
const LABELS_BIT: u32 = 1 << 30;

/// The head of a recording. Zeroes are an empty one.
#[derive(Debug)]
#[repr(C)]
pub struct Head {
    magic: [u8; 8],
    version: u32,
    sizes: [u32; 3],
    process: u64,
    started: u64,
    seed: u64,
    interval: AtomicU64,
    /// Frames, the one of the empty stack included.
    pub nodes: AtomicU64,
    /// Rows of buckets.
    pub buckets: AtomicU64,
    /// That of the last peak.
    pub epoch: AtomicU64,
    dropped: [AtomicU64; 5],
    extents: AtomicU32,
    mappings_at: AtomicU32,
    text_bytes: [u32; 2],
    /// Bytes of label sets, the empty one's included.
    pub labels: AtomicU64,
    dropped_labels: AtomicU64,
    _unused: [u8; 40],
    /// One a stripe.
    pub journals: [Journal; 32],
    directory: [AtomicU32; 2880],
    _unused_too: [u8; 576],
    texts: [u8; TEXT_BYTES],
    _unused_either: [u8; 26624],
    mappings: [[AtomicU8; MAPPING_BYTES]; 2],
}

const _: () = {
    assert!(offset_of!(Head, interval) == 48);
    assert!(offset_of!(Head, dropped) == 80);
    assert!(offset_of!(Head, extents) == 120);
    assert!(offset_of!(Head, labels) == 136);
    assert!(offset_of!(Head, journals) == 192);
    assert!(offset_of!(Head, directory) == 10432);
    assert!(offset_of!(Head, texts) == 22528);
    assert!(offset_of!(Head, mappings) == 65536);
    assert!(size_of::<Head>() <= HEAD_BYTES && MAX_EXTENTS <= 2880);
    assert!(size_of::<Node>() == 16 && size_of::<Bucket>() == 112);
};

impl Head {
    /// Notes what may change with any event.
    pub fn note(&self, interval: u64, dropped: Dropped) {
        let Dropped { stacks, outer_frames, live, samples, frees, labels } = dropped;
        self.interval.store(interval, Relaxed);
        for (place, count) in self.dropped.iter().zip([stacks, outer_frames, live, samples, frees])
        {
            place.store(count, Relaxed);
        }
        self.dropped_labels.store(labels, Relaxed);
    }

    /// Writes the mappings of now where the last ones are not, and then says so. The caller is the
    /// only one to do so.
    pub fn write_mappings(&self) {
        let next = if self.mappings_at.load(Relaxed) == 1 { 2 } else { 1 };
        let mut list = MappingList { place: &self.mappings[next as usize - 1], count: 0, bytes: 8 };
        if mappings(&mut |mapping| list.push(mapping)).is_ok() {
            list.end();
            self.mappings_at.store(next, Release);
        }
    }
}

/// Mappings on their way into the head.
struct MappingList<'a> {
    place: &'a [AtomicU8; MAPPING_BYTES],
    count: u32,
    bytes: usize,
}

impl MappingList<'_> {
    /// Appends a mapping if it fits; those of more than a thousand files do not.
    fn push(&mut self, mapping: &Mapping<'_>) {
        let lengths = [mapping.path.len(), mapping.build_id.len()];
        let end = (self.bytes + 32 + lengths[0] + lengths[1]).next_multiple_of(8);
        if end > MAPPING_BYTES {
            return;
        }
        let mut at = self.bytes;
        for number in [mapping.start, mapping.limit, mapping.file_offset] {
            at = self.write(at, &number.to_le_bytes());
        }
        for length in lengths {
            at = self.write(at, &(length as u32).to_le_bytes());
        }
        at = self.write(at, mapping.path);
        self.write(at, mapping.build_id);
        (self.bytes, self.count) = (end, self.count + 1);
    }

    fn end(&self) {
        self.write(0, &self.count.to_le_bytes());
        self.write(4, &(self.bytes as u32).to_le_bytes());
    }

    fn write(&self, at: usize, bytes: &[u8]) -> usize {
        let places = self.place.iter().skip(at);
        places.zip(bytes).for_each(|(place, &byte)| place.store(byte, Relaxed));
        at + bytes.len()
    }
}

/// The file of a recording.
#[derive(Debug)]
pub struct Recording {
    fd: i32,
    /// Which file the descriptor was for: programs close descriptors that are not theirs.
    identity: (u64, u64),
    extents: usize,
}

impl Recording {
    /// The empty file `fd`, which is closed with the value.
    pub fn of(fd: i32) -> Result<Self, Errno> {
        let mut file = Self { fd, identity: (0, 0), extents: 0 };
        file.identity = file.identity()?;
        file.allocate(0, HEAD_BYTES)?;
        Ok(file)
    }

    /// Writes an extent of a table, which is at `place` in memory, to the end.
    pub fn write(&mut self, place: usize) -> Result<(), Errno> {
        self.allocate(self.end(), EXTENT)?;
        let mut done = 0;
        while done < EXTENT {
            let at = self.end() + done;
            let written =
                call(libc::SYS_pwrite64, [self.fd as usize, place + done, EXTENT - done, at])?;
            done += written.max(1);
        }
        self.extents += 1;
        Ok(())
    }

    /// Maps the head to `place` and fills it.
    pub fn map_head(&self, reserve: &Reserve, texts: &Texts<'_>) -> Result<&'static Head, Errno> {
        reserve.map_file(0, HEAD_BYTES, self.fd, 0)?;
        let head = reserve.start() as *mut Head;
        let main = &texts.main[..texts.main.len().min(TEXT_BYTES / 2)];
        let drop_frames = &texts.drop_frames[..texts.drop_frames.len().min(TEXT_BYTES / 2)];
        // SAFETY: the head of an empty file was just mapped there: zeroes, which are a `Head`. Others
        // may have another file's head at this place in use, but only its atomic fields.
        let filled = unsafe { &mut *head };
        filled.magic = MAGIC;
        filled.version = VERSION;
        filled.sizes = [EXTENT, size_of::<Node>(), size_of::<Bucket>()].map(|size| size as u32);
        filled.process = u64::from(std::process::id());
        filled.started = texts.now;
        filled.seed = process_seed();
        filled.text_bytes = [main.len() as u32, drop_frames.len() as u32];
        let (first, rest) = filled.texts.split_at_mut(main.len());
        first.copy_from_slice(main);
        rest[..drop_frames.len()].copy_from_slice(drop_frames);
        // SAFETY: as above; from here on it is shared.
        Ok(unsafe { &*head })
    }

    /// Maps extent `extent`, which holds part `chunk` of a table, to `place` of the region.
    pub fn map(
        &self,
        reserve: &Reserve,
        place: usize,
        head: &Head,
        extent: usize,
        (table, chunk): (Table, usize),
    ) -> Result<(), Errno> {
        reserve.map_file(place, EXTENT, self.fd, HEAD_BYTES + extent * EXTENT)?;
        let bit = match table {
            Table::Nodes => 0,
            Table::Buckets => BUCKETS_BIT,
            Table::Labels => LABELS_BIT,
        };
        let entry = head.directory.get(extent).ok_or(Errno(libc::EFBIG))?;
        entry.store(chunk as u32 | bit, Relaxed);
        head.extents.store(extent as u32 + 1, Release);
        Ok(())
    }

    /// Adds an extent, which holds part `chunk` of a table and belongs to `place` of the region.
    pub fn extend(
        &mut self,
        reserve: &Reserve,
        place: usize,
        head: &Head,
        part: (Table, usize),
    ) -> Result<(), NoMemory> {
        let is_ours = self.identity() == Ok(self.identity);
        if !is_ours || self.allocate(self.end(), EXTENT).is_err() {
            return Err(NoMemory);
        }
        self.map(reserve, place, head, self.extents, part).map_err(|_| NoMemory)?;
        self.extents += 1;
        Ok(())
    }

    fn end(&self) -> usize {
        HEAD_BYTES + self.extents * EXTENT
    }

    /// Has the disk keep room for bytes that will be written through memory, where a full disk
    /// would end the program.
    fn allocate(&self, at: usize, bytes: usize) -> Result<(), Errno> {
        // Beyond this limit, the kernel ends a program that does not expect it.
        let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        let arguments = [0, libc::RLIMIT_FSIZE as usize, 0, &raw mut limit as usize];
        call(libc::SYS_prlimit64, arguments)?;
        if limit.rlim_cur < (at + bytes) as libc::rlim_t {
            return Err(Errno(libc::EFBIG));
        }
        match call(libc::SYS_fallocate, [self.fd as usize, 0, at, bytes]) {
            Err(Errno(libc::EOPNOTSUPP | libc::ENOSYS)) => self.fill(at, bytes),
            result => result.map(|_| ()),
        }
    }

    /// Where there is no other way: writes zeroes.
    fn fill(&self, at: usize, bytes: usize) -> Result<(), Errno> {
        static ZEROES: [u8; 4096] = [0; 4096];
        for at in (at..at + bytes).step_by(ZEROES.len()) {
            let arguments = [self.fd as usize, ZEROES.as_ptr() as usize, ZEROES.len(), at];
            if call(libc::SYS_pwrite64, arguments)? != ZEROES.len() {
                return Err(Errno(libc::ENOSPC));
            }
        }
        Ok(())
    }

    fn identity(&self) -> Result<(u64, u64), Errno> {
        let mut found = std::mem::MaybeUninit::<libc::stat>::zeroed();
        call(libc::SYS_fstat, [self.fd as usize, found.as_mut_ptr() as usize, 0, 0])?;
        // SAFETY: zeroes are a `stat`, and the kernel has written one.
        let found = unsafe { found.assume_init() };
        Ok((found.st_dev, found.st_ino))
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        // The program may have closed it and opened another in its place.
        if self.identity() == Ok(self.identity) {
            // A failure leaves nothing to undo.
            let _ = call(libc::SYS_close, [self.fd as usize, 0, 0, 0]);
        }
    }
}

/// Makes a system call that is no point where a thread may be cancelled, as the C library's function
/// of the name would be.
fn call(number: libc::c_long, [a, b, c, d]: [usize; 4]) -> Result<usize, Errno> {
    errno::kept(|| {
        // SAFETY: the calls above pass places that they own, or whole extents that they hold the
        // locks of, for the kernel to read or write.
        let result = unsafe { libc::syscall(number, a, b, c, d) };
        usize::try_from(result).map_err(|_| Errno(errno::last()))
    })
}
