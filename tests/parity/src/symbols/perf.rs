//! Recordings of Linux perf, with a converter that the test makes: it copies a profile, or fails.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::bare;
use crate::setup::Setup;

/// What stands in for `perf_to_profile`: a script, or nothing. `{}` is a profile.
const CONVERTERS: [(&str, Option<&str>); 6] = [
    ("copies", Some("test \"$1 $3 $5\" = '-i -o -f' && test -f \"$2\" && cp '{}' \"$4\"")),
    ("talks", Some("echo out; echo err >&2; cp '{}' \"$4\"")),
    ("fails", Some("echo why >&2; exit 3")),
    ("dies", Some("kill -9 $$")),
    ("writes-nothing", Some(":")),
    ("missing", None),
];

/// Asks both tools for a recording beside each converter.
///
/// # Errors
/// Shows what differs.
pub fn judge(setup: &Setup) -> Result<(), String> {
    let folder = setup.scratch.join("symbols/perf");
    let recording = folder.join("perf.data");
    let profile = folder.join("profile.pb.gz");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    fs::write(&recording, b"PERFILE2 and more").map_err(|error| error.to_string())?;
    bare::write(&bare::of_addresses([0x10, 0x20, 0x30]), &profile)?;
    for (name, script) in CONVERTERS {
        let programs = converter(&folder.join(name), script, &profile)?;
        let theirs = ask(&setup.reference, &recording, &programs)?;
        let ours = ask(&setup.ours, &recording, &programs)?;
        let same_words = theirs.messages.iter().zip(&ours.messages).all(|(t, o)| o.starts_with(t));
        let same = (theirs.code, &theirs.output) == (ours.code, &ours.output);
        if !same || !same_words || theirs.messages.len() > ours.messages.len() {
            return Err(format!("{name}\n- {theirs:?}\n+ {ours:?}"));
        }
    }
    Ok(())
}

/// A folder for `PATH` with the converter in it.
fn converter(folder: &Path, script: Option<&str>, profile: &Path) -> Result<PathBuf, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    fs::create_dir_all(folder).map_err(failed)?;
    if let Some(script) = script {
        let path = folder.join("perf_to_profile");
        let script = script.replace("{}", &profile.to_string_lossy());
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).map_err(failed)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).map_err(failed)?;
    }
    Ok(folder.to_owned())
}

#[derive(Debug)]
struct Answer {
    code: Option<i32>,
    output: String,
    messages: Vec<String>,
}

fn ask(program: &Path, recording: &Path, programs: &Path) -> Result<Answer, String> {
    let mut command = Command::new(program);
    command.args(["-raw", "-symbolize=none"]).arg(recording).env_clear();
    command.env("PATH", format!("{}:/usr/bin:/bin", programs.display()));
    let ran = command.output().map_err(|error| format!("{}: {error}", program.display()))?;
    let messages = String::from_utf8_lossy(&ran.stderr).lines().map(str::to_owned).collect();
    let output = String::from_utf8_lossy(&ran.stdout).into_owned();
    Ok(Answer { code: ran.status.code(), output, messages })
}
