//! Every page: what is on it, and that nothing complains.

use std::fs;

use serde_json::json;

use crate::browser::Browser;
use crate::profiles;
use crate::setup::{Pages, Setup};

/// The pages, in the order of the menu.
pub const ALL: [&str; 6] = ["flamegraph", "graph", "top", "peek", "source", "disasm"];

/// Sizes of windows: a desk, a phone.
pub const SIZES: [(&str, (u32, u32)); 2] = [("wide", (1300, 800)), ("phone", (390, 780))];

/// The pages of a Go program, with sources and code.
fn go(setup: &Setup, test: &str) -> Result<Browser, String> {
    let folder = setup.folder(test)?;
    let profile = setup.go_profile.to_string_lossy();
    let pages = Pages::start(setup, &folder, &["-alloc_space", &profile])?;
    Browser::on(setup, test, folder, pages)
}

/// Every page shows itself in every size and theme without a complaint, and without room to the right.
pub fn every_page(setup: &Setup) -> Result<(), String> {
    let browser = go(setup, "every-page")?;
    for page in ALL {
        let focus = if ["peek", "source", "disasm"].contains(&page) { "?f=walk" } else { "" };
        browser.open(&format!("{page}{focus}"))?;
        browser.expect("document.title", "walk alloc_space")?;
        browser.expect("document.querySelector('#errors').hidden", "true")?;
        for (size, measures) in SIZES {
            browser.resize(measures)?;
            browser.expect("document.documentElement.scrollWidth <= innerWidth", "true")?;
            if size == "phone" {
                fits(&browser, page)?;
            }
            for theme in ["light", "dark"] {
                browser.prefer(theme)?;
                browser.shoot(&format!("{page}.{size}.{theme}"))?;
            }
        }
    }
    browser.no_errors()
}

/// On a narrow page text is wrapped, and what belongs together is in one row.
fn fits(browser: &Browser, page: &str) -> Result<(), String> {
    let wide =
        "[...document.querySelectorAll('.scroll')].filter((e) => e.scrollWidth > e.clientWidth)";
    browser.expect(&format!("{wide}.length"), "0")?;
    if page == "flamegraph" {
        let tops = "[...document.querySelectorAll('.flame-tools button')].map((b) => b.offsetTop)";
        browser.expect(&format!("new Set({tops}).size"), "1")?;
    }
    Ok(())
}

/// A profile with nothing in use says so on every page, and where to go.
pub fn empty_profile(setup: &Setup) -> Result<(), String> {
    let browser = Browser::of(setup, "empty", &profiles::ended())?;
    for page in ["flamegraph", "graph", "top"] {
        browser.open(page)?;
        browser.expect_text(
            "#hints",
            "inuse_space is empty: all of the 64MB allocated had been freed",
        )?;
        browser.shoot(page)?;
    }
    browser.session.click("#hints a")?;
    browser.ready()?;
    browser.expect("document.title", "shop alloc_space")?;
    browser.expect("document.querySelector('#hints').hidden", "true")?;
    browser.expect("document.querySelectorAll('table.top tbody tr').length", "2")?;
    browser.no_errors()
}

/// Names that are markup, script or 100,000 letters long are shown as they are, and do nothing.
pub fn hostile_names(setup: &Setup) -> Result<(), String> {
    let folder = setup.folder("hostile")?;
    let file = crate::setup::write(&folder, "p.pb.gz", &profiles::hostile())?;
    let comment = "-add_comment=<img src=x onerror=\"document.title='harmed'\">";
    let pages = Pages::start(setup, &folder, &["-symbolize=none", comment, &file])?;
    let browser = Browser::on(setup, "hostile", folder, pages)?;
    for page in ALL {
        browser.open(&format!("{page}?f=script|img|xx|b%3E"))?;
        browser.expect("document.title", "shop inuse_space")?;
        browser.expect(
            "document.querySelectorAll('main script:not([type]), main img, main style').length",
            "0",
        )?;
        browser.shoot(page)?;
    }
    // Source and machine code of these names do not exist: two pages are errors, and say so.
    let errors = browser.errors()?;
    let other: Vec<_> = errors.iter().filter(|error| !error.contains("status of 400")).collect();
    if !other.is_empty() {
        return Err(format!("{other:?}"));
    }
    browser.open("top")?;
    let names = "[...document.querySelectorAll('td.name')].map((cell) => cell.textContent)";
    browser.expect(
        &format!("{names}.includes(\"<script>document.title='harmed'</script>\")"),
        "true",
    )?;
    browser.expect(&format!("{names}.some((name) => name.length === 100000)"), "true")?;
    browser.open("flamegraph")?;
    browser.session.point(browser.box_at(1, 0.1)?, None)?;
    browser.until("return !document.querySelector('.flame-tip').hidden")?;
    browser.session.point(browser.box_at(1, 0.1)?, Some(2))?;
    browser.until("return document.querySelector('.flame-menu') !== null")?;
    browser.expect("document.title", "shop inuse_space")
}

