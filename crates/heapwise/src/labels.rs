//! Labels: whose work an allocation is, besides where it happens.

mod future;

use std::fmt::{self, Display, Write as _};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Release};

use heapwise_recorder::labels::{self as recorded, Carried, Entered, MAX_VALUE_BYTES};

pub use future::Labelled;

/// A label that samples are to carry: [`Labels::scope`] for what a closure does,
/// [`Labels::future`] for a future.
///
/// ```
/// let tenant = 7;
/// let found = heapwise::label("tenant", tenant).scope(|| "what was found".to_owned());
/// # drop(found);
/// ```
///
/// A block keeps the labels of the moment when it was allocated, whoever frees it. Profiles have them as
/// labels of their samples, by which pprof tools select (`-tagfocus=tenant=ant`, or `tenant=^7$`: a bare
/// number is a range of numbers to them, and labels are texts), and which `-tags` lists.
///
/// The key may have 64 bytes, the value 256 as it is displayed. A label that is longer, a ninth of one
/// scope, and a combination of labels after 16,384 others (or 2 MiB of them) are left out: samples go on
/// with the labels around it, and profiles say how many did. So a label that is different for every
/// request is of no use; its tenant or its route is.
#[must_use = "samples carry it in `scope` and `future` only"]
pub fn label(key: &str, value: impl Display) -> Labels {
    Labels::none().and(key, value)
}

/// Labels that samples are to carry: those of [`label`], or [`current`](Self::current) ones.
///
/// A value of 16 bytes, which may be moved to other threads and used many times. Threads and tasks do
/// not inherit labels, they are given them:
///
/// ```
/// use heapwise::Labels;
///
/// heapwise::label("job", "index").scope(|| {
///     let labels = Labels::current();
///     let worker = std::thread::spawn(move || labels.scope(|| vec![0u8; 1000]));
///     worker.join().unwrap()
/// });
/// ```
pub struct Labels {
    own: Carried,
    /// Around which labels these were entered last, and what that gave.
    last: AtomicU64,
}

impl Labels {
    /// No labels: a scope of these adds nothing.
    ///
    /// ```
    /// use heapwise::Labels;
    ///
    /// let tenant: Option<u64> = None; // of this request, which nobody has signed in for
    /// let labels = tenant.map_or(Labels::none(), |id| heapwise::label("tenant", id));
    /// assert_eq!(labels.iter().count(), 0);
    /// ```
    #[must_use]
    pub const fn none() -> Self {
        Self::of(Carried::NOTHING)
    }

    /// The labels that samples of this thread carry at this moment.
    ///
    /// ```
    /// let labels = heapwise::label("tenant", 7).scope(heapwise::Labels::current);
    /// assert_eq!(labels.iter().next(), Some(("tenant", "7")));
    /// ```
    #[must_use]
    pub fn current() -> Self {
        Self::of(Carried::now())
    }

    const fn of(own: Carried) -> Self {
        Self { own, last: AtomicU64::new(0) }
    }

    /// These and one more; of two with the same key, the later counts.
    ///
    /// ```
    /// let labels = heapwise::label("tenant", 7).and("route", "/search");
    /// labels.scope(|| { /* .. */ });
    /// ```
    #[must_use]
    pub fn and(&self, key: &str, value: impl Display) -> Self {
        let mut text = Text::new();
        let written = write!(text, "{value}");
        // What is too long stays too long, and is left out.
        let value = if written.is_ok() { text.as_bytes() } else { &[0; MAX_VALUE_BYTES + 1] };
        Self::of(self.own.with(key.as_bytes(), value))
    }

    /// Runs `work`, whose samples carry these labels besides those around it. Where both have a key, the
    /// inner value counts. Ends with the call, also when `work` panics; what it leaves to other threads or
    /// to a later poll is not in it.
    ///
    /// ```
    /// use heapwise::label;
    ///
    /// label("tenant", 7).scope(|| {
    ///     label("route", "/search").scope(|| { /* both */ });
    ///     label("tenant", 8).scope(|| { /* tenant 8 */ });
    /// });
    /// ```
    #[inline]
    pub fn scope<T>(&self, work: impl FnOnce() -> T) -> T {
        let _entered = self.enter();
        work()
    }

    /// Wraps `future` so that samples carry these labels while it is polled, besides those that are in
    /// force there: across `.await`, and on whichever threads an executor polls it.
    ///
    /// ```
    /// # async fn answer() {}
    /// # let executor = tokio::runtime::Builder::new_current_thread().build().unwrap();
    /// # executor.block_on(async {
    /// heapwise::label("tenant", 7).future(answer()).await;
    /// // A task does not inherit; this one gets what is in force here.
    /// let task = tokio::spawn(heapwise::Labels::current().future(answer()));
    /// # task.await.unwrap();
    /// # });
    /// ```
    pub fn future<F: Future>(self, future: F) -> Labelled<F> {
        Labelled::new(self, future)
    }

    #[inline]
    fn enter(&self) -> Entered {
        let outer = Carried::now();
        // Without labels around, which is the rule, there is nothing to work out.
        let both = if outer == Carried::NOTHING { self.own } else { self.around(outer) };
        both.enter()
    }

    /// These labels inside of `outer` ones. The last answer is kept: a future is polled again and again.
    fn around(&self, outer: Carried) -> Carried {
        let last = self.last.load(Acquire);
        if (last >> 32) as u32 == outer.to_bits() {
            return Carried::from_bits(last as u32);
        }
        let both = outer.and(self.own);
        // What did not fit may fit another time: in a signal handler, nothing new does.
        if !both.is_short() {
            let entry = u64::from(outer.to_bits()) << 32 | u64::from(both.to_bits());
            self.last.store(entry, Release);
        }
        both
    }

    /// The keys and values, in order of the keys.
    ///
    /// ```
    /// let labels = heapwise::label("tenant", 7).and("route", "/search");
    /// let pairs: Vec<(&str, &str)> = labels.iter().collect();
    /// assert_eq!(pairs, [("route", "/search"), ("tenant", "7")]);
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
        let text = |bytes: &'static [u8]| std::str::from_utf8(bytes).unwrap_or_default();
        recorded::of(self.own.set()).map(move |(key, value)| (text(key), text(value)))
    }
}

impl Default for Labels {
    fn default() -> Self {
        Self::none()
    }
}

impl fmt::Debug for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Clone for Labels {
    fn clone(&self) -> Self {
        Self { own: self.own, last: AtomicU64::new(self.last.load(Acquire)) }
    }
}

/// The text of a value, if it is not too long. Lies where nothing is allocated.
struct Text {
    bytes: [u8; MAX_VALUE_BYTES],
    length: usize,
}

impl Text {
    fn new() -> Self {
        Self { bytes: [0; MAX_VALUE_BYTES], length: 0 }
    }

    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

impl fmt::Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length + text.len();
        let place = self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?;
        place.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
