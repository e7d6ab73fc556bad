//! A benchmark that is run with `--profile-time` leaves a profile of its own allocations.
//!
//! This program is both: the test, and the benchmark.
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

mod common;

use std::fs;
use std::hint::black_box;
use std::process::{Command, ExitCode};

use common::burning::total;
use criterion::{Criterion, criterion_group};
use heapwise::criterion::Profiler;
use libtest_mimic::{Arguments, Trial};

#[global_allocator]
static ALLOC: heapwise::Alloc = heapwise::Alloc::system();

/// Set where the program is the benchmark.
const VARIABLE: &str = "HEAPWISE_TEST_BENCHMARK";

fn small(c: &mut Criterion) {
    c.bench_function("small", |b| b.iter(|| black_box(vec![1u8; 1111])));
}

fn large(c: &mut Criterion) {
    // Before the benchmark, and so not in its profile.
    drop(black_box(vec![1u8; 1111]));
    c.bench_function("large", |b| b.iter(|| black_box(vec![1u8; 22_222])));
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_profiler(Profiler::new().heap().interval(1).cpu());
    targets = small, large
}

fn main() -> ExitCode {
    if std::env::var_os(VARIABLE).is_some() {
        benches();
        return ExitCode::SUCCESS;
    }
    let test = || {
        profiles();
        Ok(())
    };
    let trial = Trial::test("each_benchmark_leaves_a_profile_of_what_it_allocated", test);
    libtest_mimic::run(&Arguments::from_args(), vec![trial]).exit_code()
}

fn profiles() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Command::new(std::env::current_exe().unwrap());
    bench.args(["--bench", "--profile-time", "1"]).current_dir(folder.path());
    bench.env(VARIABLE, "yes").env("CRITERION_HOME", folder.path());
    let output = bench.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    for (name, size, other) in [("small", 1111, 22_222), ("large", 22_222, 1111)] {
        let path = folder.path().join(name).join("profile/mem.pb.gz");
        assert!(said.contains(path.to_str().unwrap()), "{said}");
        let profile = common::profile(&fs::read(&path).unwrap());
        profile.validate().unwrap();
        let first = profile.header.default_sample_type;
        assert_eq!(profile.text(first), b"alloc_space");
        assert!(profile.header.duration_nanos >= 400_000_000);
        let of = |size: i64| {
            let mut samples = profile.samples.iter().map(|sample| sample.values.to_vec());
            samples.find(|values| values[0] > 0 && values[1] == values[0] * size)
        };
        let found = of(size).unwrap();
        assert!(found[0] > 100, "{name}: {found:?}");
        assert_eq!(of(other), None, "{name}");
        let cpu = common::profile(&fs::read(path.with_file_name("cpu.pb.gz")).unwrap());
        cpu.validate().unwrap();
        // Of a second, on a machine that has other things to do.
        assert!(total(&cpu) > 5, "{name}: {}", total(&cpu));
    }
}
