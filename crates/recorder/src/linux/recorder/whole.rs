//! What concerns all stripes at once: copies, the file, forks.

use std::sync::atomic::Ordering::Release;

use super::{Recorder, STRIPES};
use crate::counts::{Lifetimes, Totals};
use crate::entry::Outermost;
use crate::platform::kernel::arena::{Array, NoMemory};
use crate::platform::kernel::errno::Errno;
use crate::platform::lock::Lock;
use crate::platform::random::process_seed;
use crate::platform::region::Region;
use crate::platform::snapshot::dither;
use crate::platform::sums::bucket_table::{Bucket, Kind, Spread, copy_buckets};
use crate::platform::sums::lifetimes::Lived;
use crate::row::{Row, StackId};
use crate::texts::Texts;

/// Copies of the buckets of all stripes, of one instant.
struct Copied {
    buckets: Array<Bucket>,
    spread: Spread,
    epoch: u64,
    /// With the same keys as the buckets; empty if lifetimes are not kept.
    lives: Array<Life>,
}

/// What is known of lives in one bucket.
#[derive(Clone, Copy, Debug)]
struct Life {
    key: (StackId, Kind),
    lived: Lived,
}

/// What was recorded.
#[derive(Debug)]
pub struct Rows {
    /// One a stack and kind, in order of stacks.
    pub rows: Array<Row>,
    /// How far the sums over them may be off.
    pub spread: Spread,
    /// One a row; none if lifetimes are not kept.
    pub lifetimes: Array<Lifetimes>,
}

impl Recorder {
    /// What was recorded, as of one instant.
    pub fn rows(&self, inside: &Outermost) -> Result<Rows, NoMemory> {
        let Copied { mut buckets, spread, epoch, mut lives } = self.buckets(inside)?;
        buckets.sort_unstable_by_key(|bucket| (bucket.stack, bucket.kind));
        lives.sort_unstable_by_key(|life| life.key);
        let mut rows = Array::with_capacity(buckets.len())?;
        let mut lifetimes = Array::with_capacity(lives.len())?;
        let seed = process_seed();
        for same in buckets.chunk_by(|a, b| (a.stack, a.kind) == (b.stack, b.kind)) {
            rows.push(Row::of(same, epoch, seed))?;
        }
        for same in lives.chunk_by(|a, b| a.key == b.key) {
            let mut lived = Lived::default();
            same.iter().for_each(|life| lived += life.lived);
            lifetimes.push(lived.rounded(dither(same[0].key, seed)))?;
        }
        Ok(Rows { rows, spread, lifetimes })
    }

    /// Keeps how long objects live, of those allocated from now on.
    pub fn keep_lifetimes(&self, inside: &Outermost) -> Result<(), NoMemory> {
        self.lifetimes.begin(inside)
    }

    /// Copies every bucket of every stripe.
    fn buckets(&self, inside: &Outermost) -> Result<Copied, NoMemory> {
        let mut room = 0;
        loop {
            let mut buckets = Array::with_backed_capacity(room)?;
            let has_lives = self.lifetimes.is_kept();
            let mut lives = Array::with_backed_capacity(if has_lives { room } else { 0 })?;
            // Held together: recording stops, and with it time.
            let held: [_; STRIPES] = std::array::from_fn(|i| self.stripes[i].lock(inside));
            let wanted = self.region.rows();
            if wanted <= buckets.capacity() {
                copy_buckets(&self.region, |row, bucket| {
                    buckets.push(*bucket)?;
                    let key = (bucket.stack, bucket.kind);
                    let life = || Life { key, lived: self.lifetimes.of(row) };
                    if has_lives { lives.push(life()) } else { Ok(()) }
                })?;
                let (mut spread, epoch) = (Spread::default(), self.peak.epoch(inside));
                held.iter().for_each(|stripe| spread += stripe.buckets.spread(epoch));
                return Ok(Copied { buckets, spread, epoch, lives });
            }
            // The tables are bounded, so this ends; room to grow makes the next round the last as a
            // rule.
            room = wanted + wanted / 8 + 1024;
        }
    }

    /// The sums over [`rows`](Self::rows).
    pub fn totals(&self, inside: &Outermost) -> Result<Totals, NoMemory> {
        let Rows { rows, .. } = self.rows(inside)?;
        Ok(rows.iter().copied().fold(Totals::default(), Totals::plus))
    }

    /// Makes the file `fd` of what is recorded from now on, and before.
    pub fn record_to(&self, inside: &Outermost, fd: i32, texts: &Texts<'_>) -> Result<(), Errno> {
        let mut held: [_; STRIPES] = std::array::from_fn(|i| self.stripes[i].lock(inside));
        // Should the file come to where it can grow no more, every stripe has a bucket to count in.
        for stripe in &mut held {
            // Without memory it is as before.
            let _ = stripe.buckets.prepare(inside, &self.region);
        }
        self.stacks.acquire();
        self.labels.acquire();
        let head = self.region.record_to(inside, fd, texts);
        if let Ok(head) = head {
            head.labels.store(self.labels.len() as u64, Release);
        }
        self.labels.release_lock();
        self.stacks.release_locks();
        let head = head?;
        head.nodes.store(self.stacks.len(inside) as u64, Release);
        head.epoch.store(self.peak.epoch(inside), Release);
        for (stripe, journal) in held.iter_mut().zip(&head.journals) {
            stripe.buckets.keep_in(Some(journal));
        }
        Ok(())
    }

    /// Where stacks and buckets lie.
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// Stops every thread at its next event, for a fork: nobody is in the middle of a change.
    pub fn acquire(&self, inside: &Outermost) {
        self.stripes.iter().for_each(Lock::acquire);
        self.live.acquire();
        self.stacks.acquire();
        self.pool.acquire();
        self.peak.acquire();
        self.lifetimes.acquire();
        self.labels.acquire();
        self.region.acquire(inside);
    }

    /// Lets the threads go on after [`acquire`](Self::acquire), in the parent of a fork.
    pub fn release_in_parent(&self, inside: &Outermost) {
        self.region.release_in_parent(inside);
        self.release();
    }

    /// As [`release_in_parent`](Self::release_in_parent), in the child, which leaves its parent's
    /// file alone. `false` if nothing here may be touched.
    pub fn release_in_child(&self, inside: &Outermost) -> bool {
        let is_left = self.region.release_in_child(inside);
        self.release();
        if is_left {
            for stripe in &self.stripes {
                stripe.lock(inside).buckets.keep_in(None);
            }
        }
        is_left
    }

    fn release(&self) {
        self.labels.release_lock();
        self.lifetimes.release_lock();
        self.peak.release_lock();
        self.pool.release_lock();
        self.stacks.release_locks();
        self.live.release_locks();
        self.stripes.iter().for_each(Lock::release);
    }
}
