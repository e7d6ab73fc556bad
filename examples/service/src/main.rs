//! A small service under load, which serves its heap profiles while it works. One of its handlers
//! leaks: which one?
//!
//! `service [ADDRESS [INTERVAL]]`: where the profiles are (127.0.0.1:6060), and one allocation in how many
//! bytes is recorded (all of the first 4 MiB, then fewer). It ends when its standard input does.
#![forbid(unsafe_code)]

mod handlers;

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use handlers::Service;

#[global_allocator]
static ALLOC: heapwise::Alloc = heapwise::Alloc::system();

/// Where the profiles are, unless an address is given.
const ADDRESS: &str = "127.0.0.1:6060";

/// Requests that are handled before anyone can ask, so that whoever does finds something.
const FIRST: u64 = 400;

/// How many threads handle requests, and how long each rests between two.
const WORKERS: u64 = 2;
const REST: Duration = Duration::from_millis(1);

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Standard error may be closed; the exit code still tells.
            let _ = writeln!(io::stderr(), "service: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut words: impl Iterator<Item = String>) -> io::Result<()> {
    let address = words.next().unwrap_or_else(|| ADDRESS.to_owned());
    if let Some(interval) = words.next() {
        heapwise::heap::set_interval(interval.parse().map_err(io::Error::other)?);
    }
    let (service, ends) = (Service::default(), AtomicBool::new(false));
    (0..FIRST).for_each(|number| service.handle(number));
    let server = heapwise::http::serve(&*address)?;
    writeln!(io::stdout(), "http://{}/debug/pprof/", server.local_addr())?;
    thread::scope(|scope| {
        for worker in 0..WORKERS {
            let (service, ends) = (&service, &ends);
            scope.spawn(move || {
                let mut number = FIRST + worker;
                while !ends.load(Ordering::Relaxed) {
                    service.handle(number);
                    number += WORKERS;
                    thread::sleep(REST);
                }
            });
        }
        let ended = io::copy(&mut io::stdin().lock(), &mut io::sink());
        ends.store(true, Ordering::Relaxed);
        ended.map(drop)
    })
}
