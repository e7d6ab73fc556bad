//! Examples in a text of documentation.

/// Whether `text` has a block of code that rustdoc compiles and that is to compile.
pub fn is_in(text: &str) -> bool {
    let fences = text.lines().filter_map(|line| line.trim_start().strip_prefix("```"));
    // Every second one closes a block.
    fences.step_by(2).any(is_compiled)
}

/// Whether a block with these words after its fence is compiled as it is.
fn is_compiled(words: &str) -> bool {
    words.split([',', ' ']).all(|word| {
        matches!(word, "" | "rust" | "no_run" | "should_panic" | "standalone_crate")
            || word.starts_with("edition")
    })
}

#[cfg(test)]
mod tests {
    use super::is_in;

    #[test]
    fn code_that_is_compiled_is_an_example() {
        assert!(is_in("Adds.\n\n```\nassert_eq!(1 + 1, 2);\n```"));
        assert!(is_in("```text\na -> b\n```\n\n  ```rust,no_run\nrun();\n```\n"));
        assert!(is_in("```should_panic edition2024\npanic!();\n```"));
    }

    #[test]
    fn pictures_and_code_that_is_not_compiled_are_none() {
        assert!(!is_in(""));
        assert!(!is_in("`a` and `b`"));
        assert!(!is_in("```text\na -> b\n```"));
        assert!(!is_in("```ignore\nrun();\n```\n\n```compile_fail\nrun();\n```"));
    }
}
