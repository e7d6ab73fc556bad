//! The page: what stands around the boxes, the data, and the script.

use std::io::{self, Write};

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::still::{self, DARK};
use super::{FlameFile, assets};

/// Where the page stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It is the file.
    OwnFile,
    /// It is part of a picture. Pictures have policies of their own.
    Picture,
}

/// The most letters of what a profile says of itself.
const LONGEST_DETAILS: usize = 1000;

/// What is well-formed as HTML and as XML.
#[derive(Template)]
#[template(path = "flame.html")]
struct Page<'a> {
    /// What may run and be loaded.
    policy: Option<String>,
    title: &'a str,
    details: &'a str,
    style: &'a str,
    script: &'a str,
    /// The boxes as a picture, and as data.
    still: &'a str,
    data: &'a str,
    empty: bool,
    left_out: usize,
}

impl FlameFile<'_> {
    pub(super) fn write_page(&self, place: Place, out: &mut dyn Write) -> io::Result<()> {
        let style = [&assets::style(), DARK.as_str()].concat();
        // In XML markup in a script would have a meaning; in HTML the lines around it are comments.
        let script = format!("//<![CDATA[\n{}//]]>", assets::script());
        let policy = (place == Place::OwnFile).then(|| {
            format!(
                "default-src 'none'; base-uri 'none'; form-action 'none'; style-src {}; script-src {}",
                hash(&style),
                hash(&script)
            )
        });
        let (mut still, mut data) = (Vec::new(), Vec::new());
        if place == Place::OwnFile {
            self.write_still(still::Place::Page, &mut still)?;
        }
        let trees = [("callees", &self.callees), ("callers", &self.callers)];
        self.flame.write_json(&trees, &mut data)?;
        let page = Page {
            policy,
            title: &self.title(),
            details: &self.details(LONGEST_DETAILS),
            style: &style,
            script: &script,
            still: &String::from_utf8_lossy(&still),
            data: &String::from_utf8_lossy(&data),
            empty: self.callees.depths.len() == 1,
            left_out: self.callees.left_out,
        };
        page.write_into(out)
    }
}

/// A text as a source in a policy.
fn hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}
