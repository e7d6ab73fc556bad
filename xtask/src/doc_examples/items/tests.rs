use std::fs;
use std::path::Path;
use std::process::Command;

use super::*;
use crate::process;

/// What rustdoc says of a crate with this text, which may use those before it.
fn described(folder: &Path, name: &str, text: &str) -> (String, Vec<u8>) {
    let source = folder.join(name).with_extension("rs");
    fs::write(&source, text).unwrap();
    let with = |program: &str, words: &[&str]| {
        let mut command = Command::new(program);
        command.current_dir(folder).env("RUSTC_BOOTSTRAP", "1").arg(&source);
        command.args(["--edition", "2024", "--crate-type", "lib", "-L", "."]).args(words);
        process::output(&mut command).unwrap();
    };
    with("rustc", &["--emit", "metadata"]);
    with("rustdoc", &["-Zunstable-options", "--output-format", "json", "--out-dir", "."]);
    (name.to_owned(), fs::read(folder.join(name).with_extension("json")).unwrap())
}

/// The paths of the public items of a crate with this text.
fn paths(text: &str) -> Result<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let items =
        Crates::parse([described(folder.path(), "library", text)])?.public_items("library")?;
    let mut paths: Vec<String> = items.into_iter().map(|item| item.path).collect();
    paths.sort();
    Ok(paths)
}

#[test]
fn all_that_users_can_name_is_found_once_by_the_path_that_they_write() {
    let found = paths(
        "pub mod tools { pub fn tool() {} fn own() {} pub const SIZE: u8 = 1; }
         mod hidden { pub struct Shown { pub field: u8 }
             impl Shown { pub fn get(&self) -> u8 { self.field } fn own(&self) {}
                 #[doc(hidden)] pub fn plumbing(&self) {} }
             impl Default for Shown { fn default() -> Self { Self { field: 0 } } } }
         pub use hidden::Shown;
         pub use tools::tool as first_tool;
         pub trait Work { fn work(&self); }
         #[doc(hidden)] pub fn plumbing() {}
         #[macro_export] macro_rules! shout { () => {} }",
    );
    let names = [
        "Shown",
        "Shown::get",
        "Work",
        "Work::work",
        "shout",
        "tools",
        "tools::SIZE",
        "tools::tool",
    ];
    let expected = names.map(|name| format!("library::{name}"));
    let mut all = vec!["library".to_owned()];
    all.extend(expected);
    assert_eq!(found.unwrap(), all);
}

#[test]
fn what_is_re_exported_from_another_crate_is_found_there() {
    let folder = tempfile::tempdir().unwrap();
    let other = described(folder.path(), "other", "/// Text.\npub struct Other;");
    let library =
        described(folder.path(), "library", "extern crate other; pub use other::Other as Renamed;");
    let items = Crates::parse([other, library.clone()]).unwrap().public_items("library").unwrap();
    assert_eq!((items[1].path.as_str(), items[1].text.as_str()), ("library::Renamed", "Text."));
    assert!(items[1].place.ends_with("other.rs:2"), "{}", items[1].place);
    let without = Crates::parse([library]).unwrap().public_items("library").unwrap_err();
    assert!(without.contains("library::Renamed is of the crate other"), "{without}");
}

#[test]
fn json_of_another_form_is_an_error() {
    let crates = |text: &str| Crates::parse([("library".to_owned(), text.as_bytes().to_vec())]);
    assert!(crates("<html>").is_err());
    assert!(crates("{}").unwrap().public_items("library").is_err());
    assert!(crates(r#"{"root": 1, "index": {"1": {}}}"#).unwrap().public_items("library").is_err());
}
