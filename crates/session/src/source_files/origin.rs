//! What the name of a source file says about where it comes from, whatever machine it was written on.

/// What a source file is part of, and its path there. No path leads out: none has `..`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The Rust library, built from a commit or a version.
    Rust {
        /// As the compiler names it, if it does.
        version: Option<String>,
        /// From the root of the repository.
        path: String,
    },
    /// A crate of a registry.
    Crate {
        /// `name-version`.
        package: String,
        /// From the root of the crate.
        path: String,
    },
    /// A git repository that Cargo checked out.
    Checkout {
        /// `name-hash`.
        repository: String,
        /// The start of the commit.
        revision: String,
        /// From its root.
        path: String,
    },
    /// A Go module of a version.
    Module {
        /// The path of the module.
        module: String,
        /// `v1.2.3`.
        version: String,
        /// From its root.
        path: String,
    },
    /// What comes with Go, from `src` on.
    Go(String),
    /// A package of Go from before modules, from `src` on.
    Package(String),
    /// A package that was copied into a folder `vendor`, from there on.
    Vendored(String),
    /// A file of Go by the path of its package.
    Import(String),
}

/// What `name` may be part of, the likeliest first.
pub(super) fn origins(name: &[u8]) -> Vec<Origin> {
    let Some((rooted, parts)) = parts(name) else { return Vec::new() };
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let precise = [rust(&parts), package(&parts), checkout(&parts), module(rooted, &parts)];
    let mut origins: Vec<Origin> = precise.into_iter().flatten().collect();
    if origins.iter().any(|origin| !matches!(origin, Origin::Module { .. })) {
        return origins;
    }
    origins.extend(go(rooted, &parts));
    origins.extend(gopath(&parts));
    let is_go = origins.iter().any(|origin| matches!(origin, Origin::Go(_)));
    origins.extend(vendored(&parts).filter(|_| !is_go));
    origins.extend(import(rooted, &parts));
    origins
}

/// The elements of a path without `.` and `..`, and whether it starts at a root; nothing if it leads out
/// of where it starts, or is no text.
fn parts(name: &[u8]) -> Option<(bool, Vec<String>)> {
    let name = std::str::from_utf8(name).ok().filter(|name| !name.contains('\0'))?;
    let name = name.replace('\\', "/");
    let drive = name.as_bytes().get(1) == Some(&b':');
    let mut parts = Vec::new();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            _ => parts.push(part.to_owned()),
        }
    }
    Some((drive || name.starts_with('/'), parts))
}

/// `/rustc/COMMIT/library/..`, or `library` in a copy of the repository.
fn rust(parts: &[&str]) -> Option<Origin> {
    let start = parts.iter().position(|part| *part == "library")?;
    let version = match &parts[..start] {
        [.., "rustc", version] => Some((*version).to_owned()),
        [.., "rustlib", "src", "rust"] => None,
        [.., source] if source.starts_with("rustc-") => Some(source["rustc-".len()..].to_owned()),
        _ => return None,
    };
    Some(Origin::Rust { version, path: joined(&parts[start..])? })
}

/// A crate of a registry, or one that the Rust library was built with.
fn package(parts: &[&str]) -> Option<Origin> {
    let registry = following(parts, &["registry", "src"]).and_then(<[&str]>::split_first);
    let rest = registry.map(|(_, rest)| rest).or_else(|| following(parts, &["rust", "deps"]))?;
    let (package, path) = rest.split_first()?;
    name_and_version(package)?;
    Some(Origin::Crate { package: (*package).to_owned(), path: joined(path)? })
}

/// A package's name and version, which its folder's name joins.
pub(super) fn name_and_version(package: &str) -> Option<(&str, &str)> {
    let dashes = package.match_indices('-').map(|(at, _)| package.split_at(at));
    let mut splits = dashes.map(|(name, version)| (name, &version[1..]));
    splits.find(|(name, version)| {
        let mut numbers = version.splitn(3, '.');
        let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let three = (numbers.next(), numbers.next(), numbers.next());
        let (Some(major), Some(minor), Some(patch)) = three else { return false };
        !name.is_empty()
            && number(major)
            && number(minor)
            && patch.starts_with(|c: char| c.is_ascii_digit())
    })
}

fn checkout(parts: &[&str]) -> Option<Origin> {
    match following(parts, &["git", "checkouts"])? {
        [repository, revision, path @ ..] => Some(Origin::Checkout {
            repository: (*repository).to_owned(),
            revision: (*revision).to_owned(),
            path: joined(path)?,
        }),
        _ => None,
    }
}

