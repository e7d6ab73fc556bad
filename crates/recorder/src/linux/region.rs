//! The memory of what was recorded: stacks, labels and their sums, in one reserved region.
//!
//! Tables grow in place, so rows are known by number and stay where they are; a region can be made
//! a file without anyone noticing ([`Region::record_to`]).

pub mod journal;
pub mod recording;

use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use heapwise_stackwalk::mappings_read;

use crate::entry::Outermost;
use crate::limits::LABEL_BYTES;
use crate::platform::kernel::arena::{Array, NoMemory, count_mapped};
use crate::platform::kernel::errno::Errno;
use crate::platform::kernel::reserve::Reserve;
use crate::platform::lock::Lock;
use crate::platform::region::recording::{EXTENT, HEAD_BYTES, Head, Recording};
use crate::platform::stacks::stack_table::{MAX_NODES, Node};
use crate::platform::sums::bucket_table::{Bucket, MAX_ROWS};
use crate::texts::Texts;

/// How many rows of buckets a stripe gets at a time.
pub const BATCH: usize = 16;

const PAGE: usize = 4096;

/// A table of the region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// Frames: [`Node`].
    Nodes,
    /// Sums: [`Bucket`].
    Buckets,
    /// Sets of labels: see `labels/table.rs`.
    Labels,
}

impl Table {
    const ALL: [Self; 3] = [Self::Nodes, Self::Buckets, Self::Labels];

    /// Where it starts, from the start of the region.
    const fn offset(self) -> usize {
        match self {
            Self::Nodes => HEAD_BYTES,
            Self::Buckets => HEAD_BYTES + Self::Nodes.bytes(),
            Self::Labels => Self::Buckets.offset() + Self::Buckets.bytes(),
        }
    }

    /// The most that it may have.
    const fn bytes(self) -> usize {
        let bytes = match self {
            Self::Nodes => MAX_NODES * size_of::<Node>(),
            Self::Buckets => MAX_ROWS * size_of::<Bucket>(),
            Self::Labels => LABEL_BYTES,
        };
        bytes.next_multiple_of(EXTENT)
    }
}

/// All extents that there can be.
pub const MAX_EXTENTS: usize = (REGION_BYTES - HEAD_BYTES) / EXTENT;

const REGION_BYTES: usize = Table::Labels.offset() + Table::Labels.bytes();

/// The region.
///
/// ```text
///   start: head (only in a file) | frames .. | buckets .. | label sets ..
/// ```
#[derive(Debug)]
pub struct Region {
    /// Where it is; 0 before anything was recorded.
    start: AtomicUsize,
    /// Rows of buckets that belong to a stripe.
    rows: AtomicUsize,
    /// The head of the file, if there is one.
    head: AtomicPtr<Head>,
    growth: Lock<Growth>,
    /// Held while the mappings in the head are written.
    mappings: Lock<()>,
    /// How often walks had read the mappings when those in the head were written.
    mappings_of: AtomicUsize,
}

#[derive(Debug)]
struct Growth {
    reserve: Option<Reserve>,
    /// Bytes of each table that can be used.
    committed: [usize; 3],
    file: Option<Recording>,
    /// What the child of a fork goes on with, instead of its parent's file.
    copy: Option<Array<u8>>,
}

impl Region {
    /// Nothing yet.
    pub const fn new() -> Self {
        let growth = Growth { reserve: None, committed: [0; 3], file: None, copy: None };
        Self {
            start: AtomicUsize::new(0),
            rows: AtomicUsize::new(0),
            head: AtomicPtr::new(std::ptr::null_mut()),
            growth: Lock::new(growth),
            mappings: Lock::new(()),
            mappings_of: AtomicUsize::new(0),
        }
    }

    /// Where row `row` of the stack table is. It is committed if it was given out.
    #[inline]
    pub fn node(&self, row: u32) -> *mut Node {
        let start = self.start.load(Ordering::Relaxed) + const { Table::Nodes.offset() };
        (start as *mut Node).wrapping_add(row as usize)
    }

