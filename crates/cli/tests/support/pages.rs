//! The web pages of a profile, served by the program.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use super::Sandbox;

/// The program while it serves pages.
pub struct Pages {
    pub process: Child,
    /// Where it said that it listens: `host:port`.
    pub address: String,
}

/// A response.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// The head, with names in lower case.
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// The text of the first `<pre>`.
    pub fn preformatted(&self) -> String {
        let text = self.text();
        let start = text.find("<pre").unwrap();
        let start = start + text[start..].find('>').unwrap() + 1;
        unescaped(&text[start..start + text[start..].find("</pre>").unwrap()])
    }
}

/// Text of a page without entities.
pub fn unescaped(text: &str) -> String {
    let entities =
        [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")];
    entities.iter().fold(text.to_owned(), |text, (entity, plain)| text.replace(entity, plain))
}

impl Pages {
    /// Serves what `args` name, at a port that is free.
    pub fn start(sandbox: &Sandbox, args: &[&str]) -> Self {
        let mut command = sandbox.interruptible();
        command.args(["-http=localhost:", "-no_browser"]).args(args);
        let mut process = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let address = lines.by_ref().find_map(|line| {
            line.unwrap().strip_prefix("Serving web UI on http://").map(str::to_owned)
        });
        // What is said later must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, address: address.expect("it says where it listens") }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[])
    }

    /// A page, which has to be there.
    pub fn page(&self, path: &str) -> Answer {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer
    }

    /// Sends a request with these headers; `host` is that of the pages, unless it is among them.
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut head = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
        if !headers.iter().any(|(name, _)| *name == "host") {
            head += &format!("host: {}\r\n", self.address);
        }
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let end = bytes.windows(4).position(|part| part == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head, body: bytes.split_off(end + 4) }
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        // It may have been ended by the test.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
