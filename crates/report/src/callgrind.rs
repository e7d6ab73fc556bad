//! Nodes and calls for KCachegrind and its kin: `callgrind`.

use std::collections::HashMap;
use std::io::{self, Write};

use heapwise_graph::{Adjacency, Edge, Edges, Graph, Node};
use heapwise_profile::{FixedState, Id, RuntimeAddr, Str};
use heapwise_units::{scale, truncate};

use crate::Input;
use crate::input::Wanted;
use crate::values::Values;

/// The nodes of a call graph with what they cost, and their calls.
#[derive(Clone, Debug)]
pub struct Callgrind {
    /// The name of the sample type, `mean_` before it when means are shown.
    pub sample_type: Vec<u8>,
    /// How costs are written: whole numbers, all in the unit that suits the smallest.
    pub values: Values,
    graph: Graph,
    copies: Vec<Copy>,
}

/// Which of several functions with the same name in the same file a node belongs to. In a call tree,
/// a function is another one for each caller.
#[derive(Clone, Copy, Debug, Default)]
struct Copy {
    /// Counted from 1, in the order of the nodes; 0 for a node that is not in the graph.
    number: usize,
    /// How many there are.
    of: usize,
}

impl Callgrind {
    /// The nodes of the call graph of `input`.
    pub fn new(input: &Input<'_>) -> Self {
        let tree = input.style.call_tree;
        let graph = input.graph(Wanted { edges: Edges::All, objects: true, tree });
        Self {
            sample_type: input.title_of_type(),
            values: Values::finest_of_graph(input, &graph),
            copies: copies(&graph, tree),
            graph,
        }
    }

    /// Writes a paragraph for each function, with a line for each of its addresses and three for each
    /// call.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"positions: instr line\nevents: ")?;
        out.write_all(&[&self.sample_type[..], b"(", &self.values.to, b")\n"].concat())?;
        let calls = Adjacency::of(&self.graph);
        let mut names = Dictionaries::default();
        let mut last: Option<Id<Node>> = None;
        for &node in &self.graph.order {
            if last.map(|last| self.places(last)) != Some(self.places(node)) {
                self.write_place(node, &mut names, out)?;
            }
            let from = last.map(|last| self.address(last));
            let flat = self.cost(self.graph.nodes[node.row()].flat.value());
            self.write_position(from, node, out)?;
            writeln!(out, " {flat}")?;
            for call in &calls.outgoing(node) {
                self.write_call(call, from, &mut names, out)?;
            }
            last = Some(node);
        }
        Ok(())
    }

    /// The object file, the file and the function of a node.
    fn places(&self, node: Id<Node>) -> [&[u8]; 3] {
        let identities = &self.graph.identities;
        [identities.object(node), identities.file(node), identities.function(node)]
    }

    fn write_place(
        &self,
        node: Id<Node>,
        names: &mut Dictionaries,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let [object, file, function] = self.places(node);
        out.write_all(b"\nob=")?;
        names.objects.write(object, out)?;
        out.write_all(b"fl=")?;
        names.files.write(file, out)?;
        out.write_all(b"fn=")?;
        names.functions.write(function, out)
    }

    fn write_call(
        &self,
        call: &Edge,
        from: Option<RuntimeAddr>,
        names: &mut Dictionaries,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let [_, file, function] = self.places(call.target);
        out.write_all(b"cfl=")?;
        names.files.write(file, out)?;
        out.write_all(b"cfn=")?;
        match self.copies[call.target.row()] {
            Copy { number: 0, .. } => names.functions.write(b"", out)?,
            Copy { of: 1, .. } => names.functions.write(function, out)?,
            Copy { number, of } => {
                let suffix = format!(" [{number}/{of}]");
                names.functions.write(&[function, suffix.as_bytes()].concat(), out)?;
            }
        }
        out.write_all(b"calls=0 ")?;
        self.write_position(from, call.target, out)?;
        writeln!(out, "\n* * {}", self.cost(call.weight.sum))
    }

    /// Writes the address of a node, relative to `from` where that is shorter, and its line.
    fn write_position(
        &self,
        from: Option<RuntimeAddr>,
        node: Id<Node>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let line = self.graph.identities.get(node).line;
        let address = self.address(node);
        let absolute = format!("{:#x}", address.0);
        let position = match from {
            Some(from) if from == address => "*".to_owned(),
            Some(from) => shorter(format!("{:+}", address.0.wrapping_sub(from.0) as i64), absolute),
            None => absolute,
        };
        write!(out, "{position} {line}")
    }

    fn address(&self, node: Id<Node>) -> RuntimeAddr {
        self.graph.identities.get(node).address
    }

    fn cost(&self, value: i64) -> i64 {
        truncate(scale(value, &self.values.from, &self.values.to).number)
    }
}

