//! A small service over mimalloc, which serves its heap profiles while it works. One of its handlers
//! leaks: which one?
//!
//! `service [ADDRESS [INTERVAL]] [--idle]`: where it listens (127.0.0.1:6060), and one allocation in how
//! many bytes is recorded (all of the first 4 MiB, then fewer). It handles requests to `/`, and some of
//! its own unless it is to be idle. It ends when its standard input does.
#![forbid(unsafe_code)]

mod handlers;

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;

use handlers::Service;

#[cfg(not(feature = "bare"))]
#[global_allocator]
static ALLOC: heapwise::Alloc<mimalloc::MiMalloc> = heapwise::Alloc::new(mimalloc::MiMalloc);

#[cfg(feature = "bare")]
#[global_allocator]
static ALLOC: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Where it listens, unless an address is given.
const ADDRESS: &str = "127.0.0.1:6060";

/// Requests that are handled before anyone can ask, so that whoever does finds something.
const FIRST: u64 = 400;

/// How many requests of its own it handles at a time, and how long each rests before the next.
const OWN: u64 = 2;
const REST: Duration = Duration::from_millis(1);

/// Threads that handle requests.
const WORKERS: usize = 2;

fn main() -> ExitCode {
    match run(std::env::args().skip(1).collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Standard error may be closed; the exit code still tells.
            let _ = writeln!(io::stderr(), "service: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut words: Vec<String>) -> io::Result<()> {
    let all = words.len();
    words.retain(|word| word != "--idle");
    let own = if words.len() == all { OWN } else { 0 };
    let mut words = words.into_iter();
    let address = words.next().unwrap_or_else(|| ADDRESS.to_owned());
    if let Some(interval) = words.next() {
        heapwise::heap::set_interval(interval.parse().map_err(io::Error::other)?);
    }
    let service = Arc::new(Numbered::default());
    (0..FIRST).for_each(|_| service.handle_next());
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(WORKERS).enable_all().build()?;
    let listener = runtime.block_on(TcpListener::bind(address))?;
    writeln!(io::stdout(), "http://{}/debug/pprof/", listener.local_addr()?)?;
    (0..own).for_each(|_| drop(runtime.spawn(handle_own(Arc::clone(&service)))));
    let app = app(service);
    runtime.spawn(async { axum::serve(listener, app).await });
    io::copy(&mut io::stdin().lock(), &mut io::sink())?;
    Ok(())
}

/// The service's own paths, and those of its profiles.
fn app(service: Arc<Numbered>) -> Router {
    let work = move || {
        service.handle_next();
        async { "done\n" }
    };
    Router::new().route("/", get(work)).merge(heapwise::http::router())
}

async fn handle_own(service: Arc<Numbered>) {
    loop {
        service.handle_next();
        tokio::time::sleep(REST).await;
    }
}

/// A service whose requests are numbered, whoever makes them: the number says what is asked for.
#[derive(Debug, Default)]
struct Numbered {
    service: Service,
    next: AtomicU64,
}

impl Numbered {
    fn handle_next(&self) {
        self.service.handle(self.next.fetch_add(1, Ordering::Relaxed));
    }
}
