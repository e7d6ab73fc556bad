//! Which files are shown for which names.

use super::*;
use crate::fake_host::FakeHost;

#[test]
fn prefixes_come_off_in_order() {
    for (path, trim_path, search_path, trimmed) in [
        ("/remote/my-project/foo/bar.c", "", "/home/me/my-project", "foo/bar.c"),
        ("/remote/my-project/foo/bar.c", "/remote", "/home/me/my-project", "my-project/foo/bar.c"),
        ("/a/b/c.rs", "/x:/a/b/", "", "c.rs"),
        ("/a/bc.rs", "/a/b", "", "/a/bc.rs"),
        ("/proc/self/cwd/./lib.rs", "", "", "lib.rs"),
        ("/proc/self/cwd/lib.rs", "/x", "", "lib.rs"),
        ("rel/lib.rs", "", "", "rel/lib.rs"),
    ] {
        let got = trim(path.as_bytes(), trim_path, search_path);
        assert_eq!(got, trimmed.as_bytes(), "{path}");
    }
}

#[test]
fn relative_names_are_looked_for_up_the_tree() {
    let mut host = FakeHost::default();
    host.files.insert("/src/lib.rs".into(), b"one\r\ntwo\n".to_vec());
    let options = Options { source_path: "/no:/src/deep/er".into(), ..Options::default() };
    let sources = SourceFiles::new(&host, &options);
    assert_eq!(sources.lines(b"lib.rs").unwrap(), [b"one".to_vec(), b"two".to_vec()]);
    assert_eq!(
        sources.lines(b"main.rs").unwrap_err(),
        b"could not find file main.rs on path /no:/src/deep/er"
    );
    assert_eq!(
        sources.lines(b"/abs/main.rs").unwrap_err(),
        b"open /abs/main.rs: no such file or directory"
    );
    assert!(sources.lines(b"/src").unwrap().is_empty(), "a directory");
}

#[test]
fn a_name_that_is_not_utf8_is_shown_as_it_is() {
    let (host, options) = (FakeHost::default(), Options::default());
    let sources = SourceFiles::new(&host, &options);
    let open = b"open /src/ja\xff.java: no such file or directory";
    assert_eq!(sources.lines(b"/src/ja\xff.java").unwrap_err(), open);
    let why = sources.lines(b"ja\xff.java").unwrap_err();
    assert!(why.starts_with(b"could not find file ja\xff.java on path"));
}

/// What is shown of `name` on a machine with these files and variables, and what is said of it.
fn found(name: &str, files: &[&str], env: &[(&str, &str)]) -> (Option<String>, Vec<String>) {
    let mut host = FakeHost::default();
    for path in files {
        let text = match path.rsplit('/').next() {
            Some("VERSION") => "go1.27.3\ntime 2026\n".to_owned(),
            Some("multirust-channel-manifest.toml") => {
                "version = \"1.95.0 (59807616e 2026-04-14)\"\n".to_owned()
            }
            Some("go.mod") => {
                "// mine\nmodule \"example.com/me/app\" // v1\n\ngo 1.27\n".to_owned()
            }
            Some("Cargo.toml") => "name = \"serde\"\nversion = \"1.0.2\"\n".to_owned(),
            Some("env") => "GOFLAGS=-v\nGOMODCACHE=/cache\n".to_owned(),
            _ => format!("{path}\n"),
        };
        host.files.insert(path.into(), text.into_bytes());
    }
    host.env = env.iter().map(|(name, value)| ((*name).to_owned(), value.into())).collect();
    host.links.insert("/usr/bin/go".into(), "/opt/go/bin/go".into());
    let options = Options::default();
    let sources = SourceFiles::new(&host, &options);
    let text = sources.lines(name.as_bytes()).ok().map(|lines| {
        let first = lines.into_iter().next().unwrap_or_default();
        String::from_utf8(first).unwrap()
    });
    sources.tell();
    (text, host.said())
}

const HOME: &[(&str, &str)] = &[("HOME", "/me"), ("PATH", "/no:/usr/bin")];