/// The first if it is shorter, else the second.
fn shorter(first: String, second: String) -> String {
    if first.len() < second.len() { first } else { second }
}

/// What makes two nodes the same function: name, file, object file, start line, and the caller in a
/// call tree.
type Function = (Str, Str, Str, i64, Option<Id<Node>>);

/// For each node, which of the functions with its name and file it belongs to.
fn copies(graph: &Graph, tree: bool) -> Vec<Copy> {
    let mut callers = vec![None; graph.nodes.len()];
    for edge in graph.edges.iter().filter(|_| tree) {
        callers[edge.target.row()] = Some(edge.source);
    }
    let mut copies = vec![Copy::default(); graph.nodes.len()];
    let mut numbers: HashMap<Function, usize, FixedState> = HashMap::default();
    let mut counts: HashMap<(Str, Str), usize, FixedState> = HashMap::default();
    for &node in &graph.order {
        let id = graph.identities.get(node);
        let function = (id.name, id.file, id.object, id.start_line, callers[node.row()]);
        copies[node.row()].number = *numbers.entry(function).or_insert_with(|| {
            let count = counts.entry((id.name, id.file)).or_default();
            *count += 1;
            *count
        });
    }
    for &node in &graph.order {
        let id = graph.identities.get(node);
        copies[node.row()].of = counts.get(&(id.name, id.file)).copied().unwrap_or(0);
    }
    copies
}

/// The names that were written.
#[derive(Default)]
struct Dictionaries {
    objects: Dictionary,
    files: Dictionary,
    functions: Dictionary,
}

/// Numbers for names, from 1.
#[derive(Default)]
struct Dictionary {
    numbers: HashMap<Vec<u8>, usize, FixedState>,
}

impl Dictionary {
    /// Writes a name and a line end: the number with the name the first time, the number alone later,
    /// and nothing for the empty name.
    fn write(&mut self, name: &[u8], out: &mut dyn Write) -> io::Result<()> {
        if name.is_empty() {
            return out.write_all(b"\n");
        }
        if let Some(number) = self.numbers.get(name) {
            return writeln!(out, "({number})");
        }
        let number = self.numbers.len() + 1;
        self.numbers.insert(name.to_vec(), number);
        write!(out, "({number}) ")?;
        out.write_all(name)?;
        out.write_all(b"\n")
    }
}

#[cfg(test)]
mod tests {
    use heapwise_graph::Granularity;

    use super::*;
    use crate::test_input::Fixture;

    #[test]
    fn names_and_addresses_are_short_the_second_time() {
        let mut fixture = Fixture::heap();
        fixture.aggregation.granularity = Granularity::Addresses;
        let shown = fixture.show(|input, out| Callgrind::new(input).write_text(out).unwrap());
        let expected = "\
positions: instr line
events: space(B)

ob=(1) /bin/server
fl=(1) missing.rs
fn=(1) alloc
0x403000 30 5242880

ob=(2) /lib/libc.so.6
fl=
fn=
0x7f001234 0 1048576

ob=(1)
fl=(2) grow.rs
fn=(2) grow
0x402000 80 16
cfl=(1)
cfn=(1)
calls=0 0x403000 30
* * 5242880

ob=(1)
fl=(3) main.rs
fn=(3) main
-4096 10 0
cfl=(4) work.rs
cfn=(4) work
calls=0 * 20
* * 5242896
cfl=
cfn=
calls=0 0x7f001234 0
* * 1048576

ob=(1)
fl=(4)
fn=(4)
+4096 20 0
cfl=(2)
cfn=(2)
calls=0 +4096 80
* * 5242896
";
        assert_eq!(shown, expected);
    }
}
