//! The nodes of a report as a profile of their own: `topproto`.

use std::collections::HashMap;
use std::sync::Arc;

use heapwise_graph::{Graph, Node};
use heapwise_profile::{
    FixedState, Function, Header, Id, Line, Location, Locations, Profile, Sample, Samples, Strings,
    Table, ValueType,
};
use heapwise_units::{scale, truncate};

use crate::Input;
use crate::input::Wanted;
use crate::values::Values;

/// The nodes of the call graph of `input` in order, as a profile with a sample for each.
///
/// A sample has one location and the values cum and flat: whole numbers in the unit in which `top`
/// would write them, before `divide_by`. There are no mappings, and functions have one name.
pub fn top_profile(input: &Input<'_>) -> Profile {
    let graph = input.graph(Wanted::default());
    let values = Values::of_graph(input, &graph);
    let mut draft = Draft::new(input.profile);
    for (id, node) in graph.in_order() {
        let location = draft.location(&graph, id);
        let whole = |value| truncate(scale(value, &values.from, &values.to).number);
        let values = [whole(node.cum.value()), whole(node.flat.value())];
        draft.samples.push(Sample { stack: &[location], values: &values, labels: &[] });
    }
    draft.finish(&input.profile.header, &values.to)
}

/// A profile under construction.
struct Draft {
    strings: Strings,
    functions: Table<Function>,
    /// The rows of `functions`, by what they hold but the id.
    rows: HashMap<Function, Id<Function>, FixedState>,
    locations: Locations,
    samples: Samples,
}

impl Draft {
    /// Without rows; the texts of `profile` are there.
    fn new(profile: &Profile) -> Self {
        Self {
            strings: Strings::clone(&profile.strings),
            functions: Table::new(),
            rows: HashMap::default(),
            locations: Locations::new(),
            samples: Samples::new(2),
        }
    }

    /// The location that stands for a node.
    fn location(&mut self, graph: &Graph, node: Id<Node>) -> Id<Location> {
        let identity = graph.identities.get(node);
        let file = self.strings.intern(graph.identities.file(node));
        let function = self.function(Function {
            name: identity.name,
            file,
            start_line: identity.start_line,
            ..Function::default()
        });
        let line = Line { function, line: identity.line, column: identity.column };
        let id = self.locations.len() as u64 + 1;
        let location = Location { id, address: identity.address, ..Location::default() };
        self.locations.push(location, &[line])
    }

    fn function(&mut self, function: Function) -> Id<Function> {
        let functions = &mut self.functions;
        let id = functions.len() as u64 + 1;
        *self.rows.entry(function).or_insert_with(|| functions.push(Function { id, ..function }))
    }

    /// The profile, which took place when and as long as `header` says.
    fn finish(mut self, header: &Header, unit: &[u8]) -> Profile {
        let unit = self.strings.intern(unit);
        let sample_types = [&b"cum"[..], b"flat"];
        let sample_types =
            sample_types.map(|kind| ValueType { kind: self.strings.intern(kind), unit });
        let header = Header {
            sample_types: sample_types.to_vec(),
            time_nanos: header.time_nanos,
            duration_nanos: header.duration_nanos,
            period_type: header.period_type,
            period: header.period,
            ..Header::default()
        };
        Profile {
            header,
            strings: Arc::new(self.strings),
            functions: Arc::new(self.functions),
            locations: Arc::new(self.locations),
            samples: Arc::new(self.samples),
            ..Profile::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_input::Fixture;

    #[test]
    fn a_sample_for_each_node() {
        let mut fixture = Fixture::heap();
        fixture.style.unit = "MB".to_owned();
        fixture.show(|input, _| {
            let profile = top_profile(input);
            let text = |id| String::from_utf8_lossy(profile.text(id)).into_owned();
            let names = profile.functions.rows().iter().map(|function| text(function.name));
            assert_eq!(names.collect::<Vec<_>>(), ["alloc", "", "grow", "main", "work"]);
            assert_eq!(profile.samples.all_values(), [5, 5, 1, 1, 5, 0, 6, 0, 5, 0]);
            let types = &profile.header.sample_types;
            assert_eq!((text(types[0].kind), text(types[1].unit)), ("cum".into(), "MB".into()));
            assert_eq!(profile.header.period, 524_288);
        });
    }
}
