//! Selection: profiles made of a part of the samples, of the locations in them, or of their labels.
//!
//! Each filter borrows a profile and returns a new one that shares the tables it did not change.
//! Predicates are over bytes; each is asked once for a distinct text, however many samples hold it,
//! so that the cost of a filter is one pass over the column of stacks or of labels.

mod labels;
mod names;
mod prune_from;
mod show_from;
mod stacks;
mod text_match;

pub use labels::{
    filter_label_keys, filter_labels, filter_samples, remove_label, set_text_label,
    without_lost_labels,
};
pub use names::{NameFilters, NameMatches, filter_names};
pub use prune_from::prune_from;
pub use show_from::show_from;
pub use text_match::Predicate;

pub(crate) use stacks::{cut_lines, cut_stacks};
pub(crate) use text_match::SimpleNames;

#[cfg(test)]
mod tests;
