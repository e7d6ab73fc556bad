//! What Pyroscope and Parca refuse: every rule here is one of theirs.

use std::collections::{HashMap, HashSet};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heapwise_profile::{GunzipLimit, Profile, decode, gunzip, is_gzip};
use prost::Message;
use serde_json::{Map, Value};

use super::{Kind, schema};

/// What was in a request.
#[derive(Debug)]
pub struct Pushed {
    pub labels: HashMap<String, String>,
    pub profile: Profile,
    /// The identity, where there is one.
    pub id: String,
    /// Whether each location has a function.
    pub is_symbolized: bool,
}

/// The default limits of Pyroscope.
const SAMPLES: usize = 16_000;
const BYTES: usize = 4 << 20;
const DEPTH: usize = 1000;
const LABELS: usize = 30;

#[derive(Clone, PartialEq, prost::Message)]
struct PushRequest {
    #[prost(message, repeated, tag = "1")]
    series: Vec<Series>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Series {
    #[prost(message, repeated, tag = "1")]
    labels: Vec<Pair>,
    #[prost(message, repeated, tag = "2")]
    samples: Vec<Raw>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Pair {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    value: String,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Raw {
    #[prost(bytes = "vec", tag = "1")]
    raw_profile: Vec<u8>,
    #[prost(string, tag = "2")]
    id: String,
}

/// Reads a request to a server of this kind.
pub fn body(kind: Kind, head: &HashMap<String, String>, body: &[u8]) -> Result<Pushed, String> {
    let is = |name: &str, expected: &str| {
        let found = head.get(name).map_or("", String::as_str);
        if found == expected { Ok(()) } else { Err(format!("{name}: {found:?}, not {expected:?}")) }
    };
    is(":method", "POST")?;
    let (labels, raw, id) = match kind {
        Kind::Pyroscope => {
            is(":path", "/push.v1.PusherService/Push")?;
            is("content-type", "application/proto")?;
            is("content-encoding", "gzip")?;
            pyroscope(body)?
        }
        Kind::Parca => {
            is(":path", "/profiles/writeraw")?;
            is("content-type", "application/json")?;
            is("content-encoding", "")?;
            parca(body)?
        }
    };
    let labels = check_labels(kind, labels)?;
    if raw.len() > BYTES {
        return Err(format!("{} bytes", raw.len()));
    }
    let message = schema::Profile::decode(&*raw).map_err(|error| error.to_string())?;
    check_tables(&message)?;
    check_samples(&message, kind)?;
    check_header(&message, &labels["__name__"])?;
    let is_symbolized = message.location.iter().all(|location| !location.line.is_empty());
    let profile = decode(&raw).map_err(|error| error.to_string())?;
    Ok(Pushed { labels, profile, id, is_symbolized })
}

type Parts = (Vec<(String, String)>, Vec<u8>, String);

fn pyroscope(body: &[u8]) -> Result<Parts, String> {
    let message = gunzip(body, GunzipLimit::default()).map_err(|error| error.to_string())?;
    let request = PushRequest::decode(&*message).map_err(|error| error.to_string())?;
    if request.encode_to_vec() != message {
        return Err("there are fields that push.v1 does not have".to_owned());
    }
    let [series] = <[Series; 1]>::try_from(request.series).map_err(|_| "not one series")?;
    let [sample] = <[Raw; 1]>::try_from(series.samples).map_err(|_| "not one sample")?;
    let labels = series.labels.into_iter().map(|label| (label.name, label.value));
    let raw = unzipped(sample.raw_profile)?;
    let digits = sample.id.bytes().filter(u8::is_ascii_hexdigit).count();
    if (sample.id.len(), digits) != (36, 32) {
        return Err(format!("no UUID: {}", sample.id));
    }
    Ok((labels.collect(), raw, sample.id))
}

/// As the JSON of protobuf is read: by the names of the fields, bytes in base64.
fn parca(body: &[u8]) -> Result<Parts, String> {
    let value: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let request = fields(&value, &["tenant", "series", "normalized"])?;
    let series = fields(only(&request["series"])?, &["labels", "samples"])?;
    let sample = fields(only(&series["samples"])?, &["rawProfile", "executableInfo"])?;
    let set = fields(&series["labels"], &["labels"])?;
    let labels = set["labels"].as_array().ok_or("no labels")?.iter().map(|label| {
        let label = fields(label, &["name", "value"])?;
        let text = |key: &str| label[key].as_str().map(str::to_owned).ok_or("no text");
        Ok((text("name")?, text("value")?))
    });
    let labels = labels.collect::<Result<_, String>>()?;
    let raw = sample["rawProfile"].as_str().ok_or("no profile")?;
    let raw = STANDARD.decode(raw).map_err(|error| error.to_string())?;
    Ok((labels, unzipped(raw)?, String::new()))
}

fn fields<'v>(value: &'v Value, known: &[&str]) -> Result<&'v Map<String, Value>, String> {
    let object = value.as_object().ok_or("no object")?;
    match object.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(format!("unknown field {key}")),
        None => Ok(object),
    }
}

