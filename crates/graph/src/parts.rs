//! Samples in parts, one for each core.

use std::ops::Range;
use std::thread;

/// The fewest samples that are worth a thread: with stacks of 40 frames, about a millisecond.
const FEWEST: usize = 8_192;

/// Does `work` on consecutive parts of the rows `0..rows` at the same time, and returns the results
/// in the order of the parts. How many parts there are depends on the machine: what is made of the
/// results must not.
pub(crate) fn in_parts<T: Send>(rows: usize, work: impl Fn(Range<usize>) -> T + Sync) -> Vec<T> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let parts = (rows / FEWEST).clamp(1, cores);
    let bound = |part: usize| rows * part / parts;
    let work = &work;
    thread::scope(|scope| {
        let others: Vec<_> = (1..parts)
            .map(|part| {
                let rows = bound(part)..bound(part + 1);
                let spawned = {
                    let rows = rows.clone();
                    thread::Builder::new().spawn_scoped(scope, move || work(rows))
                };
                spawned.map_err(|_| rows)
            })
            .collect();
        let mut results = vec![work(0..bound(1))];
        // A thread that the system refuses is done without; one that panics passes its panic on.
        results.extend(others.into_iter().map(|other| match other {
            Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(rows) => work(rows),
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
