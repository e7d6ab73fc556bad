//! Where Go, Cargo and rustup keep sources on this machine.
//!
//! A variable that is set names the only place of its kind.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use super::origin::{Origin, escaped, name_and_version};
use crate::host::{Host, path_list};

/// Where installations of Go are when nothing leads to one.
const GO_ROOTS: [&str; 6] = [
    "/usr/local/go",
    "/usr/lib/go",
    "/usr/lib/golang",
    "/opt/homebrew/opt/go/libexec",
    "/usr/local/opt/go/libexec",
    "C:/Program Files/Go",
];

/// Where the Rust library is in an installation of Rust.
const RUST_SOURCES: &str = "lib/rustlib/src/rust";

/// What rustup keeps beside an installation: which versions it has.
const RUST_MANIFEST: &str = "lib/rustlib/multirust-channel-manifest.toml";

/// How much of a commit the manifest has.
const SHORT_COMMIT: usize = 9;

/// The places of a machine. Each kind is looked for when it is first needed.
pub(super) struct Places<'a> {
    host: &'a dyn Host,
    /// Where the user's own sources are: directories with all their parents.
    own: Vec<PathBuf>,
    go_roots: OnceCell<Vec<GoRoot>>,
    rust_roots: OnceCell<Vec<PathBuf>>,
    modules: OnceCell<Vec<(PathBuf, String)>>,
}

/// An installation of Go.
#[derive(Debug)]
struct GoRoot {
    path: PathBuf,
    /// `go1.22.3`; empty if it does not say.
    version: String,
}

/// Where a file may be, and what has to be said if it is there.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) path: PathBuf,
    pub(super) note: Option<String>,
}

impl Candidate {
    fn exact(path: PathBuf) -> Self {
        Self { path, note: None }
    }
}

impl<'a> Places<'a> {
    /// The places of `host`, with the user's sources in `directories` and around them.
    pub(super) fn new(host: &'a dyn Host, directories: &[&str]) -> Self {
        let parents = directories.iter().flat_map(|directory| Path::new(directory).ancestors());
        Self {
            host,
            own: parents.map(Path::to_owned).collect(),
            go_roots: OnceCell::new(),
            rust_roots: OnceCell::new(),
            modules: OnceCell::new(),
        }
    }

    /// Where the file `name` may be, if it is of that origin: the best place first.
    pub(super) fn candidates(&self, origin: &Origin, name: &str) -> Vec<Candidate> {
        match origin {
            Origin::Rust { version, path } => self.rust(version.as_deref(), path),
            Origin::Crate { package, path } => self.package(package, path),
            Origin::Checkout { repository, revision, path } => {
                self.checkout(repository, revision, path)
            }
            Origin::Module { module, version, path } => self.module(module, version, path),
            Origin::Go(path) => self.go(path, name),
            Origin::Package(path) => self.below(&self.gopath(), &format!("src/{path}")),
            Origin::Vendored(path) => self.below(&self.own, &format!("vendor/{path}")),
            Origin::Import(path) => self.of_own_modules(path),
        }
    }

    fn below(&self, folders: &[PathBuf], path: &str) -> Vec<Candidate> {
        folders.iter().map(|folder| Candidate::exact(folder.join(path))).collect()
    }

    fn variable(&self, name: &str) -> Option<String> {
        let value = self.host.env(name)?.into_string().ok()?;
        Some(value).filter(|value| !value.is_empty())
    }

    fn home(&self) -> Option<PathBuf> {
        let name = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
        self.variable(name).map(PathBuf::from)
    }

    /// The place that a variable names, else one in the home directory.
    fn place(&self, variable: &str, at_home: &str) -> Option<PathBuf> {
        let named = self.variable(variable).map(PathBuf::from);
        named.or_else(|| Some(self.home()?.join(at_home)))
    }

    /// The folder that a program found as a shell finds it is installed in.
    fn installation(&self, program: &str) -> Option<PathBuf> {
        let path = self.variable("PATH").unwrap_or_default();
        let files = path_list(&path).into_iter().map(|folder| {
            Path::new(folder).join(format!("{program}{}", std::env::consts::EXE_SUFFIX))
        });
        let file = files.filter_map(|file| self.host.real_path(&file).ok()).next()?;
        file.parent()?.parent().map(Path::to_owned)
    }

