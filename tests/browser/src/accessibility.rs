//! What axe-core finds on every page, light and dark, wide and narrow, with menus and dialogs open.

use std::fs;

use serde_json::json;

use crate::browser::{Browser, ESCAPE};
use crate::pages::{ALL, SIZES};
use crate::profiles;
use crate::setup::Setup;

/// No page has a finding that is serious or worse.
pub fn every_page(setup: &Setup) -> Result<(), String> {
    let axe =
        fs::read_to_string(&setup.axe).map_err(|e| format!("{}: {e}", setup.axe.display()))?;
    let browser = Browser::of(setup, "accessibility", &profiles::heap())?;
    for ((size, measures), theme) in SIZES.into_iter().zip(["light", "dark"]) {
        browser.resize(measures)?;
        browser.prefer(theme)?;
        for page in ALL {
            browser.open(&format!("{page}?f=cart"))?;
            judge(&browser, &axe, &format!("{page} {size} {theme}"))?;
        }
        browser.open("top")?;
        for menu in ["view", "sample", "refine", "config"] {
            browser.session.click(&format!("details[data-menu={menu}] summary"))?;
            judge(&browser, &axe, &format!("{menu} {size} {theme}"))?;
            let sheet = format!(
                "document.querySelector('details[data-menu={menu}] .sheet').getBoundingClientRect()"
            );
            browser.expect(&format!("{sheet}.left >= 0 && {sheet}.right <= innerWidth"), "true")?;
            browser.shoot(&format!("{menu}.{size}.{theme}"))?;
            browser.session.keys(&[ESCAPE])?;
        }
        browser.session.click("#keys")?;
        judge(&browser, &axe, &format!("keys {size} {theme}"))?;
    }
    Ok(())
}

/// What is serious or worse on the page that is open is an error.
pub fn judge(browser: &Browser, axe: &str, place: &str) -> Result<(), String> {
    let run = "return axe.run().then((found) => found.violations \
        .filter((v) => ['serious', 'critical'].includes(v.impact)) \
        .map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.html.slice(0, 200)).join(' | ')}`))";
    let found = browser.session.run(&format!("{axe}\n{run}"), &json!([]))?;
    let findings = found.as_array().ok_or("axe did not run")?;
    if findings.is_empty() { Ok(()) } else { Err(format!("{place}: {findings:#?}")) }
}
