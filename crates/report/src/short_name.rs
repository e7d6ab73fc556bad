//! Function names short enough for a picture.

/// The end of a function name that tells it from its neighbours: without the path of a Go package, the
/// packages of a Java class, the namespaces of a C++ or Rust type. A name of none of these forms stays.
pub(crate) fn short_name(name: &[u8]) -> Vec<u8> {
    let name = name.strip_prefix(b"(anonymous namespace)::").unwrap_or(name);
    let name = without_major_version(name);
    go(&name).or_else(|| java(&name)).or_else(|| method(&name)).unwrap_or(&name).to_vec()
}

/// The name without the first `/vN` that ends a module path, N from 2.
fn without_major_version(name: &[u8]) -> Vec<u8> {
    if !name.contains(&b'\n') {
        for start in 0..name.len() {
            if let Some(length) = major_version(&name[start..]) {
                return [&name[..start], &name[start + length..]].concat();
            }
        }
    }
    name.to_vec()
}

/// The length of the `/vN` that `text` starts with, if a slash or a dot follows.
fn major_version(text: &[u8]) -> Option<usize> {
    let digits = text.strip_prefix(b"/v")?;
    let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let known = match digits[..count] {
        [] => false,
        [only] => only >= b'2',
        [first, ..] => first != b'0',
    };
    (known && matches!(digits.get(count), Some(b'/' | b'.'))).then_some(2 + count)
}

/// What follows the longest path of plain elements, if it is `package.something`.
fn go(name: &[u8]) -> Option<&[u8]> {
    let mut ends = Vec::new();
    for (at, &byte) in name.iter().enumerate() {
        match byte {
            b'/' if at > 0 && name[at - 1] != b'/' => ends.push(at + 1),
            b'.' | b'-' => {}
            _ if is_word(byte) => {}
            _ => break,
        }
    }
    ends.iter().rev().find_map(|&end| qualified(&name[end..]))
}

/// `text` up to the end of the line, if something stands before and after its first dot.
fn qualified(text: &[u8]) -> Option<&[u8]> {
    let dot = text.iter().position(|&byte| byte == b'.').filter(|&dot| dot > 0)?;
    let end = line_end(text, dot);
    (end > dot + 1).then(|| &text[..end])
}

/// Where the line that `from` is in ends.
fn line_end(text: &[u8], from: usize) -> usize {
    text[from..].iter().position(|&byte| byte == b'\n').map_or(text.len(), |at| from + at)
}

/// `Class.method` behind lower-case packages, up to the arguments.
fn java(name: &[u8]) -> Option<&[u8]> {
    let mut class = name;
    while class.first()?.is_ascii_lowercase() {
        let length = run(class, is_word);
        class = class[length..].strip_prefix(b".")?;
    }
    let in_class = |byte| is_word(byte) || byte == b'$';
    let dot = run(class, in_class);
    let member = class[dot..].strip_prefix(b".").filter(|_| class[0].is_ascii_uppercase())?;
    let length = match member.first()? {
        b'<' => member.starts_with(b"<init>").then_some(6)?,
        first => run(member, in_class) * usize::from(first.is_ascii_lowercase()),
    };
    let ends = matches!(member.get(length), None | Some(b'('));
    (length > 0 && ends).then(|| &class[..dot + 1 + length])
}

/// `Type::method` behind namespaces, with the arguments of a template.
fn method(name: &[u8]) -> Option<&[u8]> {
    let mut found = None;
    let mut at = 0;
    loop {
        let segment = at + run(&name[at..], is_word);
        let next = segment + 2;
        if !starts_identifier(&name[at..]) || !name[segment..].starts_with(b"::") {
            return found;
        }
        if at > 0 && is_type(&name[at..segment]) {
            found = member_end(name, next).map(|end| &name[at..end]).or(found);
        }
        at = next;
    }
}

/// Where the member that starts at `start` ends, with its template arguments.
fn member_end(name: &[u8], start: usize) -> Option<usize> {
    let start = start + usize::from(name.get(start) == Some(&b'~'));
    starts_identifier(&name[start..]).then_some(())?;
    let end = start + run(&name[start..], is_word);
    if name.get(end) != Some(&b'<') {
        return Some(end);
    }
    let line = &name[end..line_end(name, end)];
    Some(line.iter().rposition(|&byte| byte == b'>').map_or(end, |close| end + close + 1))
}

/// Whether an identifier is that of a type: a capital, behind underscores at most.
fn is_type(identifier: &[u8]) -> bool {
    identifier.iter().find(|&&byte| byte != b'_').is_some_and(u8::is_ascii_uppercase)
}

fn starts_identifier(text: &[u8]) -> bool {
    text.first().is_some_and(|&first| first == b'_' || first.is_ascii_alphabetic())
}

fn is_word(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric()
}

/// How many bytes at the start of `text` are `kind`.
fn run(text: &[u8], kind: impl Fn(u8) -> bool) -> usize {
    text.iter().take_while(|&&byte| kind(byte)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_each_language() {
        let cases = [
            ("github.com/foo/bar/v2/baz.(*T).M", "baz.(*T).M"),
            ("a/b.c/d", "b.c/d"),
            ("a//b.c", "/b.c"),
            ("/a/b.c", "/a/b.c"),
            ("a/v22.F", "a.F"),
            ("x/v2", "x/v2"),
            ("x.y/v2/z", "x.y/z"),
            ("a/b.x\ny", "b.x"),
            ("com.example.Foo.bar(int)", "Foo.bar"),
            ("com.example.Foo.<init>", "Foo.<init>"),
            ("com.Foo$Bar.lambda$main$0", "Foo$Bar.lambda$main$0"),
            ("com.Foo.Bar", "com.Foo.Bar"),
            ("com.Foo.bar ", "com.Foo.bar "),
            ("com._x.Foo.bar", "com._x.Foo.bar"),
            ("alloc::vec::Vec::push", "Vec::push"),
            ("a::Foo::bar<x>::baz<y>z", "Foo::bar<x>::baz<y>"),
            ("A::B::c::d", "B::c"),
            ("A::B::C::D::e", "D::e"),
            ("a::__Foo::~bar(int)", "__Foo::~bar"),
            ("(anonymous namespace)::a::Foo::bar", "Foo::bar"),
            ("alloc::vec::Vec<T,A>::push", "alloc::vec::Vec<T,A>::push"),
            ("core::ptr::drop_in_place", "core::ptr::drop_in_place"),
            ("", ""),
        ];
        for (name, expected) in cases {
            let short = short_name(name.as_bytes());
            assert_eq!(String::from_utf8(short).unwrap(), expected, "{name}");
        }
    }
}
