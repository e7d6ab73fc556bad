//! Packages of the system that a check needs, installed by apt where it may.

use std::process::{Command, Stdio};

use crate::{Result, process};

/// Installs `package`, or says how to, unless its `program` is there.
///
/// # Errors
/// As [`install`].
pub fn provide(program: &str, package: &str) -> Result<()> {
    provide_if(&[program, "--version"], package)
}

/// The same, unless a command succeeds.
///
/// # Errors
/// As [`install`].
pub fn provide_if(asks: &[&str], package: &str) -> Result<()> {
    let there = process::output(Command::new(asks[0]).args(&asks[1..])).is_ok();
    if there { Ok(()) } else { install(package) }
}

/// Installs `package`, or says how to.
///
/// # Errors
/// When there is no apt, no right to use it, or the installation fails; the text names the package.
pub fn install(package: &str) -> Result<()> {
    let advice = format!("install the package {package} (apt-get install {package})");
    let Some(prefix) = privilege() else {
        return Err(format!(
            "{advice}; there is no apt-get here that may be used without a password"
        ));
    };
    println!("installing the system package {package} with apt-get");
    let apt = |words: &[&str]| {
        let line: Vec<&str> = prefix.iter().chain(words).copied().collect();
        process::output(
            Command::new(line[0]).args(&line[1..]).env("DEBIAN_FRONTEND", "noninteractive"),
        )
    };
    apt(&["apt-get", "update", "--quiet"])
        .and_then(|_| apt(&["apt-get", "install", "--yes", "--no-install-recommends", package]))
        .map(drop)
        .map_err(|error| format!("{advice}; apt-get could not: {error}"))
}

/// The words before `apt-get`: none for root, `sudo --non-interactive` where that asks nothing.
fn privilege() -> Option<&'static [&'static str]> {
    let works = |program: &str, arguments: &[&str]| {
        let quiet = Command::new(program).args(arguments).stdin(Stdio::null()).output();
        quiet.is_ok_and(|output| output.status.success())
    };
    if !works("apt-get", &["--version"]) {
        return None;
    }
    let user = process::output(Command::new("id").arg("-u")).unwrap_or_default();
    if user.trim() == "0" {
        return Some(&[]);
    }
    works("sudo", &["--non-interactive", "true"]).then_some(&["sudo", "--non-interactive"])
}
