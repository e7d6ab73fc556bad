//! Who takes profiles, and how: one row each.

use std::time::Duration;

use heapwise_profile::FoldLimits;

use super::body::{self, Series};

/// A kind of server.
#[derive(Debug)]
pub struct Receiver {
    /// What comes behind the server's address.
    pub path: &'static str,
    /// The kind of the body.
    pub content_type: &'static str,
    /// How the body is compressed, if it is.
    pub content_encoding: Option<&'static str>,
    /// The body of a request.
    pub body: fn(&Series<'_>) -> std::io::Result<Vec<u8>>,
    /// Whether `alloc_*` is what was allocated since the push before, not since the start.
    pub takes_differences: bool,
    /// Whether labels with numbers are kept.
    pub takes_numbers: bool,
    /// What a profile may be.
    pub limits: FoldLimits,
    /// How old.
    pub oldest: Duration,
}

/// Default limits of servers of Pyroscope 1 and 2.
const LIMITS: FoldLimits = FoldLimits { samples: 16_000, depth: 1_000, bytes: 4 << 20 };

const HOUR: Duration = Duration::from_secs(3600);

/// Pyroscope and Grafana Cloud Profiles: its own protocol over HTTP, as its clients use it.
pub const PYROSCOPE: Receiver = Receiver {
    path: "/push.v1.PusherService/Push",
    content_type: "application/proto",
    content_encoding: Some("gzip"),
    body: body::pyroscope,
    takes_differences: true,
    takes_numbers: false,
    limits: LIMITS,
    oldest: HOUR,
};

/// Parca: what mirrors `WriteRaw` over HTTP, for gRPC would need HTTP/2. It knows no such limits; what is
/// larger helps nobody.
pub const PARCA: Receiver = Receiver {
    path: "/profiles/writeraw",
    content_type: "application/json",
    content_encoding: None,
    body: body::parca,
    takes_differences: false,
    takes_numbers: true,
    limits: LIMITS,
    oldest: HOUR,
};
