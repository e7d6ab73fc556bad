//! Mappings against `/proc/self/maps` as std reads it, and build ids against `readelf`.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;

use heapwise_stackwalk::{Error, Mapping, mappings};

fn each(mut visit: impl FnMut(&Mapping<'_>)) -> Result<(), Error> {
    mappings(&mut visit)
}

#[test]
fn all_executable_files_are_there() {
    let mut ours = Vec::new();
    each(|mapping| {
        let Mapping { start, limit, file_offset, path, .. } = *mapping;
        ours.push((start, limit, file_offset, String::from_utf8_lossy(path).into_owned()));
    })
    .unwrap();
    let text = std::fs::read_to_string("/proc/self/maps").unwrap();
    let hexadecimal = |text: &str| u64::from_str_radix(text, 16).unwrap();
    let expected: Vec<_> = text
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter(|fields| fields[1].contains('x') && fields.len() > 5)
        .filter(|fields| fields[5].starts_with('/') || fields[5] == "[vdso]")
        .map(|fields| {
            let (start, limit) = fields[0].split_once('-').unwrap();
            let path = fields[5].to_owned();
            (hexadecimal(start), hexadecimal(limit), hexadecimal(fields[2]), path)
        })
        .collect();
    assert!(expected.len() >= 4, "{text}");
    assert_eq!(ours, expected);
}

#[test]
fn a_function_of_this_program_is_in_its_mapping() {
    let here = all_executable_files_are_there as fn() as usize as u64;
    let mut found = Vec::new();
    each(|mapping| {
        if (mapping.start..mapping.limit).contains(&here) {
            found.push(mapping.path.to_vec());
        }
    })
    .unwrap();
    assert_eq!(found, [std::env::current_exe().unwrap().as_os_str().as_bytes()]);
}

/// What `readelf -n` says of the file at `path`.
fn build_id_by_readelf(path: &[u8]) -> Option<String> {
    let output = Command::new("readelf").arg("-n").arg(OsStr::from_bytes(path)).output();
    let output = output.expect("this test needs readelf, of binutils");
    let text = String::from_utf8_lossy(&output.stdout);
    let id = text.lines().find_map(|line| line.trim().strip_prefix("Build ID: "));
    id.map(str::to_owned)
}

#[test]
fn build_ids_are_those_of_the_files() {
    let mut found = 0;
    each(|mapping| {
        let ours: String = mapping.build_id.iter().map(|byte| format!("{byte:02x}")).collect();
        if mapping.path == b"[vdso]" {
            assert!(ours.len() >= 16, "{ours}");
        } else {
            assert_eq!(ours, build_id_by_readelf(mapping.path).unwrap_or_default());
            found += usize::from(!ours.is_empty());
        }
    })
    .unwrap();
    assert!(found >= 2);
}
