//! Names from the server that a profile came from: both tools ask the same, and show the same.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::case::Case;
use crate::setup::Setup;
use crate::tool;

const HEAP: &str = "\
heap profile:      4:      400 [     7:      700] @ heapprofile
     1:      100 [     2:      200] @ 0x1001 0x2001
     2:      200 [     3:      300] @ 0x1101 0x2001 0x9001
     1:      100 [     2:      200] @ 0x1201
";

const MAPPINGS: &str = "
MAPPED_LIBRARIES:
00001000-00003000 r-xp 00000000 08:01 123 /opt/none/server
00009000-0000a000 r-xp 00001000 08:01 124 /opt/none/library.so
";

/// What a server says when it is asked for names: lines that are names, lines that are none, an
/// address twice, C++, and an end that was cut off.
const NAMES: &str = "num_symbols: 1\n0x1000 allocate\n0x2000 std::vector<int>::f(int)\n\
    at 0x1100   _ZN3foo3barEv  \n0x1100 _ZN3foo3bazEv\n0x9000 library\r\n0x1200 cut";

/// Asks both tools for profiles of one server, in several ways.
///
/// # Errors
/// Shows what differs first.
pub fn judge(setup: &Setup) -> Result<(), String> {
    let (address, requests) = serve().map_err(|error| format!("server: {error}"))?;
    let paths = [
        "pprof/heap",
        "debug/pprof/heap?seconds=1",
        "a/../b/heap?x=1",
        "unmapped/pprof/growth",
        "broken/pprof/heap",
        "refused/pprof/heap",
        "silent/pprof/heap",
    ];
    for path in paths {
        for flags in [
            &["-traces"][..],
            &["-raw", "-symbolize=remote:demangle=full"],
            &["-top", "-symbolize=force"],
        ] {
            let case =
                Case::new(flags.iter().copied(), &[format!("http://{address}/{path}").into()]);
            let answer = |program| -> Result<_, String> {
                let answer = tool::ask(program, &case, setup)?;
                let asked = std::mem::take(&mut *requests.lock().map_err(|e| e.to_string())?);
                let last = String::from_utf8_lossy(&answer.messages).trim_end().to_owned();
                let last = last.rsplit('\n').next().unwrap_or_default().to_owned();
                let said = if answer.code == 0 { String::new() } else { last };
                Ok((String::from_utf8_lossy(&answer.output).into_owned(), answer.code, asked, said))
            };
            let (theirs, ours) = (answer(&setup.reference)?, answer(&setup.ours)?);
            if theirs != ours {
                return Err(format!("{path} {flags:?}\n- {theirs:?}\n+ {ours:?}"));
            }
        }
    }
    Ok(())
}

type Requests = Arc<Mutex<Vec<String>>>;

/// A server of this process, and what it was asked: method, path and body.
fn serve() -> std::io::Result<(String, Requests)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let (address, requests) = (listener.local_addr()?.to_string(), Requests::default());
    let seen = Arc::clone(&requests);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let seen = Arc::clone(&seen);
            // A client that goes away is no failure of the server.
            thread::spawn(move || drop(answer(stream, &seen)));
        }
    });
    Ok((address, requests))
}

fn answer(stream: TcpStream, seen: &Requests) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let line = first.trim_end_matches(" HTTP/1.1\r\n");
    if let Ok(mut seen) = seen.lock() {
        seen.push(format!("{line} {}", String::from_utf8_lossy(&body)));
    }
    respond(line, stream)
}

fn respond(line: &str, mut stream: TcpStream) -> std::io::Result<()> {
    let (status, headers, body) = if line.starts_with("GET") {
        let mappings = if line.contains("/unmapped/") { "" } else { MAPPINGS };
        ("200 OK", "", format!("{HEAP}{mappings}"))
    } else if line.contains("/broken/") {
        let headers = "X-Go-Pprof: 1\r\nContent-Type: text/plain; charset=utf-8\r\n";
        ("500 Internal Server Error", headers, "no symbols here".to_owned())
    } else if line.contains("/refused/") {
        ("404 Not Found", "", "no such page".to_owned())
    } else if line.contains("/silent/") {
        ("200 OK", "", String::new())
    } else {
        ("200 OK", "", NAMES.to_owned())
    };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}