    /// Where row `row` of the buckets is. It is committed if it was given out.
    #[inline]
    pub fn bucket(&self, row: u32) -> *mut Bucket {
        let start = self.start.load(Ordering::Relaxed) + const { Table::Buckets.offset() };
        (start as *mut Bucket).wrapping_add(row as usize)
    }

    /// Where the label sets are.
    #[inline]
    pub fn labels(&self) -> *mut u8 {
        (self.start.load(Ordering::Relaxed) + const { Table::Labels.offset() }) as *mut u8
    }

    /// How many rows of buckets were given out; those that are not in use yet are zeroes.
    #[inline]
    pub fn rows(&self) -> usize {
        self.rows.load(Ordering::Relaxed)
    }

    /// The first of [`BATCH`] rows of buckets that nobody has.
    pub fn take_rows(&self, inside: &Outermost) -> Result<u32, NoMemory> {
        let mut growth = self.growth.lock(inside);
        let first = self.rows();
        if first + BATCH > MAX_ROWS {
            return Err(NoMemory);
        }
        let wanted = (first + BATCH) * size_of::<Bucket>();
        self.commit(&mut growth, Table::Buckets, wanted)?;
        self.rows.store(first + BATCH, Ordering::Relaxed);
        if let Some(head) = self.head() {
            head.buckets.store((first + BATCH) as u64, Ordering::Release);
        }
        Ok(first as u32)
    }

    /// Makes room for frames up to `count`, and returns for how many there is room.
    pub fn make_room_for_nodes(&self, inside: &Outermost, count: usize) -> Result<usize, NoMemory> {
        let mut growth = self.growth.lock(inside);
        self.commit(&mut growth, Table::Nodes, count * size_of::<Node>())?;
        Ok((growth.committed[Table::Nodes as usize] / size_of::<Node>()).min(MAX_NODES))
    }

    /// Makes room for label sets up to byte `end`, and returns up to which there is.
    pub fn make_room_for_labels(&self, inside: &Outermost, end: usize) -> Result<usize, NoMemory> {
        let mut growth = self.growth.lock(inside);
        self.commit(&mut growth, Table::Labels, end)?;
        Ok(growth.committed[Table::Labels as usize].min(LABEL_BYTES))
    }

    /// Makes at least the first `wanted` bytes of a table usable.
    fn commit(&self, growth: &mut Growth, table: Table, wanted: usize) -> Result<(), NoMemory> {
        if wanted > table.bytes() {
            return Err(NoMemory);
        }
        let Growth { reserve, committed, file, .. } = growth;
        let reserve = match reserve {
            Some(reserve) => reserve,
            None => reserve.insert(Reserve::new(REGION_BYTES, PAGE)?),
        };
        self.start.store(reserve.start(), Ordering::Relaxed);
        let committed = &mut committed[table as usize];
        while *committed < wanted {
            let place = table.offset() + *committed;
            match (file.as_mut(), self.head()) {
                (Some(file), Some(head)) => {
                    file.extend(reserve, place, head, (table, *committed / EXTENT))?;
                }
                _ => reserve.commit(place, EXTENT)?,
            }
            count_mapped(EXTENT);
            *committed += EXTENT;
        }
        Ok(())
    }

