//! Samples of the same stack and label, counted.

use std::collections::HashMap;

use heapwise_cpu_sampler::Sample;

/// Addresses that are kept, over all stacks: 32 MiB, a million stacks that are 4 frames deep or 100,000
/// that are 40. What comes later counts without its stack.
const MAX_FRAMES: usize = 4 << 20;

/// How much was sampled where.
#[derive(Debug, Default)]
pub struct Tally {
    /// Periods of processor time, by label and stack.
    counts: HashMap<u32, HashMap<Box<[usize]>, u64>>,
    frames: usize,
    /// Periods whose stack did not fit.
    pub without_stack: u64,
    /// Periods of whose stack only the innermost frames are known.
    pub cut: u64,
    /// Signals: fewer than periods, if several of these ended at once.
    pub signals: u64,
}

impl Tally {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts one.
    pub fn add(&mut self, sample: &Sample<'_>) {
        let Sample { frames, weight, label, is_whole } = *sample;
        let weight = u64::from(weight);
        self.signals += 1;
        self.cut += if is_whole { 0 } else { weight };
        let stacks = self.counts.entry(label).or_default();
        if let Some(count) = stacks.get_mut(frames) {
            *count += weight;
        } else if self.frames + frames.len() <= MAX_FRAMES {
            self.frames += frames.len();
            stacks.insert(frames.into(), weight);
        } else {
            self.without_stack += weight;
            *stacks.entry([].into()).or_default() += weight;
        }
    }

    /// All that was counted, in order of labels and stacks: label, stack, periods.
    pub fn rows(&self) -> Vec<(u32, &[usize], u64)> {
        let of_label = |(&label, stacks)| {
            let stacks: &HashMap<Box<[usize]>, u64> = stacks;
            stacks.iter().map(move |(stack, &count)| (label, &stack[..], count))
        };
        let mut rows: Vec<_> = self.counts.iter().flat_map(of_label).collect();
        rows.sort_unstable();
        rows
    }

    /// The sum of all.
    pub fn total(&self) -> u64 {
        self.counts.values().flat_map(HashMap::values).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(frames: &[usize], weight: u32, label: u32) -> Sample<'_> {
        Sample { frames, weight, label, is_whole: frames.len() != 3 }
    }

    #[test]
    fn samples_of_one_stack_and_label_are_one_row() {
        let mut tally = Tally::new();
        for (frames, weight, label) in [
            (&[1, 2][..], 1, 0),
            (&[1], 4, 0),
            (&[1, 2], 2, 0),
            (&[1, 2], 1, 9),
            (&[3, 4, 5], 2, 0),
        ] {
            tally.add(&sample(frames, weight, label));
        }
        let expected: [(u32, &[usize], u64); 4] =
            [(0, &[1], 4), (0, &[1, 2], 3), (0, &[3, 4, 5], 2), (9, &[1, 2], 1)];
        assert_eq!(tally.rows(), expected);
        assert_eq!((tally.total(), tally.signals, tally.cut), (10, 5, 2));
    }

    #[test]
    fn stacks_that_do_not_fit_count_without() {
        let mut tally = Tally::new();
        let mut stack = vec![7; 1 << 20];
        for number in 0..5 {
            stack[0] = number;
            tally.add(&sample(&stack, 2, 0));
        }
        // A stack that is known goes on to count.
        stack[0] = 1;
        tally.add(&sample(&stack, 2, 0));
        assert_eq!((tally.without_stack, tally.total(), tally.rows().len()), (2, 12, 5));
        assert_eq!(tally.rows()[0], (0, &[][..], 2));
    }
}
