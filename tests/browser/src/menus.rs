//! Every entry of every menu, and the search box.

use std::fs;

use serde_json::json;

use crate::browser::{Browser, ENTER, ESCAPE};
use crate::profiles;
use crate::setup::Setup;

const TYPES: [&str; 4] = ["alloc_objects", "alloc_space", "inuse_objects", "inuse_space"];

/// Views keep the parameters; sample types change in place.
pub fn views_and_samples(setup: &Setup) -> Result<(), String> {
    let browser = Browser::of(setup, "views", &profiles::heap())?;
    browser.open("top?n=50")?;
    for page in crate::pages::ALL {
        browser.choose("view", &format!("a[data-view={page}]"))?;
        browser.until(&format!("return document.body.dataset.view === '{page}'"))?;
        browser.ready()?;
        browser.expect("location.search", "?n=50")?;
    }
    for page in ["top", "graph", "flamegraph"] {
        browser.open(page)?;
        browser.session.run("window.sameDocument = true", &json!([]))?;
        for kind in TYPES {
            let current = format!(
                "return document.querySelector('.samples [aria-current]')?.dataset.sample === '{kind}' \
                 && document.title === 'shop {kind}' && location.search === '?si={kind}'"
            );
            browser.choose("sample", &format!("a[data-sample={kind}]"))?;
            browser.until(&current)?;
            browser.expect_text(".meaning", kind)?;
        }
        browser.session.click(".samples a[data-sample=alloc_space]")?;
        browser.until("return document.title === 'shop alloc_space'")?;
        browser.expect("window.sameDocument", "true")?;
        browser.session.post("back", &json!({}))?;
        browser.until("return document.title === 'shop inuse_space'")?;
    }
    browser.session.keys(&["s"])?;
    browser.until("return document.title === 'shop alloc_objects'")?;
    browser.session.keys(&["3"])?;
    browser.until("return document.body.dataset.view === 'top'")?;
    // Source and machine code are not there: those pages say so.
    let errors = browser.errors()?;
    let other: Vec<_> = errors.iter().filter(|error| !error.contains("status of 400")).collect();
    if other.is_empty() { Ok(()) } else { Err(format!("{other:?}")) }
}

/// Each refinement applies to what is selected; without a selection it is off.
pub fn refine(setup: &Setup) -> Result<(), String> {
    let browser = Browser::of(setup, "refine", &profiles::heap())?;
    let names = "[...document.querySelectorAll('td.name')].map((cell) => cell.textContent)";
    let cache = "example.com/shop/v2/cart.cache";
    let select = format!("tr[data-name='{cache}'] td.name");
    for (parameter, others, itself) in [
        ("f", "false", "true"),
        ("i", "true", "false"),
        ("h", "true", "false"),
        ("s", "false", "true"),
        ("sf", "false", "true"),
    ] {
        browser.open("top")?;
        let entry = format!("a[data-refine={parameter}]");
        browser
            .expect(&format!("document.querySelector('{entry}').hasAttribute('href')"), "false")?;
        browser.session.click(&select)?;
        browser.choose("refine", &entry)?;
        browser.until("return location.search !== '' && document.body.dataset.ready === 'true'")?;
        browser.expect(
            "location.search",
            &format!("?{parameter}=%5Eexample%5C.com%2Fshop%2Fv2%2Fcart%5C.cache%24"),
        )?;
        browser.expect(&format!("{names}.includes('encoding/json.Unmarshal')"), others)?;
        browser.expect(&format!("{names}.includes('{cache}')"), itself)?;
    }
    browser.choose("refine", "a[data-reset]")?;
    browser.until("return location.search === '' && document.body.dataset.ready === 'true'")?;
    browser.expect(&format!("{names}.includes('encoding/json.Unmarshal')"), "true")?;
    browser.no_errors()
}

