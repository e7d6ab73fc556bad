//! Allocation budgets for tests: how much a piece of code may allocate, checked exactly.
//!
//! ```no_run
//! // Once in the test program, or in `lib.rs` under `#[cfg(test)]`:
//! #[global_allocator]
//! static ALLOC: heapwise::Alloc = heapwise::Alloc::system();
//!
//! # fn parse(text: &str) -> usize { text.len() }
//! # /*
//! #[test]
//! # */
//! fn parsing_allocates_nothing() {
//!     heapwise::budget().allocations(0).check(|| parse("a=1"));
//! }
//! # fn main() {}
//! ```
//!
//! If the code allocates more, the test fails, says which stacks allocated, and leaves a profile of
//! just these allocations for `heapwise` and `go tool pprof`.
//!
//! # What counts
//!
//! * What *this thread* allocates while the closure runs, and other threads that run something by a
//!   [`Handle`]. Nothing else: tests run on threads beside one another, and neither their allocations
//!   nor those of the harness count. So `cargo test` needs no `--test-threads=1`.
//! * Every allocation, whatever the sampling interval, also at interval 0; and what the process's own
//!   profile says stays what it would be.
//! * Sizes are the bytes asked for. A `realloc` is a free and an allocation of the whole new size, also
//!   where the block grows in place: a `Vec` that grows from 4 to 8 to 16 has allocated three times. At
//!   no moment both blocks are in use.
//! * A free counts on whatever thread it happens. A block from *before* the closure does not count in
//!   any way: freeing it makes no room, and resizing it is one allocation.
//! * What prints allocates: under the test harness, `println!` appends to a buffer on this thread. So
//!   does what is done once: the first use of a thread-local, of a `OnceLock`, of `std::io::stdout`.
//!   Do it once before the closure.
//!
//! A budget inside of another counts in both. See [`Handle`] for threads and futures.

mod failure;
mod limits;
mod place;
mod stacks;

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use heapwise_recorder::{Closed, CountError, Counting, Joint};

use crate::start::is_allocator_installed;
use limits::Limits;

/// A budget without limits yet: see [`Budget`].
///
/// ```
/// #[global_allocator]
/// static ALLOC: heapwise::Alloc = heapwise::Alloc::system();
///
/// fn main() {
///     let words = heapwise::budget().allocations(0).check(|| "a b c".split(' ').count());
///     assert_eq!(words, 3);
/// }
/// ```
pub fn budget() -> Budget {
    Budget { limits: Limits::default() }
}

/// How much a closure may allocate: as many of the five limits as are set.
///
/// ```
/// #[global_allocator]
/// static ALLOC: heapwise::Alloc = heapwise::Alloc::system();
///
/// fn main() {
///     let text = heapwise::budget()
///         .allocations(1)
///         .bytes(100)
///         .leaked(1)
///         .check(|| "x".repeat(100));
///     assert_eq!(text.len(), 100);
/// }
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use = "a budget does nothing until it is checked"]
pub struct Budget {
    limits: Limits,
}

/// What a closure allocated: see [`measure`].
///
/// ```
/// #[global_allocator]
/// static ALLOC: heapwise::Alloc = heapwise::Alloc::system();
///
/// fn main() {
///     let (kept, used) = heapwise::budget::measure(|| {
///         drop(vec![0u8; 500]);
///         vec![0u8; 100]
///     });
///     assert_eq!((used.allocations, used.bytes, used.peak_bytes), (2, 600, 500));
///     assert_eq!((used.leaked, used.leaked_bytes), (1, 100)); // `kept`
///     drop(kept);
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Used {
    /// How many times it allocated. A `realloc` is one time.
    pub allocations: u64,
    /// The sum of what it asked for, in bytes, freed or not.
    pub bytes: u64,
    /// The most of that that was in use at one moment, in bytes.
    pub peak_bytes: u64,
    /// How many of these blocks were in use when the closure returned. What it returned is among them.
    pub leaked: u64,
    /// The bytes in these blocks.
    pub leaked_bytes: u64,
}

impl Budget {
    /// At most `most` allocations: [`Used::allocations`].
    ///
    /// ```
    /// #[global_allocator]
    /// static ALLOC: heapwise::Alloc = heapwise::Alloc::system();
    ///
    /// fn main() {
    ///     let joined = heapwise::budget().allocations(1).check(|| ["a", "b", "c"].concat());
    ///     assert_eq!(joined, "abc");
    /// }
    /// ```
    pub fn allocations(self, most: u64) -> Self {
        self.limited(limits::ALLOCATIONS, most)
    }

