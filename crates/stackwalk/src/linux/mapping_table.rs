//! Which mapping an address is in, and where that mapping's call frame information lies.
//!
//! The table is read from `/proc/self/maps` when an address is in none of its rows, and only then.
//! There are two copies in static memory. A writer (one at a time) fills the copy that is not
//! published and then publishes it; a reader notices if the copy that it read was being filled
//! again meanwhile, and starts over. Neither waits for the other.

use core::ops::{ControlFlow, Range};
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, fence};

use super::eh_frame::copied::Place;
use super::eh_frame::{Header, Sections};
use super::elf::{Image, ImageFinder, ProgramHeader};
use super::generation::fork_generation;
use super::proc_maps::{self, Area};
use super::{memory, rule_cache, syscalls};

/// Executable mappings known at a time; those at higher addresses are left out. Adjacent areas
/// without a file (a just-in-time compiler's) count as one.
const ROW_LIMIT: usize = 2048;

/// After a re-read that found nothing, no other follows for this many times as long as it took.
/// Without this, a garbage address in every stack would cost a re-read each; with it, such stacks
/// cost at most a sixteenth of one processor's time.
const PAUSE_FACTOR: u64 = 16;

/// How long a thread lets others run while one of them reads the table anew, before it goes on
/// without, in nanoseconds: a busy machine may keep the reader waiting for a few milliseconds. The
/// limit is for the thread that was interrupted while doing that.
const WRITER_PATIENCE: u64 = 20_000_000;
/// The same in looks, for a machine without a clock.
const WRITER_LOOKS: usize = 1 << 16;

/// A writer that keeps refilling the copy under a reader's eyes is given up on.
const READ_ATTEMPTS: usize = 3;

/// How many bytes of `.eh_frame_hdr` tell one file from another, for want of a build id.
const IDENTITY_BYTES: usize = 128;

/// One executable mapping.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Row {
    start: usize,
    limit: usize,
    /// Runtime address and size of `.eh_frame_hdr`; 0 if there is no call frame information.
    header: usize,
    header_bytes: usize,
    /// Runtime addresses from the start of `.eh_frame` to the end of its mapping.
    frames: usize,
    frames_limit: usize,
    /// Runtime address and size of the bytes that tell this file from another mapped at the same
    /// place later, and their hash.
    identity: usize,
    identity_bytes: usize,
    fingerprint: usize,
}

const COLUMNS: usize = 9;

impl Row {
    fn to_words(self) -> [usize; COLUMNS] {
        let Self { start, limit, header, header_bytes, frames, frames_limit, .. } = self;
        let Self { identity, identity_bytes, fingerprint, .. } = self;
        [
            start,
            limit,
            header,
            header_bytes,
            frames,
            frames_limit,
            identity,
            identity_bytes,
            fingerprint,
        ]
    }

    fn from_words(words: [usize; COLUMNS]) -> Self {
        let [start, limit, header, header_bytes, frames, frames_limit, rest @ ..] = words;
        let [identity, identity_bytes, fingerprint] = rest;
        Self {
            start,
            limit,
            header,
            header_bytes,
            frames,
            frames_limit,
            identity,
            identity_bytes,
            fingerprint,
        }
    }

    /// Whether the mapping brings call frame information.
    pub(crate) fn has_frames(&self) -> bool {
        self.header != 0
    }

    /// Whether the same file is still mapped there.
    pub(crate) fn is_current(&self) -> bool {
        fingerprint(&self.identity()) == Some(self.fingerprint)
    }

    /// Where the call frame information lies, for who copies it.
    pub(crate) fn frames(&self) -> Place {
        let Self { header, header_bytes, frames, frames_limit, .. } = *self;
        Place { header, header_bytes, frames, frames_limit }
    }

    fn identity(&self) -> Range<usize> {
        self.identity..self.identity.saturating_add(self.identity_bytes)
    }

    /// The call frame information.
    ///
    /// # Safety
    /// The mapping must stay in place for `'a`: an address in it is on the calling thread's stack
    /// or is being executed, and [`Row::is_current`] has been true since it got there.
    pub(crate) unsafe fn sections<'a>(&self) -> Sections<'a> {
        let frames_bytes = self.frames_limit - self.frames;
        // SAFETY: the loader mapped `.eh_frame_hdr` for reading, whole; the caller keeps it mapped.
        let header = unsafe { loaded(self.header, self.header_bytes) };
        // SAFETY: as above, for what follows the start of `.eh_frame` in its segment.
        let frames = unsafe { loaded(self.frames, frames_bytes) };
        Sections { header_address: self.header, header, frames_address: self.frames, frames }
    }
}

/// # Safety
/// The bytes must be mapped, readable and unchanging for `'a`.
unsafe fn loaded<'a>(address: usize, len: usize) -> &'a [u8] {
    // SAFETY: passed on to the caller.
    unsafe { core::slice::from_raw_parts(core::ptr::with_exposed_provenance(address), len) }
}

