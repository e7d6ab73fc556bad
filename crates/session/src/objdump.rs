//! The tool `objdump`, for those who prefer its text.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use heapwise_report::Instruction;

use crate::host::{Host, path_list, reason};

/// The most bytes that a listing of one range may have.
const LONGEST_LISTING: u64 = 256 << 20;

/// The most bytes that are read of what a tool says about itself.
const LONGEST_VERSION: u64 = 64 << 10;

/// The names under which the tool goes, the best first.
const NAMES: [&str; 2] = ["llvm-objdump", "objdump"];

/// The oldest release of LLVM whose listing is as expected.
const OLDEST_LLVM: u32 = 8;

/// An `objdump` that was found and works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Objdump {
    program: PathBuf,
    /// How it is told to write Intel syntax.
    intel: &'static [&'static str],
}

impl Objdump {
    /// The tool that `tools` names; nothing when it names none.
    ///
    /// # Errors
    /// When no folder that it names has a tool that works: what to do about it.
    pub(crate) fn find(tools: &str, host: &dyn Host) -> Option<Result<Self, String>> {
        let folders = folders(tools)?;
        let places: Vec<PathBuf> = folders.iter().flat_map(|folder| places(folder, host)).collect();
        let candidates = NAMES.iter().flat_map(|name| places.iter().map(move |p| p.join(name)));
        let found = candidates.filter(|path| host.stat(path).is_ok()).find_map(|program| {
            let intel = intel_option(&program, host)?;
            Some(Self { program, intel })
        });
        let named = || {
            format!(
                "no objdump that works in {}: install binutils or LLVM there, or leave out -tools \
                 (and PPROF_TOOLS) to use the built-in disassembler",
                folders.join(", ")
            )
        };
        Some(found.ok_or_else(named))
    }

    /// The instructions of `file` from `start` to before `end`.
    ///
    /// # Errors
    /// When the tool fails: what it said.
    pub(crate) fn instructions(
        &self,
        host: &dyn Host,
        file: &Path,
        (start, end): (u64, u64),
        intel: bool,
    ) -> Result<Vec<Instruction>, String> {
        let mut arguments: Vec<OsString> =
            ["--disassemble", "--demangle", "--no-show-raw-insn", "--line-numbers"]
                .map(OsString::from)
                .into();
        arguments.push(format!("--start-address={start:#x}").into());
        arguments.push(format!("--stop-address={end:#x}").into());
        if intel {
            arguments.extend(self.intel.iter().map(OsString::from));
        }
        // A name that begins with a dash is no option; LLVM's tool knows no `--`.
        let relative = file.is_relative();
        let file = if relative { &Path::new(".").join(file) } else { file };
        arguments.push(file.as_os_str().to_owned());
        let failed = |why: &str| {
            format!(
                "{} {}: {why}; leave out -tools to use the built-in disassembler",
                self.program.display(),
                file.display()
            )
        };
        let ran = host.output_of(&self.program, &arguments, Vec::new(), LONGEST_LISTING);
        let ran = ran.map_err(|error| failed(&reason(&error)))?;
        if !ran.success {
            return Err(failed(String::from_utf8_lossy(&ran.errors).trim()));
        }
        Ok(read_listing(&String::from_utf8_lossy(&ran.output)))
    }
}

/// The folders that a list `tool:folder,folder` gives for objdump; nothing if it gives none. An
/// empty folder stands for those of `PATH`.
fn folders(tools: &str) -> Option<Vec<String>> {
    let own = tools.split(',').filter(|entry| !entry.is_empty()).filter_map(|entry| {
        match entry.split_once(':') {
            None => Some(entry),
            Some((tool, folder)) if NAMES.contains(&tool) => Some(folder),
            Some(_) => None,
        }
    });
    let folders: Vec<String> =
        own.map(|folder| if folder.is_empty() { "PATH" } else { folder }.to_owned()).collect();
    (!folders.is_empty()).then_some(folders)
}

fn places(folder: &str, host: &dyn Host) -> Vec<PathBuf> {
    if folder != "PATH" {
        return vec![folder.into()];
    }
    let path = host.env("PATH").unwrap_or_default();
    path_list(&path.to_string_lossy()).into_iter().map(PathBuf::from).collect()
}

/// How a tool is told to write Intel syntax; nothing if it is not one that is known to work.
fn intel_option(program: &Path, host: &dyn Host) -> Option<&'static [&'static str]> {
    let said = host.output_of(program, &["--version".into()], Vec::new(), LONGEST_VERSION).ok()?;
    let said = String::from_utf8_lossy(&said.output);
    if said.contains("GNU objdump") {
        return Some(&["-M", "intel"]);
    }
    let (_, version) = said.split_once("LLVM version ")?;
    let major = version.split(|c: char| !c.is_ascii_digit()).next()?.parse::<u32>().ok()?;
    (major >= OLDEST_LLVM).then_some(&["--x86-asm-syntax=intel"])
}

