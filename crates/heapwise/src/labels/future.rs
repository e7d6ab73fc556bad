//! Labels of a future.

use std::pin::Pin;
use std::task::{Context, Poll};

use super::Labels;

/// A future whose samples carry labels while it is polled: see [`Labels::future`].
///
/// What it allocates outside of a poll does not: when it is made, and when it is dropped unfinished.
///
/// ```
/// use heapwise::{Labelled, label};
///
/// // A name for it, where a task is kept.
/// struct Task<F> {
///     work: Labelled<F>,
/// }
///
/// let task = Task { work: label("job", "index").future(async { 6 * 7 }) };
/// # let executor = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// # let block_on = |work| executor.block_on(work);
/// assert_eq!(block_on(task.work), 42);
/// ```
#[derive(Debug)]
#[must_use = "futures do nothing unless they are polled"]
pub struct Labelled<F> {
    labels: Labels,
    future: F,
}

impl<F> Labelled<F> {
    pub(super) fn new(labels: Labels, future: F) -> Self {
        Self { labels, future }
    }

    /// The future without labels.
    ///
    /// ```
    /// let labelled = heapwise::label("job", "index").future(std::future::ready(42));
    /// let plain = labelled.into_inner(); // nothing it allocates has the label now
    /// assert_eq!(plain.into_inner(), 42);
    /// ```
    pub fn into_inner(self) -> F {
        self.future
    }
}

impl<F: Future> Future for Labelled<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let _entered = self.labels.enter();
        // SAFETY: `future` is pinned whenever `self` is: nothing here moves it out of a pinned value
        // (`into_inner` takes one that is not), there is no `Drop`, and `Unpin` asks for `F: Unpin`.
        let future = unsafe { self.map_unchecked_mut(|this| &mut this.future) };
        future.poll(context)
    }
}
