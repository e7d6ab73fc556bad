//! Work in parts, one for each core.

use std::ops::Range;
use std::thread;

/// The fewest samples that are worth a thread: with stacks of 40 frames, about a millisecond.
const FEWEST: usize = 8_192;

/// How many parts to make of the work on so many samples: one for each core, if that is worth it.
/// It depends on the machine: what is made of the results must not.
fn part_count(rows: usize) -> usize {
    if rows < 2 * FEWEST {
        return 1; // asking for the cores takes longer than a small profile
    }
    let cores = thread::available_parallelism().map_or(1, usize::from);
    (rows / FEWEST).clamp(1, cores)
}

/// Does `work` on consecutive parts of the rows `0..rows` at the same time, and returns the results
/// in the order of the parts.
pub(crate) fn in_parts<T: Send>(rows: usize, work: impl Fn(Range<usize>) -> T + Sync) -> Vec<T> {
    at_once(cut(rows), work)
}

/// The rows `0..rows` in parts.
pub(crate) fn cut(rows: usize) -> Vec<Range<usize>> {
    let parts = part_count(rows);
    let bound = |part: usize| rows * part / parts;
    (0..parts).map(|part| bound(part)..bound(part + 1)).collect()
}

/// Does `work` on each of `parts`, of which there is at least one, at the same time, and returns the
/// results in their order.
pub(crate) fn at_once<P: Clone + Send, T: Send>(
    parts: Vec<P>,
    work: impl Fn(P) -> T + Sync,
) -> Vec<T> {
    let work = &work;
    thread::scope(|scope| {
        let mut parts = parts.into_iter();
        let first = parts.next();
        let others: Vec<_> = parts
            .map(|part| {
                let given = part.clone();
                let spawned = thread::Builder::new().spawn_scoped(scope, move || work(given));
                spawned.map_err(|_| part)
            })
            .collect();
        let mut results: Vec<T> = first.map(work).into_iter().collect();
        // A thread that the system refuses is done without; one that panics passes its panic on.
        results.extend(others.into_iter().map(|other| match other {
            Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(part) => work(part),
        }));
        results
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_consecutive_and_complete() {
        for rows in [0, 1, FEWEST, 5 * FEWEST + 3] {
            let parts = in_parts(rows, |part| part);
            assert_eq!(parts.first().unwrap().start, 0);
            assert_eq!(parts.last().unwrap().end, rows);
            assert!(parts.windows(2).all(|pair| pair[0].end == pair[1].start));
        }
    }
}