    fn text(&self, path: &Path) -> Option<String> {
        super::content(self.host, path).ok().and_then(|bytes| String::from_utf8(bytes).ok())
    }
}

/// Rust.
impl Places<'_> {
    fn rust(&self, version: Option<&str>, path: &str) -> Vec<Candidate> {
        let roots = self.rust_roots.get_or_init(|| self.find_rust());
        let mark = version.map(|version| version.get(..SHORT_COMMIT).unwrap_or(version));
        let is_of = |root: &&PathBuf| {
            let manifest = self.text(&root.join(RUST_MANIFEST)).unwrap_or_default();
            mark.is_some_and(|mark| manifest.contains(mark))
        };
        let (same, others): (Vec<_>, Vec<_>) = roots.iter().partition(is_of);
        let same = same.into_iter().map(|root| (root, None));
        let others = others.into_iter().map(|root| (root, Some(other_rust(root))));
        let all = same.chain(others);
        all.map(|(root, note)| Candidate { path: root.join(RUST_SOURCES).join(path), note })
            .collect()
    }

    /// The installations of Rust that have sources.
    fn find_rust(&self) -> Vec<PathBuf> {
        let rustup = self.place("RUSTUP_HOME", ".rustup").map(|home| home.join("toolchains"));
        let mut roots = rustup.and_then(|home| self.host.list(&home).ok()).unwrap_or_default();
        if self.variable("RUSTUP_HOME").is_none() {
            roots.extend(self.installation("rustc"));
        }
        let sources = |root: &PathBuf| root.join(RUST_SOURCES).join("library");
        roots.retain(|root| self.host.stat(&sources(root)).is_ok());
        roots
    }

    fn package(&self, package: &str, path: &str) -> Vec<Candidate> {
        let registries = self.cargo().map(|home| home.join("registry/src"));
        let registries = registries.and_then(|folder| self.host.list(&folder).ok());
        let within = format!("{package}/{path}");
        let mut candidates = self.below(&registries.unwrap_or_default(), &within);
        candidates.extend(self.below(&self.own, &format!("vendor/{within}")));
        let Some((name, version)) = name_and_version(package) else { return candidates };
        let line = format!("version = \"{version}\"");
        let vendored = self.own.iter().map(|folder| folder.join("vendor").join(name));
        let is_same = |folder: &PathBuf| {
            let manifest = self.text(&folder.join("Cargo.toml")).unwrap_or_default();
            manifest.lines().any(|own| own == line)
        };
        let vendored: Vec<PathBuf> = vendored.filter(is_same).collect();
        candidates.extend(self.below(&vendored, path));
        candidates
    }

    fn cargo(&self) -> Option<PathBuf> {
        self.place("CARGO_HOME", ".cargo")
    }

    /// The hash in a repository's name is of its address, which may be spelled otherwise here.
    fn checkout(&self, repository: &str, revision: &str, path: &str) -> Vec<Candidate> {
        let Some(checkouts) = self.cargo().map(|home| home.join("git/checkouts")) else {
            return Vec::new();
        };
        let name = |folder: &str| folder.rsplit_once('-').map(|(name, _)| name.to_owned());
        let wanted = name(repository);
        let mut folders = self.host.list(&checkouts).unwrap_or_default();
        folders.retain(|folder| folder.file_name().and_then(|f| name(f.to_str()?)) == wanted);
        folders.sort_by_key(|folder| !folder.ends_with(repository));
        self.below(&folders, &format!("{revision}/{path}"))
    }
}

