//! What there is to say.

use heapwise_units::{AUTO, label};

use crate::UnnamedFile;

/// One thing that the reader of a report should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hint {
    /// Nothing, or next to nothing, is in use, though much was allocated.
    LittleInUse {
        /// The sample type that was shown.
        shown: String,
        /// The one that has something to show.
        instead: String,
        /// How many bytes are in use.
        in_use: i64,
        /// How many bytes were allocated.
        allocated: i64,
    },
    /// The column that was shown is empty, another one is not.
    OtherColumn {
        /// The sample type that was shown.
        shown: String,
        /// One that has something to show.
        instead: String,
    },
    /// There are no samples: the program allocated little against the sampling interval.
    NothingSampled {
        /// Mean bytes between sampled points.
        interval: i64,
    },
    /// There are no samples of waits, which Go does not record until it is told to.
    NoWaits,
    /// There are no samples, and nothing to say why.
    Empty,
    /// There are samples, but every value is zero.
    OnlyZeros,
    /// A comparison of two profiles that have the same values.
    NoDifference,
    /// A Go profile of what is in use: it is as of the last garbage collection.
    AsOfLastCollection,
    /// Frames have no names.
    Unnamed {
        /// How many locations have none.
        locations: usize,
        /// How many there are.
        of: usize,
        /// The files they are in, those with most of them first.
        files: Vec<UnnamedFile>,
    },
}

/// Where the reader will type what a hint proposes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// As a flag: `-name=value`.
    CommandLine,
    /// In the shell: `name=value`.
    Shell,
    /// On a page that lists the sample types to choose from.
    Page,
}

/// How many files a hint names.
const MOST_FILES: usize = 3;

