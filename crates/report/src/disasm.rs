//! The machine code of functions with values beside each instruction: `disasm`.

use std::io::{self, Write};

use heapwise_graph::{Graph, Weight, base_name};
use heapwise_units::percentage;

use crate::input::Wanted;
use crate::objects::{Instruction, MappedFile, Object, Symbol};
use crate::text::write_right;
use crate::values::Values;
use crate::{Error, Input, Pattern};

/// An instruction text shorter than this shares its line with the place in the source.
const SHORT: usize = 40;

/// Where the place stands that has a line of its own.
const PLACE_COLUMN: usize = 74;

/// The machine code of functions with values beside each instruction.
#[derive(Clone, Debug, PartialEq)]
pub struct Disasm {
    /// Why binaries could not be opened, one line each.
    pub unopened: Vec<String>,
    /// The 100 %, in units of the sample type.
    pub total: i64,
    /// How values are written: each chooses its own unit, unless the user named one.
    pub values: Values,
    /// The functions, sorted by name; never none.
    pub code: Result<Vec<Code>, Error>,
}

/// A function of [`Disasm`].
#[derive(Clone, Debug, PartialEq)]
pub struct Code {
    /// The function.
    pub symbol: Symbol,
    /// The sums over the function. They are not divided when means are shown.
    pub flat: i64,
    /// As above.
    pub cum: i64,
    /// The instructions.
    pub instructions: Vec<Valued>,
}

/// An instruction with its values, which are means if those are shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Valued {
    /// The instruction. What the disassembler does not know of its place in the source, the samples say.
    pub instruction: Instruction,
    /// The value of samples that end here.
    pub flat: i64,
    /// The value of samples that go through here.
    pub cum: i64,
}

impl Disasm {
    /// The functions of `input` that have samples and a name that matches, or hold the runtime
    /// address `address`.
    pub fn new(input: &Input<'_>, pattern: &Pattern<'_>, address: Option<u64>) -> Self {
        let graph = input.graph(Wanted { objects: true, ..Wanted::default() });
        let spots = spots(&graph);
        let mut search = Search {
            spots: &spots,
            pattern,
            address,
            found: Vec::new(),
            refused: None,
            without_samples: false,
        };
        let mut unopened = Vec::new();
        for mapping in mappings(input, &graph, pattern, address) {
            let opened =
                input.objects.open(&mapping, &mut |object| search.object(&mapping, object));
            unopened.extend(opened.err());
        }
        Self { unopened, total: input.total, values: Values::of(input), code: search.finish() }
    }

    /// Writes what could not be opened, the total and each function.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        for line in &self.unopened {
            writeln!(out, "{line}")?;
        }
        let Ok(code) = &self.code else { return Ok(()) };
        out.write_all(&[b"Total: ", &self.values.text(self.total)[..], b"\n"].concat())?;
        code.iter().try_for_each(|code| self.write_code(code, out))
    }

    fn write_code(&self, code: &Code, out: &mut dyn Write) -> io::Result<()> {
        let heads = std::iter::once("ROUTINE").chain(std::iter::repeat("    AKA"));
        for (name, head) in code.symbol.names.iter().zip(heads) {
            write!(out, "{head} ======================== ")?;
            out.write_all(&[&name[..], b"\n"].concat())?;
        }
        let (flat, cum) = (self.values.text(code.flat), self.values.text(code.cum));
        write_pair(&flat, &cum, out)?;
        writeln!(out, " (flat, cum) {} of Total", percentage(code.cum, self.total))?;
        let nowhere = Instruction::default();
        let before =
            std::iter::once(&nowhere).chain(code.instructions.iter().map(|v| &v.instruction));
        before.zip(&code.instructions).try_for_each(|(before, valued)| {
            let place = if same_place(before, &valued.instruction) {
                Vec::new()
            } else {
                place(&valued.instruction)
            };
            self.write_instruction(valued, &place, out)
        })
    }

    fn write_instruction(
        &self,
        valued: &Valued,
        place: &[u8],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let Instruction { address, text, .. } = &valued.instruction;
        let shares_line = text.len() < SHORT;
        if !place.is_empty() && !shares_line {
            write!(out, "{:PLACE_COLUMN$};", "")?;
            out.write_all(&[place, b"\n"].concat())?;
        }
        let shown = |value| if value == 0 { b".".to_vec() } else { self.values.text(value) };
        write_pair(&shown(valued.flat), &shown(valued.cum), out)?;
        write!(out, " {address:10x}: ")?;
        if place.is_empty() || !shares_line {
            return writeln!(out, "{text}");
        }
        write!(out, "{text:SHORT$};")?;
        out.write_all(&[place, b"\n"].concat())
    }
}

fn write_pair(flat: &[u8], cum: &[u8], out: &mut dyn Write) -> io::Result<()> {
    write_right(out, flat, 10)?;
    out.write_all(b" ")?;
    write_right(out, cum, 10)
}

