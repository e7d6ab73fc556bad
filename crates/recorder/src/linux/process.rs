//! The one recorder of this process, as an allocator calls it.
//!
//! The two fast questions, [`passes`] and [`may_hold`], answer for nearly every allocation and
//! free. What they do not settle goes to the functions marked cold.

pub mod by_address;

use std::alloc::Layout;
use std::fs::File;
use std::os::fd::IntoRawFd;
use std::ptr::NonNull;

use crate::counts::{Dropped, Totals};
use crate::entry::{Muted, Outermost};
pub use crate::error::{Error, RecordError};
use crate::platform::blocks::live_table::Block;
use crate::platform::blocks::size_class::is_large;
use crate::platform::counting::tallies::{Counted, Tallies, TallyId};
use crate::platform::fork;
use crate::platform::labels::Carried;
use crate::platform::labels::memo::LabelMemo;
use crate::platform::recorder::{Recorder, Rows, Sample};
use crate::platform::sampling::interval;
use crate::platform::sampling::sampler::Weight;
use crate::platform::snapshot::Snapshot;
use crate::platform::stacks::capture::Caller;
use crate::platform::thread;
use crate::row::{LabelSet, StackId};
use crate::texts::Texts;

static RECORDER: Recorder = Recorder::new();
static TALLIES: Tallies = Tallies::new();

/// What is to be done about a request. Two words, which fit in registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marked {
    /// For how many allocations it stands, if it is to be recorded; else for nothing.
    weight: Weight,
    /// What counts it besides, if anything does.
    tally: TallyId,
}

impl Marked {
    /// Nothing: it passed.
    pub const NOT: Self = Self { weight: Weight::NOTHING, tally: TallyId::NONE };

    /// Whether it is to be served by [`allocate`] or, if it is large, told to [`record`].
    #[must_use]
    pub fn is_any(&self) -> bool {
        *self != Self::NOT
    }

    #[inline]
    fn sample(self, layout: Layout, keeps_size: bool) -> Option<Sample> {
        let Self { weight, .. } = self;
        let sample = || Sample { layout, weight, labels: Carried::now(), keeps_size };
        (weight != Weight::NOTHING).then(sample)
    }

    #[inline]
    fn tally(self) -> Option<TallyId> {
        (self.tally != TallyId::NONE).then_some(self.tally)
    }
}

/// Whether a request of `size` bytes goes by unrecorded. If it does, its bytes are used up; if not,
/// ask [`mark`].
#[inline(always)]
pub fn passes(size: usize) -> bool {
    thread::with(|thread| thread.sampler.passes(size as u64))
}

/// What is to be done about a request that did not pass. `initial` is the interval in bytes to start
/// with, if this is the first allocation of the process.
pub fn mark(size: usize, initial: u64) -> Marked {
    let marked = thread::with(|thread| {
        let is_exact = interval::exact().is_some_and(|version| thread.sampler.is_exact(version));
        is_exact.then(|| Marked { weight: Weight::ONE, tally: thread.tally.get() })
    });
    let marked = marked.unwrap_or_else(|| draw(size, initial));
    // Asked last: a mark on a request that is left out is used up like any other.
    if Muted::is_on() { Marked::NOT } else { marked }
}

/// As [`mark`], whatever the interval, and whether or not the thread is to be left out.
#[inline(never)]
fn draw(size: usize, initial: u64) -> Marked {
    fork::prepare_for_forks();
    let (version, interval) = interval::start(initial);
    thread::with(|thread| {
        let weight = thread.sampler.mark(size as u64, version, interval);
        thread.unreported.note(size as u64, interval, weight.is_some());
        Marked { weight: weight.unwrap_or(Weight::NOTHING), tally: thread.tally.get() }
    })
}

/// Whether the block at `address`, of this size and alignment, may be recorded. `false` is certain.
#[inline(always)]
pub fn may_hold(address: usize, size: usize, align: usize) -> bool {
    is_large(size, align) || thread::with(|thread| thread.view.may_hold(address))
}