/// Reads a listing: instructions, and between them lines that say where those after them come from.
fn read_listing(listing: &str) -> Vec<Instruction> {
    let (mut instructions, mut place) = (Vec::new(), Instruction::default());
    for line in listing.lines() {
        if let Some((address, text)) = instruction(line) {
            instructions.push(Instruction { address, text: text.to_owned(), ..place.clone() });
            continue;
        }
        let note = line.strip_prefix(';').unwrap_or(line);
        let note = note.strip_prefix(' ').unwrap_or(note);
        if let Some((file, number)) = file_and_line(note) {
            (place.file, place.line) = (file.as_bytes().to_vec(), number);
        } else if let Some(function) = function(note) {
            place.function = function.as_bytes().to_vec();
        } else {
            place = Instruction::default();
        }
    }
    instructions
}

/// `address: text`.
fn instruction(line: &str) -> Option<(u64, &str)> {
    let (address, text) = line.trim_start().split_once(':')?;
    let text = text.strip_prefix([' ', '\t'])?.trim();
    Some((u64::from_str_radix(address, 16).ok()?, text)).filter(|(_, text)| !text.is_empty())
}

/// `file:line`, perhaps with a remark behind it.
fn file_and_line(note: &str) -> Option<(&str, i64)> {
    let (at, _) = note
        .rmatch_indices(':')
        .find(|(at, _)| note[at + 1..].bytes().next().is_some_and(|byte| byte.is_ascii_digit()))?;
    let digits = note[at + 1..].split(|c: char| !c.is_ascii_digit()).next()?;
    Some((&note[..at], digits.parse().ok()?)).filter(|(file, _)| !file.is_empty())
}

/// `name():`, or `address <name>:`.
fn function(note: &str) -> Option<&str> {
    if let Some(name) = note.strip_suffix("():") {
        return Some(name);
    }
    let (address, name) = note.strip_suffix(">:")?.split_once(" <")?;
    address.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake_host::FakeHost;
    use crate::host::Ran;

    const LISTING: &str = "
t:     file format elf64-x86-64

Disassembly of section .text:

0000000000001139 <outer>:
outer():
/src/t.c:5
    1139:\ttest   %edi,%edi
    113b:\tjle    1182 <outer+0x49>
; /src/t.c:7 (discriminator 3)
    113d:\tret
";

    #[test]
    fn a_listing_says_where_instructions_come_from() {
        let read = read_listing(LISTING);
        let shown: Vec<_> = read
            .iter()
            .map(|i| (i.address, i.text.as_str(), i.function.as_slice(), i.file.as_slice(), i.line))
            .collect();
        assert_eq!(
            shown,
            [
                (0x1139, "test   %edi,%edi", &b"outer"[..], &b"/src/t.c"[..], 5),
                (0x113b, "jle    1182 <outer+0x49>", b"outer", b"/src/t.c", 5),
                (0x113d, "ret", b"outer", b"/src/t.c", 7),
            ]
        );
    }

    fn host() -> FakeHost {
        let mut host = FakeHost::default();
        host.env.insert("PATH".into(), "/empty:/bin".into());
        let said = |output: &str| Ran { success: true, output: output.into(), errors: Vec::new() };
        for (program, version) in [
            ("/bin/objdump", "GNU objdump (GNU Binutils) 2.40"),
            ("/llvm/llvm-objdump", "Debian LLVM version 14.0.6"),
            ("/old/llvm-objdump", "LLVM version 7.0.1"),
        ] {
            host.files.insert(program.into(), Vec::new());
            host.programs.insert(format!("{program} --version"), said(version));
        }
        host
    }

    #[test]
    fn the_tool_is_the_one_that_was_named() {
        let found =
            |tools: &str| Objdump::find(tools, &host()).map(|found| found.map(|tool| tool.program));
        assert_eq!(found(""), None);
        assert_eq!(found("addr2line:/bin"), None);
        assert_eq!(found("objdump:"), Some(Ok("/bin/objdump".into())));
        assert_eq!(found("addr2line:/x,objdump:/bin"), Some(Ok("/bin/objdump".into())));
        assert_eq!(found("/llvm"), Some(Ok("/llvm/llvm-objdump".into())));
        let why = found("/old,/empty").unwrap().unwrap_err();
        assert!(why.starts_with("no objdump that works in /old, /empty: install"), "{why}");
    }

    #[test]
    fn a_tool_that_fails_is_named_with_what_to_do() {
        let mut host = host();
        let tool = Objdump::find("objdump:/bin", &host).unwrap().unwrap();
        let why = tool.instructions(&host, Path::new("/x"), (1, 2), false).unwrap_err();
        assert!(why.starts_with("/bin/objdump /x: no such file or directory; leave out"), "{why}");
        let words = "/bin/objdump --disassemble --demangle --no-show-raw-insn --line-numbers \
                     --start-address=0x1 --stop-address=0x2 -M intel /x";
        let failed = Ran { success: false, output: Vec::new(), errors: b"bad\n".into() };
        host.programs.insert(words.into(), failed);
        let why = tool.instructions(&host, Path::new("/x"), (1, 2), true).unwrap_err();
        assert!(why.starts_with("/bin/objdump /x: bad; leave out"), "{why}");
    }
}
