//! How fast profiles are decoded, encoded, compressed and merged, in bytes of uncompressed protobuf
//! a second. The figure to compare with is `gzip -dc` of the same file:
//! `HEAPWISE_BENCH_FILE=/tmp/synthetic.pb.gz cargo bench -p heapwise-profile` leaves it there.
//! `HEAPWISE_BENCH_SAMPLES` is the number of samples (default 20,000).

mod synthetic;

use std::fs::File;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use heapwise_profile::{GunzipLimit, decode, encode, gunzip, gzip, merge};
use synthetic::{Shape, heap_profile};

fn shape() -> Shape {
    let given = std::env::var("HEAPWISE_BENCH_SAMPLES").ok();
    let samples = given.and_then(|text| text.parse().ok()).unwrap_or(20_000);
    Shape { samples, locations: samples * 3 / 10, depth: 40 }
}

fn codec(criterion: &mut Criterion) {
    let profile = heap_profile(shape(), 1);
    let bytes = encode(&profile);
    if let Some(path) = std::env::var_os("HEAPWISE_BENCH_FILE") {
        let file = File::create(path).expect("the file can be created");
        profile.write_to(file).expect("the file can be written");
    }
    let mut zipped = Vec::new();
    gzip(&bytes, &mut zipped).expect("a vector takes all bytes");
    let mut group = criterion.benchmark_group("codec");
    group.sample_size(10).throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("decode", |bencher| bencher.iter(|| decode(black_box(&bytes))));
    group.bench_function("encode", |bencher| bencher.iter(|| encode(black_box(&profile))));
    let limit = GunzipLimit::default();
    group.bench_function("gunzip", |bencher| bencher.iter(|| gunzip(black_box(&zipped), limit)));
    let other = heap_profile(shape(), 2);
    group.throughput(Throughput::Bytes(2 * bytes.len() as u64));
    group.bench_function("merge", |bencher| {
        bencher.iter(|| merge(black_box(&[&profile, &other])));
    });
    group.finish();
}

criterion_group!(benches, codec);
criterion_main!(benches);