    /// The head of the file that the region is, if it is one.
    #[inline]
    pub fn head(&self) -> Option<&'static Head> {
        let head = self.head.load(Ordering::Acquire);
        // SAFETY: set to null, or to the start of the region once a head was mapped there; what is
        // mapped there may change, but stays one, for the rest of the process.
        unsafe { head.as_ref() }
    }

    /// Makes the region the file `fd`, empty and open for reading and writing, which belongs to the
    /// region from now on. The caller holds the locks of all tables.
    pub fn record_to(
        &self,
        inside: &Outermost,
        fd: i32,
        texts: &Texts<'_>,
    ) -> Result<&'static Head, Errno> {
        let mut file = Recording::of(fd)?;
        let mut growth = self.growth.lock(inside);
        // There is a row of buckets, and so a region.
        self.commit(&mut growth, Table::Buckets, 1).map_err(|NoMemory| Errno(libc::ENOMEM))?;
        let Growth { reserve: Some(reserve), committed, file: slot, .. } = &mut *growth else {
            return Err(Errno(libc::ENOMEM));
        };
        let parts = || {
            let chunks = |table: Table| 0..committed[table as usize] / EXTENT;
            Table::ALL.into_iter().flat_map(move |table| chunks(table).map(move |i| (table, i)))
        };
        let place = |(table, chunk): (Table, usize)| table.offset() + chunk * EXTENT;
        for part in parts() {
            file.write(reserve.start() + place(part))?;
        }
        // From here on there is no way back; a fork leaves whatever is mapped.
        let file = slot.insert(file);
        let head = file.map_head(reserve, texts)?;
        self.head.store(std::ptr::from_ref(head).cast_mut(), Ordering::Release);
        for (extent, part) in parts().enumerate() {
            file.map(reserve, place(part), head, extent, part)?;
        }
        head.buckets.store(self.rows() as u64, Ordering::Release);
        Ok(head)
    }

    /// Writes what is mapped now into the head, if there is one.
    pub fn note_mappings(&self, inside: &Outermost) {
        if let Some(head) = self.head() {
            let _alone = self.mappings.lock(inside);
            head.write_mappings();
            self.mappings_of.store(mappings_read(), Ordering::Relaxed);
        }
    }

    /// As [`note_mappings`](Self::note_mappings), if a walk has met code since that was not in them: of a
    /// library that was loaded meanwhile.
    #[inline]
    pub fn note_new_mappings(&self, inside: &Outermost) {
        if self.mappings_of.load(Ordering::Relaxed) != mappings_read() {
            self.note_mappings(inside);
        }
    }

    /// Before a fork, with the locks of all tables held: copies what the child will go on with, if
    /// the region is a file, and takes the locks.
    pub fn acquire(&self, inside: &Outermost) {
        self.mappings.acquire();
        if self.head().is_some() {
            let mut growth = self.growth.lock(inside);
            growth.copy = self.copy(growth.committed).ok();
        }
        self.growth.acquire();
    }

    /// After the fork, in the parent.
    pub fn release_in_parent(&self, inside: &Outermost) {
        self.growth.release();
        self.growth.lock(inside).copy = None;
        self.mappings.release();
    }

    /// After the fork, in the child: leaves the file to the parent. `false` if there was no memory
    /// for a copy; then nothing here may be touched.
    pub fn release_in_child(&self, inside: &Outermost) -> bool {
        self.growth.release();
        let is_left = self.head().is_none() || self.leave_file(inside);
        self.mappings.release();
        is_left
    }

    fn copy(&self, committed: [usize; 3]) -> Result<Array<u8>, NoMemory> {
        let mut copy = Array::with_capacity(committed.iter().sum())?;
        for table in Table::ALL {
            let place = (self.start.load(Ordering::Relaxed) + table.offset()) as *const u8;
            // SAFETY: committed, and nobody changes it: the caller holds all locks.
            let bytes = unsafe { std::slice::from_raw_parts(place, committed[table as usize]) };
            copy.extend(bytes)?;
        }
        Ok(copy)
    }

    fn leave_file(&self, inside: &Outermost) -> bool {
        let mut growth = self.growth.lock(inside);
        self.head.store(std::ptr::null_mut(), Ordering::Release);
        let Growth { reserve, committed, file, copy } = &mut *growth;
        let (Some(reserve), Some(copy)) = (reserve, copy.take()) else { return false };
        let mut rest = &copy[..];
        for table in Table::ALL {
            let (part, after) = rest.split_at(committed[table as usize]);
            rest = after;
            if reserve.replace(table.offset(), part).is_err() {
                return false;
            }
        }
        *file = None;
        true
    }
}
