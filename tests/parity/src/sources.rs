//! Sources that the reference finds when it is told where they are, and ours without.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use heapwise_profile::{Function, Profile, Strings};
use libtest_mimic::{Failed, Trial};

use crate::case::Case;
use crate::setup::Setup;
use crate::symbols::bare;
use crate::tool::{self, Answer};

/// Where Go was in a profile of another machine.
const ELSEWHERE: &str = "/opt/hostedtoolcache/go/1.2.3/x64";

/// The tests of where sources are found.
pub fn trials(setup: &Setup) -> Vec<Trial> {
    let setup = setup.clone();
    vec![Trial::test("sources/go", move || judge(&setup).map_err(Failed::from))]
}

/// The profile of a Go program as another machine would have written it: with Go in another place, or
/// built with `-trimpath`. Ours finds Go by itself; what it shows is what the reference shows when it
/// is told.
///
/// # Errors
/// Shows what differs.
fn judge(setup: &Setup) -> Result<(), String> {
    let folder = setup.scratch.join("sources");
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let profile = bare::read(&setup.go_profiles.join("walk/last-visit.pb.gz"))?;
    let root = go_root(&profile).ok_or("the profile names no file of Go")?;
    let trimmed =
        written(&folder.join("trimmed"), &renamed(&profile, &format!("{root}/src/"), ""))?;
    let moved = written(&folder.join("moved"), &renamed(&profile, &root, ELSEWHERE))?;

    let told = format!("-source_path={root}/src");
    let theirs = listed(&setup.reference, &[&told], &trimmed, setup, "")?;
    let lines = String::from_utf8_lossy(&theirs.output).lines().count();
    if theirs.code != 0 || lines < 500 {
        return Err(format!("{lines} lines of source are too few to compare"));
    }
    let hidden = listed(&setup.reference, &[], &trimmed, setup, "")?;
    if hidden.output == theirs.output {
        return Err("the reference finds the sources without being told".to_owned());
    }
    let ours = listed(&setup.ours, &[], &trimmed, setup, &root)?;
    same("trimmed", &theirs, &ours)?;
    let mut ours = listed(&setup.ours, &[], &moved, setup, &root)?;
    let text = String::from_utf8_lossy(&ours.output).replace(&format!("{ELSEWHERE}/src/"), "");
    ours.output = text.into_bytes();
    same("moved", &theirs, &ours)
}

fn same(what: &str, theirs: &Answer, ours: &Answer) -> Result<(), String> {
    if theirs.output == ours.output && theirs.code == ours.code {
        return Ok(());
    }
    let how = crate::difference::between(&theirs.output, &ours.output);
    Err(format!("{what} {how}\n{}", String::from_utf8_lossy(&ours.messages)))
}

/// The source of every function, with Go in `root`.
fn listed(
    program: &Path,
    flags: &[&str],
    profile: &Path,
    setup: &Setup,
    root: &str,
) -> Result<Answer, String> {
    let flags = ["-symbolize=none", "-list=."].iter().chain(flags).copied();
    let case = Case::new(flags, &[profile.to_owned()]);
    let mut command = tool::command(program, &case, setup);
    command.current_dir(&setup.working_folder);
    if !root.is_empty() {
        command.env("GOROOT", root);
    }
    tool::run(&mut command, "").map_err(|error| format!("{}: {error}", program.display()))
}

/// Where the Go is that a program was built with.
fn go_root(profile: &Profile) -> Option<String> {
    let files = profile.functions.rows().iter().map(|function| profile.text(function.file));
    let root = |file: &[u8]| {
        Some(std::str::from_utf8(file).ok()?.split_once("/src/runtime/")?.0.to_owned())
    };
    files.filter_map(root).next()
}

/// `profile` with file names that start with `to` where they started with `from`.
fn renamed(profile: &Profile, from: &str, to: &str) -> Profile {
    let mut strings = Strings::clone(&profile.strings);
    let mut moved = |function: &Function| {
        let file = profile.text(function.file).strip_prefix(from.as_bytes());
        let file = file.map(|rest| strings.intern(&[to.as_bytes(), rest].concat()));
        Function { file: file.unwrap_or(function.file), ..*function }
    };
    let functions = Arc::new(profile.functions.rows().iter().map(&mut moved).collect());
    Profile { functions, strings: Arc::new(strings), ..profile.clone() }
}

fn written(path: &Path, profile: &Profile) -> Result<PathBuf, String> {
    let path = path.with_extension("pb.gz");
    bare::write(profile, &path).map(|()| path)
}
