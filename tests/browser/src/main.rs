//! The web pages in headless Chromium, as a person uses them: every page, menu, key, size and theme.
//!
//! `cargo xtask test --only browser` sets everything up; a filter picks tests out. Screenshots of all
//! pages are left in the scratch folder, to be looked at.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, reason = "a test program says what it lacks")]

mod accessibility;
mod browser;
mod comparison;
mod flame_file;
mod flame_graph;
mod large;
mod menus;
mod pages;
mod pictures;
mod profiles;
mod setup;
mod webdriver;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use setup::Setup;

/// One test: a session in a browser of its own.
type Test = fn(&Setup) -> Result<(), String>;

const TESTS: &[(&str, Test)] = &[
    ("pages/every-page-without-errors", pages::every_page),
    ("pages/empty-profile", pages::empty_profile),
    ("pages/hostile-names", pages::hostile_names),
    ("pages/table-sorts-and-selects", pages::table),
    ("pages/graph-can-be-read", pages::graph),
    ("pages/source-shows-machine-code", pages::source),
    ("pictures/same-as-graphviz", pictures::content),
    ("menus/views-and-sample-types", menus::views_and_samples),
    ("menus/refine", menus::refine),
    ("menus/configurations", menus::configurations),
    ("menus/download", menus::download),
    ("menus/search", menus::search),
    ("menus/theme-and-help", menus::theme_and_help),
    ("flame-graph/zoom-and-keys", flame_graph::zoom_and_keys),
    ("flame-graph/shapes-and-orders", flame_graph::shapes),
    ("flame-graph/menu-of-a-box", flame_graph::menu),
    ("flame-graph/comparison", comparison::sides),
    ("flame-graph/difference", comparison::change),
    ("flame-file/zoom-search-and-keys", flame_file::use_of_it),
    ("flame-file/looks", flame_file::looks),
    ("flame-file/comparison", flame_file::comparison),
    ("flame-file/hostile-names", flame_file::hostile_names),
    ("flame-file/without-scripts", flame_file::without_scripts),
    ("flame-file/two-hundred-thousand-stacks", flame_file::large),
    ("flame-file/empty", flame_file::empty),
    ("large/two-hundred-thousand-stacks", large::two_hundred_thousand_stacks),
    ("accessibility/every-page-in-both-themes", accessibility::every_page),
];

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Each test has a browser of several processes.
    arguments.test_threads.get_or_insert(2);
    let setup = match Setup::from_environment() {
        Ok(setup) => setup,
        Err(message) => {
            println!("{message}");
            return ExitCode::FAILURE;
        }
    };
    let trial = |(name, test): &(&str, Test)| {
        let (setup, test) = (setup.clone(), *test);
        Trial::test(*name, move || test(&setup).map_err(Failed::from))
    };
    libtest_mimic::run(&arguments, TESTS.iter().map(trial).collect()).exit_code()
}
