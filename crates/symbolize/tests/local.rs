//! Profiles with addresses of programs that the test compiles, symbolized from their files.

#![allow(clippy::unwrap_used, reason = "a test ends where something is missing")]

#[path = "../../binary/tests/programs/mod.rs"]
mod programs;

use std::path::Path;
use std::sync::Arc;

use heapwise_binary::{Binary, Image};
use heapwise_profile::{
    FileOffset, Function, Line, Location, Locations, Mapping, Profile, Resolved, RuntimeAddr,
    Strings, Table,
};
use heapwise_symbolize::{
    Files, LocalFiles, Message, Missing, Options, Reason, Remote, Symbolized, locate_binaries,
    with_executable,
};
use programs::{C, RUST, compile_c, compile_rust, file_offset, folder, function, run, text};

/// Where the test pretends that a program was loaded.
const LOADED: u64 = 0x5600_0000_0000;

/// A file, the build id that the profile has of it, and positions in it.
struct Mapped<'a> {
    file: &'a str,
    build_id: &'a str,
    offsets: Vec<u64>,
}

/// Mappings of whole files one after the other, each with its own locations.
fn profile(mapped: &[Mapped<'_>]) -> Profile {
    let (mut strings, mut locations) = (Strings::new(), Locations::new());
    let mut mappings = Table::new();
    for (row, mapped) in (0_u64..).zip(mapped) {
        let start = LOADED + row * 0x100_0000;
        let mapping = mappings.push(Mapping {
            id: row + 1,
            start: RuntimeAddr(start),
            limit: RuntimeAddr(start + 0x100_0000),
            offset: FileOffset(0),
            file: strings.intern(mapped.file.as_bytes()),
            build_id: strings.intern(mapped.build_id.as_bytes()),
            ..Mapping::default()
        });
        for &offset in &mapped.offsets {
            let id = locations.len() as u64 + 1;
            let address = RuntimeAddr(start + offset);
            let location = Location { id, mapping: Some(mapping), address, folded: true };
            locations.push(location, &[]);
        }
    }
    Profile {
        strings: Arc::new(strings),
        mappings: Arc::new(mappings),
        locations: Arc::new(locations),
        ..Profile::default()
    }
}

/// Without any server.
fn symbolize(profile: &Profile, options: &Options, files: &dyn Files) -> Symbolized {
    let ask = |(): &(), _| Err("no server");
    let remote = Remote { origins: &[], ask: &ask };
    heapwise_symbolize::symbolize(profile, options, files, &remote).unwrap()
}

fn local(profile: &Profile) -> Symbolized {
    symbolize(profile, &Options::default(), &LocalFiles::default())
}

/// `name(system name) file:line start` of every line of every location.
fn lines(profile: &Profile) -> Vec<Vec<String>> {
    let line = |line: &Line| {
        let function = &profile.functions[line.function];
        let text = |row| String::from_utf8_lossy(profile.text(row)).into_owned();
        let file = text(function.file);
        format!(
            "{}({}) {}:{} {}",
            text(function.name),
            text(function.system_name),
            file.rsplit('/').next().unwrap(),
            line.line,
            function.start_line
        )
    };
    profile.locations.iter().map(|(_, lines)| lines.iter().map(line).collect()).collect()
}

fn told(symbolized: &Symbolized) -> Vec<String> {
    symbolized.messages.iter().map(Message::to_string).collect()
}

/// The position of `inner`, which is inlined twice over, in the compiled program.
fn inlined(program: &Path) -> u64 {
    let image = Image::open(program).unwrap();
    let binary = Binary::parse(&image).unwrap();
    let (start, size) = function(program, &["outer"]);
    let mut frames = Vec::new();
    let at = (start..start + size).find(|&at| {
        binary.frames(heapwise_binary::LinkAddr(at), &mut frames);
        frames[0].symbol == b"inner"
    });
    file_offset(program, at.unwrap())
}

#[test]
fn a_location_gets_its_inlined_functions() {
    let program = compile_c(&folder("local-c"), C, &["-O1", "-g", "-pie", "-fPIE"]);
    let outer = file_offset(&program, function(&program, &["outer"]).0);
    let offsets = vec![inlined(&program), outer, 1, inlined(&program)];
    let before = profile(&[Mapped { file: text(&program), build_id: "", offsets }]);
    let symbolized = local(&before);
    let stack = [
        "inner(inner) program.c:5 3",
        "middle(middle) program.c:10 8",
        "outer(outer) program.c:15 13",
    ];
    let expected = [&stack[..], &["outer(outer) program.c:14 13"], &[], &stack];
    assert_eq!(lines(&symbolized.profile), expected);
    assert_eq!(told(&symbolized), Vec::<String>::new());
    assert_eq!(symbolized.missing, []);

    let after = &symbolized.profile;
    let all =
        Resolved { functions: true, filenames: true, line_numbers: true, inline_frames: true };
    assert_eq!(after.mappings.rows()[0].resolved, all);
    assert_eq!(after.functions.rows().iter().map(|f| f.id).collect::<Vec<_>>(), [1, 2, 3]);
    let folded: Vec<_> = after.locations.iter().map(|(location, _)| location.folded).collect();
    assert_eq!(folded, [false, false, true, false]);
    assert_eq!(lines(&before), [[""; 0]; 4], "the input is untouched");
    assert!(Arc::ptr_eq(&after.samples, &before.samples));
}

/// A process maps one file several times; other files are read meanwhile by other threads.
#[test]
fn mappings_of_one_file_share_its_functions() {
    let program = compile_c(&folder("local-shared"), C, &["-O1", "-g"]);
    let other = compile_c(&folder("local-beside"), C, &["-O1", "-g"]);
    let outer = file_offset(&program, function(&program, &["outer"]).0);
    let mapped = [&program, &other, &program, &other].map(|file| Mapped {
        file: text(file),
        build_id: "",
        offsets: vec![outer],
    });
    let bare = profile(&mapped);
    let after = local(&bare).profile;
    let rows = |profile: &Profile| {
        let all = profile.locations.all_lines().iter();
        all.map(|line| line.function.row()).collect::<Vec<_>>()
    };
    assert_eq!(rows(&after), [0, 1, 0, 1]);
    let file = |row: usize| after.text(after.functions.rows()[row].file).to_vec();
    assert!(file(0).ends_with(b"local-shared/program.c"));
    assert!(file(1).ends_with(b"local-beside/program.c"));
    for _ in 0..20 {
        let again = local(&bare).profile;
        assert_eq!(again.functions.rows(), after.functions.rows());
        assert_eq!(rows(&again), rows(&after));
    }
}

#[test]
fn the_system_name_is_the_linkers() {
    let flags = ["-Copt-level=1", "-g", "-Csymbol-mangling-version=v0"];
    let program = compile_rust(&folder("local-rust"), RUST, &flags);
    let grow = file_offset(&program, function(&program, &["Bag", "4grow"]).0);
    let before = profile(&[Mapped { file: text(&program), build_id: "", offsets: vec![grow] }]);
    let shown = |options: &str| {
        let (options, _) = Options::parse(options);
        let after = symbolize(&before, &options, &LocalFiles::default()).profile;
        let function = after.functions[after.locations.all_lines().last().unwrap().function];
        assert!(after.text(function.system_name).starts_with(b"_RNvM"));
        String::from_utf8(after.text(function.name).to_vec()).unwrap()
    };
    assert_eq!(shown(""), "<program::Bag<alloc::string::String>>::grow");
    assert_eq!(shown("demangle=full"), shown(""));
    assert_eq!(shown("force"), "<program::Bag<>>::grow");
    assert!(shown("demangle=none").starts_with("_RNvM"));
}

#[test]
fn generic_arguments_survive_a_second_run() {
    let flags = ["-Copt-level=1", "-Cdebuginfo=line-tables-only"];
    let program = compile_rust(&folder("local-rust-lines"), RUST, &flags);
    let (start, size) = function(&program, &["Bag", "4grow"]);
    let first = file_offset(&program, start);
    let offsets = (first..first + size).collect();
    let first = local(&profile(&[Mapped { file: text(&program), build_id: "", offsets }]));
    let second = local(&first.profile);
    assert_eq!(lines(&second.profile), lines(&first.profile));
    let all = lines(&second.profile).concat();
    assert!(all.contains(&"fill<alloc::string::String>() program.rs:5 0".to_owned()));
}

#[test]
fn a_mapping_that_has_names_is_left_unless_forced() {
    let program = compile_c(&folder("local-forced"), C, &["-O1", "-g"]);
    let outer = file_offset(&program, function(&program, &["outer"]).0);
    let bare = profile(&[Mapped { file: text(&program), build_id: "", offsets: vec![outer] }]);
    let (mut mappings, mut strings) = ((*bare.mappings).clone(), (*bare.strings).clone());
    mappings.rows_mut()[0].resolved.filenames = true;
    let mut functions = Table::new();
    let name = strings.intern(b"old");
    let old = functions.push(Function { id: 7, name, ..Function::default() });
    let mut locations = Locations::new();
    locations.push(
        *bare.locations.iter().next().unwrap().0,
        &[Line { function: old, line: 1, column: 0 }],
    );
    let named = Profile {
        mappings: Arc::new(mappings),
        strings: Arc::new(strings),
        functions: Arc::new(functions),
        locations: Arc::new(locations),
        ..bare
    };
    assert_eq!(lines(&local(&named).profile), [["old() :1 0"]]);
    let forced = symbolize(&named, &Options::parse("force").0, &LocalFiles::default()).profile;
    assert_eq!(lines(&forced), [["outer(outer) program.c:14 13"]]);
    assert_eq!(forced.functions.rows().last().unwrap().id, 8);
    let remote = symbolize(&named, &Options::parse("force:remote").0, &LocalFiles::default());
    assert_eq!(lines(&remote.profile), [["old() :1 0"]]);
}

/// The reference's messages for the same mappings, in its order.
#[test]
fn what_cannot_be_used_is_told_as_the_reference_does() {
    let folder = folder("local-messages");
    std::fs::write(folder.join("garbage"), b"garbage").unwrap();
    let garbage = folder.join("garbage");
    let files = [
        text(&folder),
        text(&garbage),
        "/nonexistent/x",
        "[vdso]",
        "linux-vdso.so.1",
        "/memfd:foo",
        "//anon",
        "",
        "/dev/dri/card0",
        "http://x/y",
        "/lib/x (deleted)",
    ];
    let ids = |file| if file == "/nonexistent/x" { "abc" } else { "" };
    let mapped =
        files.map(|file| Mapped { file, build_id: ids(file), offsets: vec![0x100, 0x200] });
    let symbolized = local(&profile(&mapped));
    let failed =
        |file: &str, reason: &str| format!("Local symbolization failed for {file}: open {reason}");
    let directory = format!("{}: unrecognized object file", text(&folder));
    assert_eq!(
        told(&symbolized),
        [
            failed("local-messages", &directory),
            failed("garbage", &format!("{}: unrecognized object file", text(&garbage))),
            failed("x (build ID abc)", "/nonexistent/x: no such file or directory"),
            failed("x (deleted)", "/lib/x (deleted): no such file or directory"),
            "Some binary filenames not available. Symbolization may be incomplete.\nTry setting \
            PPROF_BINARY_PATH to the search path for local binaries."
                .to_owned(),
        ]
    );
    let missing: Vec<_> =
        symbolized.missing.iter().map(|m| (m.mapping.row(), m.locations)).collect();
    assert_eq!(missing, [(0, 2), (1, 2), (2, 2), (7, 2), (10, 2)]);
}

#[test]
fn the_main_binary_without_a_name_is_told_apart() {
    let nameless = || Mapped { file: "", build_id: "", offsets: vec![0x100] };
    let first = local(&profile(&[nameless()]));
    assert_eq!(first.messages, [Message::MainBinaryUnknown]);
    let vdso = Mapped { file: "[vdso]", build_id: "", offsets: vec![] };
    let second = local(&profile(&[vdso, nameless()]));
    assert_eq!(second.messages, [Message::BinariesMissing]);
}

#[test]
fn a_file_of_another_build_gives_no_names() {
    let flags = ["-O1", "-g", "-Wl,--build-id=0xabcdef"];
    let program = compile_c(&folder("local-other-build"), C, &flags);
    let outer = file_offset(&program, function(&program, &["outer"]).0);
    let with_id = |build_id| {
        let offsets = vec![outer];
        local(&profile(&[Mapped { file: text(&program), build_id, offsets }]))
    };
    assert_eq!(lines(&with_id("abcdef").profile), [["outer(outer) program.c:14 13"]]);
    let other = with_id("abcde0");
    let expected = "Local symbolization failed for program (build ID abcde0): build ID mismatch";
    assert_eq!(told(&other), [expected]);
    let mapping = other.profile.mappings.ids().next().unwrap();
    assert_eq!(other.missing, [Missing { mapping, locations: 1, reason: Reason::OtherBuild }]);
}

#[test]
fn a_stripped_file_is_reported_until_its_debug_file_is_found() {
    let folder = folder("local-stripped");
    let program = compile_c(&folder, C, &["-O1", "-g", "-Wl,--build-id=0xabcdef"]);
    let outer = file_offset(&program, function(&program, &["outer"]).0);
    let debug = folder.join("debug/.build-id/ab/cdef.debug");
    std::fs::create_dir_all(debug.parent().unwrap()).unwrap();
    run("objcopy", &["--only-keep-debug", text(&program), text(&debug)]);
    run("objcopy", &["--strip-all", text(&program)]);
    let bare =
        profile(&[Mapped { file: text(&program), build_id: "abcdef", offsets: vec![outer] }]);
    let stripped = local(&bare);
    assert_eq!(stripped.messages, []);
    assert_eq!(stripped.missing[0].reason, Reason::NoSymbols);
    let files = LocalFiles { debug_directories: vec![folder.join("debug")] };
    let found = symbolize(&bare, &Options::default(), &files);
    assert_eq!(lines(&found.profile), [["outer(outer) program.c:14 13"]]);
    assert_eq!(found.missing, []);
}

#[test]
fn binaries_are_found_in_the_search_path() {
    let folder = folder("local-search");
    let program = compile_c(&folder, C, &["-O1", "-g", "-Wl,--build-id=0xabcdef"]);
    let search = [folder.join("search")];
    let files = LocalFiles::default();
    for (build_id, place) in [
        ("", "prog"),
        ("", "opt/app/prog"),
        ("", "opt/app/prog.debug"),
        ("", "opt/app/.debug/prog.debug"),
        ("", "usr/lib/debug/opt/app/prog.debug"),
        ("abcdef", "abcdef/prog"),
        ("abcdef", "abcdef/anything"),
        ("abcdef", "opt/app/prog/abcdef"),
        ("abcdef", "ab/cdef.debug"),
        ("abcdef", "prog"),
    ] {
        let place = search[0].join(place);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::copy(&program, &place).unwrap();
        let bare = profile(&[Mapped { file: "/opt/app/prog", build_id, offsets: vec![] }]);
        let (located, messages) = locate_binaries(&bare, &search, &files);
        let found = located.text(located.mappings.rows()[0].file);
        assert_eq!(found.escape_ascii().to_string(), text(&place));
        assert_eq!(messages, []);
        std::fs::remove_dir_all(&search[0]).unwrap();
    }
}

#[test]
fn another_build_in_the_search_path_is_passed_over() {
    let folder = folder("local-search-other");
    let program = compile_c(&folder, C, &["-Wl,--build-id=0xabcdef"]);
    let bare = profile(&[Mapped { file: "/opt/program", build_id: "00ff", offsets: vec![] }]);
    let (located, messages) = locate_binaries(&bare, &[folder], &LocalFiles::default());
    assert_eq!(located.text(located.mappings.rows()[0].file), b"/opt/program");
    let expected =
        format!("Ignoring local file {}: build-id mismatch (00ff != abcdef)", text(&program));
    assert_eq!(messages.iter().map(Message::to_string).collect::<Vec<_>>(), [expected]);
}

#[test]
fn an_executable_stands_for_the_first_mapping() {
    let two = || {
        [("/a", "01"), ("/b", "")].map(|(file, build_id)| Mapped {
            file,
            build_id,
            offsets: vec![],
        })
    };
    let named = with_executable(&profile(&two()), Some(Path::new("/x")), "02");
    let rows = |profile: &Profile| {
        let row = |m: &Mapping| [profile.text(m.file).to_vec(), profile.text(m.build_id).to_vec()];
        profile.mappings.rows().iter().map(row).collect::<Vec<_>>()
    };
    assert_eq!(rows(&named), [[b"/x".to_vec(), b"01".to_vec()], [b"/b".to_vec(), b"".to_vec()]]);
    let named = with_executable(&profile(&two()[1..]), None, "02");
    assert_eq!(rows(&named), [[b"/b".to_vec(), b"02".to_vec()]]);
    assert_eq!(
        rows(&with_executable(&Profile::default(), Some(Path::new("/x")), "02")),
        [[b""; 2]; 0]
    );
}

#[test]
fn debug_information_that_is_elsewhere_is_missed_once() {
    let folder = folder("local-split");
    let program = compile_c(&folder, C, &["-O1", "-g", "-gsplit-dwarf"]);
    let units = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let units: Vec<_> = units.filter(|path| path.extension().is_some_and(|e| e == "dwo")).collect();
    let outer = file_offset(&program, function(&program, &["outer"]).0);
    let bare = profile(&[Mapped { file: text(&program), build_id: "", offsets: vec![outer] }]);
    assert_eq!(lines(&local(&bare).profile), [["outer(outer) program.c:14 13"]]);
    std::fs::remove_file(&units[0]).unwrap();
    let symbolized = local(&bare);
    assert_eq!(lines(&symbolized.profile), [["outer(outer) program.c:14 0"]]);
    let told = told(&symbolized);
    let expected = format!(
        "Debug information of program is split, and 1 of its .dwo files cannot be found (first: {})",
        units[0].display()
    );
    assert!(told.len() == 1 && told[0].starts_with(&expected), "{told:?}");
    assert!(told[0].ends_with("(dwp -e program -o program.dwp)."), "{told:?}");
}

/// The names that the own files of a process would give, if `file` were one of them.
fn own(file: &str, build_id: &str, main: &str, offsets: &[u64]) -> Vec<Vec<String>> {
    let mapped = [Mapped { file, build_id, offsets: offsets.to_vec() }];
    lines(&heapwise_symbolize::symbolize_own(&profile(&mapped), Path::new(main)))
}

#[test]
fn a_library_of_another_build_has_no_names_in_a_process() {
    let program = compile_c(&folder("own-library"), C, &["-O1", "-g", "-Wl,--build-id"]);
    let image = Image::open(&program).unwrap();
    let id = Binary::parse(&image).unwrap().build_id().unwrap();
    let offsets = [file_offset(&program, function(&program, &["outer"]).0)];
    let named = [["outer(outer) program.c:14 13"]];
    let bare = [[""; 0]];
    assert_eq!(own(text(&program), &id, "/bin/main", &offsets), named);
    assert_eq!(own(text(&program), &id.to_uppercase(), "/bin/main", &offsets), named);
    assert_eq!(own(text(&program), "0123456789abcdef", "/bin/main", &offsets), bare);
    // Without an id nobody knows, and of the main binary the process knows better than its name says.
    assert_eq!(own(text(&program), "", "/bin/main", &offsets), bare);
    assert_eq!(own(text(&program), &id, text(&program), &offsets), bare);
    let unnamed = compile_c(&folder("own-unnamed"), C, &["-O1", "-g", "-Wl,--build-id=none"]);
    let offsets = [file_offset(&unnamed, function(&unnamed, &["outer"]).0)];
    assert_eq!(own(text(&unnamed), &id, "/bin/main", &offsets), bare);
}
