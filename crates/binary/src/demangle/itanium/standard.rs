//! Classes of the standard library that have abbreviations (`Si`, `Ss`).

/// `text`, the name of `symbol`, with the class that it starts with spelled as the reference does: whole
/// in constructors and destructors, which are named after the template, short elsewhere.
pub(super) fn spelled(symbol: &str, text: String, templates: bool) -> String {
    let nested = symbol.strip_prefix("_ZN").map(|rest| rest.trim_start_matches(['K', 'V', 'r']));
    let class = nested.and_then(|nested| nested.strip_prefix('S')?.split_at_checked(1));
    let Some((kind, rest)) = class else { return text };
    let is_structor = matches!(rest.as_bytes(), [b'C', b'1'..=b'3', ..] | [b'D', b'0'..=b'2', ..]);
    let name = match kind {
        "s" if is_structor => return string_structor(&text, templates),
        "i" => "istream",
        "o" => "ostream",
        "d" => "iostream",
        _ => return text,
    };
    let whole = format!("std::basic_{name}<char, std::char_traits<char> >");
    match (is_structor, templates) {
        (true, true) => text,
        (true, false) => text.replacen(&whole, &format!("std::basic_{name}"), 1),
        (false, _) => text.replace(&whole, &format!("std::{name}")),
    }
}

fn string_structor(text: &str, templates: bool) -> String {
    let arguments =
        if templates { "<char, std::char_traits<char>, std::allocator<char> >" } else { "" };
    let named = |tilde| format!("std::basic_string{arguments}::{tilde}basic_string");
    let text = text.replacen("std::string::~string", &named("~"), 1);
    text.replacen("std::string::string", &named(""), 1)
}
