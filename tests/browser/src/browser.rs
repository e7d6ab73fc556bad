//! What a person does and sees.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use heapwise_profile::Profile;
use serde_json::{Value, json};

use crate::setup::{Pages, Setup};
use crate::webdriver::Session;

/// How long something may take to be seen.
const PATIENCE: Duration = Duration::from_secs(15);

/// The keys that have no letter.
pub const ENTER: &str = "\u{e007}";
/// As above.
pub const ESCAPE: &str = "\u{e00c}";
/// As above.
pub const DOWN: &str = "\u{e015}";
/// As above.
pub const RIGHT: &str = "\u{e014}";

/// A browser with the pages of a profile.
pub struct Browser {
    pub session: Session,
    pub pages: Pages,
    pub folder: PathBuf,
    name: String,
    scratch: PathBuf,
}

impl Browser {
    /// Opens a browser on the pages of `profile`.
    pub fn of(setup: &Setup, test: &str, profile: &Profile) -> Result<Self, String> {
        let folder = setup.folder(test)?;
        let pages = Pages::of(setup, &folder, profile)?;
        Self::on(setup, test, folder, pages)
    }

    /// Opens a browser on pages that are served.
    pub fn on(setup: &Setup, test: &str, folder: PathBuf, pages: Pages) -> Result<Self, String> {
        let session = Session::start(&folder, (1300, 800))?;
        let (name, scratch) = (test.to_owned(), setup.scratch.clone());
        Ok(Self { session, pages, folder, name, scratch })
    }

    /// Opens a page and waits until it is complete.
    pub fn open(&self, page: &str) -> Result<(), String> {
        self.session.post("url", &json!({ "url": self.pages.url(page) }))?;
        self.ready()
    }

    /// Waits until the page is complete.
    pub fn ready(&self) -> Result<(), String> {
        self.until(
            "return document.readyState === 'complete' && document.body.dataset.ready === 'true' \
             && (document.body.dataset.view !== 'flamegraph' || document.querySelector('main').dataset.painted === 'true' \
                 || document.querySelector('.flame-error') !== null || document.querySelector('[data-flame]') === null)",
        )
    }

    /// Waits until a function body returns something true.
    pub fn until(&self, script: &str) -> Result<(), String> {
        let start = Instant::now();
        let mut last = Ok(Value::Null);
        while start.elapsed() < PATIENCE {
            last = self.session.run(script, &json!([]));
            if last.as_ref().is_ok_and(|value| value == true) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(20));
        }
        self.shoot("failed")?;
        Err(format!("in vain: {script}; at {}; {last:?}; {:?}", self.url()?, self.errors()?))
    }

    /// What an expression of the page is, as text.
    pub fn text(&self, expression: &str) -> Result<String, String> {
        let value = self.session.run(&format!("return String({expression})"), &json!([]))?;
        Ok(value.as_str().unwrap_or_default().to_owned())
    }

    /// Checks an expression of the page.
    pub fn expect(&self, expression: &str, wanted: &str) -> Result<(), String> {
        let found = self.text(expression)?;
        if found == wanted {
            Ok(())
        } else {
            Err(format!("{expression} is {found:?}, not {wanted:?}"))
        }
    }

    /// Checks that the text of an element holds another one.
    pub fn expect_text(&self, selector: &str, part: &str) -> Result<(), String> {
        let found =
            self.text(&format!("document.querySelector({})?.textContent", json!(selector)))?;
        if found.contains(part) {
            Ok(())
        } else {
            Err(format!("{selector} says {found:?}, not {part:?}"))
        }
    }

    /// Where the browser is, without host and port.
    pub fn url(&self) -> Result<String, String> {
        self.text("location.pathname + location.search")
    }

    /// Opens a menu and clicks on an entry of it.
    pub fn choose(&self, menu: &str, entry: &str) -> Result<(), String> {
        self.session.click(&format!("details[data-menu='{menu}'] summary"))?;
        self.session.click(&format!("details[data-menu='{menu}'] {entry}"))
    }

    /// What the page complained of since the last time: errors of scripts, and what the policy stopped.
    pub fn errors(&self) -> Result<Vec<String>, String> {
        let entries = self.session.post("se/log", &json!({ "type": "browser" }))?;
        let entries = entries.as_array().cloned().unwrap_or_default();
        let bad = entries
            .iter()
            .filter(|entry| entry["level"] == "SEVERE" || entry["level"] == "WARNING");
        Ok(bad.map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect())
    }

    /// Fails if the page complained.
    pub fn no_errors(&self) -> Result<(), String> {
        let errors = self.errors()?;
        if errors.is_empty() { Ok(()) } else { Err(format!("{}: {errors:?}", self.url()?)) }
    }

    /// Makes the window that large.
    pub fn resize(&self, (width, height): (u32, u32)) -> Result<(), String> {
        // The narrowest window is wider than a phone; a page is not.
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.chromium("Emulation.setDeviceMetricsOverride", &metrics)
    }

    /// Makes the system light or dark.
    pub fn prefer(&self, theme: &str) -> Result<(), String> {
        let feature = json!({ "name": "prefers-color-scheme", "value": theme });
        self.chromium("Emulation.setEmulatedMedia", &json!({ "features": [feature] }))
    }

    fn chromium(&self, command: &str, parameters: &Value) -> Result<(), String> {
        let body = json!({ "cmd": command, "params": parameters });
        self.session.post("goog/cdp/execute", &body).map(drop)
    }

    /// Leaves a picture of the page to be looked at.
    pub fn shoot(&self, name: &str) -> Result<PathBuf, String> {
        // What was asked for is drawn in one of the next frames. A page that is gone has none.
        let frames = "return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))";
        let _ = self.session.run(frames, &json!([]));
        let picture = self.session.get("screenshot")?;
        let bytes = from_base64(picture.as_str().unwrap_or_default());
        let folder = self.scratch.join("screenshots");
        let path = folder.join(format!("{}.{name}.png", self.name));
        let fail = |error: std::io::Error| format!("{}: {error}", path.display());
        fs::create_dir_all(&folder).map_err(fail)?;
        fs::write(&path, bytes).map_err(fail)?;
        Ok(path)
    }

    /// Waits for a file in the folder of downloads.
    pub fn downloaded(&self, name: &str) -> Result<Vec<u8>, String> {
        let path: &Path = &self.folder.join("downloads").join(name);
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            // A file that is still empty holds the name until all of it is there.
            match fs::read(path) {
                Ok(bytes) if !bytes.is_empty() => return Ok(bytes),
                _ => thread::sleep(Duration::from_millis(50)),
            }
        }
        Err(format!("{} does not come", path.display()))
    }

    /// The middle of the box of the flame graph at a depth, `part` of the width to the right.
    pub fn box_at(&self, depth: i64, part: f64) -> Result<(i64, i64), String> {
        let place = self.session.run(
            "const b = document.querySelector('.flame canvas').getBoundingClientRect(); return [b.left, b.top, b.width]",
            &json!([]),
        )?;
        let number = |at: usize| place[at].as_f64().unwrap_or_default();
        Ok(((number(0) + number(2) * part) as i64, number(1) as i64 + depth * 20 + 10))
    }
}

/// Bytes from the text in which the protocol sends pictures.
fn from_base64(text: &str) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = text.bytes().filter_map(|byte| LETTERS.iter().position(|letter| *letter == byte));
    let (mut bits, mut count, mut bytes) = (0_usize, 0, Vec::new());
    for digit in digits {
        bits = bits << 6 | digit;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
            bits &= (1 << count) - 1;
        }
    }
    bytes
}
