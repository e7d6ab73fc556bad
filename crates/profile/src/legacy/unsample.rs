//! From what a heap sampler saw to what there was.

/// An estimate of the count and the size in bytes of all blocks, from those of the sampled ones.
///
/// A sampler that takes a byte in `interval` on average takes a block of `s` bytes with probability
/// `1 - e^(-s/interval)`; the blocks of a sample count as `count` of the average size. So one block
/// of 100 bytes at an interval of 1024 stands for 10 blocks of 1074 bytes together. With an interval
/// of 1 or less everything was taken; no block or no byte stands for none.
pub(super) fn unsample(count: i64, size: i64, interval: i64) -> (i64, i64) {
    if count == 0 || size == 0 {
        return (0, 0);
    }
    if interval <= 1 {
        return (count, size);
    }
    let average = size as f64 / count as f64;
    let weight = 1.0 / (1.0 - (-average / interval as f64).exp());
    (truncate(count as f64 * weight), truncate(size as f64 * weight))
}

/// The integer part; the least integer if it does not fit, as x86-64 converts.
pub(super) fn truncate(value: f64) -> i64 {
    const TWO_63: f64 = 9_223_372_036_854_775_808.0;
    if (-TWO_63..TWO_63).contains(&value) { value as i64 } else { i64::MIN }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates_are_those_of_the_formula() {
        assert_eq!(unsample(1, 100, 1024), (10, 1074));
        assert_eq!(unsample(2, 300, 1024), (14, 2201));
        assert_eq!(unsample(-1, 100, 1024), (9, -974));
        assert_eq!(unsample(3, 10_000_000, 1024), (3, 10_000_000));
    }

    #[test]
    fn the_edges_have_no_estimate() {
        assert_eq!(unsample(0, 100, 1024), (0, 0));
        assert_eq!(unsample(5, 0, 1024), (0, 0));
        assert_eq!(unsample(5, 70, 1), (5, 70));
        assert_eq!(truncate(f64::NAN), i64::MIN);
        assert_eq!(truncate(1e30), i64::MIN);
        assert_eq!(truncate(-1.9), -1);
    }
}
