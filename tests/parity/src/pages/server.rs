//! A tool that serves pages, and what it answers.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::setup::Setup;

/// How often a server that says where it listens may refuse, 50 ms apart: the reference says so first.
const PATIENCE: usize = 100;

/// A tool that serves the pages of a profile until it is dropped.
#[derive(Debug)]
pub struct Server {
    process: Child,
    address: String,
}

/// A response.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub body: String,
}

impl Server {
    /// Starts `tool` where the only program is a `dot` that puts what it reads into its picture: the
    /// graph page then has the graph as text.
    pub fn start(
        tool: &Path,
        flags: &[String],
        profile: &Path,
        setup: &Setup,
    ) -> Result<Self, String> {
        let fail = |error: std::io::Error| format!("{}: {error}", tool.display());
        let programs = dot(&setup.scratch.join("pages")).map_err(fail)?;
        let mut command = Command::new(tool);
        command.args(["-http=localhost:", "-no_browser"]).args(flags).arg(profile);
        command.current_dir(&setup.working_folder).env_clear().env("TZ", "UTC");
        command.env("HOME", &setup.scratch).env("PATH", programs);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut process = command.spawn().map_err(fail)?;
        let Some(messages) = process.stderr.take() else { return Err("no messages".to_owned()) };
        let mut lines = BufReader::new(messages).lines().map_while(Result::ok);
        let said =
            lines.find_map(|line| Some(line.split_once("Serving web UI on http://")?.1.to_owned()));
        thread::spawn(move || lines.for_each(drop));
        let server = Self { process, address: said.unwrap_or_default() };
        if server.address.is_empty() {
            return Err(format!("{} does not say where it listens", tool.display()));
        }
        Ok(server)
    }

    /// Asks for a page.
    pub fn get(&self, path: &str) -> Result<Response, String> {
        let answer = self.send(path).map_err(|error| format!("{}: {error}", self.address))?;
        let (head, body) = answer.split_once("\r\n\r\n").ok_or("no HTTP")?;
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        Ok(Response { status: status.ok_or("no status")?, body: body.to_owned() })
    }

    fn send(&self, path: &str) -> std::io::Result<String> {
        let mut tries = 0;
        let mut stream = loop {
            match TcpStream::connect(&self.address) {
                Err(_) if tries < PATIENCE => {
                    tries += 1;
                    thread::sleep(Duration::from_millis(50));
                }
                connected => break connected?,
            }
        };
        // Version 1.0, so that nothing comes in chunks.
        write!(stream, "GET {path} HTTP/1.0\r\nHost: {}\r\n\r\n", self.address)?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It never ends by itself; if it did, there is nothing to end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A folder with that `dot`.
fn dot(folder: &Path) -> std::io::Result<std::path::PathBuf> {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join("dot");
    if path.is_file() {
        return Ok(folder.to_owned());
    }
    fs::create_dir_all(folder)?;
    // Made under another name: several tests may do so at once.
    let unfinished = folder.join(format!("dot.{:?}", thread::current().id()));
    fs::write(&unfinished, "#!/bin/sh\nprintf '<svg>\\n'\n/bin/cat\nprintf '</svg>\\n'\n")?;
    fs::set_permissions(&unfinished, fs::Permissions::from_mode(0o755))?;
    fs::rename(&unfinished, &path)?;
    Ok(folder.to_owned())
}
