//! Building and trimming the call graph of a large profile: 200,000 samples, 40 frames each.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use heapwise_graph::{Edges, Graph, Naming, Order, Request, Trim, Value};
use heapwise_profile::{
    Function, Id, Line, Location, Locations, Profile, RuntimeAddr, Sample, Samples, Strings, Table,
};

const FUNCTIONS: u64 = 5_000;
const CALL_SITES: u64 = 4;
const SAMPLES: usize = 200_000;
const DEPTH: usize = 40;

/// A random number below `limit`, mostly small: hot call sites, and a long tail.
fn skewed(state: &mut u64, limit: u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    let (a, b) = (*state >> 33 & 0xffff, *state >> 49);
    (a * b * limit) >> 31
}

/// Every function has a few call sites, each of which calls one of two functions.
fn synthetic() -> Profile {
    let mut strings = Strings::new();
    let name = |n: u64, strings: &mut Strings| strings.intern(format!("module::f{n}").as_bytes());
    let functions: Table<Function> = (0..FUNCTIONS)
        .map(|n| Function { id: n + 1, name: name(n, &mut strings), ..Function::default() })
        .collect();
    let mut locations = Locations::new();
    for n in 0..FUNCTIONS * CALL_SITES {
        let function = Id::from_row((n / CALL_SITES) as usize);
        let location = Location { id: n + 1, address: RuntimeAddr(0), ..Location::default() };
        locations.push(location, &[Line { function, line: 0, column: 0 }]);
    }
    let (mut samples, mut state) = (Samples::new(1), 1);
    for _ in 0..SAMPLES {
        let mut function = 0;
        let mut stack = Vec::with_capacity(DEPTH);
        for _ in 0..DEPTH {
            let site = function * CALL_SITES + skewed(&mut state, CALL_SITES);
            stack.push(Id::from_row(site as usize));
            function = (site * 2 + 1 + skewed(&mut state, 2)) * 31 % FUNCTIONS;
        }
        stack.reverse();
        samples.push(Sample { stack: &stack, values: &[1], labels: &[] });
    }
    Profile {
        strings: Arc::new(strings),
        functions: Arc::new(functions),
        locations: Arc::new(locations),
        samples: Arc::new(samples),
        ..Profile::default()
    }
}

fn build(c: &mut Criterion) {
    let profile = synthetic();
    let request = |trim| Request {
        value: Value { index: 0, mean: false },
        naming: Naming { shown_file: &<[u8]>::to_vec, objects: false },
        drop_negative: false,
        order: Order::Flat,
        trim,
        edges: Edges::All,
        call_tree: false,
        picture: None,
    };
    let cut = Trim { node_count: 80, node_fraction: 0.005, edge_fraction: 0.001 };
    let mut group = c.benchmark_group("build 200k samples x 40 frames");
    group.sample_size(20);
    group.bench_function("whole", |b| {
        b.iter(|| Graph::build(black_box(&profile), &request(Trim::default())));
    });
    group.bench_function("trimmed", |b| {
        b.iter(|| Graph::build(black_box(&profile), &request(cut)));
    });
    group.finish();
}

criterion_group!(benches, build);
criterion_main!(benches);
