//! The list of settings with their values, in a form that can be pasted back.

use heapwise_profile::Profile;
use heapwise_session::field::Field;
use heapwise_session::setting::{self, Setting};
use heapwise_session::{Options, sample_index};

/// One line a setting, by name. A comment says what else it may be.
pub fn list(options: &Options, profile: &Profile) -> String {
    let settings = setting::sorted().into_iter().filter(|setting| setting.name != "source_path");
    let line = |setting: &Setting| {
        let (value, comment) = describe(setting, options, profile);
        format!("  {:<25} = {value:<20} {comment}", setting.name)
    };
    settings.map(line).collect::<Vec<_>>().join("\n")
}

/// The value of a setting and the comment after it.
fn describe(setting: &Setting, options: &Options, profile: &Profile) -> (String, String) {
    let value = setting.get(options);
    let shown = |value: &str| if value.is_empty() { "\"\"".to_owned() } else { value.to_owned() };
    match &setting.field {
        Field::Choice { choices, .. } => {
            let mut names: Vec<_> = choices.iter().map(|choice| choice.name).collect();
            names.sort_unstable();
            let value = if value.is_empty() { "(default)".to_owned() } else { value };
            (value, comment(&names.join(" | ")))
        }
        Field::Text { .. } if setting.name == "sample_index" => {
            let names = sample_index::names(profile);
            let last = names.last().map_or("", String::as_str);
            let value = if value.is_empty() { shown(last) } else { value };
            (value, comment(&names.join(" | ")))
        }
        Field::Integer { .. } if value == "-1" => (value, "//: default".to_owned()),
        _ => (shown(&value), String::new()),
    }
}

fn comment(choices: &str) -> String {
    format!("//: [{choices}]")
}
