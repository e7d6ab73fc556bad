//! The files that every page uses, part of the program. What flame graphs in files use too is with those.

use heapwise_picture::flame::assets as shared;

/// A file.
#[derive(Clone, Copy)]
pub(crate) struct Asset {
    name: &'static str,
    /// Its media type.
    pub kind: &'static str,
    /// What is in it.
    pub bytes: &'static [u8],
}

/// A row of a file below `assets`.
macro_rules! asset {
    ($name:literal, $kind:expr) => {
        Asset { name: $name, kind: $kind, bytes: include_bytes!(concat!("../assets/", $name)) }
    };
}

static ALL: &[Asset] = &[
    asset!("app.css", STYLE),
    asset!("app.js", SCRIPT),
    asset!("config.js", SCRIPT),
    asset!("graph.js", SCRIPT),
    asset!("icon.svg", "image/svg+xml"),
    asset!("keyboard.js", SCRIPT),
    asset!("menus.js", SCRIPT),
    asset!("search.js", SCRIPT),
    asset!("selection.js", SCRIPT),
    asset!("source.js", SCRIPT),
    asset!("table.js", SCRIPT),
    asset!("theme.js", SCRIPT),
    asset!("flame/page.js", SCRIPT),
];

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

/// The file of that name.
pub(crate) fn find(name: &str) -> Option<Asset> {
    let styles = [(shared::LOOK, STYLE), (shared::FLAME, STYLE)];
    let modules = shared::MODULES.iter().map(|module| (*module, SCRIPT));
    let shared = styles
        .into_iter()
        .chain(modules)
        .map(|(shared::Asset { name, text }, kind)| Asset { name, kind, bytes: text.as_bytes() });
    ALL.iter().copied().chain(shared).find(|asset| asset.name == name)
}
