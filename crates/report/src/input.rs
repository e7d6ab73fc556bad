//! What every report is made from.

use std::fmt;

use heapwise_graph::{
    Edges, Frames, Graph, Identities, Naming, Order, Picture, Request, Trim, Value,
};
use heapwise_profile::{LabelUnits, Profile, ValueType};
use heapwise_units::label;
use jiff::tz::TimeZone;

use crate::objects::Objects;

/// What every report is made from: the profile after selection, and how to show it.
///
/// `session` makes it: it adds tag frames, filters, computes `total` and aggregates
/// `profile` to the granularity of the command; a format only reads.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The samples to show: filtered, and aggregated to the granularity.
    pub profile: &'a Profile,
    /// The column to show.
    pub value: Value,
    /// The sum over the profile, in units of the sample type: the 100 % of every percentage.
    /// Before the filters, unless percentages are relative.
    pub total: i64,
    /// The units of numeric labels: those of the profile before the filters.
    pub label_units: &'a LabelUnits,
    /// How values and names are written.
    pub style: &'a Style,
    /// Where source text comes from.
    pub sources: &'a dyn Sources,
    /// Where machine code comes from.
    pub objects: &'a dyn Objects,
}

impl Input<'_> {
    /// The name of the sample type shown; empty if there is none.
    pub(crate) fn sample_type(&self) -> &[u8] {
        self.shown_type().map_or(b"", |shown| self.profile.text(shown.kind))
    }

    /// The same, `mean_` before it when means are shown.
    pub(crate) fn title_of_type(&self) -> Vec<u8> {
        let prefix: &[u8] = if self.value.mean { b"mean_" } else { b"" };
        [prefix, self.sample_type()].concat()
    }

    /// The unit of the sample type shown; empty if there is none.
    pub(crate) fn sample_unit(&self) -> &[u8] {
        self.shown_type().map_or(b"", |shown| self.profile.text(shown.unit))
    }

    fn shown_type(&self) -> Option<&ValueType> {
        self.profile.header.sample_types.get(self.value.index)
    }

    /// The call graph that the style asks for, `with` what the format needs of it.
    pub(crate) fn graph(&self, with: Wanted<'_>) -> Graph {
        let shown_file = |file: &[u8]| self.sources.shown_name(file);
        Graph::build(self.profile, &self.request(&shown_file, with))
    }

    /// The call graph for a picture, in which sizes have the unit `size_unit`.
    pub(crate) fn picture(&self, size_unit: &[u8]) -> Graph {
        let shown_file = |file: &[u8]| self.sources.shown_name(file);
        let size_text = |size| label(size, size_unit, self.style.unit.as_bytes());
        let wanted = Wanted { edges: Edges::All, objects: false, tree: self.style.call_tree };
        let picture = Some(Picture { size_text: &size_text });
        let request = Request { picture, ..self.request(&shown_file, wanted) };
        Graph::build(self.profile, &request)
    }

    fn request<'r>(
        &self,
        shown_file: &'r dyn Fn(&[u8]) -> Vec<u8>,
        with: Wanted<'r>,
    ) -> Request<'r> {
        let style = self.style;
        Request {
            value: self.value,
            naming: Naming { shown_file, objects: with.objects },
            drop_negative: style.drop_negative,
            order: style.order,
            trim: style.trim,
            edges: with.edges,
            call_tree: with.tree,
            picture: None,
        }
    }

    /// The unit of the sizes on labels.
    pub(crate) fn size_unit(&self) -> Vec<u8> {
        let key = self.profile.strings.find(b"bytes");
        let unit = key.and_then(|key| self.label_units.get(key)).map(|row| row.unit.clone());
        unit.unwrap_or_else(|| b"bytes".to_vec())
    }

    /// The nodes of every location, and what tells them apart, for a format that shows stacks as they
    /// are: file names stay whole, whatever prefixes the user trims elsewhere.
    pub(crate) fn frames(&self) -> (Frames, Identities) {
        Frames::of(self.profile, Naming { shown_file: &<[u8]>::to_vec, objects: false })
    }
}

/// What a format needs of a call graph.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted<'a> {
    /// Which edges.
    pub edges: Edges<'a>,
    /// Nodes that differ by object file and start line too.
    pub objects: bool,
    /// Nodes that differ by their callers too.
    pub tree: bool,
}

/// How values and names are written, and which parts of a report are.
#[derive(Clone, Debug, PartialEq)]
pub struct Style {
    /// The unit of values: a name, `minimum` or `auto`.
    pub unit: String,
    /// What values are multiplied by before they are written: 1 / `divide_by`. At most 0 or exactly
    /// 1 means "as they are".
    pub ratio: f64,
    /// Leave the lines about the profile (file, type, time) out of text reports.
    pub compact_labels: bool,
    /// The filters in force, as (name, value) in the order in which a report lists them.
    pub active_filters: Vec<(&'static str, String)>,
    /// The order of nodes.
    pub order: Order,
    /// The cut-offs, already adapted to the command.
    pub trim: Trim,
    /// Leave out nodes that are negative: flat below 0, or flat 0 and cum below 0.
    pub drop_negative: bool,
    /// Distinguish nodes by their callers (formats that draw a graph, and callgrind).
    pub call_tree: bool,
    /// The zone in which times are written.
    pub time_zone: TimeZone,
}

/// Where source text comes from.
pub trait Sources {
    /// The name under which `file`, a name of the profile, is shown: without the prefixes that the
    /// user trims.
    fn shown_name(&self, file: &[u8]) -> Vec<u8>;

    /// The lines of a file, without line ends. `shown` is what [`Sources::shown_name`] made of its
    /// name.
    ///
    /// # Errors
    /// The text to print when the file cannot be found or read. It has the name as the profile has it.
    fn lines(&self, shown: &[u8]) -> Result<Vec<Vec<u8>>, Vec<u8>>;
}

impl fmt::Debug for Input<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input")
            .field("value", &self.value)
            .field("total", &self.total)
            .field("style", self.style)
            .finish_non_exhaustive()
    }
}
