//! Machine code: programs compiled here, with made-up samples on every function.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use heapwise_profile::{Profile, encode, gzip};
use object::{BinaryFormat, Object, ObjectSegment, ObjectSymbol, SymbolKind};

use crate::case::Case;
use crate::setup::Setup;
use crate::synthetic::{Builder, Function, Line, Mapping};

/// Where programs that can be moved are mapped.
const BIAS: u64 = 0x5555_5555_4000;

/// A program, and which of its functions have samples.
struct Program {
    name: String,
    path: PathBuf,
    /// Part of the names of the functions; empty for all.
    part: &'static str,
    /// What commands are asked for.
    patterns: &'static [&'static str],
}

/// The tests of machine code.
///
/// # Errors
/// When a program cannot be compiled or read.
pub fn groups(setup: &Setup) -> Result<Vec<(String, Vec<Case>)>, String> {
    let folder = setup.scratch.join("code");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let programs = programs(setup, &folder)?;
    let mut groups: Vec<_> =
        programs.iter().map(|program| group(program, &folder)).collect::<Result<_, _>>()?;
    groups.push(("weblist/go/recursion".to_owned(), pages(setup, &folder)?));
    Ok(groups)
}

/// Pages of a function without inlined calls, of which the reference knows the innermost only.
fn pages(setup: &Setup, folder: &Path) -> Result<Vec<Case>, String> {
    const PAGE: &str = "page.html";
    let profile = setup.go_profiles.join("recursion/heap.pb.gz");
    let case = |words: &[&str]| Case::new(words.iter().copied(), std::slice::from_ref(&profile));
    let page = |words: &[&str]| Case { written: &[PAGE], ..case(words) };
    let asked = ["-weblist=main.down", "-output=page.html"];
    let options = [
        "-unit=kb",
        "-sample_index=0",
        "-sample_index=alloc_space",
        "-mean",
        "-divide_by=3",
        "-focus=mallocgc|down",
        "-ignore=ping",
        "-relative_percentages",
        "-symbolize=none",
        "-compact_labels",
        "-noinlines",
        "-lines",
        "-source_path=/nowhere",
    ];
    let mut cases: Vec<Case> =
        options.iter().map(|option| page(&[asked[0], asked[1], option])).collect();
    cases.extend(["nomatch", "(", ""].map(|text| case(&[&format!("-weblist={text}"), asked[1]])));
    let mut shell = page(&[]);
    shell.script = Some("weblist\nweblist nomatch\nweblist main.down > page.html\n".to_owned());
    cases.push(shell);
    let renamed = Case {
        written: &[PAGE],
        ..Case::new(["-weblist=main.gone", asked[1]], &[renamed(&profile, folder)?])
    };
    cases.push(renamed);
    Ok(cases)
}

/// The profile with another name for `main.down` than its program has.
fn renamed(profile: &Path, folder: &Path) -> Result<PathBuf, String> {
    let path = folder.join("renamed.pb.gz");
    let fail = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let bytes = fs::read(profile).map_err(|error| fail(&error))?;
    let mut profile = Profile::read(&bytes).map_err(|error| fail(&error))?;
    let mut strings = (*profile.strings).clone();
    let name = strings.intern(b"main.gone");
    for function in Arc::make_mut(&mut profile.functions).rows_mut() {
        if strings.get(function.name) == b"main.down" {
            (function.name, function.system_name) = (name, name);
        }
    }
    profile.strings = Arc::new(strings);
    let mut compressed = Vec::new();
    gzip(&encode(&profile), &mut compressed).map_err(|error| fail(&error))?;
    fs::write(&path, compressed).map_err(|error| fail(&error))?;
    Ok(path)
}

fn programs(setup: &Setup, folder: &Path) -> Result<Vec<Program>, String> {
    let sources = setup.root.join("tests/native-programs");
    let compiled = |name: &str, compiler: &str, source: &str, flags: &[&str]| {
        let path = folder.join(name);
        compile(compiler, &sources.join(source), flags, &path)?;
        let patterns: &[&str] = &[".", "inner|outer", "main", "total", "nomatch", "("];
        Ok::<_, String>(Program { name: name.to_owned(), path, part: "", patterns })
    };
    let built = |name: &str, path: PathBuf, part, patterns| Program {
        name: name.to_owned(),
        path,
        part,
        patterns,
    };
    let ours = setup.ours.parent().unwrap_or(Path::new("."));
    let executable = |name: &str| setup.go_executables.join(name);
    Ok(vec![
        compiled("c-pie", "cc", "inlined.c", &["-O2", "-pie"])?,
        compiled("c-fixed", "cc", "inlined.c", &["-O1", "-no-pie"])?,
        compiled("c-plain", "cc", "inlined.c", &["-O0"])?,
        compiled("cpp", "c++", "templates.cc", &["-O2"])?,
        built("rust", ours.join("walk"), "4walk", &["walk", "walk.*main"]),
        built("go", setup.go_profiles.join("generics/generics"), "main.", &["main", "main..G"]),
        // Every instruction of the runtime, too.
        built("go-arm64", executable("arm64/small"), "", &["main", "^runtime.mem", "."]),
        built("go-arm64-macos", executable("darwin/named"), "main.", &["main", "grow", "_main"]),
    ])
}

