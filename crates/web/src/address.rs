//! Where the pages are served.

use std::io;
use std::net::{IpAddr, TcpListener, ToSocketAddrs};

/// A host and a port, as `-http` names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The host, without brackets; `localhost` if none was given.
    pub host: String,
    /// The port; 0 for one that is free.
    pub port: u16,
}

/// Why text is no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Host and port cannot be told apart.
    #[error("could not split http address: address {text}: {why}")]
    Split {
        /// What was given.
        text: String,
        /// Why not.
        why: &'static str,
    },
    /// The port is no number from 0 to 65535.
    #[error("invalid port number: {0:?}")]
    Port(String),
}

impl Address {
    /// Reads `host:port`. Both may be empty: this machine only, and any free port.
    ///
    /// # Errors
    /// When there is no port, or more than one.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let split = |why| AddressError::Split { text: text.to_owned(), why };
        let (host, port) = text.rsplit_once(':').ok_or_else(|| split("missing port in address"))?;
        let host = match host.strip_prefix('[') {
            Some(inner) => {
                inner.strip_suffix(']').ok_or_else(|| split("missing ']' in address"))?
            }
            None if host.contains(':') => return Err(split("too many colons in address")),
            None => host,
        };
        let number = if port.is_empty() { Ok(0) } else { port.parse() };
        Ok(Self {
            host: if host.is_empty() { "localhost".to_owned() } else { host.to_owned() },
            port: number.map_err(|_| AddressError::Port(port.to_owned()))?,
        })
    }

    /// Listens there.
    ///
    /// # Errors
    /// When the host is unknown or the port taken; the text says what to do.
    pub(crate) fn listen(&self) -> io::Result<TcpListener> {
        let failed = |error: io::Error| {
            let advice = match error.kind() {
                io::ErrorKind::AddrInUse => {
                    "; another program listens there: choose another port, or none for a free one"
                }
                _ => "",
            };
            io::Error::new(error.kind(), format!("listen on {self}: {error}{advice}"))
        };
        let mut places: Vec<_> =
            (self.host.as_str(), self.port).to_socket_addrs().map_err(failed)?.collect();
        places.sort_by_key(|place| !place.is_ipv4());
        let first = places.first().ok_or_else(|| failed(io::ErrorKind::NotFound.into()))?;
        TcpListener::bind(first).map_err(failed)
    }

    /// Whether only programs of this machine can reach it.
    pub(crate) fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { host, port } = self;
        if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}

/// Whether a name or number of a host, without brackets, is this machine to itself.
pub(crate) fn is_loopback(host: &str) -> bool {
    let number: Option<IpAddr> = host.parse().ok();
    host.eq_ignore_ascii_case("localhost") || number.is_some_and(|number| number.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<(String, u16), String> {
        let address = Address::parse(text).map_err(|error| error.to_string())?;
        Ok((address.host, address.port))
    }

    #[test]
    fn host_and_port_may_be_left_out() {
        assert_eq!(parsed(":8080"), Ok(("localhost".to_owned(), 8080)));
        assert_eq!(parsed("localhost:"), Ok(("localhost".to_owned(), 0)));
        assert_eq!(parsed("[::1]:80"), Ok(("::1".to_owned(), 80)));
        assert_eq!(parsed("0.0.0.0:80"), Ok(("0.0.0.0".to_owned(), 80)));
    }

    #[test]
    fn what_is_no_address_is_told() {
        for (text, message) in [
            ("foo", "could not split http address: address foo: missing port in address"),
            ("a:b:1", "could not split http address: address a:b:1: too many colons in address"),
            ("[::1:1", "could not split http address: address [::1:1: missing ']' in address"),
            ("localhost:abc", "invalid port number: \"abc\""),
            ("localhost:99999", "invalid port number: \"99999\""),
        ] {
            assert_eq!(parsed(text), Err(message.to_owned()));
        }
    }

    #[test]
    fn a_port_that_is_taken_is_a_clear_error() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let address = Address { host: "localhost".to_owned(), port };
        let message = address.listen().unwrap_err().to_string();
        assert!(message.starts_with(&format!("listen on localhost:{port}: ")), "{message}");
        assert!(message.ends_with("choose another port, or none for a free one"), "{message}");
    }
}
