//! Interned label sets.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicUsize};

use crate::entry::Outermost;
use crate::limits::{LABEL_BYTES, MAX_KEY_BYTES, MAX_LABEL_SETS, MAX_LABELS, MAX_VALUE_BYTES};
use crate::platform::kernel::arena::{NoMemory, count_mapped};
use crate::platform::kernel::futex::AtomicU32;
use crate::platform::kernel::reserve::Reserve;
use crate::platform::labels::index::{Found, LabelIndex};
use crate::platform::lock::Lock;
use crate::platform::random::{fold, process_seed};
use crate::platform::region::Region;
use crate::row::{Label, LabelSet};

/// Sets are known by where they are, in units of this many bytes.
const UNIT: usize = 8;
/// Twice as many as sets, so that searches are short.
const PLACES: usize = 2 * MAX_LABEL_SETS;
const INDEX_BYTES: usize = PLACES * size_of::<AtomicU32>();

const _: () = assert!(LABEL_BYTES / UNIT <= 1 << LabelSet::BITS);

/// Labels in order of their keys, each key once.
#[derive(Clone, Copy, Debug)]
pub struct SortedLabels<'a> {
    list: [Label<'a>; MAX_LABELS],
    len: usize,
}

impl<'a> SortedLabels<'a> {
    /// None.
    pub const NONE: Self = Self { list: [(&[], &[]); MAX_LABELS], len: 0 };

    /// These labels and `inner` ones, which win where both have a key. Nothing if that is more than is
    /// kept.
    pub fn and(&self, inner: &Self) -> Option<Self> {
        let (mut outer, mut inner) = (self.as_slice(), inner.as_slice());
        let mut both = Self::NONE;
        loop {
            let next = match (outer.first(), inner.first()) {
                (None, None) => return Some(both),
                (Some(label), Some(other)) if label.0 < other.0 => label,
                (Some(label), None) => label,
                (_, Some(label)) => label,
            };
            both.push(*next)?;
            for list in [&mut outer, &mut inner] {
                if list.first().is_some_and(|label| label.0 == next.0) {
                    *list = &list[1..];
                }
            }
        }
    }

    fn push(&mut self, label: Label<'a>) -> Option<()> {
        *self.list.get_mut(self.len)? = label;
        self.len += 1;
        Some(())
    }

    /// The labels.
    pub fn as_slice(&self) -> &[Label<'a>] {
        &self.list[..self.len]
    }
}

/// Whether a label is no longer than is kept.
pub fn fits((key, value): Label<'_>) -> bool {
    (1..=MAX_KEY_BYTES).contains(&key.len()) && value.len() <= MAX_VALUE_BYTES
}

