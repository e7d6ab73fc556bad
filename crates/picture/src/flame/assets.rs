//! What the browser runs, part of the program: modules that know of no server, and styles.

/// A file.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// Its name, with its folder.
    pub name: &'static str,
    /// What is in it.
    pub text: &'static str,
}

/// A row of a file below `assets`.
macro_rules! asset {
    ($name:literal) => {
        Asset { name: $name, text: include_str!(concat!("../../assets/", $name)) }
    };
}

/// Modules, each after those that it imports.
pub static MODULES: &[Asset] = &[
    asset!("flame/dom.js"),
    asset!("flame/regexp.js"),
    asset!("flame/values.js"),
    asset!("flame/boxes.js"),
    asset!("flame/colors.js"),
    asset!("flame/painter.js"),
    asset!("flame/tally.js"),
    asset!("flame/viewer.js"),
];

/// What stands on top of the modules in a file.
pub(super) static FILE: Asset = asset!("flame/file.js");

/// Styles of every page.
pub static LOOK: Asset = asset!("look.css");

/// Styles of flame graphs.
pub static FLAME: Asset = asset!("flame/flame.css");

/// What a file adds to both.
pub(super) static FILE_STYLE: Asset = asset!("flame/file.css");

/// All modules as one script: without the lines that import, and the words that export.
pub(super) fn script() -> String {
    let lines = MODULES.iter().chain([&FILE]).flat_map(|module| module.text.lines());
    let lines = lines.filter(|line| !line.starts_with("import "));
    let mut script = String::from("{\n'use strict';\n");
    for line in lines {
        script.push_str(line.strip_prefix("export ").unwrap_or(line));
        script.push('\n');
    }
    script.push_str("}\n");
    script
}

/// All styles as one.
pub(super) fn style() -> String {
    [LOOK, FLAME, FILE_STYLE].map(|style| style.text).concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_joined_modules_are_one_script() {
        let script = script();
        for (word, what) in [
            ("import", "lines that import are one line each"),
            ("export", "what is exported is declared on that line"),
            ("]]>", "it would end a section of characters in XML"),
            ("</script", "it would end the element"),
            ("<!--", "it has a meaning in HTML"),
        ] {
            let code = script.lines().filter(|line| !line.trim_start().starts_with("//"));
            let code = code.filter(|line| !line.trim_start().starts_with(['*', '/']));
            assert!(!code.into_iter().any(|line| line.starts_with(word)), "{word}: {what}");
        }
        assert!(
            !script.contains("]]>") && !script.contains("</script") && !script.contains("<!--")
        );
        // Two of one name would be an error of syntax.
        let mut names = std::collections::BTreeSet::new();
        for line in script.lines() {
            let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
            if let Some("const" | "let" | "class" | "function") = words.next() {
                let name = words.next().unwrap_or_default();
                assert!(names.insert(name), "{name} twice");
            }
        }
        assert!(names.contains("FlameViewer") && names.contains("FlameFile"));
    }

    #[test]
    fn styles_mean_nothing_in_html_or_xml() {
        assert!(!style().contains(['<', '&']) && !style().contains("]]>"));
    }
}
