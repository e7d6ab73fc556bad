//! One typed place in a struct of options, reached through text.

use crate::literal::{self, NumberError};

/// A place of type bool, integer, number, text or choice in `T`.
///
/// The variant is the kind: what the command line accepts, what the shell accepts, and how the value
/// prints follow from it.
#[derive(Debug)]
pub enum Field<T> {
    /// True or false.
    Switch {
        /// Reads the place.
        get: fn(&T) -> bool,
        /// Writes the place.
        set: fn(&mut T, bool),
    },
    /// A whole number.
    Integer {
        /// Reads the place.
        get: fn(&T) -> i64,
        /// Writes the place.
        set: fn(&mut T, i64),
    },
    /// A number.
    Number {
        /// Reads the place.
        get: fn(&T) -> f64,
        /// Writes the place.
        set: fn(&mut T, f64),
    },
    /// Any text.
    Text {
        /// Reads the place.
        get: fn(&T) -> &str,
        /// Writes the place.
        set: fn(&mut T, String),
    },
    /// One of a few names. Each name is a switch of its own on the command line.
    Choice {
        /// The names, in the order in which help lists them.
        choices: &'static [Choice],
        /// Reads the place; empty if nothing was chosen.
        get: fn(&T) -> &'static str,
        /// Writes the place; false if there is no such name.
        set: fn(&mut T, &str) -> bool,
    },
}

/// One of the names of a [`Field::Choice`].
#[derive(Debug)]
pub struct Choice {
    /// The name.
    pub name: &'static str,
    /// One line of help.
    pub help: &'static str,
}

/// Why a text is no value for a field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// Not a truth value.
    #[error("illegal value {0:?} for bool variable")]
    Switch(String),
    /// Not a whole number.
    #[error("strconv.Atoi: parsing {0:?}: {1}")]
    Integer(String, NumberError),
    /// Not a number.
    #[error("strconv.ParseFloat: parsing {0:?}: {1}")]
    Number(String, NumberError),
    /// None of the choices.
    #[error("invalid {name:?} value {value:?}")]
    Choice {
        /// The setting.
        name: &'static str,
        /// What was given.
        value: String,
    },
}

impl std::fmt::Display for NumberError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Syntax => "invalid syntax",
            Self::Range => "value out of range",
        })
    }
}

impl<T> Field<T> {
    /// The value as text that [`Field::set`] takes.
    pub fn get(&self, of: &T) -> String {
        match self {
            Self::Switch { get, .. } => get(of).to_string(),
            Self::Integer { get, .. } => get(of).to_string(),
            Self::Number { get, .. } => literal::format_number(get(of)),
            Self::Text { get, .. } => get(of).to_owned(),
            Self::Choice { get, .. } => get(of).to_owned(),
        }
    }

    /// Sets the value as the shell and URLs spell it. `name` is for the error.
    ///
    /// # Errors
    /// When the text is no value of the field's kind; the place keeps its value.
    pub fn set(&self, of: &mut T, name: &'static str, text: &str) -> Result<(), ValueError> {
        let given = || text.to_owned();
        match self {
            Self::Switch { set, .. } => {
                set(of, literal::word_bool(text).ok_or_else(|| ValueError::Switch(given()))?);
            }
            Self::Integer { set, .. } => {
                set(of, literal::decimal(text).map_err(|e| ValueError::Integer(given(), e))?);
            }
            Self::Number { set, .. } => {
                set(of, literal::number(text).map_err(|e| ValueError::Number(given(), e))?);
            }
            Self::Text { set, .. } => set(of, given()),
            Self::Choice { set, .. } => {
                if !set(of, text) {
                    return Err(ValueError::Choice { name, value: given() });
                }
            }
        }
        Ok(())
    }
}

/// A [`Field`] of the given kind over a field of the struct.
macro_rules! field {
    (Text, $place:ident) => {
        $crate::field::Field::Text { get: |of| &of.$place, set: |of, value| of.$place = value }
    };
    ($kind:ident, $place:ident) => {
        $crate::field::Field::$kind { get: |of| of.$place, set: |of, value| of.$place = value }
    };
}
pub(crate) use field;
