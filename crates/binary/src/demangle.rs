//! Mangled linker symbols to names a person can read.
//!
//! Two callers with different needs:
//!
//! * [`demangle`] rewrites the functions of a profile. Its modes and its output follow the reference
//!   tool, quirks included, so that a profile that holds linker symbols shows the same names in both.
//! * [`readable_name`] names functions that we looked up in a binary ourselves. Rust names keep their
//!   generic arguments there, because `Vec<u8>` and `Vec<String>` are different answers to "who
//!   allocates".
//!
//! Names are bytes: a profile may hold anything. Bytes that are no mangled symbol come back as they
//! were, or shortened if they look like names that were demangled before.

mod itanium;
mod plain;
mod rust;

use std::borrow::Cow;

/// How much of a demangled name is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Demangling {
    /// Names stay as they are.
    None,
    /// Neither parameters nor template or generic arguments: `std::vector::push_back`.
    #[default]
    Default,
    /// No parameters: `std::vector<int, std::allocator<int> >::push_back`.
    Templates,
    /// The whole name; only the suffix of a compiler's clone (`.cold`, `.llvm.123`) is dropped.
    Full,
}

/// The name of the symbol `name` in the given mode; `name` itself when there is nothing to change.
///
/// Knows Itanium C++, Rust legacy and Rust v0, each with one more leading underscore as macOS
/// writes them. A text that is none of these may be a name that was demangled before; of those the
/// modes [`Default`](Demangling::Default) and [`Templates`](Demangling::Templates) drop bracketed
/// parts.
pub fn demangle(name: &[u8], mode: Demangling) -> Cow<'_, [u8]> {
    if mode == Demangling::None {
        return Cow::Borrowed(name);
    }
    let without_underscore = || name.strip_prefix(b"_").and_then(|rest| mangled(rest, mode));
    match mangled(name, mode).or_else(without_underscore) {
        Some(demangled) => Cow::Owned(demangled.into_bytes()),
        None => plain::shorten(name, mode),
    }
}

/// The name to show for the linker symbol `symbol` of a binary.
///
/// Rust: without hash, with generic arguments (`<alloc::vec::Vec<u8> as core::ops::Drop>::drop`).
/// C++: as [`Demangling::Default`]. Anything else is returned as it is.
pub fn readable_name(symbol: &[u8]) -> Cow<'_, [u8]> {
    let text = str::from_utf8(symbol).ok();
    let readable = text.filter(|text| looks_mangled(text)).and_then(|text| {
        rust::readable(text).or_else(|| itanium::demangle(text, Demangling::Default))
    });
    readable.map_or(Cow::Borrowed(symbol), |name| Cow::Owned(name.into_bytes()))
}

/// The demangled form, or `None` when `name` is no mangled symbol.
fn mangled(name: &[u8], mode: Demangling) -> Option<String> {
    let name = str::from_utf8(name).ok().filter(|name| looks_mangled(name))?;
    rust::demangle(name, mode).or_else(|| itanium::demangle(name, mode))
}

/// A cheap test that spares plain names the parsers.
fn looks_mangled(name: &str) -> bool {
    ["_Z", "_R", "___Z", "_GLOBAL_"].iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests;
