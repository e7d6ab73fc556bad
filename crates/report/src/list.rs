//! The source of functions with values beside each line: `list`.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::RangeInclusive;

use heapwise_graph::Graph;
use heapwise_units::percentage;

use crate::input::Wanted;
use crate::text::write_right;
use crate::values::Values;
use crate::{Error, Input, Pattern, Sources};

/// How many lines are shown around those that have values.
const CONTEXT: i64 = 5;

/// The source of functions with values beside each line.
#[derive(Clone, Debug, PartialEq)]
pub struct List {
    /// The 100 %, in units of the sample type.
    pub total: i64,
    /// How values are written: each chooses its own unit, unless the user named one.
    pub values: Values,
    /// The functions, sorted by name.
    pub routines: Vec<Routine>,
}

/// A function of [`List`].
#[derive(Clone, Debug, PartialEq)]
pub struct Routine {
    /// The name.
    pub name: Vec<u8>,
    /// The files that define it, sorted by name; none if no file is known.
    pub files: Vec<Listing>,
}

/// The part of a file that defines a function.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing {
    /// The file, as it is shown.
    pub file: Vec<u8>,
    /// The sums over the function in this file.
    pub sums: LineSums,
    /// The lines shown, or why there are none.
    pub lines: Result<Vec<ListedLine>, Vec<u8>>,
}

/// A line of source.
#[derive(Clone, Debug, PartialEq)]
pub struct ListedLine {
    /// The number, from 1.
    pub number: i64,
    /// The sums over the line.
    pub sums: LineSums,
    /// The text.
    pub text: Vec<u8>,
}

/// Flat and cum sums, in units of the sample type. They are not divided when means are shown.
/// Nodes that share a line add up, so that cum may exceed the total.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineSums {
    /// The sum of flat values.
    pub flat: i64,
    /// The sum of cum values.
    pub cum: i64,
}

impl List {
    /// The functions of `input` whose name matches.
    ///
    /// # Errors
    /// [`Error::NoMatch`] if there is none.
    pub fn new(input: &Input<'_>, pattern: &Pattern<'_>) -> Result<Self, Error> {
        let graph = input.graph(Wanted { objects: true, ..Wanted::default() });
        let functions = matching(&graph, pattern);
        if functions.is_empty() {
            return Err(Error::no_match(pattern));
        }
        let mut reader = Reader { sources: input.sources, read: BTreeMap::new() };
        let routine = |(name, files): (&[u8], Files<'_>)| {
            let listing = |(file, nodes): (_, Vec<_>)| Listing::of(file, &nodes, &mut reader);
            Routine { name: name.to_vec(), files: files.into_iter().map(listing).collect() }
        };
        Ok(Self {
            total: input.total,
            values: Values::of(input),
            routines: functions.into_iter().map(routine).collect(),
        })
    }

    /// Writes the total and each function.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(&[b"Total: ", &self.values.text(self.total)[..], b"\n"].concat())?;
        for routine in &self.routines {
            if routine.files.is_empty() {
                out.write_all(&[b"No source information for ", &routine.name[..], b"\n"].concat())?;
            }
            for listing in &routine.files {
                self.write_listing(&routine.name, listing, out)?;
            }
        }
        Ok(())
    }

    fn write_listing(&self, name: &[u8], listing: &Listing, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"ROUTINE ======================== ")?;
        out.write_all(&[name, b" in ", &listing.file, b"\n"].concat())?;
        self.write_sums(listing.sums, b"0", out)?;
        writeln!(out, " (flat, cum) {} of Total", percentage(listing.sums.cum, self.total))?;
        match &listing.lines {
            Err(why) => out.write_all(&[b" Error: ", &why[..], b"\n"].concat()),
            Ok(lines) => lines.iter().try_for_each(|line| {
                self.write_sums(line.sums, b".", out)?;
                write!(out, " {:6}:", line.number)?;
                out.write_all(&line.text)?;
                out.write_all(b"\n")
            }),
        }
    }

    /// Writes both sums, `zero` for what is 0.
    fn write_sums(&self, sums: LineSums, zero: &[u8], out: &mut dyn Write) -> io::Result<()> {
        let text = |sum| if sum == 0 { zero.to_vec() } else { self.values.text(sum) };
        write_right(out, &text(sums.flat), 10)?;
        out.write_all(b" ")?;
        write_right(out, &text(sums.cum), 10)
    }
}

/// The nodes of a function, by file.
type Files<'a> = BTreeMap<&'a [u8], Vec<Spot>>;

/// A node of a function, reduced to where it is.
#[derive(Clone, Copy, Debug)]
struct Spot {
    line: i64,
    start_line: i64,
    sums: LineSums,
}

/// The functions whose name matches, with their nodes that have a file.
fn matching<'a>(graph: &'a Graph, pattern: &Pattern<'_>) -> BTreeMap<&'a [u8], Files<'a>> {
    let mut functions: BTreeMap<_, Files<'_>> = BTreeMap::new();
    for (id, node) in graph.in_order() {
        let (name, file) = (graph.identities.function(id), graph.identities.file(id));
        if !(pattern.matches)(name) {
            continue;
        }
        let files = functions.entry(name).or_default();
        if !file.is_empty() {
            let identity = graph.identities.get(id);
            let sums = LineSums { flat: node.flat.sum, cum: node.cum.sum };
            let (line, start_line) = (identity.line, identity.start_line);
            files.entry(file).or_default().push(Spot { line, start_line, sums });
        }
    }
    functions
}

