//! How long files and functions are.

use super::files::{File, Files};
use crate::Result;
use crate::workspace::Workspace;

const FILE_LINES: usize = 500;
const FUNCTION_LINES: usize = 60;

/// A file has one reason to exist; 500 lines are room enough for it. Tests do not count.
pub fn files(_: &Workspace, files: &Files) -> Result<Vec<String>> {
    let code = files.with_extension("rs").filter(|file| !is_test(file));
    let sized = code.map(|file| (file, lines_without_tests(&file.text)));
    let long = sized.filter(|(_, lines)| *lines > FILE_LINES);
    Ok(long.map(|(file, lines)| format!("{}: {lines} lines", file.path.display())).collect())
}

/// A function fits on a screen. Clippy counts statements inside; this counts lines from `fn` to the
/// closing brace, which formatted code has at the same indentation.
pub fn functions(_: &Workspace, files: &Files) -> Result<Vec<String>> {
    Ok(files.with_extension("rs").flat_map(long_functions).collect())
}

/// Whether the whole file is test code.
fn is_test(file: &File) -> bool {
    file.is_in("tests") && !file.is_in("src")
        || file.is_in("benches")
        || file.path.ends_with("tests.rs")
}

/// Lines up to the test module that ends a file.
fn lines_without_tests(text: &str) -> usize {
    let lines: Vec<&str> = text.lines().collect();
    let module = |pair: &[&str]| pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod ");
    lines.windows(2).position(module).unwrap_or(lines.len())
}

fn long_functions(file: &File) -> Vec<String> {
    let lines: Vec<&str> = file.text.lines().collect();
    let starts = lines.iter().enumerate().filter(|(_, line)| starts_function(line));
    let measured = starts.filter_map(|(at, line)| {
        let indentation = &line[..line.len() - line.trim_start().len()];
        let end = format!("{indentation}}}");
        // A declaration without a body ends where its arguments do.
        let declared = format!("{indentation})");
        let ends =
            |line: &&str| **line == *end || line.starts_with(&declared) && line.ends_with(';');
        let length = lines[at..].iter().position(ends)? + 1;
        let place = format!("{}:{}", file.path.display(), at + 1);
        (length > FUNCTION_LINES).then(|| format!("{place}: {length} lines"))
    });
    measured.collect()
}

/// Whether a function with a body on lines of its own starts here.
fn starts_function(line: &str) -> bool {
    let words = line.trim_start().split(' ');
    let qualifiers =
        ["pub", "pub(crate)", "pub(super)", "const", "async", "unsafe", "extern", "\"C\""];
    let mut rest = words.skip_while(|word| qualifiers.contains(word));
    rest.next() == Some("fn") && !line.ends_with('}') && !line.ends_with(';')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::files::tree;

    fn none() -> Workspace {
        Workspace { root: ".".into(), target: "target".into(), packages: Vec::new() }
    }

    #[test]
    fn a_long_file_is_named_and_its_tests_do_not_count() {
        let code = "// line\n".repeat(FILE_LINES);
        let tested = format!("{code}#[cfg(test)]\nmod tests {{\n{code}}}\n");
        let (_folder, made) = tree(&[
            ("src/fits.rs", &tested),
            ("src/long.rs", &format!("{code}// one more\n")),
            ("src/long/tests.rs", &format!("{code}// one more\n")),
            ("tests/long.rs", &format!("{code}// one more\n")),
        ]);
        assert_eq!(files(&none(), &made).unwrap(), ["src/long.rs: 501 lines"]);
    }

    #[test]
    fn a_long_function_is_named_with_its_line() {
        let body = "        step();\n".repeat(FUNCTION_LINES - 2);
        let fits = format!("impl X {{\n    pub fn fits() {{\n{body}    }}\n}}\n");
        let long = format!("{fits}impl Y {{\n    const fn long() {{\n{body}{body}    }}\n}}\n");
        let (_folder, made) = tree(&[("src/a.rs", &long)]);
        assert_eq!(functions(&none(), &made).unwrap(), ["src/a.rs:64: 118 lines"]);
    }
}
