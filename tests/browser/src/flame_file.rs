//! Flame graphs in files: both kinds, opened from the disk, with scripts and without.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use heapwise_profile::Profile;
use serde_json::json;

use crate::accessibility::judge;
use crate::browser::{Browser, DOWN, ENTER, ESCAPE, RIGHT};
use crate::large;
use crate::pages::SIZES;
use crate::profiles;
use crate::setup::{Setup, write};

const KINDS: [&str; 2] = ["svg", "html"];

const STATUS: &str = "document.querySelector('.flame-status').textContent";

/// The most bytes of the file of a large profile: what one can attach to a ticket.
const LARGEST: u64 = 4 << 20;

/// From the file opened to the boxes drawn, in milliseconds.
const FIRST_VIEW: f64 = 2000.0;

/// Writes a flame graph of what `words` name.
fn written(
    setup: &Setup,
    browser: &Browser,
    name: &str,
    words: &[&str],
) -> Result<PathBuf, String> {
    let mut command = Command::new(&setup.ours);
    command.arg(format!("-flamegraph={name}")).args(["-symbolize=none"]).args(words);
    command.current_dir(&browser.folder).env("HOME", &browser.folder).env("TZ", "UTC");
    let ran = command.output().map_err(|error| error.to_string())?;
    if ran.status.success() {
        Ok(browser.folder.join(name))
    } else {
        Err(String::from_utf8_lossy(&ran.stderr).into_owned())
    }
}

/// Opens a file, at a place of its own, and waits until scripts have drawn it.
fn open(browser: &Browser, file: &Path, hash: &str) -> Result<(), String> {
    // Another place of the same file would be no new page.
    browser.session.post("url", &json!({ "url": "about:blank" }))?;
    let url = format!("file://{}{hash}", file.display());
    browser.session.post("url", &json!({ "url": url }))?;
    browser.until("return document.body?.dataset.painted === 'true'")
}

fn of(
    setup: &Setup,
    test: &str,
    profile: &Profile,
    kind: &str,
) -> Result<(Browser, PathBuf), String> {
    let browser = Browser::of(setup, &format!("{test}-{kind}"), profile)?;
    let file = written(setup, &browser, &format!("out.{kind}"), &["p.pb.gz"])?;
    Ok((browser, file))
}

fn tip(browser: &Browser) -> Result<String, String> {
    browser.until("return !document.querySelector('.flame-tip').hidden")?;
    browser.text(
        "[...document.querySelectorAll('.flame-tip p')].map((p) => p.textContent).join('\\n')",
    )
}

/// Zoom, keys, search, the other way round, and all of that in the address.
pub fn use_of_it(setup: &Setup) -> Result<(), String> {
    for kind in KINDS {
        let (browser, file) = of(setup, "file", &profiles::heap(), kind)?;
        open(&browser, &file, "")?;
        browser.expect("document.title", "shop inuse_space")?;
        browser.session.point(browser.box_at(2, 0.1)?, None)?;
        let said = tip(&browser)?;
        if !said.starts_with("net/http.(*Server).Serve\n38.19MB (71.16%)") {
            browser.shoot("failed")?;
            return Err(said);
        }
        browser.shoot("tip")?;
        browser.session.point(browser.box_at(3, 0.1)?, Some(0))?;
        browser.until("return location.hash.startsWith('#z=')")?;
        browser
            .until(&format!("return {STATUS}.startsWith('example.com/shop/v2/cart.(*Service)')"))?;
        browser.shoot("zoomed")?;
        let place = browser.text("location.hash")?;
        open(&browser, &file, &place)?;
        browser
            .until(&format!("return {STATUS}.startsWith('example.com/shop/v2/cart.(*Service)')"))?;
        browser.session.keys(&[ESCAPE])?;
        browser.until("return location.hash.split('.').length === 2")?;
        browser.session.post("back", &json!({}))?;
        browser.until(&format!("return location.hash === '{place}'"))?;
        browser.session.click("[data-zoom-out]")?;
        browser.until(
            "return location.hash === '' && document.querySelector('[data-zoom-out]').disabled",
        )?;
        browser.session.run("document.querySelector('.flame canvas').focus()", &json!([]))?;
        browser.session.keys(&[DOWN, DOWN, DOWN, RIGHT])?;
        browser.until(&format!("return {STATUS}.startsWith('example.com/shop/v2/index.Build')"))?;
        browser.session.keys(&[ENTER])?;
        browser.until("return location.hash.startsWith('#z=')")?;
        browser.session.keys(&["v"])?;
        browser.until("return location.hash === '#view=callers'")?;
        browser.session.point(browser.box_at(1, 0.1)?, None)?;
        let said = tip(&browser)?;
        if !said.starts_with("runtime.mapassign\n24MB (44.72%)\n/src") {
            return Err(said);
        }
        browser.shoot("callers")?;
        search(&browser)?;
        browser.no_errors()?;
    }
    Ok(())
}

