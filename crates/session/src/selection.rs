//! Which samples and frames a report shows: the filters of [`Options`], compiled.

use std::cell::Cell;

use heapwise_profile::{
    LabelUnits, NameFilters, Predicate, Profile, filter_label_keys, filter_names, filter_samples,
    prune_from, show_from,
};

use crate::Options;
use crate::go_regex::{GoRegex, RegexError};
use crate::tag_filter::{TagFilter, TagFilterError};

/// The filters, compiled.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    focus: Option<GoRegex>,
    ignore: Option<GoRegex>,
    hide: Option<GoRegex>,
    show: Option<GoRegex>,
    show_from: Option<GoRegex>,
    tag_focus: Option<TagFilter>,
    tag_ignore: Option<TagFilter>,
    prune_from: Option<GoRegex>,
    tag_show: Option<GoRegex>,
    tag_hide: Option<GoRegex>,
}

/// Why the filters do not compile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectionError {
    /// A filter is no regular expression.
    #[error("parsing {option} regexp: {error}")]
    Regex {
        /// The name of the setting.
        option: &'static str,
        /// What is wrong with it.
        error: RegexError,
    },
    /// A filter is no tag filter.
    #[error(transparent)]
    Tag(#[from] TagFilterError),
}

impl Selection {
    /// Compiles the filters of `options`. What the user should know goes to `note`.
    ///
    /// # Errors
    /// When one of them is no regular expression, or a range with a number that is too large.
    pub fn compile(
        options: &Options,
        note: &mut dyn FnMut(String),
    ) -> Result<Self, SelectionError> {
        Ok(Self {
            focus: regex("focus", &options.focus)?,
            ignore: regex("ignore", &options.ignore)?,
            hide: regex("hide", &options.hide)?,
            show: regex("show", &options.show)?,
            show_from: regex("show_from", &options.show_from)?,
            tag_focus: TagFilter::compile("tagfocus", &options.tag_focus, note)?,
            tag_ignore: TagFilter::compile("tagignore", &options.tag_ignore, note)?,
            prune_from: regex("prune_from", &options.prune_from)?,
            tag_show: regex("tagshow", &options.tag_show)?,
            tag_hide: regex("taghide", &options.tag_hide)?,
        })
    }

    /// What is left of `profile`. Notes each filter that nothing matched.
    pub fn apply(
        &self,
        profile: &Profile,
        units: &LabelUnits,
        note: &mut dyn FnMut(String),
    ) -> Profile {
        let profile = self.by_name(profile, note);
        let profile = self.by_root(profile, note);
        let profile = self.by_tag(profile, units, note);
        let profile = self.tags(profile, note);
        match &self.prune_from {
            Some(regex) => prune_from(&profile, &|name| regex.is_match(name)),
            None => profile,
        }
    }

    fn by_name(&self, profile: &Profile, note: &mut dyn FnMut(String)) -> Profile {
        let focus = self.focus.as_ref().map(predicate);
        let ignore = self.ignore.as_ref().map(predicate);
        let hide = self.hide.as_ref().map(predicate);
        let show = self.show.as_ref().map(predicate);
        let filters = NameFilters {
            focus: focus.as_ref().map(|f| f as Predicate<'_>),
            ignore: ignore.as_ref().map(|f| f as Predicate<'_>),
            hide: hide.as_ref().map(|f| f as Predicate<'_>),
            show: show.as_ref().map(|f| f as Predicate<'_>),
        };
        let (selected, matched) = filter_names(profile, &filters);
        unmatched("Focus", focus.is_some() && !matched.focus, note);
        unmatched("Ignore", ignore.is_some() && !matched.ignore, note);
        unmatched("Hide", hide.is_some() && !matched.hide, note);
        unmatched("Show", show.is_some() && !matched.show, note);
        selected
    }

    fn by_root(&self, profile: Profile, note: &mut dyn FnMut(String)) -> Profile {
        let Some(regex) = &self.show_from else { return profile };
        let (selected, matched) = show_from(&profile, &|text| regex.is_match(text));
        unmatched("ShowFrom", !matched, note);
        selected
    }

    fn by_tag(
        &self,
        profile: Profile,
        units: &LabelUnits,
        note: &mut dyn FnMut(String),
    ) -> Profile {
        if self.tag_focus.is_none() && self.tag_ignore.is_none() {
            return profile;
        }
        let (mut focused, mut ignored) = (false, false);
        let selected = filter_samples(&profile, |labels| {
            let matches = |filter: &TagFilter| filter.matches(&profile, units, labels);
            let focus = self.tag_focus.as_ref().is_none_or(matches);
            let ignore = self.tag_ignore.as_ref().is_some_and(matches);
            focused |= focus;
            ignored |= ignore;
            focus && !ignore
        });
        unmatched("TagFocus", self.tag_focus.is_some() && !focused, note);
        unmatched("TagIgnore", self.tag_ignore.is_some() && !ignored, note);
        selected
    }

    fn tags(&self, profile: Profile, note: &mut dyn FnMut(String)) -> Profile {
        if self.tag_show.is_none() && self.tag_hide.is_none() {
            return profile;
        }
        let (shown, hidden) = (Cell::new(false), Cell::new(false));
        let selected = filter_label_keys(&profile, &|key| {
            let show = self.tag_show.as_ref().is_none_or(|regex| regex.is_match(key));
            let hide = self.tag_hide.as_ref().is_some_and(|regex| regex.is_match(key));
            shown.set(shown.get() | show);
            hidden.set(hidden.get() | hide);
            show && !hide
        });
        unmatched("TagShow", self.tag_show.is_some() && !shown.get(), note);
        unmatched("TagHide", self.tag_hide.is_some() && !hidden.get(), note);
        selected
    }
}

/// The regular expression of the setting `option`; nothing if it is empty.
fn regex(option: &'static str, text: &str) -> Result<Option<GoRegex>, SelectionError> {
    if text.is_empty() {
        return Ok(None);
    }
    GoRegex::new(text).map(Some).map_err(|error| SelectionError::Regex { option, error })
}

fn predicate(regex: &GoRegex) -> impl Fn(&[u8]) -> bool + '_ {
    |text| regex.is_match(text)
}

/// Notes that the filter `name` matched nothing, if that is so.
pub fn unmatched(name: &str, is_so: bool, note: &mut dyn FnMut(String)) {
    if is_so {
        note(format!("{name} expression matched no samples"));
    }
}
