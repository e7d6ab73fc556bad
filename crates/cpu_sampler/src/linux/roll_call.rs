//! A stack of each thread, now.

use std::collections::HashMap;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use heapwise_stackwalk::learn_code;

use super::cause::send;
use super::disposition::Handled;
use super::handler;
use super::owner::Owner;
use super::record::{self, Record};
use super::threads;
use crate::{Error, Present};

/// How long to wait between two looks at who has answered, and before asking again.
const LOOK_EVERY: Duration = Duration::from_millis(1);
const ASK_EVERY: Duration = Duration::from_millis(50);

/// One roll call at a time: the others wait, each at most for the patience of those before it.
static CALLING: Owner = Owner::none();

/// Asks every thread of this process, by a signal, where it is, and waits for the answers, at most as long
/// as `patience`. Sorted by number.
///
/// System calls that a signal interrupts go on, but for those that never do (`poll`, `epoll_wait`,
/// `nanosleep` and others): these return early, with `EINTR`.
///
/// # Errors
/// If the program has a handler for `SIGPROF` of its own, or the threads cannot be listed.
pub fn roll_call(patience: Duration) -> Result<Vec<Present>, Error> {
    let calling = CALLING.take();
    if calling.is_abandoned {
        record::answers().reset();
    }
    call(patience)
}

fn call(patience: Duration) -> Result<Vec<Present>, Error> {
    static NUMBERS: AtomicU32 = AtomicU32::new(0);
    let _handled = Handled::begin()?;
    learn_code();
    let mut ids =
        threads::all().map_err(|error| Error::Threads(error.raw_os_error().unwrap_or(0)))?;
    ids.sort_unstable();
    let names: Vec<Vec<u8>> = ids.iter().map(|&id| threads::name(id)).collect();
    let number = NUMBERS.fetch_add(1, Relaxed).wrapping_add(1).max(1);
    handler::ROLL_CALL.store(number, SeqCst);
    let mut answers = answers(number, &ids, patience);
    handler::ROLL_CALL.store(0, SeqCst);
    let present = |(id, name): (u32, Vec<u8>)| Present { id, name, frames: answers.remove(&id) };
    Ok(ids.into_iter().zip(names).map(present).collect())
}

/// The stacks of those that answer in time. A signal is lost where one is pending already, and an answer
/// where the ring is full; so those that have not answered are asked again.
fn answers(number: u32, ids: &[u32], patience: Duration) -> HashMap<u32, Vec<usize>> {
    let end = Instant::now() + patience;
    let mut answers = HashMap::new();
    let mut words = Vec::new();
    let mut silent: Vec<u32> = ids.to_vec();
    while !silent.is_empty() && Instant::now() < end {
        // Those that have ended have nothing to say any more.
        silent.retain(|&id| send(id, number.into()));
        // And those that hold it back may do so for ever.
        if !answers.is_empty() {
            silent.retain(|&id| !threads::holds_back(id, libc::SIGPROF));
        }
        let again = (Instant::now() + ASK_EVERY).min(end);
        while !silent.is_empty() && Instant::now() < again {
            collect(number, &mut words, &mut answers);
            silent.retain(|id| !answers.contains_key(id));
            if !silent.is_empty() {
                thread::sleep(LOOK_EVERY);
            }
        }
    }
    answers
}

fn collect(number: u32, words: &mut Vec<u64>, answers: &mut HashMap<u32, Vec<usize>>) {
    while record::answers().pop(words) {
        if let Some((record, frames)) = Record::from_words(words)
            && record.number == number
        {
            let frames = frames.iter().map(|&frame| frame as usize).collect();
            answers.insert(record.thread, frames);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::platform::disposition::without_signals;
    use crate::platform::system::thread_id;

    /// A thread that says its number and waits to be let go.
    fn waiting() -> (u32, mpsc::Sender<()>) {
        let (says, number) = mpsc::channel();
        let (let_go, waits) = mpsc::channel();
        thread::spawn(move || {
            says.send(thread_id()).unwrap();
            waits.recv()
        });
        (number.recv().unwrap(), let_go)
    }

    #[test]
    fn all_answer_but_those_that_hold_the_signal_back_and_these_are_not_waited_for() {
        let answering: Vec<_> = (0..20).map(|_| waiting()).collect();
        let blocked = without_signals(|| {
            // SAFETY: plain data, for the next calls.
            let mut set: libc::sigset_t = unsafe { std::mem::zeroed() };
            // SAFETY: writes the set.
            unsafe { libc::sigaddset(&raw mut set, libc::SIGPROF) };
            // SAFETY: reads the set.
            let change =
                |how| unsafe { libc::pthread_sigmask(how, &raw const set, std::ptr::null_mut()) };
            change(libc::SIG_BLOCK);
            let blocked = waiting();
            change(libc::SIG_UNBLOCK);
            blocked
        });
        let begin = Instant::now();
        let present = roll_call(Duration::from_secs(60)).unwrap();
        assert!(begin.elapsed() < Duration::from_secs(50));
        let frames = |id| present.iter().find(|thread| thread.id == id).unwrap().frames.as_ref();
        assert_eq!(frames(blocked.0), None);
        assert!(answering.iter().all(|(id, _)| frames(*id).unwrap().len() > 3));
        assert!(present.is_sorted_by_key(|thread| thread.id));
    }
}
