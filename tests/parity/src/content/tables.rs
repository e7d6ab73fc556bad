//! Tables without the order that the reference leaves open: of callers and callees that weigh the same but
//! for the sign; and with `-files`, of nodes that have one name, and of callers and callees that have one name
//! and weigh the same.

/// A line in words.
type Row<'t> = Vec<&'t [u8]>;

/// A node with its callers and callees, or any other line.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry<'t> {
    /// What the node is called; nothing for other lines.
    name: Vec<&'t [u8]>,
    rows: Vec<Row<'t>>,
}

/// Whether two tables have the same rows, in one order as far as there is one.
pub fn are_same(theirs: &[u8], ours: &[u8], of_files: bool) -> bool {
    settled(theirs, of_files) == settled(ours, of_files)
}

/// The entries of a table, in order; in one of files, neighbours of one name are sorted.
fn settled(output: &[u8], of_files: bool) -> Vec<Entry<'_>> {
    let output = output.strip_suffix(b"\n").unwrap_or(output);
    let lines = output.split(|byte| *byte == b'\n');
    let rows = lines
        .map(|line| line.split(|byte| *byte == b' ').filter(|word| !word.is_empty()).collect());
    let rows: Vec<Row<'_>> = rows.collect();
    let mut entries: Vec<Entry<'_>> = Vec::new();
    for block in rows.split(|row| row.first().is_some_and(|word| word.starts_with(b"-----"))) {
        if block.iter().filter(|row| is_node(row)).count() == 1 && block.len() > 1 {
            entries.push(entry(block, of_files));
        } else {
            entries
                .extend(block.iter().map(|row| Entry { name: name(row), rows: vec![row.clone()] }));
        }
    }
    let is_open = |a: &Entry<'_>, b: &Entry<'_>| of_files && !a.name.is_empty() && a.name == b.name;
    for group in entries.chunk_by_mut(is_open).filter(|group| group.len() > 1) {
        group.iter_mut().flat_map(|entry| &mut entry.rows).for_each(drop_running_sum);
        group.sort();
    }
    entries
}

/// A node among its callers and callees.
fn entry<'t>(block: &[Row<'t>], of_files: bool) -> Entry<'t> {
    let node = block.iter().position(|row| is_node(row)).unwrap_or(0);
    let mut rows = block.to_vec();
    let (callers, rest) = rows.split_at_mut(node);
    for calls in [callers, &mut rest[1..]] {
        for equal in calls.chunk_by_mut(|a, b| weight(a) == weight(b)) {
            let negative = equal.iter().filter(|row| is_negative(row)).count();
            if (1..equal.len()).contains(&negative) {
                equal.sort();
            } else if of_files {
                equal.chunk_by_mut(|a, b| called(a) == called(b)).for_each(<[_]>::sort);
            }
        }
    }
    Entry { name: name(&block[node]), rows }
}

/// Whether a row is of a node: flat, its share, the running sum.
fn is_node(row: &Row<'_>) -> bool {
    row.len() > 5 && row[1..3].iter().all(|word| word.ends_with(b"%"))
}

/// Without the mark of what was inlined, which is no part of a name.
fn name<'t>(row: &Row<'t>) -> Vec<&'t [u8]> {
    if is_node(row) { unmarked(&row[5..]) } else { Vec::new() }
}

/// The name of a caller or callee, behind its weight, its share and a bar.
fn called<'t>(row: &Row<'t>) -> Vec<&'t [u8]> {
    unmarked(row.get(3..).unwrap_or_default())
}

fn unmarked<'t>(words: &[&'t [u8]]) -> Vec<&'t [u8]> {
    let is_mark = |word: &&[u8]| [&b"(inline)"[..], b"(partial-inline)"].contains(word);
    words.iter().copied().filter(|word| !is_mark(word)).collect()
}

/// What a call weighs, without the sign.
fn weight<'t>(row: &Row<'t>) -> Option<&'t [u8]> {
    row.first().map(|word| word.strip_prefix(b"-").unwrap_or(word))
}

fn is_negative(row: &Row<'_>) -> bool {
    row.first().is_some_and(|word| word.starts_with(b"-"))
}

/// The third column counts the rows before.
fn drop_running_sum(row: &mut Row<'_>) {
    if is_node(row) {
        row.remove(2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(theirs: &str, ours: &str) -> bool {
        are_same(theirs.as_bytes(), ours.as_bytes(), true)
    }

    #[test]
    fn only_neighbours_of_one_name_change_places() {
        let table =
            |rows: &[&str]| format!("Type: cpu\n flat flat% sum% cum cum%\n{}", rows.join("\n"));
        let (a, a_first) = ("2s 20% 50% 9s 90% a.go", "2s 20% 30% 9s 90% a.go");
        let (other, other_last) = ("2s 20% 30% 5s 50% a.go", "2s 20% 50% 5s 50% a.go");
        let (b, b_later) = ("1s 10% 60% 1s 10% b.go", "1s 10% 70% 1s 10% b.go");
        assert!(same(&table(&[other, a, b]), &table(&[a_first, other_last, b])));
        assert!(!same(&table(&[other, a, b]), &table(&[a_first, other_last, b_later])));
        let (marked, first) =
            ("2s 20% 50% 9s 90% a.go (inline)", "2s 20% 30% 9s 90% a.go (inline)");
        assert!(same(&table(&[other, marked, b]), &table(&[first, other_last, b])));
        assert!(!same(&table(&[other, a, b]), &table(&[first, other_last, b])));
        assert!(!same(&table(&[other, a, b]), &table(&[other, b, a])));
        assert!(!same(&table(&[other, a, b]), &table(&[other, b])));
    }

    #[test]
    fn calls_that_weigh_the_same_but_for_the_sign_change_places() {
        let tree = |calls: &str| {
            format!("--------+---\n 3s 100% | r\n 1s 10% 10% 9s 90% | n\n{calls}\n--------+---\n")
        };
        let (theirs, ours) = (tree("2s 20% | x\n-2s 20% | y"), tree("-2s 20% | y\n2s 20% | x"));
        assert!(are_same(theirs.as_bytes(), ours.as_bytes(), false));
        let (lighter, positive) = (tree("-1s 20% | y\n2s 20% | x"), tree("2s 20% | y\n2s 20% | x"));
        assert!(!same(&theirs, &lighter));
        assert!(!same(&tree("2s 20% | x\n2s 20% | y"), &positive));
        let (swapped, back) = (tree("3s 20% | x\n2s 20% | y"), tree("2s 20% | y\n3s 20% | x"));
        assert!(!same(&swapped, &back));
        let (marked, marked_last) =
            (tree("2s 20% | x (inline)\n2s 20% | x"), tree("2s 20% | x\n2s 20% | x (inline)"));
        assert!(same(&marked, &marked_last));
        assert!(!are_same(marked.as_bytes(), marked_last.as_bytes(), false));
    }

    #[test]
    fn nodes_of_one_name_change_places_with_their_calls() {
        let one = " 3s 100% | r\n 1s 10% 10% 9s 90% | n\n";
        let two = " 4s 100% | q\n 1s 10% 20% 8s 80% | n\n";
        let (one_last, two_first) =
            (one.replace("10% 10%", "10% 20%"), two.replace("10% 20%", "10% 10%"));
        let line = "--------+---\n";
        let (theirs, ours) =
            ([line, one, line, two].concat(), [line, &two_first, line, &one_last].concat());
        assert!(same(&theirs, &ours));
        assert!(!same(&theirs, &ours.replace("| q", "| r")));
    }
}
