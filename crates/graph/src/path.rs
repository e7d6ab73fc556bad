//! Slash-separated paths, which are bytes.

/// The shortest path equal to `path`: without `.`, empty elements, and `..` where an element
/// precedes it. The empty path stays empty, a path that cancels out is `.`; `..` at the root goes.
pub fn clean(path: &[u8]) -> Vec<u8> {
    if path.is_empty() {
        return Vec::new();
    }
    let rooted = path[0] == b'/';
    let mut elements: Vec<&[u8]> = Vec::new();
    for element in path.split(|&b| b == b'/') {
        match element {
            b"" | b"." => {}
            b".." if elements.last().is_some_and(|&last| last != b"..") => {
                elements.pop();
            }
            b".." if rooted => {}
            _ => elements.push(element),
        }
    }
    let joined = elements.join(&b'/');
    match (rooted, joined.is_empty()) {
        (true, _) => [b"/", &joined[..]].concat(),
        (false, true) => b".".to_vec(),
        (false, false) => joined,
    }
}

/// The last element of a path, without slashes at its end: `.` for the empty path, `/` for one of
/// slashes only.
pub fn base_name(path: &[u8]) -> &[u8] {
    if path.is_empty() {
        return b".";
    }
    let Some(end) = path.iter().rposition(|&b| b != b'/') else { return b"/" };
    let start = path[..end].iter().rposition(|&b| b == b'/').map_or(0, |slash| slash + 1);
    &path[start..=end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clean_paths() {
        let cases: [(&[u8], &[u8]); 14] = [
            (b"", b""),
            (b".", b"."),
            (b"/", b"/"),
            (b"//", b"/"),
            (b"a//b/../x.go", b"a/x.go"),
            (b"./y.go", b"y.go"),
            (b"a/..", b"."),
            (b"../a", b"../a"),
            (b"../../a/..", b"../.."),
            (b"/../a", b"/a"),
            (b"/a/../..", b"/"),
            (b"a/b/", b"a/b"),
            (b"a/\xff/./b", b"a/\xff/b"),
            (b"..a/.b", b"..a/.b"),
        ];
        for (path, expected) in cases {
            assert_eq!(clean(path), expected, "{}", path.escape_ascii());
        }
    }

    #[test]
    fn base_names() {
        let cases: [(&[u8], &[u8]); 6] = [
            (b"", b"."),
            (b"/", b"/"),
            (b"///", b"/"),
            (b"/usr/lib/libc.so.6", b"libc.so.6"),
            (b"server", b"server"),
            (b"a/b//", b"b"),
        ];
        for (path, expected) in cases {
            assert_eq!(base_name(path), expected, "{}", path.escape_ascii());
        }
    }
}
