//! Who may ask, and how.

use http::{HeaderMap, Method, Request, StatusCode, header};

use crate::address::{Address, is_loopback};
use crate::reply;
use crate::route::Refused;

/// The names under which the pages may be asked for.
///
/// A page of another site can have its own name resolve to this machine and then read what we answer
/// (DNS rebinding). It cannot choose the name in the `Host` header: that is its own.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    address: Address,
    /// The name of this machine, if others may reach it.
    machine: Option<String>,
}

impl Names {
    /// Those of pages at `address` of the machine named `machine`.
    pub fn new(address: &Address, machine: Option<String>) -> Self {
        let machine = machine.filter(|_| !address.is_loopback());
        Self { address: address.clone(), machine }
    }

    /// Whether `name`, without port and brackets, is one of them. Numbers are no names: nobody can
    /// have one resolve to another machine.
    fn contains(&self, name: &str) -> bool {
        let first = name.split('.').next().unwrap_or_default();
        let is_machine =
            |known: &String| known.eq_ignore_ascii_case(name) || known.eq_ignore_ascii_case(first);
        is_loopback(name)
            || name.eq_ignore_ascii_case(&self.address.host)
            || (!self.address.is_loopback() && name.parse::<std::net::IpAddr>().is_ok())
            || self.machine.as_ref().is_some_and(is_machine)
    }
}

/// Lets a request in, or says why not.
///
/// # Errors
/// The response to a request that is refused.
pub(crate) fn admit<T>(request: &Request<T>, names: &Names) -> Result<(), Refused> {
    let host = text(request.headers(), header::HOST.as_str());
    let name = without_port(host.unwrap_or_default());
    if names.contains(name) {
        return Ok(());
    }
    let why = "permission denied: the name in the Host header is not one that these pages are served \
               under; to allow it, listen with -http=NAME:PORT";
    Err(Box::new(reply::text(StatusCode::FORBIDDEN, why)))
}

/// Lets a request change something: a POST that a page of ours sent, or no page at all.
///
/// # Errors
/// As [`admit`].
pub(crate) fn admit_change<T>(request: &Request<T>) -> Result<(), Refused> {
    if request.method() != Method::POST {
        let mut refused = reply::text(StatusCode::METHOD_NOT_ALLOWED, "send this with POST");
        refused.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static("POST"));
        return Err(Box::new(refused));
    }
    let headers = request.headers();
    let host = text(headers, header::HOST.as_str()).unwrap_or_default();
    let own = format!("http://{host}");
    let by_origin = text(headers, header::ORIGIN.as_str()).is_none_or(|origin| origin == own);
    let by_site = text(headers, "sec-fetch-site").is_none_or(|site| site == "same-origin");
    let allowed = by_origin && by_site;
    let why = "permission denied: a page of another site sent this";
    if allowed { Ok(()) } else { Err(Box::new(reply::text(StatusCode::FORBIDDEN, why))) }
}

/// Lets a request read.
///
/// # Errors
/// As [`admit`].
pub(crate) fn admit_read<T>(request: &Request<T>) -> Result<(), Refused> {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return Ok(());
    }
    let mut refused = reply::text(StatusCode::METHOD_NOT_ALLOWED, "send this with GET");
    refused.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static("GET, HEAD"));
    Err(Box::new(refused))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    // A second one could be what somebody else reads.
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    if values.next().is_some() { Some("") } else { Some(first.to_str().unwrap_or_default()) }
}

/// The host of a `Host` header, without brackets.
fn without_port(host: &str) -> &str {
    let bare = match host.rsplit_once(':') {
        Some((bare, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => bare,
        _ => host,
    };
    bare.strip_prefix('[').and_then(|bare| bare.strip_suffix(']')).unwrap_or(bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(address: &str) -> Names {
        Names::new(&Address::parse(address).unwrap(), Some("box".to_owned()))
    }

    fn admitted(names: &Names, host: &str) -> bool {
        let request = Request::builder().header("host", host).body(()).unwrap();
        admit(&request, names).is_ok()
    }

    #[test]
    fn other_names_are_refused() {
        let local = names(":8080");
        for host in ["localhost:8080", "127.0.0.1", "[::1]:8080", "LOCALHOST", "127.1.2.3:1"] {
            assert!(admitted(&local, host), "{host}");
        }
        for host in
            ["evil.example:8080", "", "localhost.evil.example", "10.0.0.1", "box", "a@localhost"]
        {
            assert!(!admitted(&local, host), "{host}");
        }
        let open = names("0.0.0.0:8080");
        for host in ["10.0.0.1:8080", "box:8080", "box.lan", "[fe80::1]:80", "localhost"] {
            assert!(admitted(&open, host), "{host}");
        }
        assert!(!admitted(&open, "evil.example:8080"));
        assert!(admitted(&names("profiles.lan:80"), "profiles.lan"));
    }

    #[test]
    fn two_hosts_are_none() {
        let request = Request::builder().header("host", "localhost").header("host", "evil.example");
        assert!(admit(&request.body(()).unwrap(), &names(":1")).is_err());
    }

    fn changes(method: &str, headers: &[(&str, &str)]) -> u16 {
        let mut request = Request::builder().method(method).header("host", "localhost:1");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        admit_change(&request.body(()).unwrap())
            .map_or_else(|reply| reply.status().as_u16(), |()| 200)
    }

    #[test]
    fn changes_are_posts_of_our_own_pages() {
        assert_eq!(changes("GET", &[]), 405);
        assert_eq!(changes("POST", &[]), 200);
        let own = ("origin", "http://localhost:1");
        assert_eq!(changes("POST", &[own, ("sec-fetch-site", "same-origin")]), 200);
        assert_eq!(changes("POST", &[("origin", "http://localhost:2")]), 403);
        assert_eq!(changes("POST", &[("origin", "null")]), 403);
        assert_eq!(changes("POST", &[own, ("sec-fetch-site", "cross-site")]), 403);
        let read = Request::builder().method("DELETE").body(()).unwrap();
        assert_eq!(admit_read(&read).unwrap_err().status(), 405);
    }
}
