//! Names from Go's own tables, which stripping leaves in a program.
//!
//! The runtime wrote names into the profile from the same tables, so what the reference shows of the
//! named profile is what must come out of the bare one. Of an address alone, the reference knows one
//! frame: the innermost line with the outermost function.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use heapwise_profile::Profile;
use object::{Object, ObjectSection};

use super::bare;
use crate::case::Case;
use crate::setup::Setup;
use crate::tool;

/// How far the addresses are apart that both tools are asked for.
const STEP: usize = 24;

/// A profile whose names were taken away gets them back from a program without symbols.
///
/// # Errors
/// Shows the first line that differs.
pub fn judge_runtime(setup: &Setup) -> Result<(), String> {
    let folder = folder(setup, "runtime")?;
    let stripped = setup.go_executables.join("stripped/walk");
    let named = bare::read(&setup.go_profiles.join("walk/last-visit.pb.gz"))?;
    let named = bare::without_build_ids(&named);
    let (with, without) = (folder.join("named.pb.gz"), folder.join("bare.pb.gz"));
    bare::write(&named, &with)?;
    bare::write(&bare::without_names(&named), &without)?;
    let case = |sources: &[PathBuf]| {
        Case::new(["-traces", "-lines", "-trim=false", "-sample_index=alloc_space"], sources)
    };
    let theirs = tool::ask(&setup.reference, &case(&[with]), setup)?;
    let ours = tool::ask(&setup.ours, &case(&[stripped, without]), setup)?;
    let lines = |output: &[u8]| -> Vec<String> {
        String::from_utf8_lossy(output).lines().map(str::to_owned).collect()
    };
    let (theirs, ours) = (lines(&theirs.output), lines(&ours.output));
    if theirs.len() < 50 || !theirs.iter().any(|line| line.ends_with("(inline)")) {
        return Err(format!("{} lines say too little to compare", theirs.len()));
    }
    let differs = theirs.iter().zip(&ours).find(|(theirs, ours)| theirs != ours);
    match differs {
        Some((theirs, ours)) => Err(format!("- {theirs}\n+ {ours}")),
        None if theirs.len() == ours.len() => Ok(()),
        None => Err(format!("{} lines, {} are ours", theirs.len(), ours.len())),
    }
}

/// Both tools know the same function and line at addresses all over a program.
///
/// # Errors
/// Shows the first address that differs.
pub fn judge_addresses(setup: &Setup, executable: &str) -> Result<(), String> {
    let path = setup.go_executables.join(executable);
    let folder = folder(setup, &executable.replace('/', "-"))?;
    let profile = folder.join("addresses.pb.gz");
    bare::write(&bare::of_addresses(addresses(&path)?), &profile)?;
    let shown = |program: &Path| -> Result<_, String> {
        let case = Case::new(["-proto", "-symbolize=local"], &[path.clone(), profile.clone()]);
        let answer = tool::ask(program, &case, setup)?;
        let said = String::from_utf8_lossy(&answer.messages).into_owned();
        Ok(frames(&Profile::read(&answer.output).map_err(|error| format!("{error}: {said}"))?))
    };
    let (theirs, ours) = (shown(&setup.reference)?, shown(&setup.ours)?);
    let named = theirs.values().filter(|frame| !frame.0.is_empty()).count();
    if named * 10 < theirs.len() * 9 {
        return Err(format!("the reference names {named} of {} addresses", theirs.len()));
    }
    let same = |ours: &Shown, theirs: &Shown| {
        // The reference cuts what looks like parameters, in type arguments too; ours are whole.
        (theirs.0 == ours.0 || theirs.0 == without_parameters(&ours.0))
            && (&theirs.1, theirs.2) == (&ours.1, ours.2)
    };
    // The first function of all is data, of which the reference reads a line somewhere else.
    let code = theirs.iter().filter(|(_, frame)| !matches!(frame.0.as_str(), "" | "go:buildid"));
    let mut pairs = code.map(|(at, frame)| (at, frame, ours.get(at)));
    let differs = pairs.find(|(_, theirs, ours)| !ours.is_some_and(|ours| same(ours, theirs)));
    differs.map_or(Ok(()), |(at, theirs, ours)| Err(format!("{at:#x}\n- {theirs:?}\n+ {ours:?}")))
}

/// `name` without `(...)`.
fn without_parameters(name: &str) -> String {
    let mut depth = 0_u32;
    let outside = |c: &char| {
        depth += u32::from(*c == '(');
        let inside = depth > 0;
        depth = depth.saturating_sub(u32::from(*c == ')'));
        !inside
    };
    name.chars().filter(outside).collect()
}

/// Outermost function, innermost file and line.
type Shown = (String, String, i64);

fn frames(profile: &Profile) -> BTreeMap<u64, Shown> {
    let text = |text| String::from_utf8_lossy(profile.text(text)).into_owned();
    let shown = |lines: &[heapwise_profile::Line]| {
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
            return Shown::default();
        };
        let file = text(profile.functions[first.function].file);
        // Of code without a file the reference has -1 for a line.
        let line = if file.is_empty() { 0 } else { first.line };
        (text(profile.functions[last.function].name), file, line)
    };
    profile.locations.iter().map(|(location, lines)| (location.address.0, shown(lines))).collect()
}

/// Addresses all over the code of a program.
fn addresses(path: &Path) -> Result<Vec<u64>, String> {
    let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let file =
        object::File::parse(&*bytes).map_err(|error| format!("{}: {error}", path.display()))?;
    let text = [".text", "__text"].iter().find_map(|name| file.section_by_name(name));
    let text = text.ok_or_else(|| format!("{} has no code", path.display()))?;
    Ok((text.address()..text.address() + text.size()).step_by(STEP).collect())
}

fn folder(setup: &Setup, name: &str) -> Result<PathBuf, String> {
    let folder = setup.scratch.join("symbols").join(name);
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder)
}
