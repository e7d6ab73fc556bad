//! Two profiles compared: what grew, shrank, is new or gone is told in words and numbers.

use crate::browser::Browser;
use crate::profiles;
use crate::setup::{Pages, Setup, write};

fn compared(setup: &Setup, test: &str, flag: &str) -> Result<Browser, String> {
    let folder = setup.folder(test)?;
    let before = write(&folder, "before.pb.gz", &profiles::heap())?;
    let after = write(&folder, "after.pb.gz", &profiles::later())?;
    let pages = Pages::start(setup, &folder, &[&format!("-{flag}={before}"), &after])?;
    Browser::on(setup, test, folder, pages)
}

/// All tips of boxes along a row, each once.
fn tips(browser: &Browser, depth: i64) -> Result<Vec<String>, String> {
    let mut tips: Vec<String> = Vec::new();
    for step in 1..40 {
        browser.session.point(browser.box_at(depth, f64::from(step) / 40.0)?, None)?;
        let shown = "document.querySelector('.flame-tip').hidden ? '' : document.querySelector('.flame-tip').textContent";
        let tip = browser.text(shown)?;
        if !tip.is_empty() && !tips.contains(&tip) {
            tips.push(tip);
        }
    }
    Ok(tips)
}

fn expect(tips: &[String], name: &str, what: &str) -> Result<(), String> {
    let told = tips.iter().any(|tip| tip.starts_with(name) && tip.contains(what));
    if told { Ok(()) } else { Err(format!("{name} is not {what:?}: {tips:?}")) }
}

/// With `-diff_base` both sides are known.
pub fn sides(setup: &Setup) -> Result<(), String> {
    let browser = compared(setup, "sides", "diff_base")?;
    browser.open("flamegraph")?;
    browser.shoot("light")?;
    let shown = tips(&browser, 4)?;
    expect(&shown, "example.com/shop/v2/cart.cache", "grew: 24MB \u{2192} 50MB (+26MB, +108.3 %)")?;
    expect(
        &shown,
        "example.com/shop/v2/cart.load",
        "shrank: 13MB \u{2192} 7MB (\u{2212}6MB, \u{2212}46.2 %)",
    )?;
    expect(&shown, "example.com/shop/v2/audit.Log", "new: 0 \u{2192} 8MB (+8MB)")?;
    let shown = tips(&browser, 2)?;
    expect(
        &shown,
        "example.com/shop/v2/index.Build",
        "gone: 15MB \u{2192} 0 (\u{2212}15MB, \u{2212}100 %)",
    )?;
    browser.prefer("dark")?;
    browser.open("flamegraph")?;
    browser.shoot("dark")?;
    browser.no_errors()
}

/// With `-base` only what is between them is.
pub fn change(setup: &Setup) -> Result<(), String> {
    let browser = compared(setup, "change", "base")?;
    browser.open("flamegraph")?;
    browser.shoot("light")?;
    let shown = tips(&browser, 4)?;
    expect(&shown, "example.com/shop/v2/cart.cache", "+26MB in all: grew by 26MB, shrank by 0")?;
    expect(
        &shown,
        "example.com/shop/v2/cart.load",
        "\u{2212}6MB in all: grew by 0, shrank by 6MB",
    )?;
    browser.no_errors()
}
