//! The command line: Go's flag grammar over the registries.
//!
//! `-name`, `--name`, `-name=value`, `-name value`; a switch takes a value only with `=`. The first
//! word that is no flag, or `--`, ends the flags: all that follows are sources.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

use crate::command::{self, Argument};
use crate::fetch_options::{self, FetchOptions, SHORTCUTS};
use crate::field::Field;
use crate::literal::{self, NumberError};
use crate::setting;

/// What the command line says, flag by flag. The last value of a flag counts.
#[derive(Debug, Default)]
pub struct Said {
    /// The value of each flag that was given, as [`Field::set`] takes it.
    pub values: BTreeMap<&'static str, String>,
    /// The words after the flags.
    pub words: Vec<OsString>,
}

/// What the command line asks for.
#[derive(Debug)]
pub enum Asked {
    /// To do something with profiles.
    Work(Said),
    /// How to use the program.
    Help,
    /// Which version this is.
    Version,
}

/// Why a command line is none. All of these are followed by the usage text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FlagError {
    /// No registry has the name.
    #[error("flag provided but not defined: -{0}")]
    Undefined(String),
    /// The word starts as a flag but has no name.
    #[error("bad flag syntax: {0}")]
    Syntax(String),
    /// The last word is a flag that needs a value.
    #[error("flag needs an argument: -{0}")]
    NeedsArgument(&'static str),
    /// The value of a switch is no truth value.
    #[error("invalid boolean value {value:?} for -{name}: parse error")]
    Switch {
        /// The flag.
        name: &'static str,
        /// What was given.
        value: String,
    },
    /// The value does not fit the flag.
    #[error("invalid value {value:?} for flag -{name}: {reason}")]
    Value {
        /// The flag.
        name: &'static str,
        /// What was given.
        value: String,
        /// What is wrong with it.
        reason: &'static str,
    },
}

/// What a flag takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Switch,
    Integer,
    Number,
    Text,
}

impl Kind {
    fn of<T>(field: &Field<T>) -> Self {
        match field {
            Field::Switch { .. } => Self::Switch,
            Field::Integer { .. } => Self::Integer,
            Field::Number { .. } => Self::Number,
            Field::Text { .. } | Field::Choice { .. } => Self::Text,
        }
    }
}

/// Reads the words after the name of the program.
///
/// # Errors
/// When a flag is unknown or its value does not fit.
pub fn read(words: impl IntoIterator<Item = OsString>) -> Result<Asked, FlagError> {
    let mut words = words.into_iter();
    let mut said = Said::default();
    while let Some(word) = words.next() {
        let Some(flag) = as_flag(&word)? else {
            if word != "--" {
                said.words.push(word);
            }
            break;
        };
        let (name, attached) = match flag.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (flag.as_str(), None),
        };
        let Some((name, kind)) = find(name) else {
            return match name {
                "h" | "help" => Ok(Asked::Help),
                "version" => Ok(Asked::Version),
                _ => Err(FlagError::Undefined(name.to_owned())),
            };
        };
        let detached = if kind == Kind::Switch { Some(OsString::from("true")) } else { None };
        let value = match attached {
            Some(value) => value,
            None => text(name, detached.or_else(|| words.next()))?,
        };
        said.values.insert(name, checked(name, kind, value)?);
    }
    said.words.extend(words);
    Ok(Asked::Work(said))
}

/// The text after the dashes, if the word is a flag.
fn as_flag(word: &OsStr) -> Result<Option<String>, FlagError> {
    let bytes = word.as_encoded_bytes();
    if bytes.len() < 2 || bytes[0] != b'-' || bytes == b"--" {
        return Ok(None);
    }
    let text = word.to_string_lossy();
    let flag = text.strip_prefix("--").or_else(|| text.strip_prefix('-')).unwrap_or(&text);
    if flag.starts_with(['-', '=']) {
        return Err(FlagError::Syntax(text.into_owned()));
    }
    Ok(Some(flag.to_owned()))
}

/// The flag of that name in any of the registries, and what it takes.
fn find(name: &str) -> Option<(&'static str, Kind)> {
    if let Some(setting) = setting::find(name).filter(|setting| setting.choices().is_empty()) {
        return Some((setting.name, Kind::of(&setting.field)));
    }
    if let Some((_, choice)) = setting::find_choice(name) {
        return Some((choice.name, Kind::Switch));
    }
    if let Some((name, argument)) = command::names().find(|(known, _)| *known == name) {
        let kind = if matches!(argument, Argument::None) { Kind::Switch } else { Kind::Text };
        return Some((name, kind));
    }
    if let Some(shortcut) = SHORTCUTS.iter().find(|shortcut| shortcut.name == name) {
        return Some((shortcut.name, Kind::Switch));
    }
    let flag = fetch_options::ALL.iter().find(|flag| flag.name == name)?;
    Some((flag.name, Kind::of::<FetchOptions>(&flag.field)))
}

/// Whether a value must follow the flag of that name.
pub fn takes_value(name: &str) -> bool {
    find(name).is_some_and(|(_, kind)| kind != Kind::Switch)
}

fn text(name: &'static str, word: Option<OsString>) -> Result<String, FlagError> {
    let word = word.ok_or(FlagError::NeedsArgument(name))?;
    word.into_string().map_err(|word| FlagError::Value {
        name,
        value: word.to_string_lossy().into_owned(),
        reason: "not UTF-8",
    })
}

/// The value as [`Field::set`] takes it: flags spell switches and integers in another way.
fn checked(name: &'static str, kind: Kind, value: String) -> Result<String, FlagError> {
    let checked = match kind {
        Kind::Text => return Ok(value),
        Kind::Switch => match literal::flag_bool(&value) {
            Some(on) => return Ok(on.to_string()),
            None => return Err(FlagError::Switch { name, value }),
        },
        Kind::Integer => literal::integer(&value).map(|number| number.to_string()),
        Kind::Number => literal::number(&value).map(|_| value.clone()),
    };
    checked.map_err(|error| FlagError::Value {
        name,
        value,
        reason: match error {
            NumberError::Syntax => "parse error",
            NumberError::Range => "value out of range",
        },
    })
}

#[cfg(test)]
mod tests;
