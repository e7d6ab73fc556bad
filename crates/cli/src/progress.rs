//! What takes long, for people who wait: one line on the terminal, gone when it is over.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use crate::output;

/// How long a step may take before it shows, and how often what it shows changes.
const TICK: Duration = Duration::from_secs(1);

/// The step that is under way.
#[derive(Debug, Default)]
pub struct Progress(Mutex<Option<Step>>);

impl Progress {
    /// Ends the step that is under way, and begins the next if there is one.
    pub fn set(&self, step: Option<&'static str>) {
        let Ok(mut current) = self.0.lock() else { return };
        *current = None;
        *current = step.filter(|_| output::can_show_progress()).and_then(Step::begin);
    }
}

/// One step; it ends, and its line goes, when this is dropped.
#[derive(Debug)]
struct Step {
    /// The ticker runs until this is gone.
    running: Option<Sender<()>>,
    ticker: Option<JoinHandle<()>>,
}

impl Step {
    /// Nothing if the system has no thread to spare: the work itself goes on.
    fn begin(name: &'static str) -> Option<Self> {
        let (running, ended) = channel();
        let ticker = Builder::new().spawn(move || tick(name, &ended)).ok()?;
        Some(Self { running: Some(running), ticker: Some(ticker) })
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        drop(self.running.take());
        if let Some(ticker) = self.ticker.take() {
            // It does nothing that panics, and there is nothing to do if it did.
            let _ = ticker.join();
        }
        output::clear_progress();
    }
}

fn tick(name: &str, ended: &Receiver<()>) {
    let begun = Instant::now();
    while ended.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
        output::show_progress(&format!("{name} ({} s)", begun.elapsed().as_secs()));
    }
}
