//! Where everything is, and the tool while it serves pages.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::{env, fs, thread};

use heapwise_profile::Profile;

/// Programs and folders of one run.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The tool under test.
    pub ours: PathBuf,
    /// The script of axe-core.
    pub axe: PathBuf,
    /// A profile of a Go program that is here, with its sources.
    pub go_profile: PathBuf,
    /// Everything that the test itself writes.
    pub scratch: PathBuf,
}

impl Setup {
    /// Reads `BROWSER_OURS`, `BROWSER_AXE`, `BROWSER_GO_PROFILE` and `BROWSER_SCRATCH`.
    ///
    /// # Errors
    /// Names the variable that is not set, or the file that is not there.
    pub fn from_environment() -> Result<Self, String> {
        Ok(Self {
            ours: existing("BROWSER_OURS")?,
            axe: existing("BROWSER_AXE")?,
            go_profile: existing("BROWSER_GO_PROFILE")?,
            scratch: existing("BROWSER_SCRATCH")?,
        })
    }

    /// A folder of its own for one test.
    pub fn folder(&self, test: &str) -> Result<PathBuf, String> {
        let folder = self.scratch.join(test);
        let fail = |error: std::io::Error| format!("{}: {error}", folder.display());
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(fail)?;
        }
        fs::create_dir_all(&folder).map_err(fail)?;
        Ok(folder)
    }
}

fn existing(variable: &str) -> Result<PathBuf, String> {
    let value = env::var_os(variable).filter(|value| !value.is_empty());
    let advice = "`cargo xtask test --only browser` sets this test up";
    let path = PathBuf::from(value.ok_or_else(|| format!("{variable} is not set: {advice}"))?);
    path.canonicalize().map_err(|e| format!("{variable}={}: {e}; {advice}", path.display()))
}

/// The tool while it serves the pages of a profile.
#[derive(Debug)]
pub struct Pages {
    process: Child,
    address: String,
}

impl Pages {
    /// Serves a profile in `folder`, which is also the home of the user.
    pub fn of(setup: &Setup, folder: &Path, profile: &Profile) -> Result<Self, String> {
        let file = write(folder, "p.pb.gz", profile)?;
        Self::start(setup, folder, &[&file])
    }

    /// Serves what `words` name.
    pub fn start(setup: &Setup, folder: &Path, words: &[&str]) -> Result<Self, String> {
        let mut command = Command::new(&setup.ours);
        command.args(["-http=localhost:", "-no_browser"]).args(words).current_dir(folder);
        command.env_clear().env("HOME", folder).env("TZ", "UTC");
        command.stdin(Stdio::null()).stderr(Stdio::piped());
        let fail = |error: std::io::Error| format!("{}: {error}", setup.ours.display());
        let mut process = command.spawn().map_err(fail)?;
        let Some(messages) = process.stderr.take() else { return Err("no messages".to_owned()) };
        let mut lines = BufReader::new(messages).lines().map_while(Result::ok);
        let said = lines.find_map(|line| Some(line.split_once("http://")?.1.to_owned()));
        thread::spawn(move || lines.for_each(drop));
        let pages = Self { process, address: said.unwrap_or_default() };
        if pages.address.is_empty() {
            Err("it does not say where it listens".into())
        } else {
            Ok(pages)
        }
    }

    /// The address of a page.
    pub fn url(&self, page: &str) -> String {
        format!("http://{}/ui/{page}", self.address)
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        // It never ends by itself; if it did, there is nothing to end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Writes a profile to a file, whose name it returns.
pub fn write(folder: &Path, name: &str, profile: &Profile) -> Result<String, String> {
    let path = folder.join(name);
    let fail = |error: std::io::Error| format!("{}: {error}", path.display());
    let mut file = fs::File::create(&path).map_err(fail)?;
    profile.write_to(&mut file).map_err(fail)?;
    Ok(name.to_owned())
}