fn search(browser: &Browser) -> Result<(), String> {
    let found = "document.querySelector('#found')";
    browser.session.keys(&["/"])?;
    browser.session.type_into("#search", "cart\\.load|Unmarshal")?;
    browser.until(&format!("return {found}.textContent === '13MB (24.22%)'"))?;
    browser.until("return location.hash.includes('q=cart')")?;
    browser.shoot("found")?;
    browser.session.keys(&[ESCAPE])?;
    browser
        .until(&format!("return {found}.textContent === '' && !location.hash.includes('q=')"))?;
    browser.session.type_into("#search", "(?i)CART\\.LOAD")?;
    browser.until(&format!("return {found}.textContent === '13MB (24.22%)'"))?;
    browser.session.keys(&[ESCAPE])?;
    browser.session.type_into("#search", "(")?;
    browser.until(&format!("return {found}.classList.contains('error')"))?;
    browser.session.keys(&[ESCAPE])?;
    browser.session.keys(&["?"])?;
    browser.expect("document.querySelector('#help').open", "true")?;
    browser.shoot("help")?;
    browser.session.keys(&[ESCAPE])?;
    browser.expect("document.querySelector('#help').open", "false")
}

/// Light and dark, wide and narrow, with nothing serious for axe-core to find.
pub fn looks(setup: &Setup) -> Result<(), String> {
    let axe =
        fs::read_to_string(&setup.axe).map_err(|e| format!("{}: {e}", setup.axe.display()))?;
    for kind in KINDS {
        let browser = Browser::of(setup, &format!("file-looks-{kind}"), &profiles::heap())?;
        let profile = setup.go_profile.to_string_lossy();
        let file = written(setup, &browser, &format!("go.{kind}"), &["-alloc_space", &profile])?;
        for (size, measures) in SIZES {
            browser.resize(measures)?;
            for theme in ["light", "dark"] {
                browser.prefer(theme)?;
                open(&browser, &file, "")?;
                browser.expect("document.documentElement.scrollWidth <= innerWidth", "true")?;
                judge(&browser, &axe, &format!("{kind} {size} {theme}"))?;
                browser.shoot(&format!("{size}.{theme}"))?;
            }
        }
        let dark = "getComputedStyle(document.body).backgroundColor === 'rgb(27, 26, 24)'";
        browser.expect(dark, "true")?;
        browser.session.click("#theme")?;
        browser.expect(dark, "false")?;
        browser.no_errors()?;
    }
    Ok(())
}

/// What grew, shrank, is new or gone is told in words and numbers.
pub fn comparison(setup: &Setup) -> Result<(), String> {
    for kind in KINDS {
        let browser = Browser::of(setup, &format!("file-sides-{kind}"), &profiles::later())?;
        write(&browser.folder, "before.pb.gz", &profiles::heap())?;
        let words = ["-diff_base=before.pb.gz", "p.pb.gz"];
        let file = written(setup, &browser, &format!("diff.{kind}"), &words)?;
        for theme in ["light", "dark"] {
            browser.prefer(theme)?;
            open(&browser, &file, "")?;
            browser.shoot(theme)?;
        }
        browser.session.point(browser.box_at(4, 0.1)?, None)?;
        let said = tip(&browser)?;
        if !said.contains("grew: 24MB \u{2192} 50MB (+26MB, +108.3 %)") {
            return Err(said);
        }
        browser.no_errors()?;
    }
    Ok(())
}

