//! Bodies of requests.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heapwise_profile::{ProtoWriter, gzip};
use serde_json::{Value, json};

use crate::chance::chance;

/// A profile of one kind, and what it is of.
#[derive(Debug)]
pub struct Series<'a> {
    /// The kind, by the name that servers have for it.
    pub name: &'static str,
    /// Names and values, sorted, without that of the kind.
    pub labels: &'a [(String, String)],
    /// The profile as protobuf, not compressed.
    pub profile: &'a [u8],
}

/// Field numbers of push.v1 (its public schema).
mod field {
    pub const SERIES: u64 = 1;
    pub const LABEL: u64 = 1;
    pub const SAMPLE: u64 = 2;
    pub const NAME: u64 = 1;
    pub const VALUE: u64 = 2;
    pub const PROFILE: u64 = 1;
    pub const ID: u64 = 2;
}

/// `push.v1.PushRequest`, compressed.
///
/// Four small messages, written by what writes profiles: a generator would bring crates and a schema for
/// six fields.
pub fn pyroscope(series: &Series<'_>) -> io::Result<Vec<u8>> {
    // The difference was taken here: without this, servers of Pyroscope 1 take one of differences.
    let own = [("__delta__", "false"), ("__name__", series.name)];
    let given = series.labels.iter().map(|(name, value)| (&**name, &**value));
    let mut message = ProtoWriter::default();
    message.message(field::SERIES, |message| {
        for (name, value) in own.into_iter().chain(given) {
            message.message(field::LABEL, |label| {
                label.text(field::NAME, name.as_bytes());
                label.text(field::VALUE, value.as_bytes());
            });
        }
        message.message(field::SAMPLE, |sample| {
            sample.text(field::PROFILE, series.profile);
            sample.text(field::ID, id().as_bytes());
        });
    });
    let mut body = Vec::new();
    gzip(&message.into_bytes(), &mut body)?;
    Ok(body)
}

/// The JSON of Parca's `WriteRawRequest`.
pub fn parca(series: &Series<'_>) -> io::Result<Vec<u8>> {
    let own = [("__name__", series.name)];
    let given = series.labels.iter().map(|(name, value)| (&**name, &**value));
    let labels = own.into_iter().chain(given);
    let labels: Vec<Value> =
        labels.map(|(name, value)| json!({"name": name, "value": value})).collect();
    let mut profile = Vec::new();
    gzip(series.profile, &mut profile)?;
    let sample = json!({"rawProfile": STANDARD.encode(profile)});
    let series = json!({"labels": {"labels": labels}, "samples": [sample]});
    // Addresses are those of the running process.
    Ok(json!({"series": [series], "normalized": false}).to_string().into_bytes())
}

/// An identity by chance, as UUIDs of version 4 are written.
fn id() -> String {
    let number = u128::from(chance()) << 64 | u128::from(chance());
    let number = number & !(0xf << 76 | 0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let digits = format!("{number:032x}");
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32];
    parts.map(|part| &digits[part]).join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_of_version_4() {
        for _ in 0..100 {
            let id = id();
            let lengths: Vec<usize> = id.split('-').map(str::len).collect();
            assert_eq!(lengths, [8, 4, 4, 4, 12], "{id}");
            assert_eq!(id.as_bytes()[14], b'4', "{id}");
            assert!(b"89ab".contains(&id.as_bytes()[19]), "{id}");
        }
        assert_ne!(id(), id());
    }
}