/// `MODULE@VERSION/..`, alone or in a cache of modules.
fn module(rooted: bool, parts: &[&str]) -> Option<Origin> {
    let at = parts.iter().position(|part| is_versioned(part))?;
    let start = match parts.windows(2).position(|pair| pair == ["pkg", "mod"]) {
        Some(cache) if cache + 2 <= at => cache + 2,
        _ if !rooted => 0,
        _ => parts[..=at].iter().position(|part| part.contains('.'))?,
    };
    let (last, version) = parts[at].split_once('@')?;
    let module = parts[start..at].iter().copied().chain([last]).collect::<Vec<_>>().join("/");
    let (module, version) = (unescaped(&module), unescaped(version));
    Some(Origin::Module { module, version, path: joined(&parts[at + 1..])? })
}

/// Whether an element is the last of a module's path, with a version.
fn is_versioned(part: &str) -> bool {
    let version = part.split_once('@').and_then(|(_, version)| version.strip_prefix('v'));
    version.is_some_and(|version| version.starts_with(|c: char| c.is_ascii_digit()))
}

/// A cache of modules has `!a` for `A`.
fn unescaped(text: &str) -> String {
    let mut upper = false;
    let letters = text.chars().filter_map(|c| {
        let before = std::mem::replace(&mut upper, c == '!');
        (c != '!').then(|| if before { c.to_ascii_uppercase() } else { c })
    });
    letters.collect()
}

/// The way back.
pub(super) fn escaped(text: &str) -> String {
    let letter = |c: char| match c {
        'A'..='Z' => vec!['!', c.to_ascii_lowercase()],
        c => vec![c],
    };
    text.chars().flat_map(letter).collect()
}

/// A file of what comes with Go: below some installation, or by the path of its package.
fn go(rooted: bool, parts: &[&str]) -> Option<Origin> {
    let in_installation = || {
        let names = parts.iter().position(|part| names_go(part))?;
        let source = names + parts[names..].iter().position(|part| *part == "src")?;
        parts.get(source + 1..)
    };
    let path = in_installation().or_else(|| (!rooted && is_go_file(parts)).then_some(parts))?;
    // Import paths that start with a host are not Go's own.
    let is_own = path.len() > 1 && !path[0].contains('.');
    is_own.then(|| joined(path)).flatten().map(Origin::Go)
}

/// Whether a folder has a name that installations of Go have.
fn names_go(part: &str) -> bool {
    let part = part.to_ascii_lowercase();
    let marks = ["go1.", "go-1.", "go@1.", "go_sdk"];
    matches!(part.as_str(), "go" | "golang" | "goroot" | "$goroot")
        || marks.iter().any(|mark| part.contains(mark))
}

fn gopath(parts: &[&str]) -> Option<Origin> {
    let source = parts.iter().position(|part| *part == "src")?;
    let path = &parts[source + 1..];
    let is_package = source > 0 && path.len() > 1 && is_go_file(path);
    is_package.then(|| joined(path)).flatten().map(Origin::Package)
}

fn vendored(parts: &[&str]) -> Option<Origin> {
    joined(following(parts, &["vendor"])?).map(Origin::Vendored)
}

/// What `-trimpath` leaves of a name: the path of the package and the file.
fn import(rooted: bool, parts: &[&str]) -> Option<Origin> {
    let is_path = !rooted && parts.len() > 1 && is_go_file(parts);
    is_path.then(|| joined(parts)).flatten().map(Origin::Import)
}

fn is_go_file(parts: &[&str]) -> bool {
    parts.last().is_some_and(|file| file.ends_with(".go") || file.ends_with(".s"))
}

/// What follows the first place where `parts` has all of `marks`.
fn following<'p, 's>(parts: &'p [&'s str], marks: &[&str]) -> Option<&'p [&'s str]> {
    let at = parts.windows(marks.len()).position(|window| window == marks)?;
    Some(&parts[at + marks.len()..])
}

