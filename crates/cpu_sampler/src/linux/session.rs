//! One profile's worth of sampling.

use std::collections::HashMap;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::time::{Duration, Instant};

use heapwise_stackwalk::{fork_generation, learn_code};

use super::disposition::Handled;
use super::handler::{self, timer_value};
use super::owner::{Owned, Owner};
use super::record::{self, Record};
use super::timer::{self, Timer};
use super::{scratch, system, threads};
use crate::{Error, Losses, MAX_HZ, Sample};

/// Threads with a timer of their own; the timer of the process finds the others.
const MAX_TIMERS: usize = 1 << 14;

/// How often to look which threads there are, and at most which part of the time to spend with that.
const SCAN_EVERY: Duration = Duration::from_millis(100);
const SCAN_SHARE: u32 = 500;

/// A thread gets a timer of its own when it has spent so much processor time, or has been seen for so
/// long, or was there at the start. A timer loses what its thread spends after the kernel's last look
/// at it, half a tick to a tick (4 ms) in the life of a thread: at most 4 % of what it spent here. On
/// the other hand the signal of the process's timer goes to some thread that waits, if the one that
/// runs holds it back: it must not find many without a timer.
const TIMED_FROM: Duration = Duration::from_millis(100);
const OLD: Duration = Duration::from_secs(1);

/// How long to wait for handlers that are running when a session ends: none of them waits, but they may have
/// lost the processor.
const PATIENCE: Duration = Duration::from_millis(200);

/// There is one session at a time.
static SESSION: Owner = Owner::none();

/// Samples are taken while one is alive. It wants to be [tended](Session::tend) and
/// [drained](Session::drain) some twenty times a second, by a thread that takes no signals
/// ([`without_signals`](crate::without_signals)).
#[derive(Debug)]
pub struct Session {
    number: u32,
    /// Of which process, by [`fork_generation`].
    process: u32,
    period: Duration,
    /// Of the threads that have one.
    timers: HashMap<u32, Timer>,
    /// When those were first seen that have none yet.
    young: HashMap<u32, Instant>,
    /// That of the process; gone when the session ends.
    net: Option<Timer>,
    /// Who tends: nobody's work, so it has no timer and counts as if it had.
    tender: Option<u32>,
    next_scan: Instant,
    /// Whether the timer of the process reaches threads that have none.
    reaches_young: bool,
    random: u64,
    /// What the process, and the tending thread, had spent at the start; and what was sampled since.
    spent_before: Duration,
    sampled: u64,
    words: Vec<u64>,
    // Dropped in this order, after the timers.
    _handled: Handled,
    _claim: Owned,
}

impl Session {
    /// Samples every thread `hz` times for each second of processor time that it spends, on average, from
    /// now on. `label` is called in the signal handler, in the interrupted thread, and must do no more than
    /// a handler may.
    ///
    /// # Errors
    /// If there is a session already, the program has a handler for `SIGPROF` of its own, the rate is out of
    /// bounds, or the kernel refuses.
    pub fn begin(hz: u32, label: fn() -> u32) -> Result<Self, Error> {
        static NUMBERS: AtomicU32 = AtomicU32::new(0);
        if hz == 0 || hz > MAX_HZ {
            return Err(Error::Rate(hz));
        }
        let claim = SESSION.try_take().ok_or(Error::Running)?;
        if claim.is_abandoned {
            forget_parent();
        }
        let handled = Handled::begin()?;
        let number = NUMBERS.fetch_add(1, Relaxed).wrapping_add(1).max(1);
        let net = Timer::of_process(timer_value(number, 0)).map_err(|why| Error::Timer(why.0))?;
        let mut session = Self {
            number,
            process: fork_generation(),
            period: Duration::from_nanos(1_000_000_000 / u64::from(hz)),
            timers: HashMap::new(),
            young: HashMap::new(),
            net: Some(net),
            tender: None,
            next_scan: Instant::now(),
            reaches_young: system::is_linux(6, 4),
            spent_before: timer::spent_by_all(),
            sampled: 0,
            random: seed(),
            words: Vec::new(),
            _handled: handled,
            _claim: claim,
        };
        session.start(label)?;
        Ok(session)
    }

    fn start(&mut self, label: fn() -> u32) -> Result<(), Error> {
        learn_code();
        handler::reset_losses();
        handler::set_label(label);
        handler::SESSION.store(self.number, SeqCst);
        let first = self.first();
        let started = self.net.as_ref().map_or(Ok(()), |net| net.start(first, self.period));
        started.map_err(|why| Error::Timer(why.0))?;
        threads::all().unwrap_or_default().into_iter().for_each(|id| self.add(id));
        Ok(())
    }

    /// Processor time between two samples of a thread.
    pub fn period(&self) -> Duration {
        self.period
    }

