use super::*;

fn said(words: &[&str]) -> Said {
    match read(words.iter().map(OsString::from)) {
        Ok(Asked::Work(said)) => said,
        other => panic!("{words:?} gave {other:?}"),
    }
}

fn refused(words: &[&str]) -> String {
    read(words.iter().map(OsString::from)).unwrap_err().to_string()
}

#[test]
fn flags_come_in_four_forms() {
    let said = said(&["-top", "--cum", "-focus=a=b", "--nodecount", "0x10", "p.pb.gz", "-lines"]);
    let values: Vec<_> = said.values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(values, [("cum", "true"), ("focus", "a=b"), ("nodecount", "16"), ("top", "true")]);
    assert_eq!(said.words, ["p.pb.gz", "-lines"]);
}

#[test]
fn two_dashes_and_one_dash_end_the_flags() {
    assert_eq!(said(&["-top", "--", "-cum"]).words, ["-cum"]);
    assert_eq!(said(&["-", "-cum"]).words, ["-", "-cum"]);
    assert_eq!(said(&["", "x"]).words, ["", "x"]);
}

#[test]
fn a_switch_takes_no_detached_value() {
    let said = said(&["-trim", "false"]);
    assert_eq!(said.values["trim"], "true");
    assert_eq!(said.words, ["false"]);
}

#[test]
fn the_last_value_counts() {
    assert_eq!(said(&["-base", "a", "-base=b"]).values["base"], "b");
    assert_eq!(said(&["-lines", "-lines=F"]).values["lines"], "false");
}

#[test]
fn what_does_not_fit_is_refused() {
    for (words, message) in [
        (&["-foo"][..], "flag provided but not defined: -foo"),
        (&["-foo=x"], "flag provided but not defined: -foo"),
        (&["-granularity=lines"], "flag provided but not defined: -granularity"),
        (&["---x"], "bad flag syntax: ---x"),
        (&["-=x"], "bad flag syntax: -=x"),
        (&["-focus"], "flag needs an argument: -focus"),
        (&["-trim=xyz"], r#"invalid boolean value "xyz" for -trim: parse error"#),
        (&["-top=yes"], r#"invalid boolean value "yes" for -top: parse error"#),
        (&["-nodecount", "abc"], r#"invalid value "abc" for flag -nodecount: parse error"#),
        (&["-divide_by=1e999"], r#"invalid value "1e999" for flag -divide_by: value out of range"#),
        (
            &["-nodecount=99999999999999999999"],
            r#"invalid value "99999999999999999999" for flag -nodecount: value out of range"#,
        ),
    ] {
        assert_eq!(refused(words), message);
    }
}

#[test]
fn help_and_version_are_flags() {
    for word in ["-h", "--help", "-help=x"] {
        assert!(matches!(read([OsString::from(word)]), Ok(Asked::Help)));
    }
    assert!(matches!(read([OsString::from("--version")]), Ok(Asked::Version)));
}

#[test]
fn no_two_registries_share_a_name() {
    let mut seen = std::collections::BTreeSet::new();
    let settings = setting::ALL.iter().map(|setting| setting.name);
    let choices = setting::ALL.iter().flat_map(|setting| setting.choices()).map(|c| c.name);
    let commands = command::names().map(|(name, _)| name);
    let shortcuts = SHORTCUTS.iter().map(|shortcut| shortcut.name);
    let flags = fetch_options::ALL.iter().map(|flag| flag.name);
    for name in settings.chain(choices).chain(commands).chain(shortcuts).chain(flags) {
        assert!(seen.insert(name), "{name} twice");
    }
}