fn compile(compiler: &str, source: &Path, flags: &[&str], to: &Path) -> Result<(), String> {
    let built = |path: &Path| fs::metadata(path).and_then(|file| file.modified()).ok();
    if built(to).is_some_and(|built_at| built(source).is_some_and(|changed| changed < built_at)) {
        return Ok(());
    }
    let output = Command::new(compiler)
        .args(flags)
        .args(["-g", "-fcf-protection=none", "-Wl,--build-id", "-o"])
        .args([to, source])
        .output()
        .map_err(|error| format!("{compiler}: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(()) } else { Err(format!("{compiler}: {said}")) }
}

fn group(program: &Program, folder: &Path) -> Result<(String, Vec<Case>), String> {
    let profile = folder.join(format!("{}.pb.gz", program.name));
    fs::write(&profile, sampled(program)?)
        .map_err(|error| format!("{}: {error}", profile.display()))?;
    let case = |words: &[&str]| Case::new(words.iter().copied(), std::slice::from_ref(&profile));
    let mut cases = Vec::new();
    for pattern in program.patterns {
        let asked = format!("-disasm={pattern}");
        cases.push(case(&["-symbolize=none", &asked]));
    }
    let asked = format!("-disasm={}", program.patterns[0]);
    for option in ["-unit=ms", "-mean", "-divide_by=10", "-focus=e", "-ignore=n", "-sample_index=0"]
    {
        cases.push(case(&["-symbolize=none", &asked, option]));
    }
    let mut shell = case(&["-symbolize=none"]);
    let words = program.patterns[0];
    shell.script =
        Some(format!("disasm {words}\ndisasm\ndisasm nomatch\nunit=us\ndisasm {words} -main\n"));
    cases.push(shell);
    Ok((format!("disasm/code/{}", program.name), cases))
}

/// A profile with samples on the functions of a program: at its start and within.
fn sampled(program: &Program) -> Result<Vec<u8>, String> {
    let fail = |error: &dyn std::fmt::Display| format!("{}: {error}", program.path.display());
    let bytes = fs::read(&program.path).map_err(|error| fail(&error))?;
    let file = object::File::parse(&*bytes).map_err(|error| fail(&error))?;
    let code = file.segments().find(|segment| segment.permissions().executable());
    let code = code.ok_or_else(|| fail(&"no code"))?;
    let bias = if file.kind() == object::ObjectKind::Dynamic { BIAS } else { 0 };
    let page = |address: u64| address & !0xfff;
    let start = page(code.address()) + bias;
    let mut builder = Builder::new(&[("samples", "count"), ("cpu", "nanoseconds")]);
    let id = file.build_id().ok().flatten().unwrap_or_default();
    let id: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
    let mapping = builder.mapping(Mapping {
        range: [start, page(start + code.size() + 0x1fff), page(code.file_range().0)],
        file: &program.path.to_string_lossy(),
        build_id: &id,
        symbolized: true,
    });
    let mut functions: Vec<(u64, &str)> = file
        .symbols()
        .filter(|symbol| symbol.kind() == SymbolKind::Text)
        .filter(|symbol| symbol.size() > 0 || file.format() == BinaryFormat::MachO)
        .filter_map(|symbol| Some((symbol.address(), symbol.name().ok()?)))
        .filter(|(address, name)| page(*address) + bias >= start && name.contains(program.part))
        .collect();
    functions.sort_unstable();
    functions.dedup_by_key(|(address, _)| *address);
    for (number, (address, name)) in functions.iter().enumerate() {
        let file = "/nowhere/source.file";
        let name = name.as_bytes();
        let function = builder.function(Function { name, file, ..Function::default() });
        let number = i64::try_from(number).unwrap_or(0);
        for (offset, weight) in [(0, 10_000_000), (7, 1_500)] {
            let lines = [Line { function, line: 3 + number, column: 0 }];
            let location = builder.location(mapping, address + bias + offset, &lines);
            builder.sample(&[location], &[number + 1, weight * (number % 7 + 1)], &[]);
        }
    }
    Ok(builder.compressed())
}
