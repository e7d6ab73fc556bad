//! Named configurations of the web pages, in the file that `go tool pprof` keeps them in.

use std::path::PathBuf;

use serde_json::Value;

use crate::field::Field;
use crate::host::{Host, reason};
use crate::options::Options;
use crate::setting::{self, Setting};

/// The largest file that is read, in bytes.
const LARGEST: usize = 16 << 20;

/// Why configurations cannot be read or changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Nothing says where the user's settings are.
    #[error("neither $XDG_CONFIG_HOME nor $HOME are defined")]
    NoFolder,
    /// The folder depends on where the program runs.
    #[error("path in $XDG_CONFIG_HOME is relative")]
    RelativeFolder,
    /// The file cannot be read.
    #[error("could not read settings: {0}")]
    Unreadable(String),
    /// The file is not what was written.
    #[error("could not parse settings: {0}")]
    Damaged(String),
    /// The file cannot be written.
    #[error("failed to write settings: {0}")]
    Unwritable(String),
    /// A configuration has to have a name.
    #[error("invalid config name")]
    NoName,
    /// There is no configuration of that name.
    #[error("config {0} not found")]
    Unknown(String),
}

/// A configuration with its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The name.
    pub name: String,
    /// The options: those that are not saved are the defaults.
    pub options: Options,
}

/// The file of the user's configurations.
///
/// # Errors
/// When the environment does not say where it is.
pub fn file(host: &dyn Host) -> Result<PathBuf, ConfigError> {
    let named = |name: &str| host.env(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = if cfg!(windows) {
        named("AppData")
    } else if cfg!(target_os = "macos") {
        named("HOME").map(|home| home.join("Library/Application Support"))
    } else {
        let chosen = named("XDG_CONFIG_HOME");
        if chosen.as_ref().is_some_and(|folder| folder.is_relative()) {
            return Err(ConfigError::RelativeFolder);
        }
        chosen.or_else(|| named("HOME").map(|home| home.join(".config")))
    };
    Ok(folder.ok_or(ConfigError::NoFolder)?.join("pprof").join("settings.json"))
}

/// The configurations, in the order of the file; none if there is no file.
///
/// # Errors
/// When the file is there and cannot be read.
pub fn read(host: &dyn Host) -> Result<Vec<Config>, ConfigError> {
    let path = file(host)?;
    let bytes = match host.read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => {
            let why = format!("open {}: {}", path.display(), reason(&error));
            return Err(ConfigError::Unreadable(why));
        }
    };
    if bytes.len() > LARGEST {
        return Err(ConfigError::Damaged(format!("more than {LARGEST} bytes")));
    }
    let value: Value =
        serde_json::from_slice(&bytes).map_err(|e| ConfigError::Damaged(e.to_string()))?;
    let rows = value.get("configs").and_then(Value::as_array);
    rows.into_iter().flatten().map(config).collect()
}

/// Adds a configuration, or replaces the one of its name.
///
/// # Errors
/// When it has no name, or the file cannot be read or written.
pub fn save(name: &str, options: &Options, host: &dyn Host) -> Result<(), ConfigError> {
    if name.is_empty() {
        return Err(ConfigError::NoName);
    }
    let mut configs = read(host)?;
    let config = Config { name: name.to_owned(), options: options.clone() };
    match configs.iter_mut().find(|known| known.name == name) {
        Some(known) => *known = config,
        None => configs.push(config),
    }
    write(&configs, host)
}

/// Removes the configuration of that name.
///
/// # Errors
/// When there is none, or the file cannot be read or written.
pub fn delete(name: &str, host: &dyn Host) -> Result<(), ConfigError> {
    let mut configs = read(host)?;
    let place = configs.iter().position(|config| config.name == name);
    configs.remove(place.ok_or_else(|| ConfigError::Unknown(name.to_owned()))?);
    write(&configs, host)
}

fn saved() -> impl Iterator<Item = &'static Setting> {
    setting::ALL.iter().copied().filter(|setting| setting.saved)
}

/// What a row of the file says. What it does not mention is zero, false or empty.
fn config(row: &Value) -> Result<Config, ConfigError> {
    let damaged = |what: &str| ConfigError::Damaged(format!("a configuration has {what}"));
    let row = row.as_object().ok_or_else(|| damaged("no settings"))?;
    let name = row.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut options = Options { granularity: None, ..Options::default() };
    for setting in saved() {
        let field = &setting.field;
        let text = match (row.get(setting.name), field) {
            (None, Field::Switch { .. }) => "false".to_owned(),
            (None, Field::Integer { .. } | Field::Number { .. }) => "0".to_owned(),
            (None, Field::Text { .. }) => String::new(),
            (None, Field::Choice { .. }) => continue,
            (Some(Value::String(text)), _) => text.clone(),
            (Some(value), _) => value.to_string(),
        };
        let refused = |_| damaged(&format!("the value {text:?} for {}", setting.name));
        setting.set(&mut options, &text).map_err(refused)?;
    }
    Ok(Config { name, options })
}

