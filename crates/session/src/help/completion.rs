//! What completes the command line in the shells of the system.

use super::subcommand::RUN;
use super::{Row, flag_sections};
use crate::flag;

/// The script for the shell of that name.
pub fn script(shell: &str) -> Option<String> {
    let rows: Vec<_> = flag_sections().into_iter().flat_map(|section| section.rows).collect();
    match shell {
        "bash" => Some(bash(&rows)),
        "fish" => Some(fish(&rows)),
        "zsh" => Some(zsh(&rows)),
        _ => None,
    }
}

/// Flags, and those of `run` up to its program; programs behind `--`, files for everything else.
fn bash(rows: &[Row]) -> String {
    let dashed = |names: Vec<&str>| {
        let names: Vec<_> = names.iter().map(|name| format!("-{name}")).collect();
        names.join(" ")
    };
    let names = dashed(rows.iter().map(|row| row.name).collect());
    let run = dashed(RUN.options.iter().flat_map(|option| option.names).copied().collect());
    format!(
        "_heapwise() {{\n    \
             local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}}\n    \
             local names='{names}'\n    \
             COMPREPLY=()\n    \
             if [[ ${{COMP_WORDS[1]}} == run ]]; then\n        \
                 [[ \" ${{COMP_WORDS[*]:0:COMP_CWORD}} \" == *' -- '* ]] && names= || names='{run}'\n        \
                 [[ $before == -- ]] && COMPREPLY=($(compgen -c -- \"$word\"))\n    \
             fi\n    \
             if [[ $word == -* ]]; then\n        \
                 COMPREPLY=($(compgen -W \"$names\" -- \"$word\"))\n    \
             fi\n\
         }}\n\
         complete -o default -F _heapwise heapwise\n"
    )
}

/// The same, and what each flag does. It serves as a file on `fpath` and as text to evaluate.
fn zsh(rows: &[Row]) -> String {
    let flag = |name: &str, help: &str, value: &str| {
        let help = escaped(help, &['\\', '[', ']', ':']).replace('\'', "'\\''");
        format!("'-{name}[{help}]{value}' \\\n")
    };
    let mut script = String::from(
        "#compdef heapwise\n\n_heapwise() {\n    if (( CURRENT > 2 )) && [[ $words[2] == run ]]; then\n        \
         shift words\n        (( CURRENT-- ))\n        _arguments -S \\\n",
    );
    for option in RUN.options {
        let value = if option.value.is_empty() { "" } else { ":value:_files" };
        for name in option.names {
            let line = flag(name, option.help.first().copied().unwrap_or_default(), value);
            script.push_str(&format!("            {line}"));
        }
    }
    script.push_str(
        "            '(-)1:program:_command_names -e' '*::argument:_normal'\n        return\n    fi\n    \
         _arguments \\\n",
    );
    for row in rows {
        let (equals, value) = match Value::of(row) {
            Value::None => ("", ""),
            Value::Any => ("=", ":value:_files"),
            Value::Regexp => ("=", ":regexp: "),
        };
        script.push_str(&format!(
            "        {}",
            flag(&format!("{}{equals}", row.name), &row.help, value)
        ));
    }
    script.push_str(
        "        '*:profile:_files'\n}\n\n\
         if [ \"$funcstack[1]\" = _heapwise ]; then\n    _heapwise \"$@\"\nelse\n    \
         compdef _heapwise heapwise\nfi\n",
    );
    script
}

fn fish(rows: &[Row]) -> String {
    let line = |name: &str, when: &str, value: &str, help: &str| {
        let help = escaped(help, &['\\', '\'']);
        format!("complete -c heapwise{when} -o {name}{value} -d '{help}'\n")
    };
    let flags = rows.iter().map(|row| {
        let value = match Value::of(row) {
            Value::None => "",
            Value::Any => " -r",
            Value::Regexp => " -x",
        };
        line(row.name, "", value, &row.help)
    });
    let of_run = RUN.options.iter().flat_map(|option| {
        let value = if option.value.is_empty() { "" } else { " -r" };
        let help = option.help.first().copied().unwrap_or_default();
        let when = " -n '__fish_seen_subcommand_from run'";
        option.names.iter().map(move |name| line(name, when, value, help))
    });
    flags.chain(of_run).collect()
}

/// What must follow a flag.
enum Value {
    None,
    /// Something that may be a file.
    Any,
    Regexp,
}

impl Value {
    fn of(row: &Row) -> Self {
        match row.argument {
            "" if flag::takes_value(row.name) => Self::Any,
            "" => Self::None,
            "file" => Self::Any,
            _ => Self::Regexp,
        }
    }
}

/// The text with a backslash before each of `letters`.
fn escaped(text: &str, letters: &[char]) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        if letters.contains(&letter) {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::help::tests::flag_names;

    #[test]
    fn every_shell_knows_every_flag() {
        for (shell, before, after) in [
            ("bash", "-", &[" ", "'"][..]),
            ("zsh", "'-", &["[", "=["]),
            ("fish", " -o ", &[" -d", " -r", " -x"]),
        ] {
            let script = script(shell).unwrap();
            for name in flag_names() {
                let known =
                    after.iter().any(|end| script.contains(&format!("{before}{name}{end}")));
                assert!(known, "{shell}: {name}");
            }
        }
        for shell in ["bash", "zsh", "fish"] {
            assert!(script(shell).unwrap().contains("interval"), "{shell}");
        }
        assert_eq!(script("nothing"), None);
    }

    #[test]
    fn values_and_quotes_are_as_the_shells_want_them() {
        let row = |name, help: &str| Row::new(name, help.to_owned());
        let list = Row { argument: "regexp", ..row("list", "lines") };
        let rows = [row("focus", "it's [a:b]"), row("cum", "c\\d"), list];
        let zsh = zsh(&rows);
        assert!(zsh.contains("'-focus=[it'\\''s \\[a\\:b\\]]:value:_files' \\\n"), "{zsh}");
        assert!(zsh.contains("'-cum[c\\\\d]' \\\n"), "{zsh}");
        assert!(zsh.contains("'-list=[lines]:regexp: ' \\\n"), "{zsh}");
        let fish = fish(&rows);
        assert!(fish.contains("-o list -x -d 'lines'\n"), "{fish}");
        assert!(fish.contains("-o focus -r -d 'it\\'s [a:b]'\n"), "{fish}");
        assert!(fish.contains("-o cum -d 'c\\\\d'\n"), "{fish}");
    }
}
