//! Who may ask.

use std::net::IpAddr;

use ::http::{HeaderMap, header};

/// The names under which the program may be asked.
///
/// A page of another site can have its own name lead to this machine and then read what is answered
/// (DNS rebinding). It cannot choose what stands in the `Host` header: that is its own name.
#[derive(Debug)]
pub struct Names {
    /// Whether other machines may ask.
    pub is_remote: bool,
    /// Names of this machine, besides those of loopback.
    pub names: Vec<String>,
}

impl Names {
    /// Whether a request with these headers is let in.
    pub fn admit(&self, headers: &HeaderMap) -> bool {
        // A second one could be what somebody else reads.
        let mut hosts = headers.get_all(header::HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
        host.to_str().is_ok_and(|host| self.contains(without_port(host)))
    }

    fn contains(&self, name: &str) -> bool {
        // Nobody can have a number lead to another machine.
        let number = name.parse::<IpAddr>().ok();
        number.is_some_and(|number| self.is_remote || number.to_canonical().is_loopback())
            || name.eq_ignore_ascii_case("localhost")
            || self.names.iter().any(|known| known.eq_ignore_ascii_case(name))
    }
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

    fn admits(names: &Names, hosts: &[&str]) -> bool {
        let mut headers = HeaderMap::new();
        hosts.iter().for_each(|host| {
            headers.append(header::HOST, host.parse().unwrap());
        });
        names.admit(&headers)
    }

    #[test]
    fn names_of_other_sites_are_refused() {
        let local = Names { is_remote: false, names: vec!["Box.lan".to_owned()] };
        for host in
            ["localhost:80", "127.0.0.1", "[::1]:80", "LOCALHOST", "127.9.9.9:1", "box.lan:1"]
        {
            assert!(admits(&local, &[host]), "{host}");
        }
        let others =
            ["evil.example", "", "localhost.evil.example", "10.0.0.1", "a@localhost", "lan"];
        for host in others {
            assert!(!admits(&local, &[host]), "{host}");
        }
        let open = Names { is_remote: true, names: Vec::new() };
        assert!(admits(&open, &["10.0.0.1:80"]) && admits(&open, &["[fe80::1]:80"]));
        assert!(!admits(&open, &["evil.example"]));
    }

    #[test]
    fn none_is_none_and_two_are_none() {
        let local = Names { is_remote: false, names: Vec::new() };
        assert!(!admits(&local, &[]));
        assert!(!admits(&local, &["localhost", "evil.example"]));
    }
}
