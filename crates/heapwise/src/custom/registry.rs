//! Which profiles there are.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::table::Table;
use super::{Error, Profile, State};

/// How many there may be: they are never given back.
const MOST: usize = 64;

/// What is, or may be, served under a name of its own.
const OTHERS: [&str; 13] = [
    "allocs",
    "block",
    "cmdline",
    "delta_heap",
    "goroutine",
    "heap",
    "index",
    "mutex",
    "profile",
    "symbol",
    "threadcreate",
    "threads",
    "trace",
];

static PROFILES: Mutex<Vec<Profile>> = Mutex::new(Vec::new());

/// Makes a profile.
pub fn add(name: &str, unit: &str, about: &str) -> Result<Profile, Error> {
    let no_word = [name, unit].into_iter().find(|text| !is_word(text));
    if let Some(text) = no_word {
        return Err(Error::NoWord(text.chars().take(100).collect()));
    }
    let mut profiles = profiles();
    if OTHERS.contains(&name) || profiles.iter().any(|other| other.name() == name) {
        return Err(Error::Taken(name.to_owned()));
    }
    if profiles.len() == MOST {
        return Err(Error::TooMany);
    }
    let keep = |text: String| -> &'static str { text.leak() };
    let unit = keep(unit.to_owned());
    let state = State {
        name: keep(name.to_owned()),
        about: keep(about.to_owned()),
        types: [
            (keep(format!("total_{name}")), "count"),
            (keep(format!("total_{name}_weight")), unit),
            (keep(name.to_owned()), "count"),
            (keep(format!("{name}_weight")), unit),
        ],
        table: Mutex::new(Table::new()),
    };
    let profile = Profile(Box::leak(Box::new(state)));
    profiles.push(profile);
    Ok(profile)
}

/// All profiles, in the order in which they were made.
pub fn all() -> Vec<Profile> {
    profiles().clone()
}

fn profiles() -> MutexGuard<'static, Vec<Profile>> {
    PROFILES.lock().unwrap_or_else(PoisonError::into_inner)
}

fn is_word(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|other| other.is_ascii_alphanumeric() || "_-.".contains(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_and_each_is_there_once() {
        let add = |name: &str, unit: &str| add(name, unit, "").map(|_| ());
        assert_eq!(add("of.the-registry_1", "bytes"), Ok(()));
        assert!(matches!(add("of.the-registry_1", "bytes"), Err(Error::Taken(_))));
        let long = "a".repeat(65);
        for wrong in ["", "1a", "a b", "a/b", "ä", "../x", "a\"", &long] {
            assert!(matches!(add(wrong, "bytes"), Err(Error::NoWord(_))), "{wrong}");
            assert!(matches!(add("of.the-registry_2", wrong), Err(Error::NoWord(_))), "{wrong}");
        }
    }

    #[cfg(feature = "http")]
    #[test]
    fn what_is_served_is_taken() {
        for name in crate::http::endpoint_names() {
            assert_eq!(add(name, "bytes", "").unwrap_err(), Error::Taken(name.to_owned()));
        }
    }
}
