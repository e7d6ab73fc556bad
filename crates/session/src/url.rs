//! The URL of a source: what makes a word one, and how it is written when it is asked for.
//!
//! The rules are those of Go's `net/url`, so that a server sees the same request from this program as
//! from `go tool pprof`.

use std::fmt;

/// The path that Go programs serve profiles of their processor time at.
const DEFAULT_PATH: &str = "/debug/pprof/profile";

/// What no parser of a path or query leaves as it is: everything but these and letters and digits.
const UNRESERVED: &[u8] = b"-_.~";

/// What a path may hold besides, as Go's parser of URLs writes it.
const IN_PATH: &[u8] = b"-_.~$&+,/:;=@";

/// What a path may hold when the user wrote nothing else that has to be escaped.
const LEGAL_IN_PATH: &[u8] = b"-_.~$&+,/:;=@!'()*[]%";

/// A URL with a host, in parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    /// In lower case; empty if there is none.
    pub scheme: String,
    /// `user` or `user:password`, still escaped.
    pub user: Option<String>,
    /// The host, with its port if the user gave one.
    pub host: String,
    path: String,
    query: Option<String>,
    fragment: String,
}

impl Url {
    /// The URL that a word stands for, with or without a scheme: `http://host/path`,
    /// `host:8080/path`, but not `host/path`, which is a missing file.
    pub fn of_word(word: &str) -> Option<Self> {
        match Self::parse(word) {
            Some(url) if !url.host.is_empty() => Some(url),
            Some(url) if url.scheme.is_empty() || url.scheme == "file" => None,
            _ => Self::parse(&format!("http://{word}")).filter(|url| !url.host.is_empty()),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        if text.chars().any(char::is_control) {
            return None;
        }
        let (text, fragment) = text.split_once('#').unwrap_or((text, ""));
        let (scheme, rest) = split_scheme(text)?;
        let (rest, query) = match rest.split_once('?') {
            Some((rest, query)) => (rest, Some(query.to_owned())),
            None => (rest, None),
        };
        let after = rest.strip_prefix("//").unwrap_or_default();
        let (authority, path) = after.split_at(after.find('/').unwrap_or(after.len()));
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => (Some(user.to_owned()), host),
            None => (None, authority),
        };
        let legal = has_legal_port(host) && !host.contains([' ', '%', '"', '<', '>', '\\', '^']);
        let user_is_legal = user.as_deref().is_none_or(|user| unescape(user, false).is_some());
        unescape(path, false)?;
        (legal && user_is_legal).then(|| Self {
            scheme: scheme.to_ascii_lowercase(),
            user,
            host: host.to_owned(),
            path: path.to_owned(),
            query,
            fragment: fragment.to_owned(),
        })
    }

    /// The URL as it is asked for: with a path and with the query in order. A number of seconds above
    /// 0 replaces that of the query.
    #[must_use]
    pub fn adjusted(mut self, seconds: Option<u64>) -> Self {
        if matches!(self.path.as_str(), "" | "/") {
            DEFAULT_PATH.clone_into(&mut self.path);
        }
        let mut pairs = self.pairs();
        if let Some(seconds) = seconds {
            pairs.retain(|(key, _)| key != b"seconds");
            pairs.push((b"seconds".to_vec(), seconds.to_string().into_bytes()));
        }
        pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
        let pair = |(key, value): &(Vec<u8>, Vec<u8>)| {
            format!("{}={}", escape(key, UNRESERVED, true), escape(value, UNRESERVED, true))
        };
        let query = pairs.iter().map(pair).collect::<Vec<_>>().join("&");
        self.query = (self.query.is_some() || !query.is_empty()).then_some(query);
        self
    }

    /// The URL at which the server of this profile names addresses, by the rules of its kind: Go's
    /// handlers, those of gperftools, any other.
    #[must_use]
    pub fn symbolz(&self) -> Self {
        let kinds = ["heap", "growth", "profile", "pmuprofile", "contention"];
        let ends_in = |kind: &&str| self.path.ends_with(&format!("/pprof/{kind}"));
        let is_pprof = self.path.contains("/debug/pprof/") || kinds.iter().any(ends_in);
        let name = if is_pprof { "symbol" } else { "symbolz" };
        let path = beside(&self.path, name);
        Self { path, query: None, fragment: String::new(), ..self.clone() }
    }

