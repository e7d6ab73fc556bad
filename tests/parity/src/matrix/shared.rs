//! Cases that do not belong to one input: bad files, bad flags, where output goes, where sources are.

use std::path::PathBuf;

use crate::case::Case;
use crate::setup::Setup;
use crate::synthetic;

/// Flags that are refused, or that need one another.
const REFUSED: &[&[&str]] = &[
    &["-nosuchflag"],
    &["-nodecount=abc", "-top"],
    &["-nodecount=99999999999999999999", "-top"],
    &["-nodefraction=x", "-top"],
    &["-trim=xyz", "-top"],
    &["-top=maybe"],
    &["-top", "-tree"],
    &["-top", "-text"],
    &["-top", "-peek=x"],
    &["-top", "-http=:0"],
    &["-top", "-no_browser"],
    &["-top", "-normalize"],
    &["-top", "-base=a", "-diff_base=b"],
    &["-top", "-base=/nowhere/base"],
    &["-top", "-diff_base=/nowhere/base"],
    &["-top", "-symbolize=nonsense"],
    &["-top", "-symbolize=none:force"],
    &["-top", "-symbolize=demangle=none"],
    &["-top", "-symbolize=local"],
    &["-top", "-symbolize=fastlocal"],
    &["--top", "--cum"],
    &["-top", "-cum=false"],
    &["-top", "--"],
    &["-top", "-nodecount", "3"],
    &["-top", "-focus"],
];

/// The tests that are not about one input.
///
/// # Errors
/// When a file cannot be written.
pub fn groups(setup: &Setup) -> Result<Vec<(String, Vec<Case>)>, String> {
    let folder = setup.scratch.join("broken");
    let names =
        synthetic::write_broken(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let profiles = setup.scratch.join("synthetic");
    let heap = profiles.join("heap.pb.gz");
    let mut groups: Vec<_> = names.iter().map(|name| broken(&folder.join(name), &heap)).collect();
    groups.push(("flags/refused".to_owned(), refused(&heap)));
    groups.push(("flags/output".to_owned(), output(&heap)));
    groups.push(("flags/sources".to_owned(), sources(&heap, &folder)));
    groups.push(("flags/source-paths".to_owned(), source_paths(&profiles)));
    groups.push(("flags/demangle".to_owned(), demangle(&profiles)));
    Ok(groups)
}

/// A file that is no profile: alone, beside a good one, as a base.
fn broken(path: &std::path::Path, good: &std::path::Path) -> (String, Vec<Case>) {
    let told = |case: Case| Case { messages: true, ..case };
    let base = format!("-base={}", path.display());
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let cases = vec![
        told(Case::new(["-top", "-symbolize=none"], &[path.into()])),
        told(Case::new(["-raw", "-symbolize=none"], &[path.into(), good.into()])),
        told(Case::new(["-top", "-symbolize=none", base.as_str()], &[good.into()])),
        told(Case {
            script: Some("top\n".to_owned()),
            ..Case::new(["-symbolize=none"], &[path.into()])
        }),
    ];
    (format!("broken/{name}"), cases)
}

fn refused(heap: &std::path::Path) -> Vec<Case> {
    let mut cases: Vec<Case> =
        REFUSED.iter().map(|words| Case::new(words.iter().copied(), &[heap.into()])).collect();
    let none: [&str; 0] = [];
    cases.push(Case::new(none, &[]));
    cases.push(Case::new(["-top"], &[]));
    cases.push(Case::new(["-h"], &[]));
    cases.push(Case::new(["-help", "-top"], &[heap.into()]));
    cases
}

/// Reports that go to a file.
fn output(heap: &std::path::Path) -> Vec<Case> {
    let written = |words: &[&str]| Case {
        written: &["report.txt"],
        messages: true,
        ..Case::new(words.iter().copied(), &[heap.into()])
    };
    vec![
        written(&["-top", "-output=report.txt"]),
        written(&["-raw", "-output=report.txt"]),
        written(&["-proto", "-output=report.txt"]),
        written(&["-top", "-output=missing/report.txt"]),
        written(&["-top", "-output=."]),
        written(&["-top", "-output=/dev/full"]),
        written(&["-list=nomatch", "-output=report.txt"]),
        written(&["-list=nomatch", "-output=missing/report.txt"]),
        Case {
            script: Some("top > missing/one\nlist nomatch > missing/two\n".into()),
            ..written(&[])
        },
    ]
}

/// What may stand where a source stands.
fn sources(heap: &std::path::Path, folder: &std::path::Path) -> Vec<Case> {
    let told = |sources: &[PathBuf]| Case {
        messages: true,
        ..Case::new(["-top", "-symbolize=none"], sources)
    };
    let missing = PathBuf::from("/nowhere/missing.pb.gz");
    vec![
        told(std::slice::from_ref(&missing)),
        told(&[missing.clone(), heap.into()]),
        told(&[heap.into(), missing.clone(), missing]),
        told(&[folder.into()]),
        told(&[heap.into(), "-cum".into()]),
        told(&["relative.pb.gz".into()]),
    ]
}

/// The ways to find a source file.
fn source_paths(profiles: &std::path::Path) -> Vec<Case> {
    let sources = profiles.join("sources");
    let project = sources.join("project");
    let flags = [
        String::new(),
        format!("-source_path={}", project.display()),
        format!("-source_path={}", sources.display()),
        format!("-source_path=/nowhere:{}", project.join("deep").display()),
        format!("-trim_path=/build/machine -source_path={}", sources.display()),
        format!("-trim_path={}", sources.display()),
        format!(
            "-trim_path={}/:/build/machine/project -source_path={}",
            sources.display(),
            project.display()
        ),
        "-trim_path=/build/machine/project/deep".to_owned(),
    ];
    let reports = [
        "-list=.",
        "-list=relative|remote",
        "-top -lines",
        "-tree -files",
        "-traces -lines",
        "-raw",
    ];
    let options = [
        "",
        "-unit=ms",
        "-mean",
        "-divide_by=10",
        "-sample_index=0",
        "-focus=remote",
        "-noinlines",
    ];
    let file = profiles.join("sources.pb.gz");
    let line = |words: String| Case::new(words.split_whitespace(), std::slice::from_ref(&file));
    let mut cases: Vec<Case> = flags
        .iter()
        .flat_map(|flag| reports.map(|report| line(format!("-symbolize=none {report} {flag}"))))
        .collect();
    cases.extend(
        options.map(|option| line(format!("-symbolize=none -list=. {} {option}", flags[1]))),
    );
    cases
}

/// The ways to make names readable.
fn demangle(profiles: &std::path::Path) -> Vec<Case> {
    let file = profiles.join("mangled.pb.gz");
    let modes = [
        "none",
        "local",
        "force",
        "demangle=none",
        "demangle=full",
        "demangle=templates",
        "demangle=default",
        "none:demangle=full",
        "full",
        "templates",
        "",
    ];
    let reports = ["-top", "-raw", "-traces", "-peek=."];
    let case = |mode: &str, report: &str| {
        Case::new([format!("-symbolize={mode}"), report.to_owned()], std::slice::from_ref(&file))
    };
    modes.iter().flat_map(|mode| reports.map(|report| case(mode, report))).collect()
}