/// Whether the block at `address` came from [`allocate`].
pub fn holds(address: usize) -> bool {
    let is_held = RECORDER.home_of(address).is_some();
    if !is_held {
        look_how_far();
    }
    is_held
}

/// Lets a new thread know which blocks need not be asked about.
#[inline]
fn look_how_far() {
    thread::with(|thread| {
        if thread.view.is_blind()
            && let Some(inside) = enter()
        {
            thread.view.open(RECORDER.reach(&inside));
        }
    });
}

/// Sets the sampling interval, at most [`MAX_INTERVAL`](crate::MAX_INTERVAL), which does not grow any
/// more: for this thread from its next allocation on, for another within its next 64 KiB of them.
pub fn set_interval(bytes: u64) {
    interval::set(bytes);
    thread::with(|thread| thread.sampler.judge_anew());
}

/// Whether what `allocate` asks a global allocator for, once at least, comes to [`mark`]: whether there
/// is anything to record. Changes no estimate.
pub fn sees(allocate: impl FnOnce()) -> bool {
    thread::with(|thread| thread.sampler.judge_anew());
    allocate();
    thread::with(|thread| thread.sampler.has_judged())
}

/// Records or counts an allocation that is not large, and serves it: memory of that layout,
/// uninitialised. `None` if that cannot be done; then it is not recorded. Its stack begins with the
/// frame that called `caller`'s.
pub fn allocate(layout: Layout, marked: Marked, caller: Caller) -> Option<NonNull<u8>> {
    allocate_as(layout, marked, caller, false)
}

#[inline(always)]
fn allocate_as(
    layout: Layout,
    marked: Marked,
    caller: Caller,
    keeps_size: bool,
) -> Option<NonNull<u8>> {
    let inside = enter_for(marked)?;
    let block = match marked.sample(layout, keeps_size) {
        Some(sample) => RECORDER.allocate(&inside, sample, caller),
        None => RECORDER.allocate_unrecorded(&inside, layout),
    };
    note(&inside);
    count(&inside, marked, block.map(|block| block.addr().get()), layout, caller);
    block
}

/// The entry for an allocation, which is lost without.
#[inline]
fn enter_for(marked: Marked) -> Option<Outermost> {
    let inside = enter();
    if inside.is_none() {
        if marked.weight != Weight::NOTHING {
            RECORDER.dropped.samples.count();
        }
        marked.tally().into_iter().for_each(|tally| TALLIES.miss(tally));
    }
    inside
}

/// Counts an allocation in the tally of its thread, if there is one.
#[inline]
fn count(
    inside: &Outermost,
    marked: Marked,
    address: Option<usize>,
    layout: Layout,
    caller: Caller,
) {
    match (marked.tally(), address) {
        (None, _) => {}
        (Some(tally), None) => TALLIES.miss(tally),
        (Some(tally), Some(address)) => {
            let block = (address, layout.size() as u64);
            TALLIES.allocate(inside, tally, block, caller, RECORDER.stacks());
        }
    }
}

/// Has a recording say what it does not learn from events.
#[inline]
fn note(inside: &Outermost) {
    if let Some(head) = RECORDER.region().head() {
        head.note(interval::get(), RECORDER.dropped.read());
        RECORDER.region().note_new_mappings(inside);
    }
}

/// Records that the block of [`allocate`] at `address`, of `size` bytes, was freed and allocated
/// again with `layout`, which is not large, and returns where it is now. If that is elsewhere, the
/// old block is there until it is given to [`free`], which counts nothing then. `None`, and nothing
/// has changed, if that cannot be done.
pub fn exchange(
    address: usize,
    size: usize,
    layout: Layout,
    marked: Marked,
    caller: Caller,
) -> Option<NonNull<u8>> {
    exchange_as(address, size, layout, marked, caller, false)
}

