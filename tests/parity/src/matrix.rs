//! Commands x options: what is asked of every input.

mod commands;
mod options;
pub mod shared;
mod shell;

use crate::case::Case;
use crate::inputs::{Breadth, Input};
use crate::synthetic::Draw;
use crate::zone::Zone;
use commands::{COMMANDS, Command, Heeds};
use options::{OPTIONS, Setting};

/// How many random combinations of options a command gets on one input.
const COMBINATIONS: usize = 10;

/// How many of them one of many inputs gets.
const DRAWN: usize = 3;

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
    let thorough = input.breadth == Breadth::Thorough;
    let refused = command.refused.iter().filter(|_| thorough);
    let mut cases: Vec<Case> =
        command.forms.iter().chain(refused).map(|form| case(form, &[])).collect();
    cases.extend(zones(&case(command.forms[0], &[])));
    if !input.unnamed {
        cases.push(symbolized(&cases[0]));
    }
    let options = options(command, input.breadth, &mut draw);
    cases.extend(options.iter().map(|words| case(command.forms[0], words)));
    cases
}

/// The options that a command meets on one input, each a case. Of those that do not change the report, only inputs that get every
/// setting are asked.
fn options(command: &Command, breadth: Breadth, draw: &mut Draw) -> Vec<Vec<&'static str>> {
    let thorough = breadth == Breadth::Thorough;
    let settings = match command.heeds {
        Heeds::Nothing if !thorough => return Vec::new(),
        Heeds::AllBut(_) if thorough => OPTIONS.iter().collect(),
        Heeds::AllBut(_) if breadth == Breadth::Usual => one_of_each_kind(command, draw),
        _ => return options::FEW.iter().map(|words| words.to_vec()).collect(),
    };
    let single = settings.iter().map(|setting| setting.words.to_vec());
    single.chain((0..COMBINATIONS).map(|_| combination(draw))).collect()
}

/// A setting of each kind that can change the report: over all inputs, each setting still meets many.
fn one_of_each_kind(command: &Command, draw: &mut Draw) -> Vec<&'static Setting> {
    let kinds = OPTIONS.chunk_by(|a, b| a.kind == b.kind);
    let heeded = kinds.filter(|kind| command.heeds(kind[0].kind));
    heeded.map(|kind| &kind[draw.below(kind.len() as u64) as usize]).collect()
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

    fn input(breadth: Breadth) -> Input {
        Input {
            name: "x".to_owned(),
            flags: vec!["-base=b".to_owned()],
            sources: vec!["s".into()],
            breadth,
            unnamed: false,
        }
    }

    #[test]
    fn a_usual_input_meets_each_kind_of_option_that_a_report_depends_on() {
        let is_setting =
            |case: &Case, setting: &Setting| case.flags.ends_with(&owned(setting.words));
        for command in COMMANDS.iter().filter(|c| matches!(c.heeds, Heeds::AllBut(_))) {
            let cases = cases(command, &input(Breadth::Usual));
            for kind in OPTIONS.chunk_by(|a, b| a.kind == b.kind) {
                let met = kind.iter().any(|s| cases.iter().any(|case| is_setting(case, s)));
                let kind = kind[0].kind;
                assert!(met || !command.heeds(kind), "{} {kind:?}", command.name);
            }
        }
    }

    fn owned(words: &[&str]) -> Vec<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }

    #[test]
    fn every_command_runs_with_every_option() {
        let has_tree = |case: &Case| case.flags.iter().any(|flag| flag == "-tree");
        let groups = groups(&input(Breadth::Thorough));
        for (name, cases) in groups.iter().filter(|(name, _)| name.starts_with("tree/")) {
            assert!(cases.len() > OPTIONS.len() + COMBINATIONS, "{name}");
            assert!(
                cases.iter().all(|case| case.flags[0] == "-base=b" && has_tree(case)),
                "{name}"
            );
        }
    }
}
