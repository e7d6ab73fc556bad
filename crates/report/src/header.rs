//! What stands above a report.

use std::io::{self, Write};

use heapwise_graph::{Graph, base_name, cutoff};
use heapwise_profile::Header as ProfileHeader;
use heapwise_units::{AUTO, is_time, label, percentage, scale, truncate};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::Input;
use crate::values::Values;

/// What stands above a report: about the profile, the filters, and what the report accounts for.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// About the profile; nothing if the user wants compact labels.
    pub about: Option<About>,
    /// The filters in force, as (name, value).
    pub filters: Vec<(&'static str, String)>,
    /// What the report accounts for.
    pub accounting: Accounting,
}

/// What a profile says of itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct About {
    /// The name of the main binary, without its folder.
    pub file: Vec<u8>,
    /// The build id of the main binary.
    pub build_id: Vec<u8>,
    /// The comments, without those that start with `#`.
    pub comments: Vec<Vec<u8>>,
    /// The sample type, `mean_` before it when means are shown.
    pub sample_type: Vec<u8>,
    /// Where the meaning of the profile is documented.
    pub doc_url: Vec<u8>,
    /// When the profile was taken, in the zone of the report; empty when unknown.
    pub time: String,
    /// How long the collection took; nothing when unknown.
    pub duration: Option<Duration>,
}

/// How long a collection took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duration {
    /// In nanoseconds.
    pub nanos: i64,
    /// The total of the report, in units of the sample type.
    pub total: i64,
    /// The total in nanoseconds, if it is a time.
    pub total_nanos: Option<i64>,
}

/// What a report accounts for, in units of the sample type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accounting {
    /// The sum of flat values shown.
    pub shown: i64,
    /// The 100 %.
    pub total: i64,
    /// How many nodes were dropped because their cum is low, and the fraction of the total that
    /// stands for low.
    pub dropped_nodes: (usize, i64),
    /// How many edges were dropped because their weight is low, and the same for them.
    pub dropped_edges: (usize, i64),
    /// How many nodes are shown, and of how many.
    pub top: (usize, usize),
}

impl Header {
    /// The header of a report about `graph`.
    pub(crate) fn of(input: &Input<'_>, graph: &Graph) -> Self {
        let (style, total) = (input.style, input.total);
        let shown = graph.in_order().map(|(_, node)| node.flat.value()).fold(0, i64::wrapping_add);
        Self {
            about: (!style.compact_labels).then(|| About::of(input)),
            filters: style.active_filters.clone(),
            accounting: Accounting {
                shown,
                total,
                dropped_nodes: (graph.dropped_nodes, cutoff(total, style.trim.node_fraction)),
                dropped_edges: (0, cutoff(total, style.trim.edge_fraction)),
                top: (graph.order.len(), graph.candidates),
            },
        }
    }

    /// The lines, without line ends; a comment may hold some.
    pub fn lines(&self, values: &Values) -> Vec<Vec<u8>> {
        let mut lines = self.about.as_ref().map(|about| about.lines(values)).unwrap_or_default();
        if !self.filters.is_empty() {
            lines.push(b"Active filters:".to_vec());
            lines.extend(self.filters.iter().map(|(name, value)| filter_line(name, value)));
        }
        lines.extend(self.accounting.lines(values));
        lines
    }

    /// Writes the lines.
    pub(crate) fn write_text(&self, values: &Values, out: &mut dyn Write) -> io::Result<()> {
        write_lines(&self.lines(values), out)
    }
}

impl About {
    /// What the profile of `input` says of itself.
    pub fn of(input: &Input<'_>) -> Self {
        let profile = input.profile;
        let header = &profile.header;
        let text = |id| profile.text(id).to_vec();
        let main = profile.mappings.first();
        let file = main.map_or(&b""[..], |mapping| profile.text(mapping.file));
        let comments = header.comments.iter().map(|&comment| text(comment));
        Self {
            file: if file.is_empty() { Vec::new() } else { base_name(file).to_vec() },
            build_id: main.map(|mapping| text(mapping.build_id)).unwrap_or_default(),
            comments: comments.filter(|comment| !comment.starts_with(b"#")).collect(),
            sample_type: input.title_of_type(),
            doc_url: text(header.doc_url),
            time: time(header, &input.style.time_zone),
            duration: Duration::of(input),
        }
    }