/// Names that are markup or script do nothing, and those of 100,000 letters take no room.
pub fn hostile_names(setup: &Setup) -> Result<(), String> {
    for kind in KINDS {
        let (browser, file) = of(setup, "file-hostile", &profiles::hostile(), kind)?;
        for hash in ["", "#view=callers", "#q=script|xx"] {
            open(&browser, &file, hash)?;
            browser.expect("document.title", "shop inuse_space")?;
            browser.expect("document.querySelectorAll('script').length", "2")?;
            browser.expect("document.querySelectorAll('img, iframe, main style').length", "0")?;
            browser.expect("document.documentElement.scrollWidth <= innerWidth", "true")?;
        }
        browser.session.point(browser.box_at(1, 0.1)?, None)?;
        let said = tip(&browser)?;
        if !said.contains("<script>document.title='harmed'</script>") && !said.contains("</script>")
        {
            return Err(said);
        }
        browser.shoot("shown")?;
        browser.expect_text("#found", "3MB (75.00%)")?;
        browser.no_errors()?;
    }
    Ok(())
}

/// Where no script runs, as in a picture on a page, the boxes are there all the same.
pub fn without_scripts(setup: &Setup) -> Result<(), String> {
    let (browser, _) = of(setup, "file-still", &profiles::heap(), "svg")?;
    written(setup, &browser, "out.html", &["p.pb.gz"])?;
    let page = browser.folder.join("page.html");
    let text = "<!DOCTYPE html><title>a ticket</title><img src='out.svg'>\
        <iframe sandbox src='out.html' width='1240' height='400'></iframe>";
    fs::write(&page, text).map_err(|error| error.to_string())?;
    for theme in ["light", "dark"] {
        browser.prefer(theme)?;
        let url = format!("file://{}", page.display());
        browser.session.post("url", &json!({ "url": url }))?;
        browser.until(
            "return document.images[0].complete && document.images[0].naturalWidth === 1200",
        )?;
        browser.expect("document.images[0].naturalHeight > 150", "true")?;
        browser.shoot(theme)?;
    }
    Ok(())
}

/// 200,000 stacks: a file to attach, at once on the screen, zoomed without a pause.
pub fn large(setup: &Setup) -> Result<(), String> {
    let profile = large::profile(setup)?;
    for kind in KINDS {
        let browser = Browser::of(setup, &format!("file-large-{kind}"), &profiles::heap())?;
        let file =
            written(setup, &browser, &format!("large.{kind}"), &[&profile.to_string_lossy()])?;
        let size = fs::metadata(&file).map_err(|error| error.to_string())?.len();
        println!("{kind} of a large profile: {size} bytes");
        if size > LARGEST {
            return Err(format!("{size} bytes"));
        }
        large::within("the first view of a file", FIRST_VIEW, || {
            open(&browser, &file, "")?;
            large::first_view(&browser)
        })?;
        browser.session.point(browser.box_at(2, 0.01)?, Some(0))?;
        browser.until("return location.hash.startsWith('#z=')")?;
        browser.shoot("zoomed")?;
        browser.session.type_into("#search", "function42$")?;
        browser
            .until("return document.querySelector('#found').textContent.startsWith('at least ')")?;
        browser.no_errors()?;
    }
    Ok(())
}

/// A profile with nothing in use says so.
pub fn empty(setup: &Setup) -> Result<(), String> {
    for kind in KINDS {
        let (browser, file) = of(setup, "file-empty", &profiles::ended(), kind)?;
        let url = format!("file://{}", file.display());
        browser.session.post("url", &json!({ "url": url }))?;
        browser.until("return document.readyState === 'complete' && document.body !== null")?;
        browser.expect_text("main", "shop inuse_space is empty")?;
        browser.shoot("shown")?;
        browser.no_errors()?;
    }
    Ok(())
}
