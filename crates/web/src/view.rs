//! The pages: one row a page, one file each.

mod disasm;
mod flame;
mod graph;
mod peek;
mod source;
mod text;
mod top;

use heapwise_session::command::RenderError;
use heapwise_session::host::Host;
use heapwise_session::{Hint, Options, ReportError};

use crate::site::Site;

/// One page.
#[derive(Debug)]
pub(crate) struct View {
    /// The last part of its path.
    pub name: &'static str,
    /// What menus call it.
    pub title: &'static str,
    /// What it shows, in a few words.
    pub about: &'static str,
    /// Makes what is specific to it.
    pub make: fn(&Site, &Options, &dyn Host) -> Result<Body, Failure>,
}

/// What is specific to a page.
#[derive(Debug, Default)]
pub(crate) struct Body {
    /// The HTML between the header and the end.
    pub html: String,
    /// What the profile and the report say of themselves, line by line.
    pub details: Vec<Vec<u8>>,
    /// What the reader should know.
    pub hints: Vec<Hint>,
}

/// Why a page has no content.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The options do not fit the profile.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// There is nothing to show.
    #[error(transparent)]
    Nothing(#[from] heapwise_report::Error),
    /// It cannot be drawn.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// Writing to memory, or a template, failed.
    #[error("the page could not be written: {0}")]
    Write(#[from] std::io::Error),
    /// As above.
    #[error("the page could not be written: {0}")]
    Template(#[from] askama::Error),
}

/// Every page, in the order of the menu.
pub(crate) static ALL: &[&View] =
    &[&flame::VIEW, &graph::VIEW, &top::VIEW, &peek::VIEW, &source::VIEW, &disasm::VIEW];

impl View {
    /// The page of that name.
    pub fn find(name: &str) -> Option<&'static Self> {
        ALL.iter().copied().find(|view| view.name == name)
    }
}

/// Text of a profile for a page: what is not UTF-8 is replaced.
pub(crate) fn shown(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}
