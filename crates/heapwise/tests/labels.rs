//! Samples carry the labels of the scope or the task that allocated.
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

mod common;

use std::collections::HashSet;
use std::future::poll_fn;
use std::hint::black_box;
use std::sync::mpsc::{self, Sender};
use std::task::{Poll, Waker};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use heapwise::{Labels, heap, label};
use heapwise_profile::Profile;

#[global_allocator]
static ALLOC: heapwise::Alloc = heapwise::Alloc::system().with_interval(1);

fn profile() -> Profile {
    let mut bytes = Vec::new();
    heap::write_to(&mut bytes).unwrap();
    let profile = common::profile(&bytes);
    profile.validate().unwrap();
    profile
}

/// A block of a size that nothing else has, so that the tests of this process do not meet.
fn block(size: usize) -> Vec<u8> {
    black_box(Vec::with_capacity(size))
}

/// Labels, blocks allocated, and in use, of that size.
fn of_size(size: usize) -> Vec<(String, i64, i64)> {
    common::labelled(&profile(), size)
}

fn row(labels: &str, alloc: i64, inuse: i64) -> (String, i64, i64) {
    (labels.to_owned(), alloc, inuse)
}

#[test]
fn a_block_keeps_the_labels_of_its_allocation() {
    let kept = label("tenant", "a").and("route", "/x").scope(|| [block(70_001), block(70_001)]);
    let other = label("tenant", "b").scope(|| block(70_001));
    let bare = block(70_001);
    label("tenant", "c").scope(|| drop(kept));
    let expected = [row("", 1, 1), row("route=/x tenant=a", 2, 0), row("tenant=b", 1, 1)];
    assert_eq!(of_size(70_001), expected);
    drop((other, bare));
}

#[test]
fn a_block_that_grows_has_the_labels_of_its_growth() {
    let mut grown = label("step", 1).scope(|| block(5003));
    label("step", 2).scope(|| grown.reserve_exact(5009));
    assert_eq!(of_size(5003), [row("step=1", 1, 0)]);
    assert_eq!(of_size(5009), [row("step=2", 1, 1)]);
}

#[test]
fn labels_move_to_a_thread_by_hand() {
    let labels = label("job", "index").scope(Labels::current);
    let work = move || {
        let own = block(90_001);
        (own, labels.scope(|| block(90_001)))
    };
    let kept = thread::spawn(work).join().unwrap();
    assert_eq!(of_size(90_001), [row("", 1, 1), row("job=index", 1, 1)]);
    drop(kept);
}

/// Waits until some thread outside of the runtime has woken the task, which then goes on on any.
async fn elsewhere(waker: &Sender<Waker>) {
    let mut is_woken = false;
    poll_fn(|context| {
        if std::mem::replace(&mut is_woken, true) {
            return Poll::Ready(());
        }
        waker.send(context.waker().clone()).unwrap();
        Poll::Pending
    })
    .await;
}

/// Allocates until it has been on two threads, and ten times.
async fn wander(waker: Sender<Waker>, size: usize) -> (Vec<Vec<u8>>, HashSet<ThreadId>) {
    let (mut kept, mut threads) = (Vec::new(), HashSet::new());
    let end = Instant::now() + Duration::from_secs(100);
    while kept.len() < 10 || threads.len() < 2 {
        assert!(Instant::now() < end, "the task is always on one thread");
        threads.insert(thread::current().id());
        kept.push(block(size));
        elsewhere(&waker).await;
    }
    (kept, threads)
}

#[test]
fn labels_move_with_tasks_between_threads() {
    const SIZE: usize = 40_009;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build();
    let runtime = runtime.unwrap();
    let (waker, asleep) = mpsc::channel::<Waker>();
    let wakes = thread::spawn(move || asleep.into_iter().for_each(Waker::wake));
    let tasks: Vec<_> = (0..16)
        .map(|task| {
            let work = label("half", "inner").future(wander(waker.clone(), SIZE));
            runtime.spawn(label("task", format!("{task:02}")).future(work))
        })
        .collect();
    let unlabelled = runtime.spawn(wander(waker.clone(), SIZE));
    drop(waker);
    let results = runtime.block_on(async {
        let mut results = Vec::new();
        for task in tasks {
            results.push(task.await.unwrap());
        }
        results.push(unlabelled.await.unwrap());
        results
    });
    wakes.join().unwrap();
    let mut expected: Vec<_> = (results.iter().enumerate())
        .map(|(task, (kept, threads))| {
            assert!(threads.len() > 1);
            let labels = format!("half=inner task={task:02}");
            let blocks = kept.len() as i64;
            (if task < 16 { labels } else { String::new() }, blocks, blocks)
        })
        .collect();
    expected.sort();
    assert_eq!(of_size(SIZE), expected);
}

#[test]
fn a_recording_has_the_labels_too() {
    const SIZE: usize = 60_013;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("recording");
    let before = label("when", "before").scope(|| block(SIZE));
    heap::record_to(&path).unwrap();
    let after = label("when", "after").and("what", "y").scope(|| block(SIZE));
    let profile = Profile::read(&std::fs::read(&path).unwrap()).unwrap();
    let expected = [row("what=y when=after", 1, 1), row("when=before", 1, 1)];
    assert_eq!(common::labelled(&profile, SIZE), expected);
    drop((before, after));
}