/// What is so, and what to do.
type TwoLines = [&'static str; 2];

const NO_WAITS: TwoLines = [
    "The profile has no samples: no wait was recorded, and Go records none until it is told to.",
    "First thing in main: runtime.SetMutexProfileFraction(1) for waits at locks, \
     runtime.SetBlockProfileRate(1) for all waits.",
];
const EMPTY: TwoLines = [
    "The profile has no samples: nothing was recorded while it was taken.",
    "Take it for longer, or while the program is busy.",
];
const ONLY_ZEROS: TwoLines = [
    "The profile has samples, but all their values are zero.",
    "Take it for longer, or while the program is busy.",
];
const NO_DIFFERENCE: TwoLines = [
    "Nothing is left when the base is taken away: the two profiles have the same values.",
    "Check that they are two files, taken at different times.",
];

impl Hint {
    /// The sample type to look at instead, if there is one that says more.
    pub fn instead(&self) -> Option<&str> {
        match self {
            Self::LittleInUse { instead, .. } | Self::OtherColumn { instead, .. } => Some(instead),
            Self::AsOfLastCollection => Some("alloc_space"),
            Self::NothingSampled { .. }
            | Self::NoWaits
            | Self::Empty
            | Self::OnlyZeros
            | Self::NoDifference
            | Self::Unnamed { .. } => None,
        }
    }

    /// One or two lines: what is so, and what to do, unless those who looked for names said it.
    pub fn lines(&self, voice: Voice) -> Vec<String> {
        match self {
            Self::LittleInUse { shown, instead, in_use, allocated } => vec![
                little_in_use(shown, *in_use, *allocated),
                format!("To see where it was allocated: {}", select(instead, voice)),
            ],
            Self::OtherColumn { shown, instead } => vec![
                format!("No sample has a value of type {shown}, but other types have values."),
                format!("To see one of them: {}", select(instead, voice)),
            ],
            Self::NothingSampled { interval } => nothing_sampled(*interval),
            Self::NoWaits => two(NO_WAITS),
            Self::Empty => two(EMPTY),
            Self::OnlyZeros => two(ONLY_ZEROS),
            Self::NoDifference => two(NO_DIFFERENCE),
            Self::AsOfLastCollection => vec![
                "This Go profile shows what was in use at the last completed garbage collection, not \
                 when it was written."
                    .to_owned(),
                format!(
                    "Call runtime.GC() before writing it, or see all allocations: {}",
                    select("alloc_space", voice)
                ),
            ],
            Self::Unnamed { locations, of, files } => {
                let what = format!("{locations} of {of} locations have no names: {}.", list(files));
                let stripped = files.iter().take(MOST_FILES).find(|file| file.without_symbols);
                std::iter::once(what).chain(stripped.map(without_symbols)).collect()
            }
        }
    }
}

fn two(lines: TwoLines) -> Vec<String> {
    lines.map(str::to_owned).to_vec()
}

fn select(sample_type: &str, voice: Voice) -> String {
    match voice {
        Voice::CommandLine => format!("-sample_index={sample_type}"),
        Voice::Shell => format!("sample_index={sample_type}"),
        Voice::Page => format!("choose {sample_type}"),
    }
}

fn little_in_use(shown: &str, in_use: i64, allocated: i64) -> String {
    let allocated = bytes(allocated);
    if in_use == 0 {
        return format!(
            "{shown} is empty: all of the {allocated} allocated had been freed by then."
        );
    }
    let in_use = bytes(in_use);
    format!(
        "{shown} has next to nothing: {in_use} of the {allocated} allocated, the rest was freed."
    )
}

/// An allocation of b bytes is sampled with probability 1 - e^(-b/interval), so a program that
/// allocates B bytes in all leaves no sample with probability e^(-B/interval): 5 % at 3 intervals
/// (e^-3 = 0.0498). At 512 KiB that is 1.5 MiB.
fn nothing_sampled(interval: i64) -> Vec<String> {
    let unseen = bytes(interval.saturating_mul(3));
    vec![
        format!(
            "The profile has no samples: one allocation in {} on average is recorded, so {unseen} in \
             all can go unseen (1 time in 20).",
            bytes(interval)
        ),
        "Record every one: runtime.MemProfileRate = 1 first thing in a Go main, \
         heapwise::heap::set_interval(1) in Rust."
            .to_owned(),
    ]
}

fn bytes(number: i64) -> String {
    String::from_utf8_lossy(&label(number, b"bytes", AUTO)).into_owned()
}

fn without_symbols(file: &UnnamedFile) -> String {
    format!(
        "{} is here, but stripped: build it with debug information and keep it (no strip, no -s), or \
         put the unstripped file or its .debug file into a folder of PPROF_BINARY_PATH.",
        file.name()
    )
}

fn list(files: &[UnnamedFile]) -> String {
    let mut names: Vec<_> = files.iter().take(MOST_FILES).map(UnnamedFile::to_string).collect();
    if files.len() > MOST_FILES {
        names.push(format!("{} more", files.len() - MOST_FILES));
    }
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_to_type_suits_the_place() {
        let hint = Hint::LittleInUse {
            shown: "inuse_space".to_owned(),
            instead: "alloc_space".to_owned(),
            in_use: 0,
            allocated: 3 << 20,
        };
        let said = "inuse_space is empty: all of the 3MB allocated had been freed by then.";
        assert_eq!(
            hint.lines(Voice::CommandLine),
            [said, "To see where it was allocated: -sample_index=alloc_space"]
        );
        assert_eq!(
            hint.lines(Voice::Shell),
            [said, "To see where it was allocated: sample_index=alloc_space"]
        );
        assert_eq!(
            hint.lines(Voice::Page),
            [said, "To see where it was allocated: choose alloc_space"]
        );
        assert_eq!(hint.instead(), Some("alloc_space"));
    }

    #[test]
    fn the_interval_says_how_much_can_go_unseen() {
        let what = &Hint::NothingSampled { interval: 512 << 10 }.lines(Voice::Shell)[0];
        assert!(what.contains("512kB on average") && what.contains("1.50MB in all"), "{what}");
    }
}
