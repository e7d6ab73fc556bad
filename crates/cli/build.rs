//! Builds the library that `heapwise run` puts into programs, so that the tool is one file that does all.
//!
//! It has a target directory of its own, one for all profiles of the tool, since cargo holds a lock on the
//! one that it is building in. Its build profile is its own whatever the tool's is: programs run under it.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What of the outer build would make another library of it: flags of sanitizers or of models, the
/// wrapper by which clippy looks at crates, other places.
const NOT_INHERITED: [&str; 9] = [
    "RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_TARGET_DIR",
    "CARGO_BUILD_TARGET_DIR",
    "CARGO_BUILD_BUILD_DIR",
    "CARGO_BUILD_TARGET",
    "RUSTC_WORKSPACE_WRAPPER",
    "CLIPPY_ARGS",
];

const PROFILE: &str = "preload";
const NAME: &str = "libheapwise_preload.so";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let place = Path::new(&env::var("OUT_DIR")?).join(NAME);
    if is_wanted() {
        // A copy: another profile of the tool may build it again while this one is compiled.
        fs::copy(build()?, &place)?;
    } else {
        fs::write(&place, [])?;
    }
    println!("cargo::rustc-env=HEAPWISE_PRELOAD_LIBRARY={}", place.display());
    Ok(())
}

/// Whether programs of the target can be given a library, and the library records there.
fn is_wanted() -> bool {
    let is = |name: &str, values: &[&str]| env::var(name).is_ok_and(|it| values.contains(&&*it));
    is("CARGO_CFG_TARGET_OS", &["linux"])
        && is("CARGO_CFG_TARGET_ENV", &["gnu"])
        && is("CARGO_CFG_TARGET_ARCH", &["x86_64", "aarch64"])
}

/// The file of the library.
fn build() -> Result<PathBuf, Box<dyn Error>> {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../..").canonicalize()?;
    let target = env::var("TARGET")?;
    // .../target/PROFILE/build/PACKAGE/out
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let directory = out.ancestors().nth(4).ok_or("no target directory")?.join("preload");
    let mut cargo = Command::new(env::var("CARGO")?);
    cargo.current_dir(&root);
    cargo.args(["build", "--locked", "--profile", PROFILE, "--package", "heapwise-preload"]);
    cargo.args(["--target", &target, "--target-dir"]).arg(&directory);
    // How the recorder finds a thread's memory in a library that is loaded with its program. Beside what flags
    // the user's configuration has for the target.
    let flags = format!("target.{target}.rustflags = ['--cfg', 'heapwise_initial_exec']");
    cargo.args(["--config", &flags]);
    for name in NOT_INHERITED {
        cargo.env_remove(name);
    }
    if !cargo.status()?.success() {
        return Err("the library of `heapwise run` was not built: see above".into());
    }
    let built = directory.join(&target).join(PROFILE).join(NAME);
    depend_on_sources(&root, &built.with_extension("d"))?;
    Ok(built)
}

/// Has this run again when what the library is made of changes.
fn depend_on_sources(root: &Path, listed: &Path) -> Result<(), Box<dyn Error>> {
    let text = fs::read_to_string(listed)?;
    let sources = text.split_once(": ").map_or("", |(_, sources)| sources);
    // In the form of make, in which a blank in a name has a backslash before it.
    for source in sources.trim_end().replace("\\ ", "\0").split(' ') {
        println!("cargo::rerun-if-changed={}", source.replace('\0', " "));
    }
    for manifest in ["Cargo.toml", "Cargo.lock", "crates/preload/Cargo.toml"] {
        println!("cargo::rerun-if-changed={}", root.join(manifest).display());
    }
    for manifest in ["crates/recorder/Cargo.toml", "crates/stackwalk/Cargo.toml"] {
        println!("cargo::rerun-if-changed={}", root.join(manifest).display());
    }
    Ok(())
}
