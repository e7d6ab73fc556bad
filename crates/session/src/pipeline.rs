//! From a profile and options to a report: the order of the steps is that of the functions below.
//!
//! ```text
//! Profile -> label units -> tag frames -> (select) -> total -> (select) -> aggregate -> render
//! ```
//!
//! Selection comes after the total, so that percentages are of the whole profile, unless the user
//! asks for relative ones.

use std::io::Write;

use heapwise_graph::{Aggregation, Trim, Value, aggregate, total};
use heapwise_insight::{Hint, Subject, explain};
use heapwise_profile::{LabelUnits, Profile, label_units, tag_frames};
use heapwise_report::{About, Input, Objects, Sources, Style, Values};
use heapwise_units::label;
use jiff::tz::TimeZone;

use crate::Options;
use crate::command::{self, Argued, Needs, RenderError};
use crate::go_regex::{GoRegex, RegexError};
use crate::host::Host;
use crate::invocation::Report;
use crate::load::Loaded;
use crate::objects::HostObjects;
use crate::sample_index::{self, SampleIndexError};
use crate::selection::{Selection, SelectionError, unmatched};
use crate::source_files::SourceFiles;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// No such column.
    #[error(transparent)]
    SampleIndex(#[from] SampleIndexError),
    /// `divide_by` is 0.
    #[error("zero divisor specified")]
    ZeroDivisor,
    /// The argument of the command is no regular expression.
    #[error("parsing argument regexp {argument}: {error}")]
    Argument {
        /// The argument.
        argument: String,
        /// What is wrong with it.
        error: RegexError,
    },
    /// A filter does not compile.
    #[error(transparent)]
    Selection(#[from] SelectionError),
    /// The report itself.
    #[error(transparent)]
    Render(#[from] RenderError),
}

/// What a report is made from: everything of [`Input`] that has to be worked out.
#[derive(Debug)]
pub struct Prepared {
    /// The samples to show.
    pub profile: Profile,
    /// The column to show.
    pub value: Value,
    /// The 100 % of every percentage.
    pub total: i64,
    /// The units of numeric labels.
    pub label_units: LabelUnits,
    /// How values and names are written.
    pub style: Style,
    /// The argument of the command, compiled.
    pub argument: Option<Argued>,
}

/// Writes the report that `report` names, and returns what its reader should know. What the options
/// have to be told about goes to the host.
///
/// # Errors
/// When an option does not fit the profile, or the report cannot be written.
pub fn render(
    loaded: &Loaded,
    report: &Report,
    options: &Options,
    host: &dyn Host,
    out: &mut dyn Write,
) -> Result<Vec<Hint>, ReportError> {
    host.progress(Some("Making the report"));
    let hints = render_step(loaded, report, options, host, out);
    host.progress(None);
    hints
}

fn render_step(
    loaded: &Loaded,
    report: &Report,
    options: &Options,
    host: &dyn Host,
    out: &mut dyn Write,
) -> Result<Vec<Hint>, ReportError> {
    let (command, argument) = (report.command, report.argument.as_deref());
    let (rendered, hints) =
        with_input(loaded, &command.needs, argument, options, host, |input, argument| {
            (command.render)(input, argument, host, out)
        })?;
    rendered?;
    Ok(if command.one_column { hints } else { Vec::new() })
}

/// Makes something of what a report is made from: of a profile prepared as `needs` and `options` say,
/// with the argument compiled. Returns it, and what a reader should know who is shown one column.
///
/// # Errors
/// When an option does not fit the profile, or `argument` does not compile.
pub fn with_input<T>(
    loaded: &Loaded,
    needs: &Needs,
    argument: Option<&str>,
    options: &Options,
    host: &dyn Host,
    make: impl FnOnce(&Input<'_>, Option<&Argued>) -> T,
) -> Result<(T, Vec<Hint>), ReportError> {
    let prepared = prepare(&loaded.profile, needs, argument, options, host)?;
    let sources = SourceFiles::new(host, options);
    let objects = HostObjects::new(host, options, &loaded.tools);
    let made = make(&prepared.input(&sources, &objects), prepared.argument.as_ref());
    sources.tell();
    let hints = explain(Subject {
        profile: &loaded.profile,
        index: prepared.value.index,
        is_difference: loaded.is_difference,
        symbols_wanted: loaded.symbols_wanted,
        without_symbols: &loaded.without_symbols,
    });
    Ok((made, hints))
}

impl Prepared {
    /// The form in which formats take it.
    pub fn input<'a>(&'a self, sources: &'a dyn Sources, objects: &'a dyn Objects) -> Input<'a> {
        Input {
            profile: &self.profile,
            value: self.value,
            total: self.total,
            label_units: &self.label_units,
            style: &self.style,
            sources,
            objects,
        }
    }
}

/// Works out what the report is made from.
///
/// # Errors
/// When an option does not fit the profile.
pub fn prepare(
    profile: &Profile,
    needs: &Needs,
    argument: Option<&str>,
    options: &Options,
    host: &dyn Host,
) -> Result<Prepared, ReportError> {
    let mut note = |text: String| host.note(&text);
    let label_units = known_units(profile, &mut note);
    let framed = with_tag_frames(profile, options, &mut note);
    let select = |profile: &Profile, note: &mut dyn FnMut(String)| {
        Selection::compile(options, note).map(|filters| filters.apply(profile, &label_units, note))
    };
    let relative = options.relative_percentages;
    let framed = if relative { select(&framed, &mut note)? } else { framed };
    let value = value(profile, options)?;
    let style = style(needs, options, host.time_zone())?;
    let argument = argument.map(argued).transpose()?;
    let total = total(&framed, value);
    let selected = if relative { framed } else { select(&framed, &mut note)? };
    let profile = aggregate(&selected, aggregation(needs, options));
    Ok(Prepared { profile, value, total, label_units, style, argument })
}

/// What a profile says of itself, line by line, and its total; nothing if the options do not fit it.
/// Filters do not count.
pub fn about(profile: &Profile, options: &Options, host: &dyn Host) -> Option<(Vec<Vec<u8>>, i64)> {
    let value = value(profile, options).ok()?;
    let style = style(&command::AS_GIVEN, options, host.time_zone()).ok()?;
    let label_units = known_units(profile, &mut |text| host.note(&text));
    let total = total(profile, value);
    let sources = SourceFiles::new(host, options);
    let objects = HostObjects::new(host, options, "");
    let input = Input {
        profile,
        value,
        total,
        label_units: &label_units,
        style: &style,
        sources: &sources,
        objects: &objects,
    };
    Some((About::of(&input).lines(&Values::of(&input)), total))
}

/// The units of numeric labels; notes those that contradict one another.
fn known_units(profile: &Profile, note: &mut dyn FnMut(String)) -> LabelUnits {
    let units = label_units(profile);
    for row in units.iter().filter(|row| !row.ignored.is_empty()) {
        let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let ignored: Vec<_> = row.ignored.iter().map(|unit| shown(unit)).collect();
        note(format!(
            "For tag {} used unit {}, also encountered unit(s) {}",
            shown(profile.text(row.key)),
            shown(&row.unit),
            ignored.join(", ")
        ));
    }
    units
}

/// The profile with frames for the tags that `tagroot` and `tagleaf` name.
fn with_tag_frames(profile: &Profile, options: &Options, note: &mut dyn FnMut(String)) -> Profile {
    let unit = options.unit.as_bytes();
    let format = |number: i64, from: Option<&[u8]>| match from {
        Some(from) => label(number, from, unit),
        None => number.to_string().into_bytes(),
    };
    let (roots, leaves) = (keys(&options.tag_root), keys(&options.tag_leaf));
    let (framed, matched) = tag_frames(profile, &roots, &leaves, &format);
    unmatched("TagRoot", !options.tag_root.is_empty() && !matched.root, note);
    unmatched("TagLeaf", !options.tag_leaf.is_empty() && !matched.leaf, note);
    framed
}

fn keys(list: &str) -> Vec<&[u8]> {
    list.split(',').filter(|key| !key.is_empty()).map(str::as_bytes).collect()
}

fn value(profile: &Profile, options: &Options) -> Result<Value, SampleIndexError> {
    let index = sample_index::resolve(profile, &options.sample_index)?;
    Ok(Value { index, mean: options.mean })
}

fn style(needs: &Needs, options: &Options, zone: TimeZone) -> Result<Style, ReportError> {
    if options.divide_by == 0.0 {
        return Err(ReportError::ZeroDivisor);
    }
    Ok(Style {
        unit: options.unit.clone(),
        ratio: 1.0 / options.divide_by,
        compact_labels: options.compact_labels,
        active_filters: active_filters(options),
        order: options.sort,
        trim: trim(needs, options),
        drop_negative: options.drop_negative,
        call_tree: options.call_tree,
        time_zone: zone,
    })
}

/// The filters in force, in the order in which a report lists them.
fn active_filters(options: &Options) -> Vec<(&'static str, String)> {
    let all = [
        ("focus", &options.focus),
        ("ignore", &options.ignore),
        ("hide", &options.hide),
        ("show", &options.show),
        ("show_from", &options.show_from),
        ("tagfocus", &options.tag_focus),
        ("tagignore", &options.tag_ignore),
        ("tagshow", &options.tag_show),
        ("taghide", &options.tag_hide),
    ];
    let given = all.into_iter().filter(|(_, value)| !value.is_empty());
    given.map(|(name, value)| (name, value.clone())).collect()
}

/// The cut-offs: none if the command or the user wants none, else the user's with the command's
/// node count in place of -1.
fn trim(needs: &Needs, options: &Options) -> Trim {
    if !needs.trim || !options.trim {
        return Trim::default();
    }
    let count = if options.node_count == -1 { needs.node_count } else { options.node_count };
    Trim {
        node_count: usize::try_from(count).unwrap_or(0),
        node_fraction: options.node_fraction,
        edge_fraction: options.edge_fraction,
    }
}

fn aggregation(needs: &Needs, options: &Options) -> Aggregation {
    Aggregation {
        granularity: needs
            .granularity
            .or(options.granularity)
            .or(needs.usual_granularity)
            .unwrap_or_default(),
        no_inlines: needs.no_inlines.unwrap_or(options.no_inlines),
        columns: options.show_columns,
    }
}

fn argued(argument: &str) -> Result<Argued, ReportError> {
    let text = argument.to_owned();
    match GoRegex::new(argument) {
        Ok(regex) => Ok(Argued { text, regex }),
        Err(error) => Err(ReportError::Argument { argument: text, error }),
    }
}

#[cfg(test)]
mod tests;