impl Listing {
    fn of(file: &[u8], spots: &[Spot], reader: &mut Reader<'_>) -> Self {
        let (mut sums, mut by_line) = (LineSums::default(), BTreeMap::<i64, LineSums>::new());
        for spot in spots {
            sums.add(spot.sums);
            by_line.entry(spot.line).or_default().add(spot.sums);
        }
        let lines = reader.lines(file, shown_lines(spots)).map(|lines| {
            let sums = |number| by_line.get(&number).copied().unwrap_or_default();
            let line = |(number, text)| ListedLine { number, sums: sums(number), text };
            lines.into_iter().map(line).collect()
        });
        Self { file: file.to_vec(), sums, lines }
    }
}

/// The lines of a file, or why it cannot be read.
type Text = Result<Vec<Vec<u8>>, Vec<u8>>;

/// Files, each read once.
struct Reader<'a> {
    sources: &'a dyn Sources,
    read: BTreeMap<Vec<u8>, Text>,
}

impl Reader<'_> {
    /// The lines of a file in a range of numbers from 1. For an empty range the file is not opened,
    /// and need not exist; but if another function asked for it in vain, this one says so too.
    fn lines(
        &mut self,
        file: &[u8],
        shown: RangeInclusive<i64>,
    ) -> Result<Vec<(i64, Vec<u8>)>, Vec<u8>> {
        if !shown.is_empty() && !self.read.contains_key(file) {
            self.read.insert(file.to_vec(), self.sources.lines(file));
        }
        let Some(lines) = self.read.get(file) else { return Ok(Vec::new()) };
        let lines = lines.as_ref().map_err(Clone::clone)?;
        let numbered = (1..).zip(lines).skip_while(|(number, _)| number < shown.start());
        let numbered = numbered.take_while(|(number, _)| number <= shown.end());
        Ok(numbered.map(|(number, text)| (number, text.clone())).collect())
    }
}

/// The lines to show: from where the function starts, or a little before its first line with a
/// value if that is unknown, to a little after the last line with a value.
fn shown_lines(spots: &[Spot]) -> RangeInclusive<i64> {
    let start = |spot: &Spot| match spot.start_line {
        0 => spot.line.wrapping_sub(CONTEXT),
        start_line => start_line,
    };
    let first = spots.iter().map(start).min().unwrap_or(1).max(1);
    let last = spots.iter().map(|spot| spot.line.wrapping_add(CONTEXT)).max().unwrap_or(CONTEXT);
    first..=last
}

impl LineSums {
    fn add(&mut self, other: Self) {
        self.flat = self.flat.wrapping_add(other.flat);
        self.cum = self.cum.wrapping_add(other.cum);
    }
}

#[cfg(test)]
mod tests {
    use heapwise_graph::Granularity;

    use super::*;
    use crate::test_input::Fixture;

    #[test]
    fn lines_carry_values_and_files_that_cannot_be_read_say_why() {
        let mut fixture = Fixture::heap();
        fixture.aggregation.granularity = Granularity::Lines;
        let pattern =
            Pattern { text: "wor|alloc", matches: &|name| name == b"work" || name == b"alloc" };
        let expected = "\
Total: 6MB
ROUTINE ======================== alloc in missing.rs
       5MB        5MB (flat, cum) 83.33% of Total
 Error: open missing.rs: no such file or directory
ROUTINE ======================== work in work.rs
         0        5MB (flat, cum) 83.33% of Total
         .          .     15:line 15
         .          .     16:line 16
         .          .     17:line 17
         .          .     18:line 18
         .          .     19:line 19
         .        5MB     20:line 20
         .          .     21:line 21
         .          .     22:line 22
         .          .     23:line 23
         .          .     24:line 24
         .          .     25:line 25
";
        let shown =
            fixture.show(|input, out| List::new(input, &pattern).unwrap().write_text(out).unwrap());
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_function_without_file_has_no_source() {
        let pattern = Pattern { text: "main", matches: &|name| name == b"main" };
        let shown = Fixture::heap()
            .show(|input, out| List::new(input, &pattern).unwrap().write_text(out).unwrap());
        assert_eq!(shown, "Total: 6MB\nNo source information for main\n");
    }

    fn spot(line: i64, start_line: i64) -> Spot {
        Spot { line, start_line, sums: LineSums::default() }
    }

    #[test]
    fn shown_lines_start_with_the_function() {
        assert_eq!(shown_lines(&[spot(20, 0), spot(30, 0)]), 15..=35);
        assert_eq!(shown_lines(&[spot(20, 18), spot(22, 18)]), 18..=27);
        assert_eq!(shown_lines(&[spot(3, 0)]), 1..=8);
        assert_eq!(shown_lines(&[spot(-3, 0)]), 1..=2);
        assert!(shown_lines(&[spot(10, 20)]).is_empty());
    }

    #[test]
    fn a_line_number_next_to_the_largest_leaves_nothing_to_read() {
        assert!(shown_lines(&[spot(i64::MAX, 0)]).is_empty());
        assert!(shown_lines(&[spot(i64::MIN, 0)]).is_empty());
    }
}
