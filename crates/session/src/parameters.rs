//! Options as the parameters of a URL.

use crate::field::{Field, ValueError};
use crate::options::Options;
use crate::setting::{self, Setting};

/// A parameter whose value its setting refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("error setting config field {name}: {error}")]
pub struct ParameterError {
    /// The setting.
    pub name: &'static str,
    /// Why.
    pub error: ValueError,
}

/// The settings that have a parameter, with its name.
pub fn settings() -> impl Iterator<Item = (&'static str, &'static Setting)> {
    setting::ALL.iter().filter_map(|&setting| Some((setting.url?, setting)))
}

/// Sets what `get` gives for the names of parameters. Empty values count as not given.
///
/// # Errors
/// At the first value that its setting refuses.
pub fn apply<'a>(
    options: &mut Options,
    get: impl Fn(&str) -> Option<&'a str>,
) -> Result<(), ParameterError> {
    for (parameter, setting) in settings() {
        let Some(value) = get(parameter).filter(|value| !value.is_empty()) else { continue };
        let refused = |error| ParameterError { name: setting.name, error };
        setting.set(options, value).map_err(refused)?;
    }
    Ok(())
}

/// The parameters that make `options` of the defaults, sorted by name.
pub fn of(options: &Options) -> Vec<(&'static str, String)> {
    let default = Options::default();
    let mut parameters: Vec<_> = settings()
        .filter(|(_, setting)| setting.get(options) != setting.get(&default))
        .map(|(parameter, setting)| (parameter, short(setting, options)))
        .collect();
    parameters.sort_unstable();
    parameters
}

/// The value of a setting; one letter for a truth value.
pub fn short(setting: &Setting, options: &Options) -> String {
    let mut text = setting.get(options);
    if matches!(setting.field, Field::Switch { .. }) {
        text.truncate(1);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(parameters: &[(&str, &str)]) -> Result<Options, String> {
        let mut options = Options::default();
        let get = |name: &str| parameters.iter().find(|(n, _)| *n == name).map(|(_, v)| *v);
        apply(&mut options, get).map(|()| options).map_err(|error| error.to_string())
    }

    #[test]
    fn parameters_are_those_of_the_reference() {
        let options = applied(&[
            ("f", "main"),
            ("g", "lines"),
            ("n", "7"),
            ("trim", "f"),
            ("si", "alloc_space"),
            ("rel", "t"),
            ("h", ""),
            ("unknown", "x"),
        ]);
        let options = options.unwrap();
        assert_eq!((options.focus.as_str(), options.node_count), ("main", 7));
        assert!(!options.trim && options.relative_percentages && options.hide.is_empty());
        let expected = [
            ("f", "main"),
            ("g", "lines"),
            ("n", "7"),
            ("rel", "t"),
            ("si", "alloc_space"),
            ("trim", "f"),
        ];
        let parameters = of(&options);
        let parameters: Vec<_> = parameters.iter().map(|(n, v)| (*n, v.as_str())).collect();
        assert_eq!(parameters, expected);
        assert_eq!(applied(&parameters), Ok(options));
        assert!(of(&Options::default()).is_empty());
    }

    #[test]
    fn a_value_that_is_refused_names_its_setting() {
        let message = applied(&[("g", "bad")]).unwrap_err();
        let expected =
            "error setting config field granularity: invalid \"granularity\" value \"bad\"";
        assert_eq!(message, expected);
    }
}