    /// At most `most` bytes allocated in total, freed or not: [`Used::bytes`].
    ///
    /// ```
    /// #[global_allocator]
    /// static ALLOC: heapwise::Alloc = heapwise::Alloc::system();
    ///
    /// fn main() {
    ///     let twice = || (0..2).for_each(|_| drop(vec![0u8; 100]));
    ///     heapwise::budget().bytes(200).check(twice);
    /// }
    /// ```
    pub fn bytes(self, most: u64) -> Self {
        self.limited(limits::BYTES, most)
    }

    /// At most `most` bytes in use at one moment, of those that were allocated within:
    /// [`Used::peak_bytes`].
    ///
    /// ```
    /// #[global_allocator]
    /// static ALLOC: heapwise::Alloc = heapwise::Alloc::system();
    ///
    /// fn main() {
    ///     let one_after_another = || (0..1000).for_each(|_| drop(vec![0u8; 100]));
    ///     heapwise::budget().peak_bytes(100).check(one_after_another);
    /// }
    /// ```
    pub fn peak_bytes(self, most: u64) -> Self {
        self.limited(limits::PEAK_BYTES, most)
    }

    /// At most `most` blocks in use at the end, of those that were allocated within. What the closure
    /// returns counts: drop it inside, or allow for it. [`Used::leaked`].
    ///
    /// ```
    /// #[global_allocator]
    /// static ALLOC: heapwise::Alloc = heapwise::Alloc::system();
    ///
    /// fn main() {
    ///     let answer = heapwise::budget().leaked(1).check(|| {
    ///         let scratch = [vec![6u8], vec![7u8]];
    ///         Box::new(scratch[0][0] * scratch[1][0]) // the one that stays
    ///     });
    ///     assert_eq!(*answer, 42);
    /// }
    /// ```
    pub fn leaked(self, most: u64) -> Self {
        self.limited(limits::LEAKED, most)
    }

    /// At most `most` bytes in such blocks: [`Used::leaked_bytes`].
    ///
    /// ```
    /// #[global_allocator]
    /// static ALLOC: heapwise::Alloc = heapwise::Alloc::system();
    ///
    /// fn main() {
    ///     let line = heapwise::budget().leaked_bytes(80).check(|| "-".repeat(80));
    ///     assert_eq!(line.len(), 80);
    /// }
    /// ```
    pub fn leaked_bytes(self, most: u64) -> Self {
        self.limited(limits::LEAKED_BYTES, most)
    }

    fn limited(mut self, limit: usize, most: u64) -> Self {
        self.limits.set(limit, most);
        self
    }

    /// Runs `work` and returns what it returns, if that allocated no more than the budget allows.
    ///
    /// ```
    /// #[global_allocator]
    /// static ALLOC: heapwise::Alloc = heapwise::Alloc::system();
    ///
    /// fn main() {
    ///     let failed = std::panic::catch_unwind(|| {
    ///         heapwise::budget().allocations(0).check(|| "a".repeat(10)) // over budget: 1 allocation, ..
    ///     });
    ///     assert!(failed.is_err());
    /// }
    /// ```
    ///
    /// # Panics
    /// At the caller's line, if it allocated more: with what it used, the stacks that did it, and where
    /// the profile of these allocations is. Also as [`measure`], and if there is no limit to keep.
    #[track_caller]
    pub fn check<T>(self, work: impl FnOnce() -> T) -> T {
        assert!(!self.limits.are_none(), "a budget without a limit: add, say, `.allocations(0)`");
        let (result, closed) = counted(work);
        if let Some(message) = failure::message(&self.limits, &closed) {
            panic!("{message}");
        }
        result
    }
}

/// Runs `work`, and returns what it returns and what it allocated.
///
/// ```
/// #[global_allocator]
/// static ALLOC: heapwise::Alloc = heapwise::Alloc::system();
///
/// fn main() {
///     let (numbers, used) = heapwise::budget::measure(|| vec![0u8; 1000]);
///     assert_eq!((used.allocations, used.bytes, used.leaked), (1, 1000, 1));
///     drop(numbers);
/// }
/// ```
///
/// # Panics
/// If nothing can be counted: the program's global allocator is not Heapwise's, or 256 budgets are
/// open. Or if something could not be, because the kernel gave no memory for it.
#[track_caller]
pub fn measure<T>(work: impl FnOnce() -> T) -> (T, Used) {
    let (result, closed) = counted(work);
    (result, Used::of(&closed))
}

impl Used {
    fn of(closed: &Closed) -> Self {
        Self {
            allocations: closed.alloc.objects,
            bytes: closed.alloc.bytes,
            peak_bytes: closed.peak.bytes,
            leaked: closed.left.objects,
            leaked_bytes: closed.left.bytes,
        }
    }
}