/// One copy of the table: rows in order of addresses, the first `len` in use.
struct Copy {
    len: AtomicUsize,
    rows: [[AtomicUsize; COLUMNS]; ROW_LIMIT],
}

impl Copy {
    const fn new() -> Self {
        let rows = [const { [const { AtomicUsize::new(0) }; COLUMNS] }; ROW_LIMIT];
        Self { len: AtomicUsize::new(0), rows }
    }

    fn len(&self) -> usize {
        self.len.load(Relaxed).min(ROW_LIMIT)
    }

    fn row(&self, index: usize) -> Option<Row> {
        let columns = self.rows.get(index)?;
        Some(Row::from_words(columns.each_ref().map(|column| column.load(Relaxed))))
    }

    /// The row whose mapping holds `address`.
    fn find(&self, address: usize) -> Option<Row> {
        let rows = self.rows.get(..self.len())?;
        let after = rows.partition_point(|[start, ..]| start.load(Relaxed) <= address);
        self.row(after.checked_sub(1)?).filter(|row| address < row.limit)
    }

    /// Appends a row; `false` if there is no more room. Only the writer calls this.
    fn push(&self, row: Row) -> bool {
        let len = self.len();
        let Some(columns) = self.rows.get(len) else {
            return false;
        };
        for (column, word) in columns.iter().zip(row.to_words()) {
            column.store(word, Relaxed);
        }
        self.len.store(len + 1, Relaxed);
        true
    }

    /// Makes the last row end at `limit`, if it may: see [`ROW_LIMIT`].
    fn extend_last(&self, area: &Area<'_>) -> bool {
        let Some(index) = self.len().checked_sub(1) else {
            return false;
        };
        match (self.row(index), self.rows.get(index)) {
            (Some(last), Some([_, limit, ..]))
                if last.limit == area.start && !last.has_frames() =>
            {
                limit.store(area.limit, Relaxed);
                true
            }
            _ => false,
        }
    }
}

static COPIES: [Copy; 2] = [const { Copy::new() }; 2];
/// Times that a table was published; the lowest bit says which copy is.
static PUBLISHED: AtomicUsize = AtomicUsize::new(0);
/// The number that the copy being filled, or last filled, is published under.
static BEGUN: AtomicUsize = AtomicUsize::new(0);
/// The process whose thread is filling a copy, or 0. A child forked meanwhile is another process:
/// it takes over.
static WRITER: AtomicU32 = AtomicU32::new(0);
/// When a re-read may follow a fruitless one, in nanoseconds of the monotonic clock.
static PAUSE_UNTIL: AtomicU64 = AtomicU64::new(0);
/// Whether [`find_known`] has looked for what is not in the table.
static IS_LACKING: AtomicBool = AtomicBool::new(true);

/// How often the table was read anew.
#[inline]
pub(crate) fn times_read() -> usize {
    PUBLISHED.load(Relaxed)
}

fn copy(number: usize) -> &'static Copy {
    let [even, odd] = &COPIES;
    if number.is_multiple_of(2) { even } else { odd }
}

/// The mapping that holds `address`, from the table as it is, without reading anything anew.
pub(crate) fn find(address: usize) -> Option<Row> {
    for _ in 0..READ_ATTEMPTS {
        let number = PUBLISHED.load(Acquire);
        let row = copy(number).find(address);
        fence(Acquire);
        // The copy is filled again under the number after next.
        if BEGUN.load(Relaxed).wrapping_sub(number) < 2 {
            return row;
        }
    }
    None
}

/// As [`find`], but reads the table anew if `address` is in none of its mappings, or in one whose
/// file has gone.
pub(crate) fn find_current(address: usize) -> Option<Row> {
    let usable = |row: &Row| !row.has_frames() || row.is_current();
    let row = find(address).filter(usable);
    if row.is_some() {
        return row;
    }
    refresh_for(|| find(address).filter(usable))
}

/// As [`find`], if the mapping's file is still there. What is not is left to [`refresh_if_lacking`], on
/// another thread: here nothing is read anew.
pub(crate) fn find_known(address: usize) -> Option<Row> {
    let row = find(address).filter(|row| !row.has_frames() || row.is_current());
    if row.is_none() {
        IS_LACKING.store(true, Relaxed);
    }
    row
}

/// Reads the table anew if [`find_known`] has missed something since the last time, but for pauses.
pub(crate) fn refresh_if_lacking() {
    if IS_LACKING.swap(false, Relaxed) {
        doubt();
    }
}

/// Reads the table anew because a walk went astray: its rules may be those of another file that
/// was at the same place.
pub(crate) fn doubt() {
    let before = PUBLISHED.load(Relaxed);
    let _ = refresh_for(|| (PUBLISHED.load(Relaxed) != before).then_some(()));
}

