//! `cargo xtask doc-examples`: every public item of the library shows how it is used.
//!
//! ```text
//! rustdoc's JSON -> items -> those whose text has no example -> names
//! ```

mod example;
mod items;

use std::fs;

use crate::arguments::Arguments;
use crate::workspace::{Workspace, cargo};
use crate::{Result, Subcommand, process};
use items::{Crates, Item};

/// The row of this subcommand.
pub const SUBCOMMAND: Subcommand = Subcommand {
    name: "doc-examples",
    options: "",
    about: "name the public items of the library whose documentation has no example",
    run,
};

/// The library that programs link.
const LIBRARY: &str = "heapwise";

/// It, and the packages whose items it offers as its own.
const PACKAGES: &[&str] =
    &[LIBRARY, "heapwise-recorder", "heapwise-cpu-sampler", "heapwise-stackwalk"];

fn run(workspace: &Workspace, arguments: Arguments) -> Result<()> {
    arguments.finish()?;
    let items = described(workspace)?.public_items(LIBRARY)?;
    let lacking: Vec<&Item> = items.iter().filter(|item| !example::is_in(&item.text)).collect();
    for item in &lacking {
        println!("{}: {}", item.place, item.path);
    }
    if !lacking.is_empty() {
        return Err(format!(
            "{} of {} public items of {LIBRARY} have no example that is compiled",
            lacking.len(),
            items.len()
        ));
    }
    println!("each of the {} public items of {LIBRARY} has an example", items.len());
    Ok(())
}

/// What rustdoc says of the packages.
///
/// In a folder of its own: JSON has to be asked for with a variable that build scripts look at, so that
/// everything else would be compiled anew, now and after.
fn described(workspace: &Workspace) -> Result<Crates> {
    let folder = workspace.target.join("doc-examples");
    let mut doc = cargo();
    doc.current_dir(&workspace.root);
    doc.args(["doc", "--quiet", "--no-deps", "--all-features", "--target-dir"]).arg(&folder);
    doc.args(PACKAGES.iter().flat_map(|name| ["--package", name]));
    doc.env("RUSTC_BOOTSTRAP", "1");
    doc.env("RUSTDOCFLAGS", "-Z unstable-options --output-format json");
    process::run(&mut doc)?;
    let read = |name: &&str| {
        let name = name.replace('-', "_");
        let path = folder.join("doc").join(&name).with_extension("json");
        let text = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok((name, text))
    };
    Crates::parse(PACKAGES.iter().map(read).collect::<Result<Vec<_>>>()?)
}