fn only(value: &Value) -> Result<&Value, String> {
    match value.as_array().map(Vec::as_slice) {
        Some([one]) => Ok(one),
        _ => Err("not one".to_owned()),
    }
}

fn unzipped(raw: Vec<u8>) -> Result<Vec<u8>, String> {
    if !is_gzip(&raw) {
        return Ok(raw);
    }
    gunzip(&raw, GunzipLimit::default()).map_err(|error| error.to_string())
}

fn check_labels(
    kind: Kind,
    labels: Vec<(String, String)>,
) -> Result<HashMap<String, String>, String> {
    if labels.len() > LABELS {
        return Err(format!("{} labels", labels.len()));
    }
    let mut known = HashMap::new();
    for (name, value) in labels {
        if !is_queried(&name) || name.len() > 1024 || value.len() > 2048 {
            return Err(format!("invalid label {name}={value}"));
        }
        if known.insert(name.clone(), value).is_some() {
            return Err(format!("duplicate label name: {name}"));
        }
    }
    let needed: &[&str] = match kind {
        Kind::Pyroscope => &["__name__", "service_name"],
        Kind::Parca => &["__name__"],
    };
    match needed.iter().find(|name| known.get(**name).is_none_or(String::is_empty)) {
        Some(name) => Err(format!("there is no label {name}")),
        None => Ok(known),
    }
}

fn check_tables(profile: &schema::Profile) -> Result<(), String> {
    if profile.string_table.first().is_none_or(|first| !first.is_empty()) {
        return Err("the first text is not empty".to_owned());
    }
    if let Some(text) = profile.string_table.iter().find(|text| text.len() > 65_535) {
        return Err(format!("a text of {} bytes", text.len()));
    }
    let sequential = |name: &str, ids: Vec<u64>| {
        let wrong = ids.iter().zip(1..).find(|(id, expected)| **id != *expected);
        wrong.map_or(Ok(()), |(id, _)| Err(format!("{name} id is not sequential: {id}")))
    };
    sequential("mapping", profile.mapping.iter().map(|row| row.id).collect())?;
    sequential("function", profile.function.iter().map(|row| row.id).collect())?;
    sequential("location", profile.location.iter().map(|row| row.id).collect())?;
    let (mappings, functions) = (profile.mapping.len() as u64, profile.function.len() as u64);
    for location in &profile.location {
        if !(1..=mappings).contains(&location.mapping_id) {
            return Err(format!("location {} has no mapping", location.id));
        }
        if location.line.iter().any(|line| !(1..=functions).contains(&line.function_id)) {
            return Err(format!("location {} has an invalid function id", location.id));
        }
    }
    let texts = profile.string_table.len() as i64;
    let indices = profile.function.iter().flat_map(|row| [row.name, row.system_name, row.filename]);
    let mut indices =
        indices.chain(profile.mapping.iter().flat_map(|row| [row.filename, row.build_id]));
    if indices.any(|index| !(0..texts).contains(&index)) {
        return Err("an invalid index of a text".to_owned());
    }
    Ok(())
}

