//! C++ symbols of the Itanium ABI (`_Z...`).

mod standard;
mod tidy;

use super::Demangling;
use cpp_demangle::{BorrowedSymbol, DemangleNodeType, DemangleOptions, DemangleWrite};
use std::fmt;

/// Most bytes that one name may unfold to. Substitutions let a hostile symbol of `n` bytes stand for
/// a text of 2^n.
const LONGEST: usize = 1 << 17;

/// The name in the given mode, or `None` when `name` is no C++ symbol. A whole name has no place for
/// the suffix of a clone when it is that of a variable.
pub(super) fn demangle(name: &str, mode: Demangling) -> Option<String> {
    let (symbol, suffix) = name.split_at(name.find('.').unwrap_or(name.len()));
    let cloned_data = mode == Demangling::Full && !suffix.is_empty() && is_data(symbol);
    if cloned_data { None } else { special(symbol, mode) }
}

/// Thunks and tables, whose wording differs from the demangler's; any other symbol by itself.
fn special(symbol: &str, mode: Demangling) -> Option<String> {
    let called = |offset: &str| Some(format!("_Z{}", after_call_offset(offset)?));
    let of = |kind: &str, target: Option<String>| {
        Some(format!("{kind} {}", Encoding::called(mode).write(&target?)?))
    };
    let table = |kind: &str, opening: &str| {
        let text = Encoding::named(mode).write(symbol)?;
        Some(format!("{kind} {}", text.strip_prefix(opening)?.strip_suffix(")}")?))
    };
    match symbol.get(..4).unwrap_or_default() {
        "_ZTh" => of("non-virtual thunk to", called(&symbol[3..])),
        "_ZTv" => of("virtual thunk to", called(&symbol[3..])),
        "_ZTc" => of("covariant return thunk to", after_call_offset(&symbol[4..]).and_then(called)),
        "_ZTV" => table("vtable for", "{vtable("),
        "_ZTT" => table("VTT for", "{vtt("),
        "_ZGT" => Encoding::called(mode).write(symbol),
        _ => Encoding::named(mode).write(symbol),
    }
}

/// What follows `h <number> _` or `v <number> _ <number> _`, the offsets that a thunk adds.
fn after_call_offset(text: &str) -> Option<&str> {
    match text.strip_prefix('h') {
        Some(offset) => after_number(offset),
        None => after_number(after_number(text.strip_prefix('v')?)?),
    }
}

fn after_number(text: &str) -> Option<&str> {
    let digits = text.strip_prefix('n').unwrap_or(text);
    digits.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix('_')
}

/// Whether the symbol names a variable: the name of a function is longer with parameters.
fn is_data(symbol: &str) -> bool {
    let full = Encoding { params: true, returns: true, tidy: Demangling::Full, templates: true };
    let short = Encoding { params: false, returns: false, ..full };
    !symbol.starts_with("_ZT")
        && !symbol.starts_with("_ZG")
        && full.write(symbol) == short.write(symbol)
}

/// What of a symbol's encoding is written.
#[derive(Clone, Copy)]
struct Encoding {
    params: bool,
    returns: bool,
    templates: bool,
    tidy: Demangling,
}

impl Encoding {
    /// The symbol's own name.
    fn named(mode: Demangling) -> Self {
        let full = mode == Demangling::Full;
        Self { params: full, returns: full, templates: mode != Demangling::Default, tidy: mode }
    }

    /// A function that the symbol forwards to; it keeps its parameters in every mode.
    fn called(mode: Demangling) -> Self {
        Self { params: true, ..Self::named(mode) }
    }

    fn write(self, symbol: &str) -> Option<String> {
        let (parsed, tail) = BorrowedSymbol::with_tail(symbol.as_bytes()).ok()?;
        if self.params && !tail.is_empty() {
            return None;
        }
        let mut text = Text::new(self.templates);
        parsed.structured_demangle(&mut text, &self.options()).ok()?;
        let trim = !self.params && !symbol.starts_with("_ZT") && !symbol.starts_with("_ZG");
        let name = if trim { tidy::without_qualifiers(&text.kept) } else { &text.kept };
        let name = tidy::tidy(name, self.tidy != Demangling::Full);
        Some(standard::spelled(symbol, name, self.templates))
    }

    fn options(self) -> DemangleOptions {
        let options = DemangleOptions::new();
        let options = if self.params { options } else { options.no_params() };
        if self.returns { options } else { options.no_return_type() }
    }
}

/// Collects the text of a name, on request without template arguments.
struct Text {
    kept: String,
    /// Bytes written so far, kept or not.
    written: usize,
    templates: bool,
    /// For each node being written, whether it is a list of template arguments to leave out.
    nodes: Vec<bool>,
    /// Number of those lists that are open.
    hidden: usize,
    /// Such a list has just ended; its `>` comes next.
    closing: bool,
}

impl Text {
    fn new(templates: bool) -> Self {
        let nodes = Vec::new();
        Self { kept: String::new(), written: 0, templates, nodes, hidden: 0, closing: false }
    }
}

impl DemangleWrite for Text {
    fn push_demangle_node(&mut self, node: DemangleNodeType) {
        let hides = !self.templates && matches!(node, DemangleNodeType::TemplateArgs);
        if hides && self.hidden == 0 {
            // `<` came before the node, after a space in `operator<< <int>`.
            self.kept.pop();
            self.kept.truncate(self.kept.trim_end_matches(' ').len());
        }
        self.hidden += usize::from(hides);
        self.nodes.push(hides);
    }

    fn pop_demangle_node(&mut self) {
        if self.nodes.pop() == Some(true) {
            self.hidden -= 1;
            self.closing = self.hidden == 0;
        }
    }

    fn write_string(&mut self, text: &str) -> fmt::Result {
        self.written += text.len();
        if self.written > LONGEST {
            return Err(fmt::Error);
        }
        if self.hidden == 0 {
            let closing = std::mem::take(&mut self.closing);
            self.kept.push_str(if closing { text.strip_prefix('>').unwrap_or(text) } else { text });
        }
        Ok(())
    }
}
