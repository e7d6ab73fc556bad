//! Which proxy the environment asks for, by the rules that Go programs follow.

use std::net::IpAddr;

use crate::host::Host;
use crate::url::Url;

/// The URL of the proxy for `url`, without a scheme if the user gave none.
///
/// `HTTP_PROXY` serves plain requests and `HTTPS_PROXY` the others, in capitals or not. Nothing
/// goes through a proxy to this machine itself or to what `NO_PROXY` names.
pub fn proxy(url: &Url, host: &dyn Host) -> Option<String> {
    let either = |name: &str| {
        let value = |name: &str| host.env(name).filter(|value| !value.is_empty());
        let value = value(name).or_else(|| value(&name.to_ascii_lowercase()))?;
        value.into_string().ok()
    };
    let proxy = if url.scheme == "http" {
        // A web server sets HTTP_PROXY for its scripts from a header that anyone may send.
        either("HTTP_PROXY").filter(|_| host.env("REQUEST_METHOD").is_none())
    } else {
        either("HTTPS_PROXY")
    }?;
    let exempt = is_this_machine(url.host_name())
        || either("NO_PROXY").is_some_and(|list| is_exempt(url.host_name(), url.port(), &list));
    (!exempt).then_some(proxy)
}

fn is_this_machine(name: &str) -> bool {
    name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Whether the comma-separated `list` names the host: `*`, an address, a range `address/bits`, or a
/// domain, which stands for its hosts as well, and with a leading dot for these only. Addresses and
/// domains may have a port.
fn is_exempt(name: &str, port: &str, list: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    list.split(',').map(|entry| entry.trim().to_ascii_lowercase()).any(|entry| {
        if entry == "*" {
            return true;
        }
        if let (Some(range), Ok(address)) = (Range::parse(&entry), name.parse::<IpAddr>()) {
            return range.contains(address);
        }
        let (entry, wanted_port) = split_port(&entry);
        wanted_port.is_none_or(|wanted| wanted == port) && is_host(&name, entry)
    })
}

fn is_host(name: &str, entry: &str) -> bool {
    let entry = entry.strip_prefix('*').unwrap_or(entry);
    if entry.is_empty() {
        return false;
    }
    if let (Ok(a), Ok(b)) = (name.parse::<IpAddr>(), entry.parse::<IpAddr>()) {
        return a == b;
    }
    let below = name.strip_suffix(entry.trim_start_matches('.'));
    below.is_some_and(|rest| rest.ends_with('.') || (rest.is_empty() && !entry.starts_with('.')))
}

fn split_port(entry: &str) -> (&str, Option<&str>) {
    if let Some((address, rest)) = entry.strip_prefix('[').and_then(|e| e.split_once(']')) {
        return (address, rest.strip_prefix(':'));
    }
    match entry.split_once(':') {
        Some((name, port)) if !port.contains(':') => (name, Some(port)),
        _ => (entry, None),
    }
}

/// The addresses that share their first bits.
struct Range {
    first: IpAddr,
    bits: u32,
}

impl Range {
    fn parse(entry: &str) -> Option<Self> {
        let (first, bits) = entry.split_once('/')?;
        Some(Self { first: first.parse().ok()?, bits: bits.parse().ok()? })
    }

    fn contains(&self, address: IpAddr) -> bool {
        let differing = match (self.first, address) {
            (IpAddr::V4(a), IpAddr::V4(b)) => (a.to_bits() ^ b.to_bits()).leading_zeros(),
            (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits() ^ b.to_bits()).leading_zeros(),
            _ => return false,
        };
        differing >= self.bits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake_host::FakeHost;

    fn chosen(word: &str, env: &[(&str, &str)]) -> Option<String> {
        let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
        proxy(&Url::of_word(word).unwrap(), &FakeHost { env, ..FakeHost::default() })
    }

    #[test]
    fn each_scheme_has_its_proxy_and_this_machine_has_none() {
        let env = [("HTTP_PROXY", "plain:1"), ("https_proxy", "http://tls:2"), ("ALL_PROXY", "x")];
        assert_eq!(chosen("http://a.b/x", &env).as_deref(), Some("plain:1"));
        assert_eq!(chosen("https://a.b/x", &env).as_deref(), Some("http://tls:2"));
        assert_eq!(chosen("https+insecure://a.b/x", &env).as_deref(), Some("http://tls:2"));
        for word in ["localhost:1", "127.0.0.9:1", "[::1]:1"] {
            assert_eq!(chosen(word, &env), None, "{word}");
        }
        assert_eq!(chosen("http://a.b/x", &[("ALL_PROXY", "x")]), None);
        assert_eq!(chosen("http://a.b/x", &[env[0], ("REQUEST_METHOD", "GET")]), None);
    }

    #[test]
    fn no_proxy_names_hosts_domains_ranges_and_ports() {
        for (list, yes, no) in [
            ("*", "a.b", ""),
            ("x, b.c", "b.c a.b.c B.C", "ab.c c"),
            (".b.c", "a.b.c", "b.c"),
            ("*.b.c", "a.b.c", "b.c"),
            ("b.c:81", "b.c:81", "b.c b.c:82"),
            ("10.0.0.1", "10.0.0.1", "10.0.0.2"),
            ("10.0.0.0/8,fd00::/8", "10.9.9.9 [fd00::1]", "11.0.0.1 a.b"),
            ("[fd00::1]:80", "[fd00::1]", "[fd00::1]:81 [fd00::2]"),
            ("", "", "a.b"),
        ] {
            let env = [("HTTP_PROXY", "p"), ("NO_PROXY", list)];
            for host in yes.split_whitespace() {
                assert_eq!(chosen(&format!("http://{host}/"), &env), None, "{host} in {list}");
            }
            for host in no.split_whitespace() {
                assert!(chosen(&format!("http://{host}/"), &env).is_some(), "{host} in {list}");
            }
        }
    }
}
