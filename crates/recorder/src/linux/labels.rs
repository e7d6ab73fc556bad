//! The labels that the samples of a thread carry.

pub(crate) mod index;
pub(crate) mod memo;
pub(crate) mod table;

use std::marker::PhantomData;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

pub use self::table::Labels;
pub use crate::limits::{LABEL_BYTES, MAX_KEY_BYTES, MAX_LABEL_SETS, MAX_LABELS, MAX_VALUE_BYTES};
use crate::platform::process;
pub use crate::row::{Label, LabelSet};

thread_local! {
    /// `const` and without `Drop`, so that it can be read from the first instruction of a thread to
    /// the last; atomic, so that a signal handler of the thread may read it.
    static CARRIED: AtomicU32 = const { AtomicU32::new(0) };
}

/// Set where a label is missing: see [`Carried::is_short`].
const SHORT: u32 = 1 << 31;

/// The label set of this thread's samples at this moment. Async-signal-safe.
#[inline]
#[must_use]
pub fn current() -> LabelSet {
    Carried::now().set()
}

/// The labels of a set, in order of their keys, for as long as the process lives.
#[must_use]
pub fn of(set: LabelSet) -> Labels<'static> {
    process::recorder().labels(set)
}

/// What samples carry: a label set, and whether a label that was asked for is not in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carried(u32);

impl Carried {
    /// No labels.
    pub const NOTHING: Self = Self(0);

    fn of(set: LabelSet, is_short: bool) -> Self {
        Self(set.number() | if is_short { SHORT } else { 0 })
    }

    /// What this thread's samples carry. Async-signal-safe.
    #[inline]
    #[must_use]
    pub fn now() -> Self {
        CARRIED.with(|carried| Self(carried.load(Relaxed)))
    }

    /// The labels.
    #[inline]
    #[must_use]
    pub const fn set(self) -> LabelSet {
        LabelSet::from_number(self.0 & !SHORT)
    }

    /// Whether a label did not fit: it was too long, or there were too many, in this set or in all.
    #[inline]
    #[must_use]
    pub const fn is_short(self) -> bool {
        self.0 & SHORT != 0
    }

    /// As a number, for [`from_bits`](Self::from_bits).
    #[must_use]
    pub const fn to_bits(self) -> u32 {
        self.0
    }

    /// What [`to_bits`](Self::to_bits) gave a number for.
    #[must_use]
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// With one label more, or another value if the key is there already; as it is, and
    /// [short](Self::is_short), if that does not fit.
    #[must_use]
    pub fn with(self, key: &[u8], value: &[u8]) -> Self {
        match process::label(key, value) {
            Some(set) => self.and(Self::of(set, false)),
            None => Self::of(self.set(), true),
        }
    }

    /// With those of `inner` added, which win where both have a key; as it is, and
    /// [short](Self::is_short), if that does not fit.
    #[must_use]
    pub fn and(self, inner: Self) -> Self {
        let is_short = self.is_short() || inner.is_short();
        if self.set() == LabelSet::EMPTY || self.set() == inner.set() {
            return Self::of(inner.set(), is_short);
        }
        if inner.set() == LabelSet::EMPTY {
            return Self::of(self.set(), is_short);
        }
        process::both_labels(self.set(), inner.set())
            .map_or(Self::of(self.set(), true), |set| Self::of(set, is_short))
    }

    /// Has this thread's samples carry exactly this, until the value returned is dropped: in the
    /// opposite order, if there are several.
    #[inline]
    pub fn enter(self) -> Entered {
        let before = CARRIED.with(|carried| {
            let before = carried.load(Relaxed);
            carried.store(self.0, Relaxed);
            Self(before)
        });
        Entered { before, _stays: PhantomData }
    }
}

/// Ends what [`Carried::enter`] began, when dropped.
#[derive(Debug)]
#[must_use = "samples carry the labels until this is dropped"]
pub struct Entered {
    before: Carried,
    /// It belongs to its thread.
    _stays: PhantomData<*const ()>,
}

impl Drop for Entered {
    #[inline]
    fn drop(&mut self) {
        CARRIED.with(|carried| carried.store(self.before.0, Relaxed));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(carried: Carried) -> Vec<(String, String)> {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        of(carried.set()).map(|(key, value)| (text(key), text(value))).collect()
    }

    #[test]
    fn what_is_entered_is_left_in_the_opposite_order() {
        let outer = Carried::NOTHING.with(b"a", b"1");
        assert_eq!(current(), LabelSet::EMPTY);
        let entered = outer.enter();
        let inner = Carried::now().with(b"b", b"2").enter();
        assert_eq!(
            texts(Carried::now()),
            [("a", "1"), ("b", "2")].map(|(k, v)| (k.into(), v.into()))
        );
        drop(inner);
        assert_eq!(Carried::now(), outer);
        drop(entered);
        assert_eq!(Carried::now(), Carried::NOTHING);
    }

    #[test]
    fn the_same_labels_are_the_same_set_in_any_order() {
        let first = Carried::NOTHING.with(b"x", b"1").with(b"y", b"2").with(b"x", b"3");
        let second = Carried::NOTHING.with(b"y", b"2").and(Carried::NOTHING.with(b"x", b"3"));
        assert_eq!(first, second);
        assert_ne!(first, first.with(b"x", b"1"));
        assert_eq!(first.and(Carried::NOTHING), first);
        assert_eq!(Carried::NOTHING.and(first), first);
        assert_eq!(Carried::NOTHING.with(b"x", b"other").and(first), first, "inner values win");
    }

    #[test]
    fn what_does_not_fit_is_left_out_and_known() {
        let one = Carried::NOTHING.with(b"fits", b"");
        for (key, value) in
            [(&b""[..], &b"no key"[..]), (&[b'k'; 65], b""), (b"long", &[b'v'; 257])]
        {
            let short = one.with(key, value);
            assert_eq!((short.set(), short.is_short()), (one.set(), true));
            let more = short.with(b"another", b"");
            assert!(more.is_short() && texts(more).len() == 2, "what fits is there");
            assert!(Carried::NOTHING.and(short).is_short() && short.and(one).is_short());
        }
        let key = [b'k'; 64];
        assert!(!one.with(&key, &[b'v'; 256]).is_short());
        let full = (0..8u8).fold(Carried::NOTHING, |set, i| set.with(&[b'0' + i], b""));
        assert!(!full.is_short() && full.with(b"8", b"").is_short());
        assert!(!full.with(b"7", b"other").is_short(), "no more than there were");
        assert_eq!(full.and(one).set(), full.set());
    }
}