/// A name, the files of the machine, which of them is shown, and what is said.
type FoundRow = (&'static str, &'static [&'static str], usize, &'static [&'static str]);

fn check(rows: &[FoundRow]) {
    for (name, files, shown, said) in rows {
        let (text, notes) = found(name, files, HOME);
        let notes: Vec<&str> = notes.iter().map(String::as_str).collect();
        assert_eq!((text.as_deref(), &notes[..]), (Some(files[*shown]), *said), "{name}");
    }
}

const GO: &[&str] =
    &["/opt/go/src/runtime/malloc.go", "/opt/go/VERSION", "/usr/bin/go", "/opt/go/bin/go"];

const MODULE: &[&str] = &["/me/go/pkg/mod/github.com/!me/x@v1.2.3/x.go"];

#[test]
fn go_files_of_another_machine_are_found() {
    let other = "Go's own packages are shown from /opt/go (go1.27.3), \
                 which may be another version than the program's";
    let toolchain = "/go/pkg/mod/golang.org/toolchain@v0.0.1-go1.27.3.linux-amd64";
    assert!(found(&format!("{toolchain}/src/runtime/malloc.go"), GO, HOME).1.is_empty());
    for name in ["/usr/local/go/src/runtime/malloc.go", "runtime/malloc.go"] {
        assert_eq!(found(name, GO, HOME), (Some(GO[0].to_owned()), vec![other.to_owned()]));
    }
    check(&[
        ("/home/ci/go/pkg/mod/github.com/!me/x@v1.2.3/x.go", MODULE, 0, &[]),
        ("github.com/Me/x@v1.2.3/x.go", MODULE, 0, &[]),
        ("github.com/Me/x@v1.2.3/x.go", &["/here/vendor/github.com/Me/x/x.go"], 0, &[]),
        (
            "github.com/Me/x@v1.2.3/x.go",
            &["/cache/github.com/!me/x@v1.2.3/x.go", "/me/.config/go/env"],
            0,
            &[],
        ),
        ("/build/app/vendor/a.b/c/d.go", &["/here/vendor/a.b/c/d.go"], 0, &[]),
        ("example.com/me/app/sub/a.go", &["/here/sub/a.go", "/here/go.mod"], 0, &[]),
        ("/home/ci/go/src/a.b/c/d.go", &["/me/go/src/a.b/c/d.go"], 0, &[]),
        // The reference trims what follows a folder named as the current one, and then misses it.
        ("/other/here/a.c", &["/other/here/a.c"], 0, &[]),
    ]);
}

const RUST: &[&str] = &[
    "/me/.rustup/toolchains/a/lib/rustlib/src/rust/library/std/src/fs.rs",
    "/me/.rustup/toolchains/b/lib/rustlib/src/rust/library/std/src/fs.rs",
    "/me/.rustup/toolchains/b/lib/rustlib/multirust-channel-manifest.toml",
];

const CRATE: &[&str] = &["/me/.cargo/registry/src/index.crates.io-6f17/serde-1.0.2/src/lib.rs"];

#[test]
fn rust_files_of_another_machine_are_found() {
    check(&[
        ("/rustc/59807616e1fa/library/std/src/fs.rs", RUST, 1, &[]),
        (
            "/rustc/111111111111/library/std/src/fs.rs",
            RUST,
            0,
            &["The Rust library is shown from /me/.rustup/toolchains/a, \
               which may be of another version than the program's"],
        ),
        ("/home/ci/.cargo/registry/src/github.com-1ecc/serde-1.0.2/src/lib.rs", CRATE, 0, &[]),
        ("/rust/deps/serde-1.0.2/src/lib.rs", CRATE, 0, &[]),
        (
            "/rust/deps/serde-1.0.2/src/lib.rs",
            &["/here/vendor/serde/src/lib.rs", "/here/vendor/serde/Cargo.toml"],
            0,
            &[],
        ),
        (
            "/home/ci/.cargo/git/checkouts/tokio-1111/4ecab82/tokio/src/lib.rs",
            &["/me/.cargo/git/checkouts/tokio-2222/4ecab82/tokio/src/lib.rs"],
            0,
            &[],
        ),
    ]);
}

#[test]
fn a_variable_names_the_only_place() {
    let everywhere = [
        "/me/go/pkg/mod/a.b/c@v1.0.0/x.go",
        "/me/.cargo/registry/src/i/serde-1.0.2/src/lib.rs",
        "/me/.rustup/toolchains/b/lib/rustlib/src/rust/library/std/src/fs.rs",
        "/usr/local/go/src/runtime/malloc.go",
    ];
    for (name, variable) in [
        ("a.b/c@v1.0.0/x.go", "GOMODCACHE"),
        ("a.b/c@v1.0.0/x.go", "GOPATH"),
        ("/rust/deps/serde-1.0.2/src/lib.rs", "CARGO_HOME"),
        ("/rustc/1/library/std/src/fs.rs", "RUSTUP_HOME"),
        ("runtime/malloc.go", "GOROOT"),
    ] {
        let hidden = [HOME, &[(variable, "/elsewhere")]].concat();
        assert!(found(name, &everywhere, HOME).0.is_some(), "{name}");
        let (text, notes) = found(name, &everywhere, &hidden);
        assert_eq!((text, notes.len()), (None, 1), "{name}");
    }
}

#[test]
fn nothing_is_read_that_the_name_does_not_name() {
    let files =
        ["/me/go/pkg/mod/a.b/c@v1.0.0/x.go", "/me/secret", "/me/go/pkg/secret", "/here/vendor/x"];
    for name in [
        "/go/pkg/mod/a.b/c@v1.0.0/../../../../../secret",
        "/go/pkg/mod/a.b/c@v1.0.0/../../../secret",
        "/rust/deps/serde-1.0.2/../../../../../../secret",
        "/build/vendor/../../me/secret",
        "/go/pkg/mod/a.b/c@v1.0.0",
        "/go/pkg/mod/a.b/../a.b",
    ] {
        assert_eq!(found(name, &files, HOME).0, None, "{name}");
    }
}

#[test]
fn a_line_that_is_too_long_ends_the_file() {
    let text = [b"a\n", &vec![b'x'; LONGEST_LINE][..], b"\nb\n"].concat();
    assert_eq!(lines(&text), [b"a".to_vec()]);
    assert_eq!(lines(b""), Vec::<Vec<u8>>::new());
    assert_eq!(lines(b"a\n\nb"), [b"a".to_vec(), Vec::new(), b"b".to_vec()]);
}
