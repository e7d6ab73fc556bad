//! Lines that set a setting, and the shortcuts that set several.

use heapwise_profile::Profile;
use heapwise_session::field::{Field, ValueError};
use heapwise_session::literal::flag_bool;
use heapwise_session::sample_index::{self, SampleIndexError};
use heapwise_session::{Options, setting};

/// Why a setting keeps its value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssignError {
    /// There is no value, and the setting is no switch.
    #[error("please specify a value, e.g. {0}=<val>")]
    NoValue(&'static str),
    /// A choice of a setting was not switched on.
    #[error("unknown config field {0:?}")]
    Choice(&'static str),
    /// The profile has no such column.
    #[error(transparent)]
    SampleIndex(#[from] SampleIndexError),
    /// The setting refuses the value.
    #[error(transparent)]
    Value(#[from] ValueError),
}

/// Sets the setting `name`, or the one that has `name` among its choices. `value` is what followed
/// the `=`, up to a comment that `//:` starts.
///
/// # Errors
/// When the value does not fit; the options stay as they were.
pub fn assign(
    options: &mut Options,
    name: &'static str,
    value: Option<&str>,
    profile: &Profile,
) -> Result<(), AssignError> {
    let value = value.map(without_comment);
    let Some(setting) = setting::find(name) else { return choose(options, name, value) };
    let value = match (value, &setting.field) {
        (Some(value), _) => value,
        (None, Field::Switch { .. }) => "true",
        (None, _) => return Err(AssignError::NoValue(name)),
    };
    if name == "sample_index" {
        let index = sample_index::resolve(profile, value)?;
        options.sample_index.clone_from(&sample_index::names(profile)[index]);
        return Ok(());
    }
    Ok(setting.set(options, value)?)
}

fn without_comment(value: &str) -> &str {
    value.rfind("//:").map_or(value, |comment| &value[..comment]).trim()
}

/// `cum=true` is `sort=cum`.
fn choose(
    options: &mut Options,
    name: &'static str,
    value: Option<&str>,
) -> Result<(), AssignError> {
    match setting::find_choice(name) {
        Some((setting, choice)) if value.and_then(flag_bool) == Some(true) => {
            Ok(setting.set(options, choice.name)?)
        }
        _ => Err(AssignError::Choice(name)),
    }
}

/// The lines that a line stands for: `:` clears filters, the name of a sample type shows it, with
/// `mean_` before it shows its mean.
pub fn expand(line: &str, profile: &Profile) -> Vec<String> {
    if line == ":" {
        return ["focus", "ignore", "hide", "tagfocus", "tagignore"]
            .map(|name| format!("{name}="))
            .to_vec();
    }
    for kind in sample_index::names(profile) {
        let select = format!("sample_index={kind}");
        if line == kind {
            return vec![select];
        }
        match line.strip_suffix(kind.as_str()) {
            Some("total_") => return vec!["mean=0".to_owned(), select],
            Some("mean_") => return vec!["mean=1".to_owned(), select],
            _ => {}
        }
    }
    vec![line.to_owned()]
}