/// Reads the table anew and returns what `outcome` makes of it. With no outcome there is a pause.
fn refresh_for<T>(outcome: impl FnOnce() -> Option<T>) -> Option<T> {
    let begin = syscalls::nanoseconds();
    if begin < PAUSE_UNTIL.load(Relaxed) {
        return None;
    }
    refresh();
    let outcome = outcome();
    if outcome.is_none() {
        let end = syscalls::nanoseconds();
        let pause = end.saturating_sub(begin).saturating_mul(PAUSE_FACTOR);
        PAUSE_UNTIL.store(end.saturating_add(pause), Relaxed);
    }
    outcome
}

/// Reads the table anew, or lets the thread that is at it finish.
pub(crate) fn refresh() {
    let process = fork_generation();
    let writer = WRITER.load(Relaxed);
    if writer == process || WRITER.compare_exchange(writer, process, AcqRel, Relaxed).is_err() {
        let end = syscalls::nanoseconds().saturating_add(WRITER_PATIENCE);
        for _ in 0..WRITER_LOOKS {
            if WRITER.load(Acquire) == 0 || syscalls::nanoseconds() > end {
                break;
            }
            syscalls::let_others_run();
        }
        return;
    }
    let published = PUBLISHED.load(Relaxed);
    let number = published.wrapping_add(1);
    BEGUN.store(number, Relaxed);
    fence(Release);
    let (old, new) = (copy(published), copy(number));
    if fill(new) {
        let change = compare(old, new);
        if change != Change::None {
            PUBLISHED.store(number, Release);
        }
        if change == Change::Lost {
            rule_cache::invalidate();
        }
    }
    WRITER.store(0, Release);
}

/// Writes all executable mappings to `to`; `false` if they cannot be read.
fn fill(to: &Copy) -> bool {
    to.len.store(0, Relaxed);
    let mut images = ImageFinder::default();
    proc_maps::each_area(&mut |area| {
        let image = images.visit(area);
        if !area.executable {
            return ControlFlow::Continue(());
        }
        let row = row_of(area, image);
        let merged = !row.has_frames() && to.extend_last(area);
        if merged || to.push(row) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })
    .is_ok()
}

fn row_of(area: &Area<'_>, image: Option<usize>) -> Row {
    let (start, limit) = (area.start, area.limit);
    let bare = Row { start, limit, ..Row::default() };
    image.and_then(|start| with_frames(bare, &Image::at(start)?)).unwrap_or(bare)
}

/// `row` with the call frame information of `image`, if the row is part of the image.
fn with_frames(row: Row, image: &Image) -> Option<Row> {
    let is_part = image.headers().any(|header| {
        let range = file_range(&header);
        let code = header.kind == libc::PT_LOAD && header.executable;
        code && range.start < row.limit && row.start < range.end
    });
    if !is_part {
        return None;
    }
    let section = image.headers().find(|header| header.kind == libc::PT_GNU_EH_FRAME)?;
    let header = Header::parse(section.address, &memory::bytes::<12>(section.address)?)?;
    let segment = image.headers().find(|segment| {
        segment.kind == libc::PT_LOAD && file_range(segment).contains(&header.frames)
    })?;
    let frames_limit = file_range(&segment).end;
    let whole = header.len() <= section.file_size && is_readable(frames_limit.checked_sub(1)?);
    let identity = image
        .build_id_place()
        .unwrap_or(section.address..section.address.checked_add(IDENTITY_BYTES)?);
    whole.then_some(Row {
        header: section.address,
        header_bytes: header.len(),
        frames: header.frames,
        frames_limit,
        identity: identity.start,
        identity_bytes: identity.len(),
        fingerprint: fingerprint(&identity)?,
        ..row
    })
}

/// The addresses that hold bytes of the file.
fn file_range(header: &ProgramHeader) -> Range<usize> {
    header.address..header.address.saturating_add(header.file_size)
}

fn is_readable(address: usize) -> bool {
    memory::bytes::<1>(address).is_some()
}

/// A hash (FNV-1a) of the bytes at these addresses, at most [`IDENTITY_BYTES`] of them: a build id,
/// or the number of functions, the distance to `.eh_frame` and the places of the first functions.
fn fingerprint(place: &Range<usize>) -> Option<usize> {
    let mut bytes = [0; IDENTITY_BYTES];
    let bytes = bytes.get_mut(..place.len())?;
    let hash = |hash: u64, &byte: &u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    memory::copy(place.start, bytes)
        .then(|| bytes.iter().fold(0xcbf2_9ce4_8422_2325, hash) as usize)
}

/// What a new table has that the old one has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    None,
    /// New rows only: what is known of the old ones still holds.
    Added,
    /// A row is gone, or is another.
    Lost,
}

fn compare(old: &Copy, new: &Copy) -> Change {
    let kept = |index| old.row(index).is_some_and(|row| new.find(row.start) == Some(row));
    if !(0..old.len()).all(kept) {
        Change::Lost
    } else if new.len() > old.len() {
        Change::Added
    } else {
        Change::None
    }
}
