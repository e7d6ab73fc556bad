//! Rules on the text of every file.

use super::files::{File, Files};
use crate::Result;
use crate::workspace::Workspace;

/// Extensions of text that people write. Stored outputs are not among them: the reference itself ends
/// some lines in blanks.
const WRITTEN: &[&str] = &["rs", "toml", "md", "go", "sh", "yml", "json", "html", "css", "js", "c"];

/// Folders and hosts of one workplace. Joined here, so that this file does not contain them.
const MACHINE_WORDS: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/tmp", "/bash"),
    concat!("/tmp", "/target-"),
    concat!("artifact", "ory"),
    concat!("/root", "/."),
];

/// Blanks at the end of a line make noise in every later change.
pub fn trailing_blanks(_: &Workspace, files: &Files) -> Result<Vec<String>> {
    let written = files.iter().filter(|file| {
        file.path.extension().is_some_and(|e| WRITTEN.iter().any(|written| e == *written))
    });
    Ok(written.flat_map(|file| lines(file, |line| line.ends_with([' ', '\t']))).collect())
}

/// The repository speaks of the project, not of where it was written.
pub fn machine_words(_: &Workspace, files: &Files) -> Result<Vec<String>> {
    let foreign = |line: &str| MACHINE_WORDS.iter().any(|word| line.contains(word));
    Ok(files.iter().flat_map(|file| lines(file, foreign)).collect())
}

/// The places of the lines of `file` for which `wrong` holds.
fn lines(file: &File, wrong: impl Fn(&str) -> bool) -> Vec<String> {
    let numbered = file.text.lines().enumerate().filter(|(_, line)| wrong(line));
    numbered.map(|(at, line)| format!("{}:{}: {line}", file.path.display(), at + 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::files::tree;

    fn none() -> Workspace {
        Workspace { root: ".".into(), target: "target".into(), packages: Vec::new() }
    }

    #[test]
    fn blanks_at_the_end_are_named_but_in_stored_outputs() {
        let (_folder, files) = tree(&[("a.rs", "fn a() {}\nfn b() {} \n"), ("a.golden", "x \n")]);
        assert_eq!(trailing_blanks(&none(), &files).unwrap(), ["a.rs:2: fn b() {} "]);
    }

    #[test]
    fn a_path_of_this_machine_is_named() {
        let word = MACHINE_WORDS[0];
        let (_folder, files) = tree(&[("run.sh", &format!("cd {word}main\n"))]);
        assert_eq!(machine_words(&none(), &files).unwrap(), [format!("run.sh:1: cd {word}main")]);
    }
}
