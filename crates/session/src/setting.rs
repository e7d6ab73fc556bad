//! The registry of settings: one row a setting.
//!
//! A row serves the flag, the shell variable, the URL parameter, the saved settings and the help.

mod display;
mod filter;
mod nodes;
mod sources;
mod tags;
mod values;

use crate::field::{Choice, Field, ValueError};
use crate::options::Options;

/// One setting.
#[derive(Debug)]
pub struct Setting {
    /// The name: of the flag, of the shell variable.
    pub name: &'static str,
    /// The name of the URL parameter, if it has one.
    pub url: Option<&'static str>,
    /// Whether named configurations of the web pages store it.
    pub saved: bool,
    /// One line of help.
    pub help: &'static str,
    /// What else there is to say: whole lines, or nothing.
    pub more: &'static str,
    /// The place in [`Options`], and so the kind and the choices.
    pub field: Field<Options>,
}

impl Setting {
    /// The value as text that [`Setting::set`] takes.
    pub fn get(&self, options: &Options) -> String {
        self.field.get(options)
    }

    /// Sets the value as the shell and URLs spell it.
    ///
    /// # Errors
    /// When the text is no value of the setting's kind; the options stay as they were.
    pub fn set(&self, options: &mut Options, text: &str) -> Result<(), ValueError> {
        self.field.set(options, self.name, text)
    }

    /// The names it chooses from, in the order of help; empty unless it is a choice.
    pub fn choices(&self) -> &'static [Choice] {
        match self.field {
            Field::Choice { choices, .. } => choices,
            _ => &[],
        }
    }
}

/// Every setting, in the order in which named configurations store them.
pub static ALL: &[&Setting] = &[
    &sources::OUTPUT,
    &display::CALL_TREE,
    &values::RELATIVE_PERCENTAGES,
    &values::UNIT,
    &display::COMPACT_LABELS,
    &sources::SOURCE_PATH,
    &sources::TRIM_PATH,
    &display::INTEL_SYNTAX,
    &values::MEAN,
    &values::SAMPLE_INDEX,
    &values::DIVIDE_BY,
    &values::NORMALIZE,
    &display::SORT,
    &tags::TAG_ROOT,
    &tags::TAG_LEAF,
    &nodes::DROP_NEGATIVE,
    &nodes::NODE_COUNT,
    &nodes::NODE_FRACTION,
    &nodes::EDGE_FRACTION,
    &nodes::TRIM,
    &filter::FOCUS,
    &filter::IGNORE,
    &filter::PRUNE_FROM,
    &filter::HIDE,
    &filter::SHOW,
    &filter::SHOW_FROM,
    &tags::TAG_FOCUS,
    &tags::TAG_IGNORE,
    &tags::TAG_SHOW,
    &tags::TAG_HIDE,
    &nodes::NO_INLINES,
    &nodes::SHOW_COLUMNS,
    &nodes::GRANULARITY,
];

/// The setting of that name.
pub fn find(name: &str) -> Option<&'static Setting> {
    ALL.iter().copied().find(|setting| setting.name == name)
}

/// The setting that has `name` among its choices, with the choice.
pub fn find_choice(name: &str) -> Option<(&'static Setting, &'static Choice)> {
    ALL.iter().find_map(|&setting| {
        let choice = setting.choices().iter().find(|choice| choice.name == name)?;
        Some((setting, choice))
    })
}

/// Every setting, by name.
pub fn sorted() -> Vec<&'static Setting> {
    let mut settings = ALL.to_vec();
    settings.sort_by_key(|setting| setting.name);
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_round_trips() {
        for setting in ALL {
            let mut options = Options::default();
            let text = setting.get(&options);
            if text.is_empty() && !setting.choices().is_empty() {
                continue; // nothing chosen has no spelling
            }
            setting.set(&mut options, &text).unwrap();
            assert_eq!(options, Options::default(), "{}", setting.name);
        }
    }

    #[test]
    fn every_setting_has_a_place_of_its_own() {
        for setting in ALL {
            let mut options = Options::default();
            let other = match &setting.field {
                Field::Switch { get, .. } => (!get(&options)).to_string(),
                Field::Integer { .. } | Field::Number { .. } => "7".to_owned(),
                Field::Text { .. } => "else".to_owned(),
                Field::Choice { choices, .. } => choices[0].name.to_owned(),
            };
            setting.set(&mut options, &other).unwrap();
            assert_eq!(setting.get(&options), other);
            for rest in ALL.iter().filter(|rest| rest.name != setting.name) {
                assert_eq!(rest.get(&options), rest.get(&Options::default()), "{}", rest.name);
            }
        }
    }

    #[test]
    fn names_are_unique_and_help_is_there() {
        let mut seen = std::collections::BTreeSet::new();
        for setting in ALL {
            assert!(seen.insert(setting.name), "{} twice", setting.name);
            assert!(!setting.help.is_empty() && !setting.help.contains('\n'), "{}", setting.name);
            assert!(setting.more.is_empty() || !setting.more.ends_with('\n'), "{}", setting.name);
            for choice in setting.choices() {
                assert!(seen.insert(choice.name), "{} twice", choice.name);
                assert!(!choice.help.is_empty(), "{}", choice.name);
            }
        }
        let urls: Vec<_> = ALL.iter().filter_map(|setting| setting.url).collect();
        let unique: std::collections::BTreeSet<_> = urls.iter().collect();
        assert_eq!(unique.len(), urls.len());
    }

    #[test]
    fn a_bad_value_changes_nothing() {
        let mut options = Options::default();
        let bad = find("sort").unwrap().set(&mut options, "bad").unwrap_err();
        assert_eq!(bad.to_string(), r#"invalid "sort" value "bad""#);
        let bad = find("nodecount").unwrap().set(&mut options, "abc").unwrap_err();
        assert_eq!(bad.to_string(), r#"strconv.Atoi: parsing "abc": invalid syntax"#);
        let bad = find("mean").unwrap().set(&mut options, "maybe").unwrap_err();
        assert_eq!(bad.to_string(), r#"illegal value "maybe" for bool variable"#);
        assert_eq!(options, Options::default());
    }
}
