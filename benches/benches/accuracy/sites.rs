//! The 20 sites: sizes of what each allocates, in order.

/// A place that allocates.
#[derive(Debug)]
pub struct Site {
    pub name: &'static str,
    pub sizes: Vec<u32>,
    /// Of how many blocks one is kept; 0 if none is.
    kept_one_in: usize,
    /// Whether what was allocated is judged, and not what is in use.
    pub judges_allocated: bool,
}

impl Site {
    fn new(name: &'static str, sizes: Vec<u32>) -> Self {
        Self { name, sizes, kept_one_in: 1, judges_allocated: false }
    }

    /// Whether block `index` stays until the end.
    pub fn is_kept(&self, index: usize) -> bool {
        self.kept_one_in != 0 && index.is_multiple_of(self.kept_one_in)
    }

    /// Whether block `index` is part of the figure.
    pub fn counts(&self, index: usize) -> bool {
        self.judges_allocated || self.is_kept(index)
    }
}

const KIB: u32 = 1 << 10;
const MIB: u32 = 1 << 20;

pub fn all() -> Vec<Site> {
    let same = |size: u32, count: usize| vec![size; count];
    let mut half_freed = Site::new("48 B x 500,000, half freed", same(48, 500_000));
    half_freed.kept_one_in = 2;
    let mut all_freed = Site::new("100 B x 200,000, all freed", same(100, 200_000));
    (all_freed.kept_one_in, all_freed.judges_allocated) = (0, true);
    vec![
        Site::new("24 B x 1,000,000", same(24, 1_000_000)),
        Site::new("200 B x 100,000", same(200, 100_000)),
        Site::new("4 KiB x 5,000", same(4 * KIB, 5_000)),
        Site::new("1 MiB x 10", same(MIB, 10)),
        Site::new("uniform 16..64 KiB x 1,000", uniform(16 * KIB, 64 * KIB, 1_000)),
        Site::new("log-uniform 16 B..64 KiB x 5,000", log_uniform(16, 64 * KIB, 5_000)),
        Site::new("32 B x 500,000 + 1 MiB x 16", mixed(32, 500_000, MIB, 16)),
        Site::new("64 B x 300,000 + 64 KiB x 300", mixed(64, 300_000, 64 * KIB, 300)),
        Site::new("16 B x 1,000,000", same(16, 1_000_000)),
        Site::new("64 B x 300,000", same(64, 300_000)),
        Site::new("512 B x 40,000", same(512, 40_000)),
        Site::new("1 KiB x 20,000", same(KIB, 20_000)),
        Site::new("16 KiB x 1,200", same(16 * KIB, 1_200)),
        Site::new("64 KiB x 300", same(64 * KIB, 300)),
        Site::new("256 KiB x 80", same(256 * KIB, 80)),
        Site::new("512 KiB x 40", same(512 * KIB, 40)),
        Site::new("2 MiB x 8", same(2 * MIB, 8)),
        half_freed,
        Site::new("log-uniform 16 B..4 MiB x 300", log_uniform(16, 4 * MIB, 300)),
        all_freed,
    ]
}

/// Many small blocks with large ones evenly among them.
fn mixed(small: u32, count: usize, large: u32, of_these: usize) -> Vec<u32> {
    let gap = count / of_these;
    (0..count)
        .flat_map(|i| std::iter::once(small).chain((i % gap == gap / 2).then_some(large)))
        .collect()
}

/// The same sizes in every run, evenly spread and in no order.
fn uniform(from: u32, to: u32, count: usize) -> Vec<u32> {
    spread(count).map(|part| from + (f64::from(to - from) * part) as u32).collect()
}

fn log_uniform(from: u32, to: u32, count: usize) -> Vec<u32> {
    let ratio = f64::from(to) / f64::from(from);
    spread(count).map(|part| (f64::from(from) * ratio.powf(part)) as u32).collect()
}

/// Parts between 0 and 1: multiples of the golden ratio, without the whole.
fn spread(count: usize) -> impl Iterator<Item = f64> {
    (0..count).map(|i| (i as f64 * 0.618_033_988_749_894_9).fract())
}
