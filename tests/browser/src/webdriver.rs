//! The little of the WebDriver protocol that is needed: commands as JSON over HTTP, to chromedriver.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{fs, thread};

use serde_json::{Value, json};

/// The name under which the protocol has the reference to an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// How long a command may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A browser that is driven. It ends when this is dropped.
#[derive(Debug)]
pub struct Session {
    driver: Child,
    port: u16,
    id: String,
}

/// An element of the page.
#[derive(Clone, Debug)]
pub struct Element(String);

impl Session {
    /// Starts a browser whose window has that size; what it keeps and downloads goes to `folder`.
    pub fn start(folder: &Path, (width, height): (u32, u32)) -> Result<Self, String> {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut driver = command.spawn().map_err(|error| format!("chromedriver: {error}"))?;
        let Some(output) = driver.stdout.take() else { return Err("no output".to_owned()) };
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let port = lines.find_map(|line| {
            line.rsplit_once("successfully on port ")?.1.trim_end_matches('.').parse().ok()
        });
        thread::spawn(move || lines.for_each(drop));
        let mut session = Self { driver, port: port.unwrap_or(0), id: String::new() };
        let downloads = folder.join("downloads");
        fs::create_dir_all(&downloads).map_err(|e| format!("{}: {e}", downloads.display()))?;
        // Without a sandbox, since tests may run as root; the only pages are our own.
        let options = json!({
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                "--no-first-run", format!("--window-size={width},{height}"),
                format!("--user-data-dir={}", folder.join("browser").display()),
            ],
            "prefs": { "download.default_directory": downloads },
        });
        let wanted = json!({
            "goog:chromeOptions": options,
            "goog:loggingPrefs": { "browser": "ALL" },
            "unhandledPromptBehavior": "ignore",
        });
        let made = session.send(
            "POST",
            "/session",
            &json!({ "capabilities": { "alwaysMatch": wanted } }),
        )?;
        session.id = made["sessionId"].as_str().ok_or("no session")?.to_owned();
        Ok(session)
    }

    /// Sends a command of this session.
    pub fn post(&self, command: &str, body: &Value) -> Result<Value, String> {
        self.send("POST", &format!("/session/{}/{command}", self.id), body)
    }

    /// Asks for something of this session.
    pub fn get(&self, what: &str) -> Result<Value, String> {
        self.send("GET", &format!("/session/{}/{what}", self.id), &Value::Null)
    }

    /// Runs a function body in the page and returns what it returns; promises are waited for.
    pub fn run(&self, script: &str, arguments: &Value) -> Result<Value, String> {
        self.post("execute/sync", &json!({ "script": script, "args": arguments }))
    }

    /// The first element that a selector finds.
    pub fn element(&self, selector: &str) -> Result<Element, String> {
        let found = self.post("element", &json!({ "using": "css selector", "value": selector }));
        let found = found.map_err(|error| format!("{selector}: {error}"))?;
        Ok(Element(found[ELEMENT].as_str().ok_or("no element")?.to_owned()))
    }

    /// Clicks on an element, as a person would: it must be in sight.
    pub fn click(&self, selector: &str) -> Result<(), String> {
        let Element(id) = self.element(selector)?;
        let clicked = self.post(&format!("element/{id}/click"), &json!({}));
        clicked.map(drop).map_err(|error| format!("{selector}: {error}"))
    }

    /// Types into an element.
    pub fn type_into(&self, selector: &str, text: &str) -> Result<(), String> {
        let Element(id) = self.element(selector)?;
        self.post(&format!("element/{id}/value"), &json!({ "text": text })).map(drop)
    }

    /// Presses keys, one after the other, wherever the focus is.
    pub fn keys(&self, keys: &[&str]) -> Result<(), String> {
        let presses: Vec<Value> = keys
            .iter()
            .flat_map(|key| {
                let press = |kind: &str| json!({ "type": kind, "value": key });
                [press("keyDown"), press("keyUp")]
            })
            .collect();
        let actions = json!([{ "type": "key", "id": "keyboard", "actions": presses }]);
        self.post("actions", &json!({ "actions": actions })).map(drop)
    }

    /// Moves the pointer to a place of the page, and presses a button there if one is given: 0 is the
    /// left one, 2 the right one.
    pub fn point(&self, (x, y): (i64, i64), button: Option<u8>) -> Result<(), String> {
        let mut actions = vec![json!({ "type": "pointerMove", "duration": 0, "x": x, "y": y })];
        if let Some(button) = button {
            actions.push(json!({ "type": "pointerDown", "button": button }));
            actions.push(json!({ "type": "pointerUp", "button": button }));
        }
        let mouse = json!([{ "type": "pointer", "id": "mouse", "actions": actions }]);
        self.post("actions", &json!({ "actions": mouse })).map(drop)
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let fail = |error: std::io::Error| format!("chromedriver: {error}");
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let mut stream = TcpStream::connect(("localhost", self.port)).map_err(fail)?;
        stream.set_read_timeout(Some(PATIENCE)).map_err(fail)?;
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: localhost:{}\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.port,
            body.len()
        )
        .map_err(fail)?;
        let body = body_of(BufReader::new(stream)).map_err(fail)?;
        let answer: Value = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
        let value = &answer["value"];
        match value["error"].as_str() {
            Some(error) => {
                Err(format!("{error}: {}", value["message"].as_str().unwrap_or_default()))
            }
            None => Ok(value.clone()),
        }
    }
}

/// The body of a response: as long as the head says, since the connection may stay open.
fn body_of(mut stream: impl BufRead) -> std::io::Result<Vec<u8>> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').unwrap_or_default();
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok(body)
}

impl Drop for Session {
    fn drop(&mut self) {
        // If the browser is gone already, so is the session.
        let _ = self.send("DELETE", &format!("/session/{}", self.id), &Value::Null);
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