    /// The number of seconds that the query asks for.
    pub fn seconds(&self) -> Option<u64> {
        let pairs = self.pairs();
        let (_, value) = pairs.iter().find(|(key, _)| key == b"seconds")?;
        std::str::from_utf8(value).ok()?.parse().ok()
    }

    /// The pairs of the query. What is escaped wrongly, or holds a semicolon, is no pair.
    fn pairs(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        let query = self.query.as_deref().unwrap_or_default();
        let parts = query.split('&').filter(|part| !part.is_empty() && !part.contains(';'));
        let pair = |part: &str| {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            Some((unescape(key, true)?, unescape(value, true)?))
        };
        parts.filter_map(pair).collect()
    }

    /// The host without its port, and without the brackets of an IPv6 address.
    pub fn host_name(&self) -> &str {
        if let Some((address, _)) = self.host.strip_prefix('[').and_then(|h| h.split_once(']')) {
            return address;
        }
        self.host.split(':').next().unwrap_or_default()
    }

    /// The port, that of the scheme if the user gave none.
    pub fn port(&self) -> &str {
        let after_address = self.host.rsplit(']').next().unwrap_or_default();
        let given = after_address.split_once(':').map(|(_, port)| port);
        let default = if self.scheme == "http" { "80" } else { "443" };
        given.filter(|port| !port.is_empty()).unwrap_or(default)
    }

    /// The name and password for the server, decoded, as `user:password`.
    pub fn credentials(&self) -> Option<Vec<u8>> {
        let user = self.user.as_deref()?;
        let mut credentials = unescape(user, false)?;
        if !user.contains(':') {
            credentials.push(b':');
        }
        Some(credentials)
    }

    /// The URL that goes to the server: without user and fragment.
    pub fn target(&self) -> String {
        let scheme = if self.scheme == "https+insecure" { "https" } else { &self.scheme };
        format!("{scheme}://{}{}{}", self.host, path(&self.path), self.question())
    }

    fn question(&self) -> String {
        self.query.as_ref().map_or_else(String::new, |query| format!("?{query}"))
    }
}

/// The URL as users may see it: a password is not shown.
impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://", self.scheme)?;
        match self.user.as_deref().map(|user| user.split_once(':').ok_or(user)) {
            Some(Ok((user, _))) => write!(f, "{user}:***@")?,
            Some(Err(user)) => write!(f, "{user}@")?,
            None => {}
        }
        write!(f, "{}{}{}", self.host, path(&self.path), self.question())?;
        if self.fragment.is_empty() { Ok(()) } else { write!(f, "#{}", path(&self.fragment)) }
    }
}

/// The path of `name` in place of the last part of `path`, without empty parts and dots.
fn beside(path: &str, name: &str) -> String {
    let mut parts = Vec::new();
    for part in path.split('/').chain(["..", name]) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.iter().fold(String::new(), |path, part| path + "/" + part)
}

/// The path as the user escaped it, or escaped anew if something in it should have been.
fn path(path: &str) -> String {
    let legal = |b: u8| b.is_ascii_alphanumeric() || LEGAL_IN_PATH.contains(&b);
    match unescape(path, false) {
        Some(decoded) if !path.bytes().all(legal) => escape(&decoded, IN_PATH, false),
        _ => path.to_owned(),
    }
}

/// The bytes behind `%` escapes and, in a query, behind `+`; nothing if an escape is none.
fn unescape(text: &str, query: bool) -> Option<Vec<u8>> {
    let digit = |b: Option<u8>| b.and_then(|b| char::from(b).to_digit(16));
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => u8::try_from(digit(bytes.next())? * 16 + digit(bytes.next())?).ok()?,
            b'+' if query => b' ',
            byte => byte,
        });
    }
    Some(decoded)
}

fn escape(bytes: &[u8], kept: &[u8], query: bool) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len()), |mut text, &byte| {
        match byte {
            b' ' if query => text.push('+'),
            _ if byte.is_ascii_alphanumeric() || kept.contains(&byte) => text.push(byte.into()),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
        text
    })
}

/// The scheme, empty if there is none; nothing if a colon follows what cannot be one.
fn split_scheme(text: &str) -> Option<(&str, &str)> {
    let end = text.find([':', '/', '?']).filter(|&end| text.as_bytes()[end] == b':');
    let Some(end) = end else { return Some(("", text)) };
    let scheme = &text[..end];
    let legal = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    legal.then(|| (scheme, &text[end + 1..]))
}

