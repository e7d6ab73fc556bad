//! What several test programs use.
#![allow(dead_code, reason = "no program uses all of it")]
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

pub mod counting;

use heapwise::heap::Count;
use heapwise_profile::{GunzipLimit, Profile, decode, gunzip};

/// The profile in `bytes`, as a file has it.
pub fn profile(bytes: &[u8]) -> Profile {
    decode(&gunzip(bytes, GunzipLimit::default()).unwrap()).unwrap()
}

/// Allocated, and in use: the sums over a profile.
pub fn sums(profile: &Profile) -> (Count, Count) {
    let [alloc, inuse, _] = all_sums(profile);
    (alloc, inuse)
}

/// Allocated, in use, and in use at the peak: the sums over a profile.
pub fn all_sums(profile: &Profile) -> [Count; 3] {
    let mut sums = [0u64; 6];
    for sample in profile.samples.iter() {
        sums.iter_mut().zip(sample.values).for_each(|(sum, value)| *sum += *value as u64);
    }
    [0, 2, 4].map(|column| Count { objects: sums[column], bytes: sums[column + 1] })
}
