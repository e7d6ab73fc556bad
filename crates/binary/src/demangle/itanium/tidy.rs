//! Small differences of wording between the demangler and the reference, mended in the text.
//!
//! Each function is one pass from left to right over the name.

/// `name` with literals, empty packs and function types spelled as the reference does; with
/// `bare_scopes` also `f()::local` for `f(int)::local`.
pub(super) fn tidy(name: &str, bare_scopes: bool) -> String {
    let text = parentheses(&literals(name), bare_scopes);
    if text.contains(", ,") || text.contains("<, ") || text.contains(", >") || text.contains("&&)")
    {
        return without_empty_packs(&text);
    }
    text
}

/// `name` without the qualifiers of a member function, which go with its parameters.
pub(super) fn without_qualifiers(name: &str) -> &str {
    let mut name = name;
    while let Some(shorter) = QUALIFIERS.iter().find_map(|&word| name.strip_suffix(word)) {
        name = shorter;
    }
    name
}

const QUALIFIERS: [&str; 4] = [" const", " volatile", " &&", " &"];

/// `(unsigned int)4` becomes `4u`, as a programmer writes it.
fn literals(name: &str) -> String {
    const SUFFIXES: [(&str, &str); 5] = [
        ("(unsigned int)", "u"),
        ("(unsigned long)", "ul"),
        ("(unsigned long long)", "ull"),
        ("(long)", "l"),
        ("(long long)", "ll"),
    ];
    let mut text = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(at) = rest.find('(') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let cast =
            SUFFIXES.iter().find_map(|(cast, suffix)| Some((rest.strip_prefix(cast)?, suffix)));
        let number = cast.map(|(value, suffix)| (value.split_at(digits(value)), suffix));
        if let Some(((value, after), suffix)) = number.filter(|((value, _), _)| !value.is_empty()) {
            text.push_str(value);
            text.push_str(suffix);
            rest = after;
        } else {
            text.push('(');
            rest = &rest[1..];
        }
    }
    text + rest
}

/// Length of the number that `text` starts with.
fn digits(text: &str) -> usize {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let after = unsigned.trim_start_matches(|c: char| c.is_ascii_digit());
    if after.len() == unsigned.len() { 0 } else { text.len() - after.len() }
}

/// Parameter lists of enclosing functions emptied (with `bare_scopes`), and a space before those of
/// function types: `X<int(char)>` becomes `X<int (char)>`.
fn parentheses(name: &str, bare_scopes: bool) -> String {
    let mut text = String::with_capacity(name.len());
    let mut done = 0;
    for (open, end) in groups(name) {
        if open < done {
            continue; // Inside a list that was emptied.
        }
        text.push_str(&name[done..open]);
        done = open;
        let after = after_qualifiers(&name[end..]);
        let scope = after.starts_with("::") && &name[open..end] != "(anonymous namespace)";
        if bare_scopes && scope && !text.ends_with("decltype") {
            text.push_str("()");
            done = end;
        } else if is_function_type(&text, after) {
            text.push(' ');
        }
    }
    text + &name[done..]
}

/// Start and end of every closed group of parentheses, in the order of their starts.
fn groups(name: &str) -> Vec<(usize, usize)> {
    let (mut open, mut groups) = (Vec::new(), Vec::new());
    for (at, byte) in name.bytes().enumerate() {
        match byte {
            b'(' => open.push(at),
            b')' => groups.extend(open.pop().map(|start| (start, at + 1))),
            _ => {}
        }
    }
    groups.sort_unstable();
    groups
}

/// Whether a parenthesis after `before` whose group is followed by `after` lists the parameters of a
/// type: a template argument that ends with it.
fn is_function_type(before: &str, after: &str) -> bool {
    let ends = after.starts_with('>') || after.starts_with(" >") || after.starts_with(", ");
    let typed = before
        .ends_with(|c: char| c == '_' || c == '>' || c == '*' || c == '&' || c.is_alphanumeric());
    ends && typed && !before.ends_with("decltype") && !before.ends_with("operator")
}

fn after_qualifiers(text: &str) -> &str {
    let mut text = text;
    while let Some(after) = QUALIFIERS.iter().find_map(|&word| text.strip_prefix(word)) {
        text = after;
    }
    text
}

/// Without the separators and the reference signs that an empty parameter pack leaves.
fn without_empty_packs(name: &str) -> String {
    let mut text = name.replace("(&&)", "()").replace(", &&)", ")");
    while text.contains(", , ") {
        text = text.replace(", , ", ", ");
    }
    text.replace("<, ", "<").replace(">, >", "> >").replace(", >", ">")
}
