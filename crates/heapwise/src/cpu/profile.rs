//! From what was sampled to a profile.

use heapwise_profile::{Profile, StackRow, Stacks};
use heapwise_recorder::labels::LabelSet;

use super::CpuProfile;
use super::sampler::Outcome;
use crate::moment::Moment;
use crate::zipped::zipped;
use crate::{Error, label_sets, mapped};

/// The profile as it goes into a file.
pub fn build(outcome: &Outcome) -> Result<CpuProfile, Error> {
    let bytes = zipped(&profile(outcome)?)?;
    Ok(CpuProfile { bytes, samples: outcome.tally.total(), duration: outcome.duration })
}

/// The profile, with the mappings of now.
pub fn profile(outcome: &Outcome) -> Result<Profile, Error> {
    let mappings = Moment::now()?.mappings;
    let Outcome { started, duration, .. } = *outcome;
    let nanos = |of: u128| i64::try_from(of).unwrap_or(i64::MAX);
    let period = nanos(outcome.period.as_nanos());
    let row = |(label, stack, count): (u32, &[usize], u64)| {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        StackRow {
            frames: stack.iter().map(|&frame| frame as u64).collect(),
            values: vec![count, count.saturating_mul(period)],
            labels: label_sets::of_row(LabelSet::from_number(label)),
        }
    };
    let stacks = Stacks {
        types: vec![("samples", "count"), ("cpu", "nanoseconds")],
        period_type: ("cpu", "nanoseconds"),
        period,
        time_nanos: started,
        duration_nanos: nanos(duration.as_nanos()),
        mappings,
        rows: outcome.tally.rows().into_iter().map(row).collect(),
        comments: comments(outcome),
    };
    let mut profile = stacks.profile();
    mapped::map_all(&mut profile);
    Ok(profile)
}

/// A line for everything that is not as it should be.
fn comments(outcome: &Outcome) -> Vec<Vec<u8>> {
    let Outcome { tally, losses, .. } = outcome;
    // A few are on every busy machine.
    let shared = tally.total().saturating_sub(tally.signals);
    let much = |count, part| if count > tally.total() / part { count } else { 0 };
    let causes = [
        (losses.ring_full, "are missing: they came faster than they were read"),
        (losses.handlers, "are missing: too many threads were interrupted at the same time"),
        (
            much(losses.unseen, 20),
            "are missing: threads ended before the kernel looked, or hold back the signal",
        ),
        (tally.without_stack, "have no stack: there are too many different ones"),
        (tally.cut, "have the innermost frames of their stacks only"),
        (shared, "share the stack of another: they ended together, before the kernel looked"),
    ];
    let reached = causes.into_iter().filter(|(count, _)| *count != 0);
    reached.map(|(count, what)| format!("heapwise: samples that {what}: {count}").into()).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use heapwise_cpu_sampler::{Losses, Sample};
    use heapwise_profile::{GunzipLimit, decode, gunzip};

    use super::super::tally::Tally;
    use super::*;

    fn outcome() -> Outcome {
        let mut tally = Tally::new();
        tally.add(&Sample { frames: &[5, 6], weight: 3, label: 0, is_whole: true });
        tally.add(&Sample { frames: &[5], weight: 1, label: 0, is_whole: false });
        Outcome {
            tally,
            losses: Losses { ring_full: 7, ..Losses::default() },
            period: Duration::from_millis(10),
            started: 1_000,
            duration: Duration::from_secs(2),
        }
    }

    #[test]
    fn the_profile_is_as_one_of_go() {
        let built = build(&outcome()).unwrap();
        assert_eq!((built.samples(), built.duration()), (4, Duration::from_secs(2)));
        let profile =
            decode(&gunzip(&built.into_bytes(), GunzipLimit::default()).unwrap()).unwrap();
        profile.validate().unwrap();
        let header = &profile.header;
        let types: Vec<&[u8]> =
            header.sample_types.iter().map(|of| profile.text(of.kind)).collect();
        assert_eq!(types, [&b"samples"[..], b"cpu"]);
        assert_eq!((header.period, header.duration_nanos), (10_000_000, 2_000_000_000));
        assert_eq!(profile.text(header.period_type.unit), b"nanoseconds");
        let values: Vec<_> = profile.samples.iter().map(|sample| sample.values.to_vec()).collect();
        assert_eq!(values, [[1, 10_000_000], [3, 30_000_000]]);
        assert!(profile.locations.iter().all(|(location, _)| location.mapping.is_some()));
    }

    #[test]
    fn what_is_missing_is_said() {
        let lines = comments(&outcome());
        let text: Vec<_> = lines.iter().map(|line| String::from_utf8_lossy(line)).collect();
        assert_eq!(text.len(), 3);
        assert!(text[0].ends_with("than they were read: 7"), "{text:?}");
        assert!(text[1].ends_with("of their stacks only: 1"), "{text:?}");
        assert!(text[2].ends_with("before the kernel looked: 2"), "{text:?}");
    }
}
