//! Shortening of names that were demangled by whoever wrote the profile.

use super::Demangling;
use std::borrow::Cow;

/// `name` without bracketed parts: `(...)` in the modes that drop parameters, `<...>` as well in the
/// default mode.
///
/// Only names that look like C++ or Rust are touched; `.<` and `]).` mark Java and Go names. A kind
/// of bracket that is not balanced stays, all of it.
pub(super) fn shorten(name: &[u8], mode: Demangling) -> Cow<'_, [u8]> {
    if !looks_demangled(name) {
        return Cow::Borrowed(name);
    }
    match mode {
        Demangling::None | Demangling::Full => Cow::Borrowed(name),
        Demangling::Templates => without_groups(Cow::Borrowed(name), b'(', b')'),
        Demangling::Default => {
            without_groups(without_groups(Cow::Borrowed(name), b'(', b')'), b'<', b'>')
        }
    }
}

fn looks_demangled(name: &[u8]) -> bool {
    let holds = |part: &[u8]| name.windows(part.len()).any(|window| window == part);
    !holds(b".<")
        && !holds(b"]).")
        && (name.iter().any(|byte| b"<>[]".contains(byte)) || holds(b"::"))
}

/// `name` without its outermost `open`..`close` groups; unchanged if they are not balanced.
fn without_groups(name: Cow<'_, [u8]>, open: u8, close: u8) -> Cow<'_, [u8]> {
    let mut kept = Vec::with_capacity(name.len());
    let mut depth = 0_usize;
    for &byte in name.iter() {
        if byte == open {
            depth += 1;
        } else if byte == close {
            let Some(outer) = depth.checked_sub(1) else { return name };
            depth = outer;
        } else if depth == 0 {
            kept.push(byte);
        }
    }
    if depth == 0 && kept.len() < name.len() { Cow::Owned(kept) } else { name }
}
