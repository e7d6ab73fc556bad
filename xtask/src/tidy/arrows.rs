//! Which crate may depend on which.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::files::Files;
use crate::workspace::{Package, Workspace, cargo};
use crate::{Result, process};

/// The arrows of ARCHITECTURE.md, by folder below `crates`. An arrow to a crate allows what that crate
/// may depend on too.
const ARROWS: &[(&str, &[&str])] = &[
    ("profile", &[]),
    ("units", &[]),
    ("binary", &[]),
    ("stackwalk", &[]),
    ("graph", &["profile"]),
    ("report", &["graph", "units", "binary"]),
    ("insight", &["graph", "units"]),
    ("symbolize", &["profile", "binary"]),
    ("picture", &["report"]),
    ("recorder", &["stackwalk"]),
    ("cpu_sampler", &["stackwalk"]),
    ("session", &["symbolize", "insight", "picture"]),
    ("heapwise", &["recorder", "cpu_sampler", "symbolize"]),
    ("preload", &["recorder"]),
    ("web", &["session"]),
    ("cli", &["web"]),
];

/// The most crates of others that a program may gain by linking the runtime.
const RUNTIME_CRATES: usize = 9;

/// Members of the workspace below `crates` depend on one another only along the arrows. What only
/// tests see is free: a test may join both flows.
pub fn allowed(workspace: &Workspace, _: &Files) -> Result<Vec<String>> {
    let members: BTreeMap<&str, &str> = workspace.packages.iter().filter_map(concept).collect();
    let mut broken = Vec::new();
    for package in &workspace.packages {
        let Some((_, from)) = concept(package) else { continue };
        let Some(reachable) = reachable(from) else {
            broken.push(format!("crates/{from} has no place in ARCHITECTURE.md"));
            continue;
        };
        let shipped = package.dependencies.iter().filter(|dependency| !dependency.development);
        let own = shipped.filter_map(|dependency| members.get(dependency.name.as_str()));
        let wrong = own.filter(|to| !reachable.contains(*to));
        broken.extend(wrong.map(|to| format!("{from} -> {to}")));
    }
    Ok(broken)
}

/// Package name and folder name of a crate of the two flows; none for chores, tests and examples.
fn concept(package: &Package) -> Option<(&str, &str)> {
    let folder = package.folder.strip_prefix("crates").ok()?.to_str()?;
    Some((&package.name, folder))
}

/// All that `from` may depend on; none if the table does not have it.
fn reachable(from: &str) -> Option<BTreeSet<&'static str>> {
    let (_, direct) = ARROWS.iter().find(|(name, _)| *name == from)?;
    let below = direct.iter().filter_map(|to| reachable(to)).flatten();
    Some(direct.iter().copied().chain(below).collect())
}

/// A program that links the runtime gains few crates.
pub fn runtime_is_small(workspace: &Workspace, _: &Files) -> Result<Vec<String>> {
    if !workspace.packages.iter().any(|package| package.folder == Path::new("crates/heapwise")) {
        return Ok(Vec::new());
    }
    let mut tree = cargo();
    tree.current_dir(&workspace.root);
    tree.args(["tree", "--package", "heapwise", "--edges", "normal", "--prefix", "none"]);
    let text = process::output(tree.args(["--format", "{p}"]))?;
    let names = text.lines().filter_map(|line| line.split_whitespace().next());
    let crates: BTreeSet<&str> = names.filter(|name| !name.starts_with("heapwise")).collect();
    let many = crates.len() > RUNTIME_CRATES;
    let names = || crates.iter().copied().collect::<Vec<_>>().join(" ");
    Ok(many.then(|| format!("{} crates: {}", crates.len(), names())).into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::files::tree;
    use crate::workspace::Dependency;

    fn package(folder: &str, dependencies: &[(&str, bool)]) -> Package {
        let dependency =
            |&(name, development): &(&str, bool)| Dependency { name: name.into(), development };
        Package {
            name: format!("heapwise-{}", folder.rsplit('/').next().unwrap()),
            folder: folder.into(),
            roots: Vec::new(),
            dependencies: dependencies.iter().map(dependency).collect(),
        }
    }

    fn broken(packages: Vec<Package>) -> Vec<String> {
        let workspace = Workspace { root: ".".into(), target: "target".into(), packages };
        allowed(&workspace, &tree(&[]).1).unwrap()
    }

    #[test]
    fn an_arrow_allows_what_lies_below_it() {
        let dependencies =
            [("heapwise-report", false), ("heapwise-profile", false), ("regex", false)];
        let report = package("crates/report", &[]);
        let profile = package("crates/profile", &[]);
        let session = package("crates/session", &dependencies);
        assert_eq!(broken(vec![session, report, profile]), Vec::<String>::new());
    }

    #[test]
    fn an_arrow_upwards_or_sideways_is_named() {
        let graph =
            package("crates/graph", &[("heapwise-report", false), ("heapwise-units", false)]);
        let below = vec![graph, package("crates/report", &[]), package("crates/units", &[])];
        assert_eq!(broken(below), ["graph -> report", "graph -> units"]);
    }

    #[test]
    fn tests_and_chores_are_free() {
        let report = package("crates/report", &[("heapwise-session", true)]);
        let parity = package("tests/parity", &[("heapwise-session", false)]);
        let all = vec![report, parity, package("crates/session", &[])];
        assert_eq!(broken(all), Vec::<String>::new());
    }

    #[test]
    fn a_crate_without_a_place_is_named() {
        let found = broken(vec![package("crates/misc", &[])]);
        assert_eq!(found, ["crates/misc has no place in ARCHITECTURE.md"]);
    }

    #[test]
    fn the_table_has_no_cycle_and_no_loose_end() {
        for (from, direct) in ARROWS {
            assert!(!reachable(from).unwrap().contains(from), "{from} reaches itself");
            assert!(direct.iter().all(|to| reachable(to).is_some()), "{from}");
        }
    }
}
