//! What it costs to enter a scope of labels, to poll a future with labels, and to count an object of a
//! custom profile.
//!
//! ```text
//! cargo bench -p heapwise-benches --bench labels
//! ```
//!
//! Nanoseconds: medians of 21 rounds of 200,000 times each.

use std::hint::black_box;
use std::io::{self, Write};
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Instant;

use heapwise::custom::Profile;
use heapwise::{Labels, label};

const ROUNDS: usize = 21;
const TIMES: u32 = 200_000;

fn main() -> io::Result<()> {
    let labels = label("tenant", "a-customer").and("route", "/orders/{id}");
    let one = || label("tenant", black_box("a-customer"));
    row("a scope of labels that were made before", &|| labels.scope(work))?;
    row("the same inside of another", &{
        let outer = Labels::current().and("outer", "yes");
        move || outer.scope(|| labels.scope(work))
    })?;
    row("`label` with a text that is known, and its scope", &|| one().scope(work))?;
    row("`label` with a number that is known, and its scope", &|| {
        label("tenant", black_box(4711)).scope(work);
    })?;
    row("two labels, both known, and their scope", &|| {
        one().and("route", black_box("/orders/{id}")).scope(work);
    })?;
    row("one `label` inside of another, and both scopes", &|| {
        one().scope(|| label("route", black_box("/orders/{id}")).scope(work));
    })?;
    row("a poll of a future with a label", &|| {
        let future = pin!(one().future(std::future::ready(())));
        black_box(future.poll(&mut Context::from_waker(Waker::noop()))).is_ready();
    })?;
    let objects = Profile::new("objects", "bytes", "For this bench.").map_err(io::Error::other)?;
    row("an object of a custom profile, added and removed", &|| drop(objects.add(black_box(1))))
}

fn work() {
    black_box(());
}

fn row(name: &str, once: &dyn Fn()) -> io::Result<()> {
    let mut rounds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            (0..TIMES).for_each(|_| once());
            start.elapsed().as_nanos() as f64 / f64::from(TIMES)
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    writeln!(io::stdout(), "{:7.1}  {name}", rounds[ROUNDS / 2])
}
