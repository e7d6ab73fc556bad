//! The files that every page uses, part of the program.

/// A file.
pub(crate) struct Asset {
    name: &'static str,
    /// Its media type.
    pub kind: &'static str,
    /// What is in it.
    pub bytes: &'static [u8],
}

/// A row of a file below `assets`.
macro_rules! asset {
    ($name:literal, $kind:literal) => {
        Asset { name: $name, kind: $kind, bytes: include_bytes!(concat!("../assets/", $name)) }
    };
}

static ALL: &[Asset] = &[
    asset!("app.css", "text/css; charset=utf-8"),
    asset!("app.js", "text/javascript; charset=utf-8"),
    asset!("config.js", "text/javascript; charset=utf-8"),
    asset!("graph.js", "text/javascript; charset=utf-8"),
    asset!("icon.svg", "image/svg+xml"),
    asset!("keyboard.js", "text/javascript; charset=utf-8"),
    asset!("menus.js", "text/javascript; charset=utf-8"),
    asset!("search.js", "text/javascript; charset=utf-8"),
    asset!("selection.js", "text/javascript; charset=utf-8"),
    asset!("source.js", "text/javascript; charset=utf-8"),
    asset!("table.js", "text/javascript; charset=utf-8"),
    asset!("theme.js", "text/javascript; charset=utf-8"),
    asset!("flame/boxes.js", "text/javascript; charset=utf-8"),
    asset!("flame/colors.js", "text/javascript; charset=utf-8"),
    asset!("flame/flame.css", "text/css; charset=utf-8"),
    asset!("flame/page.js", "text/javascript; charset=utf-8"),
    asset!("flame/painter.js", "text/javascript; charset=utf-8"),
    asset!("flame/values.js", "text/javascript; charset=utf-8"),
    asset!("flame/viewer.js", "text/javascript; charset=utf-8"),
];

/// The file of that name.
pub(crate) fn find(name: &str) -> Option<&'static Asset> {
    ALL.iter().find(|asset| asset.name == name)
}
