use super::GoRegex;

fn matches(pattern: &str, text: &[u8]) -> bool {
    GoRegex::new(pattern).unwrap().is_match(text)
}

#[test]
fn refuses_what_go_refuses_in_the_same_words() {
    for (pattern, message) in [
        ("(", "missing closing ): `(`"),
        (")", "unexpected ): `)`"),
        ("a)", "unexpected ): `a)`"),
        ("(?P<n>a", "missing closing ): `(?P<n>a`"),
        ("[", "missing closing ]: `[`"),
        ("x[a-", "missing closing ]: `[a-`"),
        ("[^]", "missing closing ]: `[^]`"),
        ("[[:alpha:]", "missing closing ]: `[[:alpha:]`"),
        (r"[a\]", r"missing closing ]: `[a\]`"),
        ("a**", "invalid nested repetition operator: `**`"),
        ("a**?", "invalid nested repetition operator: `**?`"),
        ("a+++", "invalid nested repetition operator: `++`"),
        ("a+?+", "invalid nested repetition operator: `+?+`"),
        ("a{2}{3}", "invalid nested repetition operator: `{2}{3}`"),
        ("*", "missing argument to repetition operator: `*`"),
        ("+?*", "missing argument to repetition operator: `+?`"),
        ("|*", "missing argument to repetition operator: `*`"),
        ("(?i)*", "missing argument to repetition operator: `*`"),
        ("({2})", "missing argument to repetition operator: `{2}`"),
        (r"\Q\E*", "missing argument to repetition operator: `*`"),
        ("a{1001}", "invalid repeat count: `{1001}`"),
        ("a{2,1}", "invalid repeat count: `{2,1}`"),
        ("a{999999999999999999999}", "invalid repeat count: `{999999999999999999999}`"),
        ("(a{500}){3}", "invalid repeat count: `{3}`"),
        ("(?:(?:a{100}){100}){100}", "invalid repeat count: `{100}`"),
        ("a\\", "trailing backslash at end of expression: ``"),
        (r"[\", "trailing backslash at end of expression: ``"),
        (r"\C", r"invalid escape sequence: `\C`"),
        (r"\Z", r"invalid escape sequence: `\Z`"),
        (r"\1", r"invalid escape sequence: `\1`"),
        (r"\8a", r"invalid escape sequence: `\8`"),
        (r"a\E", r"invalid escape sequence: `\E`"),
        (r"\xg", r"invalid escape sequence: `\xg`"),
        (r"\x{110000}", r"invalid escape sequence: `\x{110000`"),
        (r"\x{}", r"invalid escape sequence: `\x{}`"),
        (r"[a-\d]", r"invalid escape sequence: `\d`"),
        (r"[\Q", r"invalid escape sequence: `\Q`"),
        ("[z-a]", "invalid character class range: `z-a`"),
        ("[[:foo:]]", "invalid character class range: `[:foo:]`"),
        (r"\p{Foo}", r"invalid character class range: `\p{Foo}`"),
        (r"\p{Script=Greek}", r"invalid character class range: `\p{Script=Greek}`"),
        (r"\p", r"invalid character class range: `\p`"),
        ("(?x)a", "invalid or unsupported Perl syntax: `(?x`"),
        ("(?", "invalid or unsupported Perl syntax: `(?`"),
        ("(?i-)a", "invalid or unsupported Perl syntax: `(?i-)`"),
        ("(?P=n)", "invalid or unsupported Perl syntax: `(?P`"),
        ("(?=a)", "invalid or unsupported Perl syntax: `(?=`"),
        ("(?<", "invalid or unsupported Perl syntax: `(?<`"),
        ("(?P<>a)", "invalid named capture: `(?P<>`"),
        ("(?P<n", "invalid named capture: `(?P<n`"),
        ("(?<=a)", "invalid named capture: `(?<=a)`"),
    ] {
        let error = GoRegex::new(pattern).unwrap_err();
        assert_eq!(error.to_string(), format!("error parsing regexp: {message}"), "{pattern}");
    }
}

#[test]
fn what_is_special_elsewhere_stands_for_itself() {
    for (pattern, text) in [
        ("a{,2}", "a{,2}"),
        ("a{1,2", "a{1,2"),
        ("a{01}", "a{01}"),
        (r"\<main\>", "<main>"),
        ("[a&&b]", "&"),
        ("[[a]]", "[]"),
        ("[a~~b]", "~"),
        ("[!--]", ","),
        (r"x\Q(*", "x(*"),
        (r"\Qa.\E+", "a.."),
        (r"\_", "_"),
        ("#a b", "#a b"),
        ("[]a]", "]"),
        (r"\bmain", "main"),
        (r"\101\x42\x{43}", "ABC"),
    ] {
        assert!(matches(pattern, text.as_bytes()), "{pattern} on {text}");
    }
    assert!(!matches(r"\Qa.\E", b"ab"));
}

#[test]
fn perl_classes_are_ascii() {
    assert!(!matches(r"^\d$", "\u{0663}".as_bytes()));
    assert!(!matches(r"^\w$", "é".as_bytes()));
    assert!(matches(r"^[\d-z]+$", b"3-z"));
    assert!(matches(r"\p{^Greek}", b"a"));
    assert!(matches(r"\P{Greek}", b"a"));
    assert!(matches(r"^\pL\PL$", b"a1"));
}

#[test]
fn flags_hold_to_the_end_of_their_group() {
    assert!(matches("(?i)MAIN", b"main"));
    assert!(matches("((?i)a)B", b"AB"));
    assert!(!matches("((?i)a)B", b"Ab"));
    assert!(!matches("(?i-i)MAIN", b"main"));
    assert!(matches("(?ii:M)ain", b"main"));
    assert!(matches("(?)a", b"a"));
    assert!(matches("(?m)^b$", b"a\nb\nc"));
    assert!(matches("^a(?i)+B$", b"aab"), "a repetition after flags is of what is before them");
}

#[test]
fn a_byte_outside_utf8_is_one_replacement_character() {
    assert!(matches("^a..b$", b"a\xe2\x82b"));
    assert!(matches(r"^\x{FFFD}$", b"\xff"));
    assert!(matches("^[^a]$", b"\xff"));
    assert!(matches("main", b"\xffmain"));
}

#[test]
fn not_a_word_edge_keeps_to_characters() {
    assert!(matches(r"a\Bb", b"ab"));
    assert!(!matches(r"^\Ba", b"a"));
    assert!(matches(r"^\B-", b"-"));
    assert!(matches(r"^é\Bé$", "éé".as_bytes()));
}
