//! Commands x options: what is asked of every input.

mod commands;
mod options;
pub mod shared;
mod shell;

use crate::case::Case;
use crate::inputs::{Breadth, Input};
use crate::synthetic::Draw;
use crate::zone::Zone;
use commands::{COMMANDS, Command};
use options::{OPTIONS, Setting};

/// How many random combinations of options a command gets on one input.
const COMBINATIONS: usize = 10;

/// How many of them one of many inputs gets.
const DRAWN: usize = 3;

/// How many settings of one kind meet an input that does not get all of them.
const OF_A_KIND: usize = 2;

/// The tests over one input: one for each command, and one for the shell.
pub fn groups(input: &Input) -> Vec<(String, Vec<Case>)> {
    let reports = COMMANDS
        .iter()
        .map(|command| (format!("{}/{}", command.name, input.name), cases(command, input)));
    let shell = (format!("shell/{}", input.name), shell::cases(input));
    reports.chain([shell]).collect()
}

fn cases(command: &Command, input: &Input) -> Vec<Case> {
    let case = |form: &str, options: &[&str]| {
        let words = ["-symbolize=none", form].into_iter().chain(options.iter().copied());
        let flags = input.flags.iter().map(String::as_str).chain(words);
        Case::new(flags, &input.sources)
    };
    let mut draw = Draw(seed(&format!("{} {}", command.name, input.name)));
    if input.breadth == Breadth::Drawn {
        let drawn = (0..DRAWN).map(|_| combination(&mut draw));
        let combinations = [Vec::new()].into_iter().chain(drawn);
        return combinations.map(|words| case(command.forms[0], &words)).collect();
    }
    let mut cases: Vec<Case> = command.forms.iter().map(|form| case(form, &[])).collect();
    cases.extend(zones(&case(command.forms[0], &[])));
    if !input.unnamed {
        cases.push(symbolized(&cases[0]));
    }
    if command.few_options || input.breadth == Breadth::Heavy {
        let few = options::FEW.iter().map(|words| case(command.forms[0], words));
        cases.extend(few);
        return cases;
    }
    let settings = settings(&mut draw, input.breadth);
    cases.extend(settings.iter().map(|option| case(command.forms[0], option.words)));
    let combined = (0..COMBINATIONS).map(|_| case(command.forms[0], &combination(&mut draw)));
    cases.extend(combined);
    cases
}

/// Every setting, or a few of each kind: over all inputs, each setting still meets many.
fn settings(draw: &mut Draw, breadth: Breadth) -> Vec<&'static Setting> {
    if breadth == Breadth::Thorough {
        return OPTIONS.iter().collect();
    }
    let kinds = OPTIONS.chunk_by(|a, b| a.kind == b.kind);
    let some = kinds.flat_map(|kind| {
        let first = draw.below(kind.len() as u64) as usize;
        kind.iter().cycle().skip(first).take(OF_A_KIND.min(kind.len()))
    });
    some.collect()
}

/// The same case in the other time zones.
fn zones(case: &Case) -> Vec<Case> {
    let zones = [Zone::Central, Zone::Nameless];
    zones.into_iter().map(|zone| Case { zone, ..case.clone() }).collect()
}

/// The same case with symbolization as it is by default.
fn symbolized(case: &Case) -> Case {
    let mut case = case.clone();
    case.flags.retain(|flag| flag != "-symbolize=none");
    case
}

/// Two to four options that do not contradict one another.
fn combination(draw: &mut Draw) -> Vec<&'static str> {
    let mut chosen: Vec<&Setting> = Vec::new();
    let wanted = 2 + draw.below(3) as usize;
    while chosen.len() < wanted {
        let option = &OPTIONS[draw.below(OPTIONS.len() as u64) as usize];
        if option.combines && chosen.iter().all(|other| other.kind != option.kind) {
            chosen.push(option);
        }
    }
    chosen.iter().flat_map(|option| option.words).copied().collect()
}

/// A start for the sequence of combinations: another one for each test, the same on every run.
fn seed(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |seed, byte| {
        (seed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn combinations_are_fixed_and_hold_one_option_of_a_kind() {
        let (mut one, mut two) = (Draw(seed("a")), Draw(seed("a")));
        for _ in 0..100 {
            let words = combination(&mut one);
            assert_eq!(words, combination(&mut two));
            let granularities = ["-functions", "-filefunctions", "-files", "-lines", "-addresses"];
            assert!(words.iter().filter(|word| granularities.contains(word)).count() <= 1);
        }
    }

    #[test]
    fn every_command_runs_with_every_option() {
        let input = Input {
            name: "x".to_owned(),
            flags: vec!["-base=b".to_owned()],
            sources: vec!["s".into()],
            breadth: Breadth::Thorough,
            unnamed: false,
        };
        let has_tree = |case: &Case| case.flags.iter().any(|flag| flag == "-tree");
        for (name, cases) in groups(&input).iter().filter(|(name, _)| name.starts_with("tree/")) {
            assert!(cases.len() > OPTIONS.len() + COMBINATIONS, "{name}");
            assert!(
                cases.iter().all(|case| case.flags[0] == "-base=b" && has_tree(case)),
                "{name}"
            );
        }
    }
}