/// A path of some elements.
fn joined(parts: &[&str]) -> Option<String> {
    (!parts.is_empty()).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(name: &str) -> Option<Origin> {
        origins(name.as_bytes()).into_iter().next()
    }

    fn rust(version: Option<&str>, path: &str) -> Origin {
        Origin::Rust { version: version.map(str::to_owned), path: path.to_owned() }
    }

    fn module(module: &str, version: &str, path: &str) -> Origin {
        let text = str::to_owned;
        Origin::Module { module: text(module), version: text(version), path: text(path) }
    }

    #[test]
    fn rust_names_are_understood() {
        let package = |package: &str, path: &str| Origin::Crate {
            package: package.to_owned(),
            path: path.to_owned(),
        };
        for (name, origin) in [
            (
                "/rustc/59807616e1/library/alloc/src/alloc.rs",
                rust(Some("59807616e1"), "library/alloc/src/alloc.rs"),
            ),
            (
                "/rustc/ab/library/core/src/../../stdarch/crates/core_arch/src/simd.rs",
                rust(Some("ab"), "library/stdarch/crates/core_arch/src/simd.rs"),
            ),
            (
                r"C:\Users\me\.rustup\toolchains\stable\lib\rustlib\src\rust\library\std\src\fs.rs",
                rust(None, "library/std/src/fs.rs"),
            ),
            (
                "/usr/src/rustc-1.63.0/library/std/src/fs.rs",
                rust(Some("1.63.0"), "library/std/src/fs.rs"),
            ),
            (
                "/home/ci/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/wasm-bindgen-0.2.9/src/lib.rs",
                package("wasm-bindgen-0.2.9", "src/lib.rs"),
            ),
            (
                "/rust/deps/gimli-0.32.0-alpha.1/src/read/line.rs",
                package("gimli-0.32.0-alpha.1", "src/read/line.rs"),
            ),
            (
                "/home/ci/.cargo/git/checkouts/tokio-e1a2/4ecab82/tokio/src/lib.rs",
                Origin::Checkout {
                    repository: "tokio-e1a2".to_owned(),
                    revision: "4ecab82".to_owned(),
                    path: "tokio/src/lib.rs".to_owned(),
                },
            ),
        ] {
            assert_eq!(first(name), Some(origin), "{name}");
        }
        assert_eq!(name_and_version("x-1-y-1.0.0"), Some(("x-1-y", "1.0.0")));
        assert_eq!(name_and_version("x-1.0"), None);
    }

    #[test]
    fn go_names_are_understood() {
        let yaml = module("gopkg.in/yaml.v3", "v3.0.1", "decode.go");
        for (name, origin) in [
            ("/home/ci/go/pkg/mod/gopkg.in/yaml.v3@v3.0.1/decode.go", yaml.clone()),
            ("gopkg.in/yaml.v3@v3.0.1/decode.go", yaml.clone()),
            ("/cache/modules/gopkg.in/yaml.v3@v3.0.1/decode.go", yaml),
            (
                "/go/pkg/mod/github.com/!burnt!sushi/toml@v1.0.0-!r!c1/internal/tz.go",
                module("github.com/BurntSushi/toml", "v1.0.0-RC1", "internal/tz.go"),
            ),
            ("/usr/local/go/src/runtime/malloc.go", Origin::Go("runtime/malloc.go".to_owned())),
            (
                "/opt/hostedtoolcache/go/1.22.3/x64/src/net/http/server.go",
                Origin::Go("net/http/server.go".to_owned()),
            ),
            ("net/http/server.go", Origin::Go("net/http/server.go".to_owned())),
            (
                "/home/ci/go/src/github.com/me/app/main.go",
                Origin::Package("github.com/me/app/main.go".to_owned()),
            ),
            (
                "/build/app/vendor/github.com/me/lib/lib.go",
                Origin::Vendored("github.com/me/lib/lib.go".to_owned()),
            ),
            ("example.com/me/app/main.go", Origin::Import("example.com/me/app/main.go".to_owned())),
        ] {
            assert_eq!(first(name), Some(origin), "{name}");
        }
        assert_eq!(escaped("github.com/BurntSushi/toml"), "github.com/!burnt!sushi/toml");
        let toolchain =
            "/home/ci/go/pkg/mod/golang.org/toolchain@v0.0.1-go1.22.3.linux-amd64/src/fmt/print.go";
        assert_eq!(origins(toolchain.as_bytes())[1], Origin::Go("fmt/print.go".to_owned()));
    }

    #[test]
    fn names_that_lead_out_or_say_nothing_have_no_origin() {
        for name in [
            "/home/me/project/main.go",
            "src/main.rs",
            "",
            "/",
            "..",
            "x@v1/../../../../etc/passwd",
            "/rustc/1/library/../../../../etc/passwd",
            "/go/pkg/mod/a.b/c@v1.0.0/\0",
        ] {
            assert_eq!(origins(name.as_bytes()), [], "{name:?}");
        }
        let hidden = origins(b"/go/pkg/mod/a.b/c@v1.0.0/../../x/y.go");
        assert!(!format!("{hidden:?}").contains(".."), "{hidden:?}");
    }
}