fn write(configs: &[Config], host: &dyn Host) -> Result<(), ConfigError> {
    let path = file(host)?;
    let unwritable = |error: std::io::Error| ConfigError::Unwritable(reason(&error));
    if let Some(folder) = path.parent() {
        host.create_directory(folder).map_err(unwritable)?;
    }
    let text = text(configs);
    host.create(&path, &mut |out| out.write_all(text.as_bytes())).map_err(unwritable)
}

/// The file as the reference writes it: settings in their order, without those that are zero.
fn text(configs: &[Config]) -> String {
    if configs.is_empty() {
        return "{\n  \"configs\": []\n}".to_owned();
    }
    let row = |config: &Config| {
        let mut lines = vec![format!("      \"name\": {}", quoted(&config.name))];
        for setting in saved() {
            let value = setting.get(&config.options);
            let value = match &setting.field {
                Field::Text { .. } | Field::Choice { .. } if value.is_empty() => continue,
                Field::Text { .. } | Field::Choice { .. } => quoted(&value),
                Field::Switch { get, .. } if !get(&config.options) => continue,
                Field::Integer { get, .. } if get(&config.options) == 0 => continue,
                Field::Number { get, .. } if get(&config.options) == 0.0 => continue,
                _ => value,
            };
            lines.push(format!("      \"{}\": {value}", setting.name));
        }
        format!("    {{\n{}\n    }}", lines.join(",\n"))
    };
    let rows: Vec<String> = configs.iter().map(row).collect();
    format!("{{\n  \"configs\": [\n{}\n  ]\n}}", rows.join(",\n"))
}

/// A text in JSON, with what means something in HTML escaped.
fn quoted(text: &str) -> String {
    let mut quoted = Value::from(text).to_string();
    for (letter, escape) in [
        ("<", "\\u003c"),
        (">", "\\u003e"),
        ("&", "\\u0026"),
        ("\u{2028}", "\\u2028"),
        ("\u{2029}", "\\u2029"),
    ] {
        quoted = quoted.replace(letter, escape);
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake_host::FakeHost;

    fn host() -> FakeHost {
        let mut host = FakeHost::default();
        host.env.insert("HOME".into(), "/home/me".into());
        host
    }

    const FILE: &str = "/home/me/.config/pprof/settings.json";

    #[test]
    fn configurations_are_written_as_the_reference_writes_them_and_read_back() {
        let host = host();
        let options = Options {
            node_count: 7,
            focus: "x<y".to_owned(),
            granularity: Some(heapwise_graph::Granularity::Lines),
            sample_index: "alloc_space".to_owned(),
            ..Options::default()
        };
        save("bar", &options, &host).unwrap();
        let expected = "{\n  \"configs\": [\n    {\n      \"name\": \"bar\",\n      \"unit\": \"minimum\",\n      \
            \"sort\": \"flat\",\n      \"nodecount\": 7,\n      \"nodefraction\": 0.005,\n      \
            \"edgefraction\": 0.001,\n      \"trim\": true,\n      \"focus\": \"x\\u003cy\",\n      \
            \"granularity\": \"lines\"\n    }\n  ]\n}";
        let written = host.created.lock().unwrap()[std::path::Path::new(FILE)].clone();
        assert_eq!(String::from_utf8(written).unwrap(), expected);
        let known = read(&host).unwrap();
        let unsaved = Options { sample_index: String::new(), ..options };
        assert_eq!(known, [Config { name: "bar".to_owned(), options: unsaved }]);
        save("baz", &Options::default(), &host).unwrap();
        save("bar", &Options::default(), &host).unwrap();
        let names: Vec<_> = read(&host).unwrap().into_iter().map(|config| config.name).collect();
        assert_eq!(names, ["bar", "baz"]);
        delete("bar", &host).unwrap();
        assert_eq!(read(&host).unwrap().len(), 1);
        assert_eq!(delete("nope", &host), Err(ConfigError::Unknown("nope".to_owned())));
        assert_eq!(save("", &Options::default(), &host), Err(ConfigError::NoName));
    }

    #[test]
    fn what_is_not_mentioned_is_zero() {
        let mut host = host();
        let text = br#"{"configs":[{"name":"old","focus":"x","something":1}]}"#;
        host.files.insert(FILE.into(), text.to_vec());
        let config = &read(&host).unwrap()[0];
        assert!(!config.options.trim && config.options.node_count == 0);
        assert_eq!((config.options.unit.as_str(), config.options.focus.as_str()), ("", "x"));
    }

    #[test]
    fn damage_and_missing_folders_are_told() {
        let mut damaged = host();
        damaged.files.insert(FILE.into(), b"{".to_vec());
        assert!(read(&damaged).unwrap_err().to_string().starts_with("could not parse settings: "));
        let nowhere = FakeHost::default();
        assert_eq!(read(&nowhere), Err(ConfigError::NoFolder));
        let mut relative = host();
        relative.env.insert("XDG_CONFIG_HOME".into(), "here".into());
        assert_eq!(read(&relative), Err(ConfigError::RelativeFolder));
        assert_eq!(read(&host()), Ok(Vec::new()));
    }
}