fn has_legal_port(host: &str) -> bool {
    let after_address = host.rsplit(']').next().unwrap_or_default();
    after_address.split_once(':').is_none_or(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(word: &str, seconds: Option<u64>) -> String {
        Url::of_word(word).unwrap().adjusted(seconds).to_string()
    }

    #[test]
    fn a_word_with_a_host_is_a_url() {
        for word in [
            "http://localhost/x",
            "https+insecure://host:1",
            "localhost:8080/debug/pprof/heap",
            "1.2.3.4:80",
            "1.2.3.4:80?seconds=3",
            "[::1]:80",
            "user@host:80/x",
        ] {
            assert!(Url::of_word(word).is_some(), "{word}");
        }
        let files = ["localhost", "localhost/path", "file:///x", "-cum", "a/b:c", "x:y", "", "a b"];
        for word in files.into_iter().chain(["http://host/a%zz", "a:1b"]) {
            assert!(Url::of_word(word).is_none(), "{word}");
        }
    }

    /// Seen in what `go tool pprof` of Go 1.27.3 sends and says.
    #[test]
    fn a_url_is_written_as_the_reference_writes_it() {
        for (word, written) in [
            ("http://h:1", "http://h:1/debug/pprof/profile"),
            ("http://h:1/", "http://h:1/debug/pprof/profile"),
            ("h:1?seconds=3", "http://h:1/debug/pprof/profile?seconds=3"),
            ("h:1/heap?b=2&a=1%20x+y&c", "http://h:1/heap?a=1+x+y&b=2&c="),
            ("h:1/heap?z=1&seconds=2&a=2#frag", "http://h:1/heap?a=2&seconds=2&z=1#frag"),
            ("h:1/heap?", "http://h:1/heap?"),
            ("h:1/he ap?q=a b", "http://h:1/he%20ap?q=a+b"),
            ("h:1/heap?a=1;b=2&c=3", "http://h:1/heap?c=3"),
            ("HTTP://h:1/A", "http://h:1/A"),
            (
                "h:1/a/b|c^d\"e<f>{}\\`é?x=é&y=~*-_.!()",
                "http://h:1/a/b%7Cc%5Ed%22e%3Cf%3E%7B%7D%5C%60%C3%A9?x=%C3%A9&y=~%2A-_.%21%28%29",
            ),
        ] {
            assert_eq!(shown(word, None), written, "{word}");
        }
        let word = "http://h:1/heap?z=1&seconds=9&a=%zz";
        assert_eq!(shown(word, Some(3)), "http://h:1/heap?seconds=3&z=1");
    }

    /// Seen in what `go tool pprof` of Go 1.27.3 asks for.
    #[test]
    fn names_are_asked_for_beside_the_profile() {
        for (word, path) in [
            ("h:1", "/debug/pprof/symbol"),
            ("h:1/debug/pprof/heap?seconds=3", "/debug/pprof/symbol"),
            ("h:1/a/pprof/growth", "/a/pprof/symbol"),
            ("h:1/a//./b/../heap#x", "/a/symbolz"),
            ("h:1/heap", "/symbolz"),
        ] {
            let url = Url::of_word(word).unwrap().adjusted(None).symbolz();
            assert_eq!(url.to_string(), format!("http://h:1{path}"), "{word}");
        }
    }

    #[test]
    fn a_password_goes_to_the_server_and_not_to_the_screen() {
        let url = Url::of_word("http://me:s%20t@h/x#y").unwrap();
        assert_eq!(url.to_string(), "http://me:***@h/x#y");
        assert_eq!(url.credentials().unwrap(), b"me:s t");
        assert_eq!(url.target(), "http://h/x");
    }

    #[test]
    fn parts_have_defaults() {
        let url = Url::of_word("https+insecure://[::1]/x?seconds=7").unwrap();
        assert_eq!((url.host_name(), url.port(), url.seconds()), ("::1", "443", Some(7)));
        assert_eq!(url.target(), "https://[::1]/x?seconds=7");
        let url = Url::of_word("http://h/x?seconds=x").unwrap();
        assert_eq!((url.host_name(), url.port(), url.seconds()), ("h", "80", None));
    }
}
