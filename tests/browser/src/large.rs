//! A profile of 200,000 stacks: seen in less than two seconds, zoomed and searched without a pause.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Instant;

use serde_json::json;

use crate::browser::Browser;
use crate::profiles;
use crate::setup::{Pages, Setup};

const STACKS: usize = 200_000;

/// From the address typed to the boxes drawn, in milliseconds.
const FIRST_VIEW: f64 = 2000.0;

/// From a click to boxes, or from a letter typed to the total, in milliseconds.
const NO_PAUSE: f64 = 1000.0;

/// The file of the profile, which is made once.
pub fn profile(setup: &Setup) -> Result<PathBuf, String> {
    static MAKING: Mutex<()> = Mutex::new(());
    let _one = MAKING.lock().map_err(|error| error.to_string())?;
    let path = setup.scratch.join(format!("{STACKS}-stacks.pb.gz"));
    if !path.is_file() {
        let unfinished = path.with_extension("unfinished");
        let mut file = File::create(&unfinished).map_err(|error| error.to_string())?;
        profiles::large(STACKS).write_to(&mut file).map_err(|error| error.to_string())?;
        std::fs::rename(&unfinished, &path).map_err(|error| error.to_string())?;
    }
    Ok(path)
}

/// As the name says.
pub fn two_hundred_thousand_stacks(setup: &Setup) -> Result<(), String> {
    let path = profile(setup)?;
    let folder = setup.folder("large")?;
    let pages = Pages::start(setup, &folder, &["-symbolize=none", &path.to_string_lossy()])?;
    let browser = Browser::on(setup, "large", folder, pages)?;
    browser.open("flamegraph")?;
    let first = "performance.getEntriesByName('first-view')[0].startTime";
    within("the first view", &browser.text(first)?, FIRST_VIEW)?;
    browser.shoot("first")?;

    let start = Instant::now();
    browser.session.point(browser.box_at(2, 0.01)?, Some(0))?;
    browser.until("return location.search.startsWith('?z=')")?;
    within("a zoom", &start.elapsed().as_millis().to_string(), NO_PAUSE)?;
    browser.shoot("zoomed")?;
    browser.open("flamegraph")?;
    let measure = "const start = performance.now(); \
        return fetch('data/search?q=function42%24').then((r) => r.json()).then((f) => performance.now() - start)";
    let taken = browser.session.run(measure, &json!([]))?;
    within("a search", &taken.to_string(), NO_PAUSE)?;
    browser.no_errors()
}

/// Fails if something took longer than it may, and tells how long it took.
pub fn within(what: &str, milliseconds: &str, most: f64) -> Result<(), String> {
    let taken: f64 = milliseconds.parse().map_err(|_| format!("{what}: {milliseconds}"))?;
    println!("{what} of {STACKS} stacks: {taken:.0} ms");
    if taken <= most {
        Ok(())
    } else {
        Err(format!("{what} took {taken:.0} ms, not {most} at most"))
    }
}