/// Brings another thread, or a future, into the budgets of the thread that made it.
///
/// ```
/// #[global_allocator]
/// static ALLOC: heapwise::Alloc = heapwise::Alloc::system();
///
/// fn main() {
///     let ((), used) = heapwise::budget::measure(|| {
///         let handle = heapwise::budget::current();
///         std::thread::scope(|scope| {
///             scope.spawn(|| handle.run(|| drop(vec![0u8; 1000])));
///         });
///     });
///     assert!(used.bytes > 1000); // and what this thread needed to start the other
/// }
/// ```
///
/// A future may be polled by any thread, beside others: what counts is what each poll allocates.
///
/// ```
/// use std::future::{Future, poll_fn};
/// use std::pin::pin;
///
/// async fn counted<T>(handle: heapwise::budget::Handle, work: impl Future<Output = T>) -> T {
///     let mut work = pin!(work);
///     poll_fn(move |context| handle.run(|| work.as_mut().poll(context))).await
/// }
/// ```
///
/// It may outlive the closure that it was made in, and then counts in what is around that, or not at
/// all.
#[derive(Clone, Debug)]
pub struct Handle(Joint);

/// A handle to the budgets that count this thread now; to none, if none does.
///
/// ```
/// #[global_allocator]
/// static ALLOC: heapwise::Alloc = heapwise::Alloc::system();
///
/// fn main() {
///     let (block, used) = heapwise::budget::measure(|| {
///         let handle = heapwise::budget::current();
///         std::thread::spawn(move || handle.run(|| vec![0u8; 1000])).join().unwrap()
///     });
///     assert!(used.leaked_bytes >= 1000);
///     drop(block);
/// }
/// ```
#[must_use]
pub fn current() -> Handle {
    Handle(Joint::of_this_thread())
}

impl Handle {
    /// Runs `work` on this thread, counted where the handle was made; and meanwhile nowhere else.
    ///
    /// ```
    /// #[global_allocator]
    /// static ALLOC: heapwise::Alloc = heapwise::Alloc::system();
    ///
    /// fn main() {
    ///     let nowhere = heapwise::budget::current(); // no budget counts this thread yet
    ///     let ((), used) = heapwise::budget::measure(|| nowhere.run(|| drop(vec![0u8; 1000])));
    ///     assert_eq!(used.allocations, 0);
    /// }
    /// ```
    pub fn run<T>(&self, work: impl FnOnce() -> T) -> T {
        self.0.run(work)
    }
}

#[track_caller]
fn counted<T>(work: impl FnOnce() -> T) -> (T, Closed) {
    let counting = match begin() {
        Ok(counting) => counting,
        Err(why) => panic!("{why}"),
    };
    let result = work();
    match counting.end() {
        Some(closed) if closed.missed == 0 => (result, closed),
        Some(closed) => panic!(
            "{} allocations could not be counted: the kernel gave no memory for it, or they were made \
             by a signal handler",
            closed.missed
        ),
        None => panic!("nothing can be counted in a signal handler that interrupts an allocation"),
    }
}

/// Begins to count, if that can be done; else says why not.
fn begin() -> Result<Counting, String> {
    static IS_INSTALLED: AtomicBool = AtomicBool::new(false);
    let counting = Counting::begin().map_err(why_not)?;
    if !IS_INSTALLED.load(Relaxed) {
        if !is_allocator_installed() {
            return Err(NOT_INSTALLED.to_owned());
        }
        IS_INSTALLED.store(true, Relaxed);
    }
    Ok(counting)
}

const NOT_INSTALLED: &str =
    "a budget cannot be checked: allocations of this program do not go through Heapwise.

Add to the file of the test, or to lib.rs under #[cfg(test)]:

    #[global_allocator]
    static ALLOC: heapwise::Alloc = heapwise::Alloc::system(); // or Alloc::new(another allocator)
";

fn why_not(error: CountError) -> String {
    match error {
        CountError::TooMany => "256 budgets are open, or have handles: that is the most".to_owned(),
        CountError::Recorder(error) => format!("allocations cannot be counted: {error}"),
    }
}

/// Tests whose whole body has a budget.
///
/// ```
/// heapwise::budget_test! {
///     /// Runs under `cargo test` like any other.
///     fn joining_needs_one_string(allocations: 1, peak_bytes: 64) {
///         let _ = ["a", "b", "c"].join(", ");
///     }
/// }
/// ```
///
/// Each becomes a function with `#[test]`, whose body is the closure that
/// [`check`](crate::budget::Budget::check) runs. The limits are the methods of
/// [`Budget`](crate::budget::Budget); attributes such as `#[ignore]` go before `fn`.
#[macro_export]
macro_rules! budget_test {
    ($($(#[$attribute:meta])* fn $name:ident($($limit:ident: $most:expr),+ $(,)?) $body:block)+) => {
        $(
            $(#[$attribute])*
            #[test]
            fn $name() {
                $crate::budget()$(.$limit($most))+.check(|| $body)
            }
        )+
    };
}