/// Heads of the table sort it, rows are selected, and the sums follow.
pub fn table(setup: &Setup) -> Result<(), String> {
    let browser = Browser::of(setup, "table", &profiles::heap())?;
    browser.open("top")?;
    let column = |n: u8| {
        format!(
            "[...document.querySelectorAll('tbody td:nth-child({n})')].map((c) => c.textContent)"
        )
    };
    let first = |n: u8| format!("{}[0]", column(n));
    browser.expect(&first(6), "runtime.mapassign")?;
    browser.session.click("th button[data-column=cum]")?;
    browser.expect(&first(6), "main.main")?;
    browser.expect(&first(3), "0%")?;
    browser.expect("document.querySelectorAll('th')[3].getAttribute('aria-sort')", "descending")?;
    browser.session.click("th button[data-column=name]")?;
    browser.expect(&format!("{}.join() === {}.sort().join()", column(6), column(6)), "true")?;
    browser.expect(&format!("{}.at(-1)", column(3)), "99.64%")?;
    browser.session.click("tr[data-name='main.main'] td.name")?;
    browser.expect("document.querySelector('tr.selected').dataset.name", "main.main")?;
    let peek = "document.querySelector('a[data-view=peek]').getAttribute('href')";
    browser.expect(peek, "peek?f=%5Emain%5C.main%28+%7C%24%29")?;
    browser.session.click("tr[data-name='main.main'] td.name")?;
    browser.expect(peek, "peek")?;
    browser.no_errors()
}

/// A graph that is too large to be read whole starts at its top; buttons show all of it, or parts larger.
pub fn graph(setup: &Setup) -> Result<(), String> {
    let browser = go(setup, "graph")?;
    browser.open("graph")?;
    let width = "Math.round(document.querySelector('#graph svg').getBoundingClientRect().width)";
    let seen = "(() => { const [all, top] = ['#graph', '#graph .node'].map((name) => \
        document.querySelector(name).getBoundingClientRect()); \
        return top.top >= all.top && top.left >= all.left && top.right <= all.right; })()";
    browser.expect(seen, "true")?;
    let first: i64 = browser.text(width)?.parse().map_err(|_| "no width")?;
    browser.session.click("[data-zoom=all]")?;
    let whole: i64 = browser.text(width)?.parse().map_err(|_| "no width")?;
    browser.session.click("[data-zoom='1']")?;
    let larger: i64 = browser.text(width)?.parse().map_err(|_| "no width")?;
    browser.session.click("[data-zoom='-1']")?;
    browser.expect(width, &whole.to_string())?;
    if first > whole && larger > whole {
        browser.no_errors()
    } else {
        Err(format!("{first}, all {whole}, larger {larger}"))
    }
}

/// A line of source shows its machine code and hides it again.
pub fn source(setup: &Setup) -> Result<(), String> {
    let browser = go(setup, "source")?;
    browser.open("source?f=walk")?;
    let shown = "document.querySelectorAll('.asm.shown').length";
    browser.expect(shown, "0")?;
    browser.session.run("document.querySelector('.livesrc').focus()", &json!([]))?;
    browser.session.keys(&[crate::browser::ENTER])?;
    browser.expect(shown, "1")?;
    browser.shoot("code")?;
    browser.session.click(".livesrc")?;
    browser.expect(shown, "0")?;
    let page = fs::read(&setup.go_profile).map_err(|error| error.to_string())?;
    if page.is_empty() {
        return Err("the profile is empty".to_owned());
    }
    browser.no_errors()
}