fn same_place(a: &Instruction, b: &Instruction) -> bool {
    (&a.function, &a.file, a.line) == (&b.function, &b.file, b.line)
}

/// `function file:line`, as far as they are known.
fn place(instruction: &Instruction) -> Vec<u8> {
    let mut place = Vec::new();
    if !instruction.function.is_empty() {
        place.extend_from_slice(&[&instruction.function[..], b" "].concat());
    }
    if !instruction.file.is_empty() {
        place.extend_from_slice(base_name(&instruction.file));
        if instruction.line != 0 {
            place.extend_from_slice(format!(":{}", instruction.line).as_bytes());
        }
    }
    place
}

/// A node, reduced to what instructions need of it.
#[derive(Clone, Debug)]
struct Spot {
    runtime: u64,
    flat: Weight,
    cum: Weight,
    function: Vec<u8>,
    file: Vec<u8>,
    line: i64,
}

/// The nodes in the order of their addresses.
fn spots(graph: &Graph) -> Vec<Spot> {
    let spot = |(id, node): (_, &heapwise_graph::Node)| {
        let identity = graph.identities.get(id);
        Spot {
            runtime: identity.address.0,
            flat: node.flat,
            cum: node.cum,
            function: graph.identities.function(id).to_vec(),
            file: graph.identities.file(id).to_vec(),
            line: identity.line,
        }
    };
    let mut spots: Vec<_> = graph.in_order().map(spot).collect();
    spots.sort_by_key(|spot| spot.runtime);
    spots
}

/// The mappings to look into: those of which a node matches, and the one that holds the address.
fn mappings<'a>(
    input: &Input<'a>,
    graph: &Graph,
    pattern: &Pattern<'_>,
    address: Option<u64>,
) -> Vec<MappedFile<'a>> {
    let matching: std::collections::BTreeSet<&[u8]> = graph
        .in_order()
        .filter(|(id, _)| (pattern.matches)(graph.names.get(*id)))
        .map(|(id, _)| graph.identities.object(id))
        .collect();
    let profile = input.profile;
    let wanted = profile.mappings.rows().iter().filter(|mapping| {
        let holds = |address| mapping.start.0 <= address && address < mapping.limit.0;
        let file = profile.text(mapping.file);
        (!file.is_empty() && matching.contains(file)) || address.is_some_and(holds)
    });
    wanted.map(|mapping| MappedFile::of(profile, mapping)).collect()
}

/// The search for functions, binary by binary.
struct Search<'a> {
    spots: &'a [Spot],
    pattern: &'a Pattern<'a>,
    address: Option<u64>,
    found: Vec<Code>,
    /// Why code could not be read.
    refused: Option<String>,
    /// Whether a function holds the address that has no samples.
    without_samples: bool,
}

impl<'a> Search<'a> {
    fn object(&mut self, mapping: &MappedFile<'_>, object: &dyn Object) {
        let spots = self.spots_in(mapping, object);
        let sampled = |symbol: &Symbol| !range(&spots, symbol).is_empty();
        let at = self.address.and_then(|address| object.address(address));
        let matches = self.pattern.matches;
        let symbols = object.symbols(matches, at, &|symbol| at.is_some() || sampled(symbol));
        for symbol in symbols {
            if !sampled(&symbol) {
                self.without_samples = true;
                continue;
            }
            match object.instructions(symbol.start, symbol.last) {
                Ok(instructions) => {
                    let spots = range(&spots, &symbol);
                    self.found.push(annotate(symbol, instructions, spots));
                }
                Err(why) => self.refused = Some(why),
            }
        }
    }

    /// The nodes in a mapping, with their addresses in the file.
    fn spots_in(&self, mapping: &MappedFile<'_>, object: &dyn Object) -> Vec<(u64, &'a Spot)> {
        let inside = |spot: &&Spot| {
            mapping.limit == 0 || (mapping.start <= spot.runtime && spot.runtime < mapping.limit)
        };
        let spots = self.spots.iter().filter(inside);
        let mut spots: Vec<_> =
            spots.filter_map(|spot| Some((object.address(spot.runtime)?, spot))).collect();
        spots.sort_by_key(|(address, _)| *address);
        spots
    }

    fn finish(mut self) -> Result<Vec<Code>, Error> {
        if let Some(why) = self.refused {
            return Err(Error::Code(why));
        }
        if self.found.is_empty() {
            return Err(match self.address {
                None => Error::no_code(self.pattern),
                Some(address) if self.without_samples => Error::NoSamplesAt { address },
                Some(address) => Error::NoCodeAt { address },
            });
        }
        self.found.sort_by(|a, b| {
            let key = |code: &Code| (code.symbol.names.first().cloned(), code.symbol.start);
            key(a).cmp(&key(b))
        });
        Ok(self.found)
    }
}