/// A configuration is saved, chosen, and deleted.
pub fn configurations(setup: &Setup) -> Result<(), String> {
    let browser = Browser::of(setup, "configurations", &profiles::heap())?;
    let name = "three & <b>";
    let file = browser.folder.join(".config/pprof/settings.json");
    browser.open("top?n=3")?;
    browser.choose("config", "[data-save]")?;
    browser.session.type_into("#save-as input", name)?;
    browser.session.keys(&[ENTER])?;
    let entry = "a[data-config='three & <b>']";
    let there = format!("return document.querySelector(\"{entry}\") !== null");
    browser.until(&there)?;
    browser.expect(
        &format!("document.querySelector(\"{entry}\").getAttribute('aria-current')"),
        "true",
    )?;
    let saved = fs::read_to_string(&file).map_err(|error| error.to_string())?;
    if !saved.contains("\"nodecount\": 3") {
        return Err(saved);
    }
    browser.choose("config", "a[data-config=Default]")?;
    browser.until("return location.search === '' && document.body.dataset.ready === 'true'")?;
    browser.choose("config", entry)?;
    browser.until("return location.search === '?n=3' && document.body.dataset.ready === 'true'")?;
    browser.choose("config", "[data-delete]")?;
    browser.session.post("alert/accept", &json!({}))?;
    browser.until(&format!("{there} === false"))?;
    let left = fs::read_to_string(&file).map_err(|error| error.to_string())?;
    if left.contains("three") { Err(left) } else { browser.no_errors() }
}

/// The profile comes as a file.
pub fn download(setup: &Setup) -> Result<(), String> {
    let browser = Browser::of(setup, "download", &profiles::heap())?;
    browser.open("top?f=cart")?;
    browser.session.click("nav a[download]")?;
    let bytes = browser.downloaded("profile.pb.gz")?;
    if bytes.starts_with(&[0x1f, 0x8b]) {
        browser.no_errors()
    } else {
        Err("no gzip file".to_owned())
    }
}

/// The search box marks, tells the total, and keeps with Enter; Escape ends it.
pub fn search(setup: &Setup) -> Result<(), String> {
    let browser = Browser::of(setup, "search", &profiles::heap())?;
    browser.open("top")?;
    browser.session.keys(&["/"])?;
    browser.session.type_into("#search", "cart\\.load")?;
    let found = "return document.querySelector('#found').textContent === '13MB (24.22%)'";
    browser.until(found)?;
    browser.expect("document.querySelectorAll('tr.found').length", "1")?;
    browser.shoot("top")?;
    browser.session.keys(&[ESCAPE])?;
    browser.until("return document.querySelectorAll('tr.found').length === 0")?;
    browser.session.type_into("#search", "(")?;
    browser.until(
        "return document.querySelector('#found').textContent.includes('missing closing )')",
    )?;
    browser.open("graph")?;
    browser.session.type_into("#search", "Unmarshal")?;
    browser.until("return document.querySelectorAll('#graph .found').length === 1")?;
    browser.open("flamegraph")?;
    browser.session.type_into("#search", "cart\\.load")?;
    browser.until(found)?;
    browser.shoot("flamegraph")?;
    browser.session.keys(&[ENTER])?;
    browser.until(
        "return location.search === '?p=cart%5C.load' && document.body.dataset.ready === 'true'",
    )?;
    browser.ready()?;
    browser.open("peek")?;
    browser.session.type_into("#search", "Unmarshal")?;
    browser.session.keys(&[ENTER])?;
    browser.until(
        "return location.search === '?f=Unmarshal' && document.body.dataset.ready === 'true'",
    )?;
    browser.expect_text("pre.report", "encoding/json.Unmarshal")?;
    let errors = browser.errors()?;
    let other: Vec<_> = errors.iter().filter(|error| !error.contains("status of 400")).collect();
    if other.is_empty() { Ok(()) } else { Err(format!("{other:?}")) }
}

/// The theme is the person's choice and stays; the list of keys opens and closes.
pub fn theme_and_help(setup: &Setup) -> Result<(), String> {
    let browser = Browser::of(setup, "theme", &profiles::heap())?;
    browser.prefer("dark")?;
    browser.open("top")?;
    let dark = "getComputedStyle(document.body).backgroundColor === 'rgb(27, 26, 24)'";
    browser.expect(dark, "true")?;
    browser.session.click("#theme")?;
    browser.expect("document.documentElement.dataset.theme", "light")?;
    browser.expect(dark, "false")?;
    browser.open("flamegraph")?;
    browser.expect(dark, "false")?;
    browser.session.keys(&["?"])?;
    browser.expect("document.querySelector('#help').open", "true")?;
    browser.shoot("help")?;
    browser.session.keys(&[ESCAPE])?;
    browser.expect("document.querySelector('#help').open", "false")?;
    browser.session.click("details.about summary")?;
    browser.expect("document.querySelector('details.about').open", "true")?;
    browser.session.keys(&[ESCAPE])?;
    browser.expect("document.querySelector('details.about').open", "false")?;
    browser.no_errors()
}