#[inline(always)]
fn exchange_as(
    address: usize,
    size: usize,
    layout: Layout,
    marked: Marked,
    caller: Caller,
    keeps_size: bool,
) -> Option<NonNull<u8>> {
    let inside = enter_for(marked)?;
    let block = match marked.sample(layout, keeps_size) {
        Some(sample) => RECORDER.exchange(&inside, address, size, sample, caller),
        None => {
            let block = RECORDER.allocate_unrecorded(&inside, layout);
            block.inspect(|_| RECORDER.withdraw(&inside, address, size))
        }
    };
    // Nobody else can be given the address before the caller frees it.
    if block.is_some() {
        TALLIES.free(&inside, address);
    }
    count(&inside, marked, block.map(|block| block.addr().get()), layout, caller);
    block
}

/// Records the free of a block of [`allocate`] that is still there until it is given to [`free`],
/// which counts nothing then.
pub fn withdraw(address: usize, size: usize) {
    if let Some(inside) = enter() {
        TALLIES.free(&inside, address);
        RECORDER.withdraw(&inside, address, size);
    }
}

/// Records the free of the block of `size` bytes at `address`, and frees it, if it came from [`allocate`];
/// whether it did.
pub fn free(address: usize, size: usize) -> bool {
    let Some(home) = RECORDER.home_of(address) else {
        look_how_far();
        return false;
    };
    match enter() {
        Some(inside) => {
            TALLIES.free(&inside, address);
            RECORDER.free(&inside, home, address, size);
        }
        None => RECORDER.dropped.frees.count(),
    }
    true
}

/// Records or counts the large block at `address`, not null, before the program gets it. Its stack
/// begins with the frame that called `caller`'s.
pub fn record(address: usize, layout: Layout, marked: Marked, caller: Caller) {
    let Some(inside) = enter_for(marked) else { return };
    if let Some(sample) = marked.sample(layout, false) {
        RECORDER.record(&inside, address, sample, caller);
        note(&inside);
    }
    count(&inside, marked, Some(address), layout, caller);
}

/// A block that was [taken](take). Dropped, nothing is known of it any more.
#[derive(Debug)]
pub struct Taken {
    recorded: Option<Block>,
    counted: Option<Counted>,
}

impl Drop for Taken {
    fn drop(&mut self) {
        if let Some(block) = self.counted
            && let Some(inside) = enter()
        {
            TALLIES.give_up(&inside, block);
        }
    }
}

/// What is known of the large block at `address`, before the allocator gets it back or moves it. Ends
/// in [`retire`], or in [`put_back`] if the allocator left it where it was.
pub fn take(address: usize) -> Option<Taken> {
    let inside = enter()?;
    let counted = TALLIES.take(&inside, address);
    let recorded = RECORDER.take(&inside, address);
    (recorded.is_some() || counted.is_some()).then_some(Taken { recorded, counted })
}

/// Counts a block that was taken as freed, and returns when, for [`revive`].
pub fn retire(block: &Taken) -> u64 {
    let inside = block.recorded.and_then(|block| enter().zip(Some(block)));
    inside.map_or(0, |(inside, block)| RECORDER.retire(&inside, block))
}

/// Goes on with a block that was retired at `then`, as if nothing had happened.
pub fn revive(block: Taken, then: u64) {
    go_on(block, |inside, block| RECORDER.revive(inside, block, then));
}

/// Goes on with a block that was taken, as if nothing had happened.
pub fn put_back(block: Taken) {
    go_on(block, |inside, block| RECORDER.keep(inside, block));
}

fn go_on(mut block: Taken, record: impl FnOnce(&Outermost, Block)) {
    let Some(inside) = enter() else { return };
    if let Some(block) = block.recorded {
        record(&inside, block);
    }
    if let Some(block) = block.counted.take() {
        TALLIES.put_back(&inside, block);
    }
}

/// Copies what was recorded, as of one instant within this call.
pub fn snapshot() -> Result<Snapshot, Error> {
    let inside = enter().ok_or_else(why_not)?;
    let Rows { rows, spread, lifetimes } = RECORDER.rows(&inside).map_err(|_| Error::NoMemory)?;
    let dropped = RECORDER.dropped.read();
    RECORDER.region().note_mappings(&inside);
    Ok(Snapshot {
        rows,
        spread,
        lifetimes,
        recorder: &RECORDER,
        interval: interval::get(),
        dropped,
    })
}