/// Go.
impl Places<'_> {
    /// A setting of Go: a variable, or a line of the file that `go env -w` writes.
    fn go_setting(&self, name: &str) -> Option<String> {
        self.variable(name).or_else(|| {
            let file = self.variable("GOENV").map(PathBuf::from).or_else(|| self.go_env_file())?;
            let text = self.text(&file)?;
            let mut settings = text.lines().filter_map(|line| line.split_once('='));
            let value = settings.find(|(key, _)| *key == name)?.1.trim();
            Some(value.to_owned()).filter(|value| !value.is_empty())
        })
    }

    fn go_env_file(&self) -> Option<PathBuf> {
        let folder = if cfg!(windows) {
            PathBuf::from(self.variable("AppData")?)
        } else if cfg!(target_os = "macos") {
            self.home()?.join("Library/Application Support")
        } else {
            self.place("XDG_CONFIG_HOME", ".config")?
        };
        Some(folder.join("go/env"))
    }

    fn gopath(&self) -> Vec<PathBuf> {
        match self.go_setting("GOPATH") {
            Some(list) => path_list(&list).into_iter().map(PathBuf::from).collect(),
            None => self.home().map(|home| home.join("go")).into_iter().collect(),
        }
    }

    fn module_cache(&self) -> Option<PathBuf> {
        let named = self.go_setting("GOMODCACHE").map(PathBuf::from);
        named.or_else(|| Some(self.gopath().first()?.join("pkg/mod")))
    }

    fn module(&self, module: &str, version: &str, path: &str) -> Vec<Candidate> {
        let cached = format!("{}@{}/{path}", escaped(module), escaped(version));
        let cache: Vec<PathBuf> = self.module_cache().into_iter().collect();
        let mut candidates = self.below(&cache, &cached);
        candidates.extend(self.below(&self.own, &format!("vendor/{module}/{path}")));
        candidates.extend(self.of_own_modules(&format!("{module}/{path}")));
        candidates
    }

    /// A file of a module that the user works on.
    fn of_own_modules(&self, import: &str) -> Vec<Candidate> {
        let modules = self.modules.get_or_init(|| self.find_modules());
        let path = |(folder, module): &(PathBuf, String)| {
            let path = import.strip_prefix(module.as_str())?.strip_prefix('/')?;
            Some(Candidate::exact(folder.join(path)))
        };
        modules.iter().filter_map(path).collect()
    }

    /// The modules around the user's sources: their folders and paths.
    fn find_modules(&self) -> Vec<(PathBuf, String)> {
        let module = |folder: &PathBuf| {
            let text = self.text(&folder.join("go.mod"))?;
            let line = text.lines().find_map(|line| line.trim().strip_prefix("module "))?;
            let path = line.split("//").next().unwrap_or_default().trim().trim_matches('"');
            Some((folder.clone(), path.to_owned()))
        };
        self.own.iter().filter_map(module).collect()
    }

    fn go(&self, path: &str, name: &str) -> Vec<Candidate> {
        let roots = self.go_roots.get_or_init(|| self.find_go());
        let is_named = |root: &&GoRoot| {
            let number = root.version.strip_prefix("go").filter(|number| !number.is_empty());
            number.is_some_and(|number| name.contains(number))
        };
        let (same, others): (Vec<_>, Vec<_>) = roots.iter().partition(is_named);
        let same = same.into_iter().map(|root| (root, None));
        let others = others.into_iter().map(|root| (root, Some(other_go(root))));
        let all = same.chain(others);
        all.map(|(root, note)| Candidate { path: root.path.join("src").join(path), note }).collect()
    }

    /// The installations of Go that have sources.
    fn find_go(&self) -> Vec<GoRoot> {
        let mut roots: Vec<PathBuf> = match self.variable("GOROOT") {
            Some(root) => vec![root.into()],
            None => self.installation("go").into_iter().chain(GO_ROOTS.map(Into::into)).collect(),
        };
        if self.variable("GOROOT").is_none() {
            let children = |folder: PathBuf| self.host.list(&folder).unwrap_or_default();
            roots.extend(self.home().map(|home| children(home.join("sdk"))).unwrap_or_default());
        }
        roots.retain(|root| self.host.stat(&root.join("src/runtime")).is_ok());
        let version = |root: &Path| {
            let text = self.text(&root.join("VERSION")).unwrap_or_default();
            text.lines().next().unwrap_or_default().trim().to_owned()
        };
        roots.into_iter().map(|path| GoRoot { version: version(&path), path }).collect()
    }
}

fn other_rust(root: &Path) -> String {
    format!(
        "The Rust library is shown from {}, which may be of another version than the program's",
        root.display()
    )
}

fn other_go(root: &GoRoot) -> String {
    let version = match root.version.as_str() {
        "" => String::new(),
        version => format!(" ({version})"),
    };
    format!(
        "Go's own packages are shown from {}{version}, which may be another version than the program's",
        root.path.display()
    )
}
