//! The page that says what there is.

use std::fmt::Write as _;

use ::http::{HeaderMap, header};

use super::route::{ENDPOINTS, Endpoint, Kind};
use crate::custom;
use crate::heap::{self, Totals};

const STYLE: &str = "body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em;\
    color:#1c1c1c;background:#fff}table{border-collapse:collapse}td:first-child{white-space:nowrap}pre{overflow:auto}th,td{text-align:left;\
    vertical-align:top;padding:.3em 1em .3em 0;border-top:1px solid #ccc}\
    code{font-size:.9em}a{color:#0645ad}\
    @media(prefers-color-scheme:dark){body{color:#ddd;background:#1b1b1b}a{color:#8ab4f8}\
    th,td{border-color:#444}}";

/// What is said of names, where there are some.
const NAMES: &str = if cfg!(feature = "symbolize") {
    "<code>?symbolize=1</code> (with functions and lines), "
} else {
    ""
};

/// The page, for a request with these headers.
pub fn page(headers: &HeaderMap) -> String {
    let program = std::env::args_os().next().unwrap_or_default();
    let program = escaped(&program.to_string_lossy());
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let host = escaped(host.unwrap_or("HOST"));
    let mut html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <title>Profiles of {program}</title><style>{STYLE}</style></head>\n\
         <body><h1>Profiles of <code>{program}</code></h1>\n{}\n\
         <table><tr><th>Profile</th><th>What it is for</th></tr>\n",
        numbers()
    );
    let (absent, served): (Vec<_>, Vec<_>) =
        ENDPOINTS.iter().partition(|endpoint| matches!(endpoint.kind, Kind::Absent));
    served.into_iter().for_each(|endpoint| row(&mut html, endpoint));
    custom::Profile::all().into_iter().for_each(|profile| own_row(&mut html, profile));
    // Writing to memory does not fail.
    let _ = write!(
        html,
        "</table>\n<h2>To look at one</h2>\n<pre>\
         heapwise -http=: http://{host}/debug/pprof/heap\n\
         go tool pprof http://{host}/debug/pprof/heap\n\
         go tool pprof -sample_index=alloc_space -seconds=10 http://{host}/debug/pprof/heap\n\
         go tool pprof -http=: http://{host}/debug/pprof/profile?seconds=10</pre>\n\
         <p>To <code>heap</code> and <code>allocs</code> one can add <code>?seconds=N</code> (what is \
         allocated in the next N seconds, what is in use after them), <code>?peak=1</code> (also what \
         was in use when most was), {NAMES}<code>?debug=1</code> (as text).</p>\n\
         <h2>What is not here</h2>\n<table>\n"
    );
    absent.into_iter().for_each(|endpoint| row(&mut html, endpoint));
    html.push_str("</table></body></html>\n");
    html
}

fn row(html: &mut String, endpoint: &Endpoint) {
    let Endpoint { name, about, kind } = endpoint;
    let links = match kind {
        Kind::Memory { .. } => format!(
            "<a href=\"{name}\">{name}</a><br><a href=\"{name}?debug=1\">as text</a><br>\
             <a href=\"{name}?seconds=10\">10 seconds</a>"
        ),
        // Looking would take from who comes next.
        Kind::SinceLast | Kind::Absent => (*name).to_owned(),
        Kind::Cpu => {
            format!("<a href=\"{name}\">{name}</a><br><a href=\"{name}?seconds=5\">5 seconds</a>")
        }
        Kind::Threads => {
            format!("<a href=\"{name}\">{name}</a><br><a href=\"{name}?debug=2\">as text</a>")
        }
        Kind::CommandLine | Kind::Symbols => format!("<a href=\"{name}\">{name}</a>"),
    };
    let _ = writeln!(html, "<tr><td>{links}</td><td>{}</td></tr>", escaped(about));
}

/// A profile of the program's own. Its name is a word.
fn own_row(html: &mut String, profile: custom::Profile) {
    let (name, about) = (profile.name(), escaped(profile.about()));
    let _ = writeln!(html, "<tr><td><a href=\"{name}\">{name}</a></td><td>{about}</td></tr>");
}

/// What the program has allocated, in words.
fn numbers() -> String {
    let Totals { alloc, inuse, peak, is_exact, dropped, recorder_bytes } = match heap::totals() {
        Ok(totals) => totals,
        Err(error) => return format!("<p>{}</p>", escaped(&error.to_string())),
    };
    let nothing = if alloc.objects == 0 {
        "<p>Nothing was recorded: <code>heapwise::Alloc</code> has to be this program's global \
         allocator, and its interval other than 0.</p>"
    } else {
        ""
    };
    let how = match (is_exact, heap::interval()) {
        (_, 0) => "recording is switched off".to_owned(),
        (true, _) => "every allocation is recorded, the numbers are exact".to_owned(),
        (false, interval) => format!("one sample in {interval} bytes, the numbers are estimates"),
    };
    let losses =
        if dropped.is_nothing() { "" } else { " Some did not fit: the profiles say how many." };
    format!(
        "<p>{} bytes in use, {} allocated since the start, {} in use when most was; {how}.{losses} \
         The recorder itself has {recorder_bytes} bytes.</p>{nothing}",
        inuse.bytes, alloc.bytes, peak.bytes
    )
}

/// Text in which nothing is markup.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_request_says_is_no_markup() {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, "<script>'\"&.example".parse().unwrap());
        let page = page(&headers);
        assert!(!page.contains("<script"), "{page}");
        assert!(page.contains("http://&lt;script&gt;&#39;&quot;&amp;.example/debug"), "{page}");
    }

    #[test]
    fn every_endpoint_is_explained_and_only_what_is_there_is_linked() {
        let page = page(&HeaderMap::new());
        for Endpoint { name, about, kind } in ENDPOINTS {
            assert!(page.contains(&escaped(about)), "{name}");
            let is_linked = !matches!(kind, Kind::SinceLast | Kind::Absent);
            assert_eq!(page.contains(&format!("href=\"{name}\"")), is_linked, "{name}");
        }
    }
}
