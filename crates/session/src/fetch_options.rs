//! What the user says about where profiles come from, and the registry of the flags that say it.

use crate::field::{Field, field};

/// Everything the command line says that is not about one report: it holds for the whole run.
#[derive(Clone, Debug, PartialEq)]
pub struct FetchOptions {
    /// Seconds to ask a URL to profile for; only values above 0 count.
    pub seconds: i64,
    /// Seconds to wait for a URL; 0 and below leave the choice to the tool.
    pub timeout: i64,
    /// The build id of the main binary, if the profile has none.
    pub build_id: String,
    /// Which symbols to look up, and how names are written.
    pub symbolize: String,
    /// A comment to add to the profile.
    pub add_comment: String,
    /// Ignore what the profile says about frames to drop.
    pub all_frames: bool,
    /// The profile to subtract.
    pub base: String,
    /// The profile to compare with: subtracted, with percentages of it.
    pub diff_base: String,
    /// Where to look for object tools: `objdump:DIR` or `DIR`. Only objdump is ever run.
    pub tools: String,
    /// The address of the web pages.
    pub http: String,
    /// Do not open a browser for the web pages.
    pub no_browser: bool,
    /// The client certificate for HTTPS.
    pub tls_cert: String,
    /// The key of the client certificate.
    pub tls_key: String,
    /// The certificates of authorities to trust.
    pub tls_ca: String,
}

impl Default for FetchOptions {
    fn default() -> Self {
        Self {
            seconds: -1,
            timeout: -1,
            build_id: String::new(),
            symbolize: String::new(),
            add_comment: String::new(),
            all_frames: false,
            base: String::new(),
            diff_base: String::new(),
            tools: String::new(),
            http: String::new(),
            no_browser: false,
            tls_cert: String::new(),
            tls_key: String::new(),
            tls_ca: String::new(),
        }
    }
}

/// One flag that is no setting of a report.
#[derive(Debug)]
pub struct FetchFlag {
    /// The name.
    pub name: &'static str,
    /// One line of help.
    pub help: &'static str,
    /// The place it fills.
    pub field: Field<FetchOptions>,
}

const fn flag(name: &'static str, help: &'static str, field: Field<FetchOptions>) -> FetchFlag {
    FetchFlag { name, help, field }
}

/// Every such flag, in the order of help.
pub static ALL: &[FetchFlag] = &[
    flag("base", "A profile to subtract", field!(Text, base)),
    flag("diff_base", "A profile to compare with; percentages are of it", field!(Text, diff_base)),
    flag("add_comment", "A comment to add to the profile", field!(Text, add_comment)),
    flag(
        "buildid",
        "The build id of the main binary, if the profile has none",
        field!(Text, build_id),
    ),
    flag(
        "symbolize",
        "none, local, remote, force, demangle=none|templates|full, joined by colons",
        field!(Text, symbolize),
    ),
    flag(
        "all_frames",
        "Show frames that the profile itself asks to drop",
        field!(Switch, all_frames),
    ),
    flag("seconds", "How many seconds a URL is to profile", field!(Integer, seconds)),
    flag("timeout", "How many seconds to wait for the response of a URL", field!(Integer, timeout)),
    flag("tls_cert", "Client certificate for HTTPS", field!(Text, tls_cert)),
    flag("tls_key", "Key of the client certificate", field!(Text, tls_key)),
    flag("tls_ca", "Certificates of authorities to trust", field!(Text, tls_ca)),
    flag(
        "http",
        "Show the profile as web pages at host:port; without host only to this machine",
        field!(Text, http),
    ),
    flag("no_browser", "Do not open a browser for the web pages", field!(Switch, no_browser)),
    flag(
        "tools",
        "Where to find objdump, to disassemble with it: objdump:DIR or DIR",
        field!(Text, tools),
    ),
];

/// A flag that stands for a sample type.
#[derive(Debug)]
pub struct Shortcut {
    /// The name of the flag.
    pub name: &'static str,
    /// The sample type it selects.
    pub sample_index: &'static str,
    /// Whether it asks for the mean as well.
    pub mean: bool,
}

const fn shortcut(name: &'static str, sample_index: &'static str, mean: bool) -> Shortcut {
    Shortcut { name, sample_index, mean }
}

/// The shortcuts; the first one given wins over the others.
pub static SHORTCUTS: &[Shortcut] = &[
    shortcut("total_delay", "delay", false),
    shortcut("mean_delay", "delay", true),
    shortcut("contentions", "contentions", false),
    shortcut("inuse_space", "inuse_space", false),
    shortcut("inuse_objects", "inuse_objects", false),
    shortcut("alloc_space", "alloc_space", false),
    shortcut("alloc_objects", "alloc_objects", false),
];
