//! Jobs on tokio until Ctrl-C or `SIGTERM`, which the program handles itself: it finishes what it has
//! begun and returns from `main`. Its profile is written then.
//!
//! `tokio-jobs [FOLDER]`: where to write the profile (here).
#![forbid(unsafe_code)]

use std::hint::black_box;
use std::io::{self, Write};
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

#[global_allocator]
static ALLOC: heapwise::Alloc = heapwise::Alloc::system();

/// Jobs that may wait, and the bytes that each takes.
const WAITING: usize = 100;
const BYTES: usize = 54_321;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).unwrap_or_default();
    let _profile = heapwise::start().heap().interval(1).dir(folder).begin()?;
    Ok(jobs()?)
}

#[tokio::main]
async fn jobs() -> io::Result<()> {
    let (sender, mut receiver) = mpsc::channel(WAITING);
    let worker = tokio::spawn(async move {
        let mut done = 0u64;
        while let Some(job) = receiver.recv().await {
            done += work(job);
        }
        done
    });
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    writeln!(io::stdout(), "at work until Ctrl-C")?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        () = make_jobs(sender) => {}
    }
    // What waits is done first: nobody sends any more.
    let done = worker.await.map_err(io::Error::other)?;
    writeln!(io::stdout(), "done: {done} jobs")
}

/// Makes a job every millisecond.
async fn make_jobs(sender: mpsc::Sender<Vec<u8>>) {
    while sender.send(vec![1; BYTES]).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[inline(never)]
fn work(job: Vec<u8>) -> u64 {
    u64::from(black_box(job).iter().all(|byte| *byte == 1))
}