/// Keeps how long objects live, of those that are allocated from now on: see
/// [`Snapshot::lifetimes`].
pub fn keep_lifetimes() -> Result<(), Error> {
    let inside = enter().ok_or_else(why_not)?;
    RECORDER.keep_lifetimes(&inside).map_err(|_| Error::NoMemory)
}

/// Makes `file`, which is empty and open for reading and writing, of what was recorded and will be.
pub fn record_to(file: File, texts: &Texts<'_>) -> Result<(), RecordError> {
    fork::prepare_for_forks();
    let inside = enter().ok_or_else(|| RecordError::Recorder(why_not()))?;
    fork::guard_children();
    RECORDER
        .record_to(&inside, file.into_raw_fd(), texts)
        .map_err(|errno| RecordError::File(errno.0))?;
    RECORDER.region().note_mappings(&inside);
    note(&inside);
    Ok(())
}

/// The stack of the function that called `caller`'s, interned: see [`frames`]. Empty if it cannot be
/// walked or does not fit, or inside of a signal handler that interrupted the recorder.
#[must_use]
pub fn stack(caller: Caller) -> StackId {
    enter().map_or(StackId::EMPTY, |inside| RECORDER.stack(&inside, caller))
}

/// The return addresses of a stack, innermost first.
pub fn frames(stack: StackId) -> impl Iterator<Item = usize> {
    RECORDER.frames(stack)
}

/// The set of one label. Nothing if it does not fit.
pub(crate) fn label(key: &[u8], value: &[u8]) -> Option<LabelSet> {
    RECORDER.label(enter_for_labels, (key, value))
}

/// The labels of `outer` and those of `inner`, neither of them empty. Nothing if they do not fit.
pub(crate) fn both_labels(outer: LabelSet, inner: LabelSet) -> Option<LabelSet> {
    static MEMO: LabelMemo = LabelMemo::new();
    MEMO.get(outer, inner).or_else(|| {
        let both = RECORDER.both_labels(enter_for_labels, outer, inner)?;
        MEMO.put(outer, inner, both);
        Some(both)
    })
}

/// As [`enter`], where no allocation may have been seen yet.
#[cold]
fn enter_for_labels() -> Option<Outermost> {
    fork::prepare_for_forks();
    enter()
}

/// The sums over what was recorded, as of one instant within this call.
pub fn totals() -> Result<Totals, Error> {
    let inside = enter().ok_or_else(why_not)?;
    RECORDER.totals(&inside).map_err(|_| Error::NoMemory)
}

/// What the limits have left out so far.
pub fn dropped() -> Dropped {
    RECORDER.dropped.read()
}

pub(crate) fn enter() -> Option<Outermost> {
    if fork::is_abandoned() { None } else { Outermost::enter() }
}

pub(crate) fn why_not() -> Error {
    if fork::is_abandoned() { Error::Abandoned } else { Error::Inside }
}

pub(crate) fn recorder() -> &'static Recorder {
    &RECORDER
}

pub(crate) fn tallies() -> &'static Tallies {
    &TALLIES
}

/// Has this thread's allocations be counted in `tally`, and returns what counted them before.
pub(crate) fn count_in(tally: Option<TallyId>) -> Option<TallyId> {
    let before = counted_in();
    thread::with(|thread| {
        thread.sampler.watch(tally.is_some());
        thread.tally.set(tally.unwrap_or(TallyId::NONE));
    });
    before
}

/// What counts this thread's allocations.
pub(crate) fn counted_in() -> Option<TallyId> {
    let tally = thread::with(|thread| thread.tally.get());
    (tally != TallyId::NONE).then_some(tally)
}

pub(crate) fn forget_mark() {
    thread::with(|thread| thread.sampler.forget());
}