/// The nodes of a function: from its first byte to before its last, as the reference has it.
fn range<'s, 'a>(spots: &'s [(u64, &'a Spot)], symbol: &Symbol) -> &'s [(u64, &'a Spot)] {
    let first = spots.partition_point(|(address, _)| *address < symbol.start);
    let end = spots.partition_point(|(address, _)| *address < symbol.last);
    &spots[first..end.max(first)]
}

fn annotate(symbol: Symbol, instructions: Vec<Instruction>, spots: &[(u64, &Spot)]) -> Code {
    let sum = |part: fn(&Spot) -> i64| {
        spots.iter().fold(0_i64, |sum, (_, spot)| sum.wrapping_add(part(spot)))
    };
    let (flat, cum) = (sum(|spot| spot.flat.sum), sum(|spot| spot.cum.sum));
    let ends = instructions.iter().skip(1).map(|next| next.address).chain([u64::MAX]);
    let ends: Vec<_> = ends.collect();
    let mut rest = spots;
    let valued = instructions.into_iter().zip(ends).map(|(instruction, end)| {
        let here = rest.partition_point(|(address, _)| *address < end);
        let (here, after) = rest.split_at(here);
        rest = after;
        value(instruction, here)
    });
    Code { symbol, flat, cum, instructions: valued.collect() }
}

/// An instruction with the sums over the nodes on it.
fn value(mut instruction: Instruction, here: &[(u64, &Spot)]) -> Valued {
    let (mut flat, mut cum) = (Weight::default(), Weight::default());
    for (_, spot) in here {
        flat = plus(flat, spot.flat);
        cum = plus(cum, spot.cum);
        if instruction.function.is_empty() {
            instruction.function.clone_from(&spot.function);
        }
        if instruction.file.is_empty() {
            instruction.file.clone_from(&spot.file);
        }
        if instruction.line == 0 {
            instruction.line = spot.line;
        }
    }
    Valued { instruction, flat: flat.value(), cum: cum.value() }
}

fn plus(a: Weight, b: Weight) -> Weight {
    Weight { sum: a.sum.wrapping_add(b.sum), divisor: a.divisor.wrapping_add(b.divisor) }
}

#[cfg(test)]
mod tests {
    use heapwise_graph::Granularity;

    use super::*;
    use crate::test_input::Fixture;

    fn disasm(pattern: &str, address: Option<u64>) -> (String, Result<(), Error>) {
        let mut fixture = Fixture::heap();
        fixture.aggregation.granularity = Granularity::Addresses;
        fixture.aggregation.no_inlines = true;
        let mut result = Ok(());
        let shown = fixture.show(|input, out| {
            let matches = |name: &[u8]| {
                !pattern.is_empty() && String::from_utf8_lossy(name).contains(pattern)
            };
            let pattern = Pattern { text: pattern, matches: &matches };
            let disasm = Disasm::new(input, &pattern, address);
            disasm.write_text(out).unwrap();
            result = disasm.code.map(drop);
        });
        (shown, result)
    }

    #[test]
    fn instructions_carry_values_and_places() {
        let (shown, result) = disasm("work", None);
        assert_eq!(result, Ok(()));
        let head = "\
Total: 6MB
ROUTINE ======================== work
    AKA ======================== work_alias
       16B        5MB (flat, cum) 83.33% of Total
       16B        5MB     402000: NOPL                                    ;work work.rs:1
                                                                          ;work.rs:1
         .          .     402004: MOVQ $0x4, a_name_that_fills_the_column(SB)
                                                                          ;work.rs:2
         .          .     402008: MOVQ $0x8, a_name_that_fills_the_column(SB)
         .          .     40200c: MOVQ $0xc, a_name_that_fills_the_column(SB)
         .          .     402010: NOPL                                    ;work.rs:3
";
        assert!(shown.starts_with(head), "{shown}");
    }

    #[test]
    fn an_address_leads_to_its_function() {
        let (shown, result) = disasm("", Some(0x40_3008));
        assert!(shown.contains("ROUTINE ======================== alloc\n"), "{shown}");
        assert_eq!(result, Ok(()));
    }

    #[test]
    fn what_is_not_found_is_said() {
        let why = |pattern, address| disasm(pattern, address).1.unwrap_err().to_string();
        assert_eq!(why("nothing", None), "no matches found for regexp nothing");
        assert_eq!(why("", Some(0x40_9000)), "no matches found for address 0x409000");
        assert_eq!(
            why("", Some(0x40_4000)),
            "address 0x404000 found in binary, but the corresponding symbols do not have samples in the profile"
        );
        let (shown, result) = disasm("libc", None);
        assert_eq!(shown, "open /lib/libc.so.6: no such file or directory\n");
        assert!(result.is_err());
    }
}
