//! The flame graph: zoom, keys, shapes, and the menu of a box.

use serde_json::json;

use crate::browser::{Browser, DOWN, ENTER, ESCAPE, RIGHT};
use crate::profiles;
use crate::setup::Setup;

const STATUS: &str = "document.querySelector('.flame-status').textContent";

fn tip(browser: &Browser) -> Result<String, String> {
    browser.until("return !document.querySelector('.flame-tip').hidden")?;
    browser.text(
        "[...document.querySelectorAll('.flame-tip p')].map((p) => p.textContent).join('\\n')",
    )
}

/// A click zooms, the address says where, Escape and the way back lead out; keys do the same.
pub fn zoom_and_keys(setup: &Setup) -> Result<(), String> {
    let browser = Browser::of(setup, "zoom", &profiles::heap())?;
    browser.open("flamegraph")?;
    browser.session.point(browser.box_at(2, 0.1)?, None)?;
    let said = tip(&browser)?;
    if !said.starts_with("net/http.(*Server).Serve\n38.19MB (71.16%)") {
        return Err(said);
    }
    browser.session.point(browser.box_at(3, 0.1)?, Some(0))?;
    browser.until("return location.search.startsWith('?z=')")?;
    browser.expect("document.querySelector('[data-zoom-out]').disabled", "false")?;
    browser.session.point(browser.box_at(4, 0.9)?, None)?;
    let zoomed = tip(&browser)?;
    if !zoomed.starts_with("example.com/shop/v2/cart.load\n13MB") {
        return Err(zoomed);
    }
    browser.shoot("zoomed")?;
    let place = browser.url()?;
    browser.open(place.trim_start_matches("/ui/"))?;
    browser.session.point(browser.box_at(4, 0.9)?, None)?;
    if tip(&browser)? != zoomed {
        return Err("another place after the page was loaded again".to_owned());
    }
    browser.session.keys(&[ESCAPE])?;
    browser.until("return location.search.split('.').length === 2")?;
    browser.session.post("back", &json!({}))?;
    browser.until(&format!("return location.pathname + location.search === '{place}'"))?;
    browser.session.click("[data-zoom-out]")?;
    browser.until("return location.search === ''")?;
    browser.session.run("document.querySelector('.flame canvas').focus()", &json!([]))?;
    browser.session.keys(&[DOWN, DOWN, DOWN])?;
    browser.until(&format!("return {STATUS}.startsWith('net/http.(*Server).Serve')"))?;
    browser.session.keys(&[RIGHT])?;
    browser.until(&format!("return {STATUS}.startsWith('example.com/shop/v2/index.Build')"))?;
    browser.session.keys(&[ENTER])?;
    browser.until("return location.search.startsWith('?z=')")?;
    browser.session.keys(&["v"])?;
    browser.until("return location.search === '?view=callers'")?;
    browser.session.keys(&["v"])?;
    browser.until("return location.search === ''")?;
    browser.until(&format!("return {STATUS} === ''"))?;
    browser.session.keys(&[DOWN, DOWN, "p"])?;
    browser.until("return location.search === '?p=%5Emain%5C.main%24'")?;
    browser.no_errors()
}

/// From the leaves up, around one function, and in another order.
pub fn shapes(setup: &Setup) -> Result<(), String> {
    let browser = Browser::of(setup, "shapes", &profiles::heap())?;
    browser.open("flamegraph")?;
    browser.session.click("[data-shape=callers]")?;
    browser.until("return location.search === '?view=callers'")?;
    browser.session.point(browser.box_at(1, 0.1)?, None)?;
    let said = tip(&browser)?;
    if !said.starts_with("runtime.mapassign\n24MB (44.72%)\n/src") {
        return Err(said);
    }
    browser.shoot("callers")?;
    browser.session.click("[data-order=profile]")?;
    browser.until("return location.search === '?view=callers&order=profile'")?;
    browser.open("flamegraph?p=cart%5C.load")?;
    browser.session.point(browser.box_at(3, 0.2)?, None)?;
    let said = tip(&browser)?;
    if !said.starts_with("example.com/shop/v2/cart.load\n13MB") {
        return Err(said);
    }
    browser.shoot("middle")?;
    browser.session.click("[data-zoom-out]")?;
    browser.until("return location.search === ''")?;
    browser.open("flamegraph?p=%28")?;
    browser.expect_text(".flame-error", "missing closing )")?;
    Ok(())
}

/// A right click on a box leads to everything about its function.
pub fn menu(setup: &Setup) -> Result<(), String> {
    let browser = Browser::of(setup, "box-menu", &profiles::heap())?;
    for (label, page, parameter) in [
        ("Callers and callees", "flamegraph", "p"),
        ("Source", "source", "f"),
        ("Peek", "peek", "f"),
        ("Disassemble", "disasm", "f"),
        ("Focus", "flamegraph", "f"),
        ("Ignore", "flamegraph", "i"),
        ("Hide", "flamegraph", "h"),
        ("Show from", "flamegraph", "sf"),
    ] {
        browser.open("flamegraph")?;
        browser.session.point(browser.box_at(2, 0.1)?, Some(2))?;
        browser.until("return document.querySelector('.flame-menu') !== null")?;
        if label == "Peek" {
            browser.shoot("open")?;
        }
        let click = "[...document.querySelectorAll('.flame-menu a')].find((a) => a.textContent === arguments[0]).click()";
        browser.session.run(click, &json!([label]))?;
        let end = if label == "Peek" { "%28+%7C%24%29" } else { "%24" };
        let name = "%5Enet%2Fhttp%5C.%5C%28%5C*Server%5C%29%5C.Serve";
        let wanted = format!("/ui/{page}?{parameter}={name}{end}");
        browser.until(&format!("return location.pathname + location.search === '{wanted}'"))?;
        browser.ready()?;
        // Its source and its machine code are not here, which those pages say.
        let said = if ["Source", "Disassemble"].contains(&label) { "false" } else { "true" };
        browser.expect("document.querySelector('#errors').hidden", said)?;
    }
    let errors = browser.errors()?;
    let other: Vec<_> = errors.iter().filter(|error| !error.contains("status of 400")).collect();
    if other.is_empty() { Ok(()) } else { Err(format!("{other:?}")) }
}
