//! Predicates over the texts of a profile, asked once a text.

use crate::{Function, Id, Line, Location, Mapping, Profile, Str};

/// A question about bytes, such as whether a regular expression matches them.
pub type Predicate<'a> = &'a dyn Fn(&[u8]) -> bool;

/// The answers of a predicate for the texts of one profile, each found when it is first needed.
struct Answers<'a> {
    predicate: Predicate<'a>,
    known: Vec<Option<bool>>,
}

impl<'a> Answers<'a> {
    fn new(profile: &Profile, predicate: Predicate<'a>) -> Self {
        Self { predicate, known: vec![None; profile.strings.len()] }
    }

    /// Whether the predicate holds for `bytes`, which is `text` or is made from `text` alone.
    fn about(&mut self, text: Str, bytes: &[u8]) -> bool {
        *self.known[text.row()].get_or_insert_with(|| (self.predicate)(bytes))
    }
}

/// Which locations of a profile match a predicate: by the name or file of a function, or by the
/// file of the mapping.
pub(super) struct LocationMatch<'a> {
    profile: &'a Profile,
    answers: Answers<'a>,
}

impl<'a> LocationMatch<'a> {
    pub(super) fn new(profile: &'a Profile, predicate: Predicate<'a>) -> Self {
        Self { profile, answers: Answers::new(profile, predicate) }
    }

    /// Whether the mapping or one of `lines` matches.
    pub(super) fn location(&mut self, location: &Location, lines: &[Line]) -> bool {
        self.mapping(location.mapping) || lines.iter().any(|line| self.line(line))
    }

    /// Whether the file of the mapping matches; without a mapping, nothing does.
    pub(super) fn mapping(&mut self, mapping: Option<Id<Mapping>>) -> bool {
        mapping.is_some_and(|id| self.text(self.profile.mappings[id].file))
    }

    /// Whether the name or the file of the line's function matches.
    pub(super) fn line(&mut self, line: &Line) -> bool {
        let Function { name, file, .. } = self.profile.functions[line.function];
        self.text(name) || self.text(file)
    }

    fn text(&mut self, text: Str) -> bool {
        self.answers.about(text, self.profile.text(text))
    }
}

/// Which functions of a profile match a predicate by their name without arguments.
pub(crate) struct SimpleNames<'a> {
    profile: &'a Profile,
    answers: Answers<'a>,
}

impl<'a> SimpleNames<'a> {
    pub(crate) fn new(profile: &'a Profile, predicate: Predicate<'a>) -> Self {
        Self { profile, answers: Answers::new(profile, predicate) }
    }

    /// Whether the simplified name of the line's function matches; a function without a name never
    /// does.
    pub(crate) fn line(&mut self, line: &Line) -> bool {
        let text = self.profile.functions[line.function].name;
        let name = self.profile.text(text);
        !name.is_empty() && self.answers.about(text, simplified(name))
    }
}

/// A name without one leading dot and without its arguments: up to the first parenthesis that
/// begins neither `(anonymous namespace)` nor the pair of `operator()`.
fn simplified(name: &[u8]) -> &[u8] {
    const ANONYMOUS: &[u8] = b"(anonymous namespace)";
    let name = name.strip_prefix(b".").unwrap_or(name);
    let mut from = 0;
    while let Some(found) = name[from..].iter().position(|&byte| byte == b'(') {
        let open = from + found;
        from = match &name[open..] {
            rest if rest.starts_with(ANONYMOUS) => open + ANONYMOUS.len(),
            rest if rest.starts_with(b"()") && name[..open].ends_with(b"operator") => open + 2,
            _ => return &name[..open],
        };
    }
    name
}

#[cfg(test)]
mod tests {
    use super::simplified;

    #[test]
    fn arguments_and_one_leading_dot_are_cut_off() {
        let cases: [(&[u8], &[u8]); 14] = [
            (b"foo", b"foo"),
            (b".foo", b"foo"),
            (b"..foo", b".foo"),
            (b"foo(int)", b"foo"),
            (b"(int)", b""),
            (b".(a", b""),
            (b"(anonymous namespace)::foo(int)", b"(anonymous namespace)::foo"),
            (b"(anonymous namespace", b""),
            (b"foo((anonymous namespace)::X)", b"foo"),
            (b"x(int)::(anonymous namespace)::y", b"x"),
            (b"a::operator()(int)", b"a::operator()"),
            (b"operator()operator()z(", b"operator()operator()z"),
            (b"operator(", b"operator"),
            (b"operator new(unsigned long)", b"operator new"),
        ];
        for (name, expected) in cases {
            assert_eq!(simplified(name), expected, "{}", String::from_utf8_lossy(name));
        }
    }
}