fn check_samples(profile: &schema::Profile, kind: Kind) -> Result<(), String> {
    if profile.sample.len() > SAMPLES {
        return Err(format!("{} samples", profile.sample.len()));
    }
    let (types, locations) = (profile.sample_type.len(), profile.location.len() as u64);
    let mut stacks = HashSet::new();
    for sample in &profile.sample {
        if sample.value.len() != types || sample.value.iter().any(|value| *value < 0) {
            return Err(format!("values {:?}", sample.value));
        }
        if sample.value.iter().all(|value| *value == 0) {
            return Err("a sample of nothing".to_owned());
        }
        if sample.location_id.len() > DEPTH {
            return Err(format!("a stack of {} frames", sample.location_id.len()));
        }
        if sample.location_id.iter().any(|id| !(1..=locations).contains(id)) {
            return Err("an unknown location".to_owned());
        }
        if sample
            .label
            .iter()
            .any(|label| label.key == 0 || label.text == 0 && kind == Kind::Pyroscope)
        {
            return Err("a label without key, or with a number, which is lost".to_owned());
        }
        let labels: Vec<_> = sample.label.iter().map(|l| (l.key, l.text, l.number)).collect();
        if !stacks.insert((&sample.location_id, labels)) {
            return Err("a stack twice".to_owned());
        }
    }
    Ok(())
}

/// Sample types and the period type of each kind.
const KINDS: [(&str, &[&str], &str); 4] = [
    (
        "memory",
        &["alloc_objects/count", "alloc_space/bytes", "inuse_objects/count", "inuse_space/bytes"],
        "space/bytes",
    ),
    ("process_cpu", &["samples/count", "cpu/nanoseconds"], "cpu/nanoseconds"),
    // Two that the tests have of their own.
    (
        "connections",
        &[
            "total_connections/count",
            "total_connections_weight/bytes",
            "connections/count",
            "connections_weight/bytes",
        ],
        "connections/count",
    ),
    (
        "pool_slots",
        &[
            "total_pool_slots/count",
            "total_pool_slots_weight/half_slots",
            "pool_slots/count",
            "pool_slots_weight/half_slots",
        ],
        "pool_slots/count",
    ),
];

/// Whether a query can have it: types are found by `name:type:unit:period_type:period_unit`.
fn is_queried(name: &str) -> bool {
    let first = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    name.bytes().next().is_some_and(first)
        && name.bytes().all(|byte| first(byte) || byte.is_ascii_digit())
}

fn check_header(profile: &schema::Profile, name: &str) -> Result<(), String> {
    let text =
        |index: i64| String::from_utf8_lossy(&profile.string_table[index as usize]).into_owned();
    let typed = |row: &schema::ValueType| format!("{}/{}", text(row.kind), text(row.unit));
    let types: Vec<String> = profile.sample_type.iter().map(typed).collect();
    let words = types.iter().flat_map(|typed| typed.split('/')).chain([name]);
    if let Some(word) = words.clone().find(|word| !is_queried(word)) {
        return Err(format!("{word:?} cannot be queried"));
    }
    let kind = KINDS.iter().find(|(kind, ..)| *kind == name);
    let (_, expected, expected_period) = kind.ok_or_else(|| format!("unknown kind {name}"))?;
    if types != *expected {
        return Err(format!("sample types {types:?}"));
    }
    let period = profile.period_type.as_ref().map(typed).unwrap_or_default();
    if period != *expected_period || profile.period <= 0 {
        return Err(format!("period {} {period}", profile.period));
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as i64;
    let age = (now - profile.time_nanos) / 1_000_000_000;
    if !(-600..=3600).contains(&age) {
        return Err(format!("the profile is {age} s old"));
    }
    Ok(())
}
