//! What an answer says, whatever order and numbers the reference chose for it this time.
//!
//! Only three formats may be compared so; tables of nodes with `-files`, which may have one name and be
//! different nodes; and callers and callees of which some weigh as much as others, but less than nothing.
//! Everywhere else an answer is right if it is one of the reference's, byte for byte.

mod callgrind;
mod tables;

use crate::case::Case;

/// The formats in which the reference leaves an order open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    /// `dot`: nodes that compare equal are numbered in any order.
    Picture,
    /// `callgrind`: the same, with numbers for names and differences for addresses.
    Callgrind,
    /// `topproto`: rows that compare equal come in any order.
    Data,
    /// Text reports of files, and of calls: as `topproto`.
    Files,
}

impl Format {
    fn of(case: &Case) -> Option<Self> {
        let asked = |name: &str| is_asked(case, name);
        let formats =
            [("dot", Self::Picture), ("callgrind", Self::Callgrind), ("topproto", Self::Data)];
        let listed = formats.into_iter().find(|(name, _)| asked(name)).map(|(_, format)| format);
        let table = || ["top", "text", "tree", "peek"].into_iter().any(asked);
        let calls = || ["tree", "peek"].into_iter().any(asked);
        let open = asked("files") && table() || calls();
        listed.or_else(|| open.then_some(Self::Files))
    }
}

/// Whether the case has the flag, or a line of its script begins so.
fn is_asked(case: &Case, name: &str) -> bool {
    let named = |flag: &String| {
        flag.strip_prefix('-').and_then(|flag| flag.split('=').next()) == Some(name)
    };
    let script = case.script.as_deref().unwrap_or_default();
    let line = || script.lines().any(|line| line.split(' ').next() == Some(name));
    case.flags.iter().any(named) || line()
}

/// Whether two outputs say the same, as far as the format of the case leaves an order open.
pub fn is_same(case: &Case, theirs: &[u8], ours: &[u8]) -> bool {
    match Format::of(case) {
        None => false,
        Some(Format::Picture) => same_lines(theirs, ours) || same_selection(case, theirs, ours),
        Some(Format::Callgrind) => callgrind::blocks(theirs) == callgrind::blocks(ours),
        Some(Format::Files) => tables::are_same(theirs, ours, is_asked(case, "files")),
        Some(Format::Data) => sorted(theirs.iter()) == sorted(ours.iter()),
    }
}

fn sorted<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.collect();
    items.sort();
    items
}

/// The same lines but for the numbers of nodes.
fn same_lines(theirs: &[u8], ours: &[u8]) -> bool {
    let lines = |output: &[u8]| sorted(lines(output).map(unnumbered));
    lines(theirs) == lines(ours)
}

/// In a tree, branches of one name and one score are told apart by nothing: which of them are among the
/// first is left open too. What remains: the legend, with its sums, and the names of what was selected.
fn same_selection(case: &Case, theirs: &[u8], ours: &[u8]) -> bool {
    let is_tree = case.flags.iter().any(|flag| flag == "-call_tree");
    let is_cut = |output: &[u8]| legend(output).is_some_and(|l| contains(l, b"\\lShowing top "));
    is_tree && is_cut(theirs) && legend(theirs) == legend(ours) && names(theirs) == names(ours)
}

fn legend(output: &[u8]) -> Option<&[u8]> {
    lines(output).find(|line| line.starts_with(b"subgraph cluster_L "))
}

/// The names of the nodes: their labels up to the values.
fn names(output: &[u8]) -> Vec<Vec<u8>> {
    let nodes = lines(output).map(unnumbered).filter(|line| line.starts_with(b"N [label=\""));
    sorted(nodes.map(|line| {
        let label = line.split(|byte| *byte == b'"').nth(1).unwrap_or_default();
        let parts: Vec<&[u8]> = label.split(|byte| *byte == b'\\').collect();
        let values = parts.iter().skip(1).position(|part| {
            part.get(1).is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-')
        });
        parts[..values.map_or(parts.len(), |at| at + 1)].join(&b'\\')
    }))
}

fn lines(output: &[u8]) -> impl Iterator<Item = &[u8]> {
    output.split(|byte| *byte == b'\n')
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// A line without the numbers of nodes: `N12` and `node12` become `N` and `node`.
fn unnumbered(line: &[u8]) -> Vec<u8> {
    let mut kept: Vec<u8> = Vec::with_capacity(line.len());
    let mut in_number = false;
    for &byte in line {
        let follows = kept.ends_with(b"N") || kept.ends_with(b"\"node");
        in_number = byte.is_ascii_digit() && (in_number || follows);
        if !in_number {
            kept.push(byte);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(flags: &[&str], theirs: &str, ours: &str) -> bool {
        let case = Case::new(flags.iter().copied(), &[]);
        is_same(&case, theirs.as_bytes(), ours.as_bytes())
    }

    #[test]
    fn text_has_one_order() {
        assert!(!same(&["-tree"], "1\n2\n", "2\n1\n"));
        assert!(!same(&["-top"], "1\n", "1\n"));
    }

    #[test]
    fn files_of_one_name_come_in_any_order() {
        let (one, two) = ("1s 10% 10% 2s 20% a.go\n", "1s 10% 20% 3s 30% a.go\n");
        let (first, second) = ("1s 10% 10% 3s 30% a.go\n", "1s 10% 20% 2s 20% a.go\n");
        let (theirs, ours) = (format!("{one}{two}"), format!("{first}{second}"));
        assert!(same(&["-top", "-files"], &theirs, &ours));
        assert!(!same(&["-top", "-lines"], &theirs, &ours));
        assert!(!same(&["-top", "-files"], &theirs, &format!("{first}{first}")));
    }

    #[test]
    fn nodes_of_pictures_are_numbered_at_will() {
        let theirs = "N1 [id=\"node1\"]\nN12 -> N1\n";
        assert!(same(&["-dot"], theirs, "N2 -> N1\nN1 [id=\"node2\"]\n"));
        assert!(!same(&["-dot"], "N1 [label=\"a 1\"]\n", "N1 [label=\"a 2\"]\n"));
        let case = Case { script: Some("top\ndot 5\n".to_owned()), ..Case::new(["-cum"], &[]) };
        assert!(is_same(&case, b"N1 [a]\nN2 [b]", b"N1 [b]\nN2 [a]"));
    }

    #[test]
    fn a_tree_that_is_cut_keeps_its_legend_and_its_names() {
        let tree = |top: &str, node: &str| {
            format!(
                "subgraph cluster_L {{ \"x\\l{top}\" }}\nN1 [label=\"a\\nb\\n{node}\" id=\"node1\"]\n"
            )
        };
        let flags = ["-dot", "-call_tree"];
        let (cut, whole) = ("Showing top 2 nodes out of 3", "Dropped 2 nodes");
        assert!(same(&flags, &tree(cut, "5 (10%)"), &tree(cut, "0 of 7")));
        assert!(!same(&flags, &tree(cut, "5 (10%)"), &tree("Showing top 1", "5 (10%)")));
        assert!(!same(&flags, &tree(cut, "5"), &tree(cut, "c\\n5")));
        assert!(!same(&flags, &tree(whole, "5 (10%)"), &tree(whole, "0 of 7")));
        assert!(!same(&["-dot"], &tree(cut, "5 (10%)"), &tree(cut, "0 of 7")));
    }

    #[test]
    fn data_has_the_same_bytes_in_any_order() {
        assert!(same(&["-topproto"], "\u{0}ab", "b\u{0}a"));
        assert!(!same(&["-topproto"], "\u{0}ab", "\u{0}ac"));
    }
}