    /// Whether this is a copy of another process's session, in a child of a fork: nothing is sampled.
    pub fn is_foreign(&self) -> bool {
        self.process != fork_generation()
    }

    /// Gives timers to threads that are of age, takes those of threads that have ended back, and has code known that
    /// was loaded meanwhile. The calling thread itself is left out.
    pub fn tend(&mut self) {
        learn_code();
        let own = *self.tender.get_or_insert_with(|| {
            let own = system::thread_id();
            threads::set_timed(own);
            own
        });
        if Instant::now() >= self.next_scan {
            self.scan(own);
        }
    }

    fn scan(&mut self, own: u32) {
        let begin = Instant::now();
        let has_ended = |_: &u32, timer: &mut Timer| timer.has_ended();
        self.timers.extract_if(has_ended).for_each(|(id, _)| threads::clear_timed(id));
        // Without a list, the timer of the process finds threads.
        let mut all = threads::all().unwrap_or_default();
        all.sort_unstable();
        self.young.retain(|id, _| all.binary_search(id).is_ok());
        let others = all.into_iter().filter(|&id| id != own);
        others.for_each(|id| self.look_at(id, begin));
        self.next_scan = Instant::now() + SCAN_EVERY.max(begin.elapsed() * SCAN_SHARE);
    }

    /// Gives thread `id` a timer if it has none and is of age.
    fn look_at(&mut self, id: u32, now: Instant) {
        if self.timers.len() >= MAX_TIMERS || self.timers.contains_key(&id) {
            return;
        }
        let seen = *self.young.entry(id).or_insert(now);
        let is_old = !self.reaches_young || now.saturating_duration_since(seen) >= OLD;
        if is_old || timer::spent_by(id) >= TIMED_FROM {
            self.young.remove(&id);
            self.add(id);
        }
    }

    /// Gives thread `id` a timer. If there is none to be had, the timer of the process goes on to find it.
    fn add(&mut self, id: u32) {
        let Ok(timer) = Timer::of_thread(id, timer_value(self.number, id)) else { return };
        let first = self.first();
        // First the bit: from now on the thread has one timer, and not two for a moment.
        if threads::set_timed(id) && timer.start(first, self.period).is_ok() {
            self.timers.insert(id, timer);
        } else {
            threads::clear_timed(id);
        }
    }

    /// A random part of a period, not zero.
    fn first(&mut self) -> Duration {
        // xorshift, as good as is needed for where in 10 ms to begin.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        let period = self.period.as_nanos() as u64;
        Duration::from_nanos(1 + self.random % period)
    }

    /// Takes out all samples that there are by now.
    pub fn drain(&mut self, each: &mut dyn FnMut(&Sample<'_>)) {
        if self.is_foreign() {
            return;
        }
        let mut words = std::mem::take(&mut self.words);
        let mut frames = Vec::new();
        while record::samples().pop(&mut words) {
            let Some((record, addresses)) = Record::from_words(&words) else { continue };
            if record.number != self.number {
                continue;
            }
            if record.by_process {
                self.look_at(record.thread, Instant::now());
            }
            frames.clear();
            frames.extend(addresses.iter().map(|&address| address as usize));
            let Record { weight, label, is_whole, .. } = record;
            self.sampled += u64::from(weight);
            each(&Sample { frames: &frames, weight, label, is_whole });
        }
        self.words = words;
    }

    /// Ends sampling, takes out the rest, and says what was lost. For the thread that tended, if one has.
    pub fn end(mut self, each: &mut dyn FnMut(&Sample<'_>)) -> Losses {
        let own = self.tender.map_or(Duration::ZERO, timer::spent_by);
        let spent = timer::spent_by_all().saturating_sub(self.spent_before + own);
        self.stop();
        self.drain(each);
        let losses = handler::losses();
        let periods = spent.as_nanos() / self.period.as_nanos().max(1);
        let known = self.sampled + losses.ring_full + losses.handlers;
        let unseen = u64::try_from(periods).unwrap_or(0).saturating_sub(known);
        Losses { unseen, ..losses }
    }

    /// No handler begins a sample of this session after this.
    fn stop(&mut self) {
        if self.is_foreign() || self.net.is_none() {
            return;
        }
        handler::SESSION.store(0, SeqCst);
        self.net = None;
        let timed = self.timers.drain().map(|(id, _)| id);
        timed.chain(self.tender.take()).for_each(threads::clear_timed);
        handler::wait_for_all(PATIENCE);
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.stop();
        // The samples of a session that nobody wants any more.
        self.drain(&mut |_| ());
    }
}

/// What a child of a fork has of its parent's session is of threads that it does not have.
fn forget_parent() {
    handler::reset();
    scratch::reset();
    threads::clear_all_timed();
    record::samples().reset();
}

/// Not zero. Where in a period the first signal comes is nothing that anyone could misuse.
fn seed() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.unwrap_or_default().as_nanos() as u64 | 1
}