fn hash(labels: &[Label<'_>]) -> u64 {
    let both = |hash, &(key, value): &Label<'_>| hash_text(hash_text(hash, key), value);
    labels.iter().fold(process_seed(), both)
}

fn hash_text(seed: u64, text: &[u8]) -> u64 {
    let (words, rest) = text.as_chunks::<8>();
    // Without the length, "a" then "bc" would be "ab" then "c".
    let last = rest.iter().fold(text.len() as u64, |last, &byte| last << 8 | u64::from(byte));
    let mix = |hash: u64, word: u64| fold(hash ^ word, 0xd6e8_feb8_6659_fd93);
    words.iter().fold(mix(seed, last), |hash, &word| mix(hash, u64::from_le_bytes(word)))
}

/// Bytes of a set in the table.
fn bytes(labels: &[Label<'_>]) -> usize {
    let texts: usize = labels.iter().map(|(key, value)| key.len() + value.len()).sum();
    (4 + 4 * labels.len() + texts).next_multiple_of(UNIT)
}

/// How many labels, then each: lengths, key, value.
fn write(labels: &[Label<'_>], mut to: &mut [u8]) {
    let mut put = |bytes: &[u8]| {
        let (place, rest) = std::mem::take(&mut to).split_at_mut(bytes.len());
        place.copy_from_slice(bytes);
        to = rest;
    };
    put(&(labels.len() as u32).to_le_bytes());
    for &(key, value) in labels {
        put(&(key.len() as u16).to_le_bytes());
        put(&(value.len() as u16).to_le_bytes());
        put(key);
        put(value);
    }
}

/// The labels of a set, in order of their keys.
#[derive(Clone, Debug)]
pub struct Labels<'a> {
    left: u32,
    rest: &'a [u8],
}

impl<'a> Labels<'a> {
    /// Of the set whose bytes these begin with.
    fn read(bytes: &'a [u8]) -> Self {
        match bytes.split_first_chunk() {
            Some((&count, rest)) => Self { left: u32::from_le_bytes(count), rest },
            None => Self { left: 0, rest: &[] },
        }
    }

    fn take(&mut self, bytes: u16) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(usize::from(bytes))?;
        self.rest = rest;
        Some(taken)
    }
}

impl<'a> Iterator for Labels<'a> {
    type Item = Label<'a>;

    fn next(&mut self) -> Option<Label<'a>> {
        self.left = self.left.checked_sub(1)?;
        let (&[a, b, c, d], rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        let key = self.take(u16::from_le_bytes([a, b]))?;
        Some((key, self.take(u16::from_le_bytes([c, d]))?))
    }
}

/// Every label set that was in force, once: its labels, and 8 bytes of index. At most
/// [`MAX_LABEL_SETS`] and [`LABEL_BYTES`].
///
/// A set is written once, before anyone can know its number, and never again. So those that are known
/// are found without a lock, which is what a program does at every request.
#[derive(Debug)]
pub struct LabelTable {
    /// Where the index is; 0 before the first label.
    index: AtomicUsize,
    /// Bytes of the sets that were written.
    used: AtomicUsize,
    /// Whether a set was refused; then every other is.
    is_full: AtomicBool,
    growth: Lock<Growth>,
}

#[derive(Debug)]
struct Growth {
    index: Option<Reserve>,
    /// Bytes that can be written.
    committed: usize,
    sets: usize,
}

impl LabelTable {
    /// A table of the empty set, without memory.
    pub const fn new() -> Self {
        Self {
            index: AtomicUsize::new(0),
            used: AtomicUsize::new(0),
            is_full: AtomicBool::new(false),
            growth: Lock::new(Growth { index: None, committed: 0, sets: 0 }),
        }
    }

    /// The labels of a set, in order of keys.
    pub fn labels<'a>(&self, region: &'a Region, set: LabelSet) -> Labels<'a> {
        let written = self.written(region);
        let at = if set == LabelSet::EMPTY { written.len() } else { set.number() as usize * UNIT };
        Labels::read(written.get(at..).unwrap_or_default())
    }

    /// As [`labels`](Self::labels), as a list.
    pub fn sorted<'a>(&self, region: &'a Region, set: LabelSet) -> SortedLabels<'a> {
        let mut sorted = SortedLabels::NONE;
        self.labels(region, set).map_while(|label| sorted.push(label)).for_each(drop);
        sorted
    }

    /// The set of `labels`, which are in order of their keys, if it is known already.
    pub fn find(&self, region: &Region, labels: &[Label<'_>]) -> Option<LabelSet> {
        if labels.is_empty() {
            return Some(LabelSet::EMPTY);
        }
        match self.search(region, self.places()?, labels) {
            Found::Set(number) => Some(LabelSet::from_number(number)),
            Found::Nothing(_) => None,
        }
    }

    /// Whether only the sets that are known already are found.
    pub fn is_full(&self) -> bool {
        self.is_full.load(Relaxed)
    }

    /// The set of `labels`, which may be new. Fails if it is and does not fit.
    pub fn intern(
        &self,
        inside: &Outermost,
        region: &Region,
        labels: &[Label<'_>],
    ) -> Result<LabelSet, NoMemory> {
        let mut growth = self.growth.lock(inside);
        self.begin(&mut growth)?;
        let place = match self.search(region, self.places().ok_or(NoMemory)?, labels) {
            Found::Set(number) => return Ok(LabelSet::from_number(number)),
            Found::Nothing(place) => place,
        };
        let set = self.push(inside, region, &mut growth, labels);
        match set {
            Ok(set) => LabelIndex::new(self.places().ok_or(NoMemory)?).put(place, set.number()),
            Err(NoMemory) => self.is_full.store(true, Relaxed),
        }
        set
    }

    fn search(&self, region: &Region, places: &[AtomicU32], labels: &[Label<'_>]) -> Found {
        let is_wanted = |number: u32| {
            self.labels(region, LabelSet::from_number(number)).eq(labels.iter().copied())
        };
        LabelIndex::new(places).find(hash(labels), is_wanted)
    }

    /// Makes the index, if there is none.
    fn begin(&self, growth: &mut Growth) -> Result<(), NoMemory> {
        if growth.index.is_none() {
            let fresh = Reserve::new(INDEX_BYTES, 4096)?;
            fresh.commit(0, INDEX_BYTES)?;
            count_mapped(INDEX_BYTES);
            self.index.store(growth.index.insert(fresh).start(), Release);
        }
        Ok(())
    }

    /// Writes a set that is new. The first place is that of the empty one.
    fn push(
        &self,
        inside: &Outermost,
        region: &Region,
        growth: &mut Growth,
        labels: &[Label<'_>],
    ) -> Result<LabelSet, NoMemory> {
        let at = self.used.load(Relaxed).max(UNIT);
        let end = at + bytes(labels);
        if growth.sets == MAX_LABEL_SETS || end > LABEL_BYTES {
            return Err(NoMemory);
        }
        if end > growth.committed {
            growth.committed = region.make_room_for_labels(inside, end)?;
        }
        let place = region.labels().wrapping_add(at);
        // SAFETY: the bytes are committed; nobody reads beyond `used`, and the lock of `growth` keeps
        // others from writing there.
        write(labels, unsafe { std::slice::from_raw_parts_mut(place, end - at) });
        growth.sets += 1;
        self.used.store(end, Release);
        if let Some(head) = region.head() {
            head.labels.store(end as u64, Release);
        }
        Ok(LabelSet::from_number((at / UNIT) as u32))
    }

    /// Bytes of the sets that were written, the empty one's included.
    pub fn len(&self) -> usize {
        self.used.load(Acquire)
    }

    fn written<'a>(&self, region: &'a Region) -> &'a [u8] {
        let used = self.used.load(Acquire);
        if used == 0 {
            return &[];
        }
        // SAFETY: so many bytes were committed and written, and nobody ever writes them again.
        unsafe { std::slice::from_raw_parts(region.labels(), used) }
    }

    fn places(&self) -> Option<&[AtomicU32]> {
        let start = self.index.load(Acquire) as *const AtomicU32;
        // SAFETY: committed before it was stored, for the rest of the process; zeroes are a number,
        // and atomics may be shared.
        (!start.is_null()).then(|| unsafe { std::slice::from_raw_parts(start, PLACES) })
    }

    /// Takes the lock, for a fork or a file.
    pub fn acquire(&self) {
        self.growth.acquire();
    }

    /// Gives back what [`acquire`](Self::acquire) took.
    pub fn release_lock(&self) {
        self.growth.release();
    }
}

#[cfg(test)]
mod tests;
