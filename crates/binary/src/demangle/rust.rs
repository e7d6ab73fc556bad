//! Rust symbols: v0 (`_R...`) and legacy (`_ZN...17h<hash>E`).

use super::Demangling;
use std::fmt::Write;

/// The name in the given mode, or `None` when `name` is no Rust symbol.
pub(super) fn demangle(name: &str, mode: Demangling) -> Option<String> {
    if name.starts_with("_ZN") {
        return legacy(name);
    }
    let full = v0(name)?;
    Some(if mode == Demangling::Default { without_generics(&full) } else { full })
}

/// The name with generic arguments and without hash, as rustc's own demangler has it.
pub(super) fn readable(name: &str) -> Option<String> {
    if name.starts_with("_ZN") {
        let path = legacy_path(name)?;
        return rustc_demangle::try_demangle(&name[..path.end])
            .ok()
            .map(|name| format!("{name:#}"));
    }
    v0(name)
}

fn v0(name: &str) -> Option<String> {
    let symbol = name.split('.').next().filter(|symbol| symbol.starts_with("_R"))?;
    let mut text = String::new();
    write!(text, "{:#}", rustc_demangle::try_demangle(symbol).ok()?).ok()?;
    Some(text)
}

/// `text` with every list of generic arguments emptied: `<a::Vec<u8>>::new::<T>` becomes
/// `<a::Vec<>>::new::<>`. A `<` opens such a list when a name or `::` stands before it.
fn without_generics(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, from) = rest.split_at(at);
        kept.push_str(before);
        kept.push('<');
        rest = &from[1..];
        if before.ends_with(|c: char| c == ':' || c == '_' || c == '}' || c.is_alphanumeric()) {
            rest = after_generics(rest);
            kept.push('>');
        }
    }
    kept + rest
}

/// What follows the `>` that closes the list whose `<` was just read.
fn after_generics(text: &str) -> &str {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (1_usize, 0);
    while at < bytes.len() && depth > 0 {
        match bytes[at] {
            b'<' => depth += 1,
            b'>' => depth -= 1,
            b'-' if bytes.get(at + 1) == Some(&b'>') => at += 1,
            b'\'' if bytes.get(at + 2) == Some(&b'\'') => at += 2,
            _ => {}
        }
        at += 1;
    }
    &text[at..]
}

/// The path of a legacy symbol; the reference drops the leading underscore of every component.
fn legacy(name: &str) -> Option<String> {
    let path = legacy_path(name)?;
    let mut text = String::with_capacity(name.len());
    for (row, component) in path.components.iter().enumerate() {
        if row > 0 {
            text.push_str("::");
        }
        unescape(component.strip_prefix('_').unwrap_or(component), &mut text)?;
    }
    Some(text)
}

/// The components of a legacy symbol without the hash, and the length of the symbol up to its `E`.
struct LegacyPath<'a> {
    components: Vec<&'a str>,
    end: usize,
}

fn legacy_path(name: &str) -> Option<LegacyPath<'_>> {
    let mut rest = name.strip_prefix("_ZN")?;
    let mut components = Vec::new();
    while !rest.starts_with('E') {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let length = rest[..digits].parse().ok()?;
        let (component, after) = rest[digits..].split_at_checked(length)?;
        components.push(component);
        rest = after;
    }
    let hash = components.pop()?;
    let suffix = &rest[1..];
    let whole = suffix.is_empty() || suffix.starts_with('.');
    (whole && is_hash(hash) && !components.is_empty())
        .then(|| LegacyPath { components, end: name.len() - suffix.len() })
}

/// `h` and 16 lower-case hexadecimal digits, at least 5 of them different: a C++ identifier of that
/// shape is possible but unlikely to be as random as a hash.
fn is_hash(component: &str) -> bool {
    let Some(digits) = component.strip_prefix('h').filter(|digits| digits.len() == 16) else {
        return false;
    };
    let seen = digits.bytes().try_fold(0_u16, |seen, digit| match digit {
        b'0'..=b'9' => Some(seen | 1 << (digit - b'0')),
        b'a'..=b'f' => Some(seen | 1 << (digit - b'a' + 10)),
        _ => None,
    });
    seen.is_some_and(|seen| seen.count_ones() >= 5)
}

/// Appends a component with `$..$` escapes and `..` resolved; unknown escapes stay as they are.
/// `None` when an escape names no character.
fn unescape(component: &str, text: &mut String) -> Option<()> {
    let mut rest = component;
    while let Some(at) = rest.find(['$', '.']) {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("..") {
            text.push_str("::");
            rest = after;
        } else if let Some((character, after)) = escape(rest) {
            text.push(character?);
            rest = after;
        } else {
            text.push_str(&rest[..1]);
            rest = &rest[1..];
        }
    }
    text.push_str(rest);
    Some(())
}

/// The character of the escape that `text` starts with, and what follows it.
fn escape(text: &str) -> Option<(Option<char>, &str)> {
    let (name, after) = text.strip_prefix('$')?.split_once('$')?;
    let character = match name {
        "SP" => '@',
        "BP" => '*',
        "RF" => '&',
        "LT" => '<',
        "GT" => '>',
        "LP" => '(',
        "RP" => ')',
        "C" => ',',
        _ => return Some((char::from_u32(code_point(name)?), after)),
    };
    Some((Some(character), after))
}

/// `u` and two to four lower-case hexadecimal digits.
fn code_point(name: &str) -> Option<u32> {
    let digits = name.strip_prefix('u').filter(|digits| (2..=4).contains(&digits.len()))?;
    let lower = digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    u32::from_str_radix(digits, 16).ok().filter(|_| lower)
}
