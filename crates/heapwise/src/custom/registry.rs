//! Which profiles there are.

use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

use super::table::Table;
use super::{Error, Profile, State, Types};
use crate::fork_lock::ForkLock;

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

/// In the order in which they were made. Without a lock: a profile must be there for the child of a fork, too, of
/// whatever moment.
static PROFILES: [AtomicPtr<State>; MOST] = [const { AtomicPtr::new(ptr::null_mut()) }; MOST];

/// Makes a profile.
pub fn add(name: &str, unit: &str, about: &str) -> Result<Profile, Error> {
    let no_word = [name, unit].into_iter().find(|text| !is_word(text));
    if let Some(text) = no_word {
        return Err(Error::NoWord(text.chars().take(100).collect()));
    }
    if OTHERS.contains(&name) || all().iter().any(|other| other.name() == name) {
        return Err(Error::Taken(name.to_owned()));
    }
    if all().len() == MOST {
        return Err(Error::TooMany);
    }
    insert(state(name, unit, about))
}

/// All profiles, in the order in which they were made.
pub fn all() -> Vec<Profile> {
    PROFILES.iter().map_while(at).collect()
}

fn at(place: &AtomicPtr<State>) -> Option<Profile> {
    // SAFETY: null, or a box that was leaked.
    unsafe { place.load(Ordering::Acquire).as_ref() }.map(Profile)
}

/// Puts a profile at the first place that is free, unless another thread makes one of its name meanwhile.
fn insert(state: State) -> Result<Profile, Error> {
    let name = state.name;
    let state = Box::into_raw(Box::new(state));
    let (none, order) = (ptr::null_mut(), Ordering::AcqRel);
    for place in &PROFILES {
        if place.compare_exchange(none, state, order, Ordering::Acquire).is_ok() {
            // SAFETY: made above, and from now on never freed.
            return Ok(Profile(unsafe { &*state }));
        }
        if at(place).is_some_and(|other| other.name() == name) {
            return Err(Error::Taken(name.to_owned()));
        }
    }
    Err(Error::TooMany)
}

/// A profile is there for ever, and so are its texts.
fn state(name: &str, unit: &str, about: &str) -> State {
    State {
        name: keep(name.to_owned()),
        about: keep(about.to_owned()),
        types: types(name, unit),
        #[cfg(feature = "push")]
        pushed_types: types(&queried(name), &queried(unit)),
        table: ForkLock::new(Table::new),
    }
}

/// Names and units of the values.
fn types(name: &str, unit: &str) -> Types {
    let unit = keep(unit.to_owned());
    [
        (keep(format!("total_{name}")), "count"),
        (keep(format!("total_{name}_weight")), unit),
        (keep(name.to_owned()), "count"),
        (keep(format!("{name}_weight")), unit),
    ]
}

/// A name for servers whose queries know letters, digits and `_` only.
#[cfg(feature = "push")]
fn queried(name: &str) -> String {
    name.replace(['-', '.'], "_")
}

fn keep(text: String) -> &'static str {
    text.leak()
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