    /// The lines, without line ends.
    pub fn lines(&self, values: &Values) -> Vec<Vec<u8>> {
        let line = |title: &str, text: &[u8]| {
            (!text.is_empty()).then(|| [title.as_bytes(), b": ", text].concat())
        };
        let mut lines: Vec<Vec<u8>> = Vec::new();
        lines.extend(line("File", &self.file));
        lines.extend(line("Build ID", &self.build_id));
        lines.extend(self.comments.iter().cloned());
        lines.extend(line("Type", &self.sample_type));
        lines.extend(line("Doc", &self.doc_url));
        lines.extend(line("Time", self.time.as_bytes()));
        lines.extend(self.duration.as_ref().map(|duration| duration.line(values)));
        lines
    }
}

impl Duration {
    fn of(input: &Input<'_>) -> Option<Self> {
        let (nanos, total) = (input.profile.header.duration_nanos, input.total);
        let unit = input.sample_unit();
        let total_nanos = is_time(unit).then(|| truncate(scale(total, unit, b"ns").number));
        (nanos != 0).then_some(Self { nanos, total, total_nanos })
    }

    fn line(&self, values: &Values) -> Vec<u8> {
        let duration = label(self.nanos, b"ns", AUTO);
        let total = values.text(self.total);
        let ratio = match self.total_nanos {
            None | Some(0) => String::new(),
            Some(total) => format!("({})", percentage(total, self.nanos)),
        };
        [b"Duration: ", &duration[..], b", Total samples = ", &total, b" ", ratio.as_bytes()]
            .concat()
    }
}

impl Accounting {
    fn lines(&self, values: &Values) -> Vec<Vec<u8>> {
        let mut lines = vec![self.shown_line(values)];
        if self.total == 0 {
            return lines;
        }
        lines.extend(dropped_line("node", "cum", self.dropped_nodes, values));
        lines.extend(dropped_line("edge", "freq", self.dropped_edges, values));
        let (shown, candidates) = self.top;
        if 0 < shown && shown < candidates {
            lines.push(format!("Showing top {shown} nodes out of {candidates}").into_bytes());
        }
        lines
    }

    fn shown_line(&self, values: &Values) -> Vec<u8> {
        let (shown, total) = (values.text(self.shown), values.text(self.total));
        let share = percentage(self.shown, self.total);
        let share = share.trim().as_bytes();
        [b"Showing nodes accounting for ", &shown[..], b", ", share, b" of ", &total, b" total"]
            .concat()
    }
}

fn dropped_line(
    what: &str,
    how: &str,
    (count, low): (usize, i64),
    values: &Values,
) -> Option<Vec<u8>> {
    let plural = if count == 1 { "" } else { "s" };
    let start = format!("Dropped {count} {what}{plural} ({how} <= ");
    (count > 0).then(|| [start.as_bytes(), &values.text(low), b")"].concat())
}

/// A filter's line. What is longer than 80 bytes is cut there, were it inside a character.
fn filter_line(name: &str, value: &str) -> Vec<u8> {
    let text = format!("{name}={value}");
    let (shown, rest) = text.as_bytes().split_at(text.len().min(80));
    let ellipsis = if rest.is_empty() { "" } else { "…" };
    [b"   ", shown, ellipsis.as_bytes()].concat()
}

fn time(header: &ProfileHeader, zone: &TimeZone) -> String {
    let Ok(time) = Timestamp::from_nanosecond(header.time_nanos.into()) else {
        return String::new();
    };
    if header.time_nanos == 0 {
        return String::new();
    }
    time.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S %Z").to_string()
}

/// Writes lines that have no line ends.
pub(crate) fn write_lines(lines: &[Vec<u8>], out: &mut dyn Write) -> io::Result<()> {
    for line in lines {
        out.write_all(line)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
