//! The stacks of a profile as text.

use std::fmt::Write as _;

use heapwise_profile::{Id, Location, Profile};

use super::limits::Limit;

/// Stacks that are told; the others are in the profile.
const MOST_STACKS: usize = 10;
/// Frames of one that are told, the innermost.
const MOST_FRAMES: usize = 16;

/// The stacks that used something of what `limit` says, those that used most first.
pub fn told(profile: &Profile, limit: &Limit) -> String {
    let stacks = stacks(profile, limit.column);
    let noun = if stacks.len() == 1 { "stack" } else { "stacks" };
    let mut text = format!("\n{} {noun}, innermost function first:\n", stacks.len());
    for (stack, amount) in stacks.iter().take(MOST_STACKS) {
        // Writing to a string does not fail.
        let _ = writeln!(text, "\n    {}", limit.told(*amount));
        frames(&mut text, profile, stack);
    }
    if stacks.len() > MOST_STACKS {
        let _ = writeln!(text, "\n    and {} stacks more", stacks.len() - MOST_STACKS);
    }
    if profile.functions.is_empty() {
        text.push_str("\nNames instead of addresses: `features = [\"symbolize\"]` for heapwise.\n");
    }
    text
}

/// Stacks with the sums of a column that are not 0, the largest first.
fn stacks(profile: &Profile, column: usize) -> Vec<(&[Id<Location>], u64)> {
    let mut stacks: Vec<(&[Id<Location>], u64)> = Vec::new();
    for sample in profile.samples.iter() {
        let amount = sample.values.get(column).map_or(0, |value| value.max(&0).cast_unsigned());
        // Rows of one stack are next to one another.
        match stacks.last_mut().filter(|(stack, _)| *stack == sample.stack) {
            Some((_, sum)) => *sum += amount,
            None => stacks.push((sample.stack, amount)),
        }
    }
    stacks.retain(|(_, amount)| *amount != 0);
    stacks.sort_by_key(|(_, amount)| std::cmp::Reverse(*amount));
    stacks
}

/// A line a frame: what lies between the allocator and the budget.
fn frames(text: &mut String, profile: &Profile, stack: &[Id<Location>]) {
    let all = stack.iter().flat_map(|&location| lines(profile, location));
    let within: Vec<_> = all.take_while(|(name, _)| !is_budget(name)).collect();
    let first = within.iter().rposition(|(name, _)| is_allocator(name)).map_or(0, |last| last + 1);
    for (name, place) in within[first..].iter().take(MOST_FRAMES) {
        let _ = writeln!(text, "        {}", format!("{name}  {place}").trim_end());
    }
    if stack.is_empty() {
        text.push_str("        (the stack is not known)\n");
    }
}

/// Function and place of a location, each of those that were inlined there for itself; a file and how
/// far into it, if there are no names.
fn lines(profile: &Profile, location: Id<Location>) -> Vec<(String, String)> {
    let string = |text| String::from_utf8_lossy(profile.text(text)).into_owned();
    let lines = profile.locations.lines(location);
    let named = lines.iter().filter_map(|line| {
        let function = profile.functions.get(line.function)?;
        let file = string(function.file);
        Some((string(function.name), format!("{}:{}", within_rust(&file), line.line)))
    });
    let named: Vec<_> = named.collect();
    if !named.is_empty() {
        return named;
    }
    let &Location { address, mapping, .. } = profile.locations.get(location);
    let place = match mapping.and_then(|mapping| profile.mappings.get(mapping)) {
        Some(mapping) => {
            let file = string(mapping.file);
            let offset = address.0 - mapping.start.0 + mapping.offset.0;
            format!("{}+{offset:#x}", file.rsplit('/').next().unwrap_or_default())
        }
        None => format!("{:#x}", address.0),
    };
    vec![(place, String::new())]
}

/// The path of a source file of the standard library without where that was built.
fn within_rust(file: &str) -> &str {
    let after = file.strip_prefix("/rustc/").and_then(|rest| rest.split_once('/'));
    after.map_or(file, |(_, path)| path)
}

/// Whether a function lies between the one that wanted memory and the allocator.
fn is_allocator(name: &str) -> bool {
    let name = name.trim_start_matches('<');
    const STARTS: [&str; 6] = [
        "heapwise::alloc::",
        "__rustc",
        "__rust_alloc",
        "__rust_realloc",
        "alloc::alloc::",
        "alloc::raw_vec::",
    ];
    STARTS.iter().any(|start| name.starts_with(start)) || name.contains("::GlobalAlloc>::")
}

/// Whether a function is the one that has called the closure.
fn is_budget(name: &str) -> bool {
    name.trim_start_matches('<').starts_with("heapwise::budget::")
}

#[cfg(test)]
mod tests {
    use heapwise_profile::{CodeFile, Recorded, RecordedRow};

    use super::super::limits::{ALLOCATIONS, LEAKED, LIMITS};
    use super::*;

    /// Of each stack, allocations and blocks leaked.
    fn profile(stacks: &[(u32, i64, i64)]) -> Profile {
        let row = |&(stack, allocations, leaked): &(u32, i64, i64)| RecordedRow {
            stack,
            labels: 0,
            size: 8,
            values: [allocations, 8 * allocations, leaked, 8 * leaked, 0, 0],
        };
        let code = CodeFile {
            start: 0x1000,
            limit: 0x2000,
            offset: 0x500,
            path: b"/build/program".to_vec(),
            build_id: Vec::new(),
        };
        let rows = stacks.iter().map(row).collect();
        let recorded = Recorded { mappings: vec![code], rows, ..Recorded::default() };
        recorded.profile(|stack, frames| {
            if stack != 0 {
                frames.extend([0x1001 + u64::from(stack), 0x9001]);
            }
        })
    }

    #[test]
    fn without_names_there_are_places_in_files_and_what_brings_names() {
        let profile = profile(&[(0x10, 2, 1), (0x20, 1, 0), (0x20, 4, 0), (0, 1, 0)]);
        let expected = "
3 stacks, innermost function first:

    5 allocations
        program+0x520
        0x9000

    2 allocations
        program+0x510
        0x9000

    1 allocation
        (the stack is not known)

Names instead of addresses: `features = [\"symbolize\"]` for heapwise.
";
        assert_eq!(told(&profile, &LIMITS[ALLOCATIONS]), expected);
        assert!(told(&profile, &LIMITS[LEAKED]).starts_with("\n1 stack, "));
    }

    #[test]
    fn of_many_stacks_the_largest_are_told() {
        let many: Vec<_> = (1..=30).map(|stack| (stack, i64::from(stack), 0)).collect();
        let text = told(&profile(&many), &LIMITS[ALLOCATIONS]);
        assert_eq!(text.matches(" allocations\n").count(), MOST_STACKS);
        assert!(text.contains("    30 allocations\n") && !text.contains("    20 allocations\n"));
        assert!(text.contains("\n    and 20 stacks more\n"));
    }

    #[test]
    fn frames_of_the_allocator_and_of_the_standard_librarys_build_are_known() {
        for name in [
            "__rustc::__rust_alloc",
            "__rustc[c97ab4a1a6b0b9b9]::__rust_alloc",
            "<heapwise::alloc::Alloc as core::alloc::global::GlobalAlloc>::alloc",
            "<alloc::alloc::Global as core::alloc::Allocator>::allocate",
            "alloc::raw_vec::RawVec<T,A>::grow_one",
        ] {
            assert!(is_allocator(name), "{name}");
        }
        for name in ["__rust_try", "alloc::vec::Vec<T,A>::push", "program::alloc::alloc"] {
            assert!(!is_allocator(name), "{name}");
        }
        assert!(is_budget("heapwise::budget::counted") && !is_budget("program::heapwise::budget"));
        assert_eq!(
            within_rust("/rustc/0123ab/library/alloc/src/vec.rs"),
            "library/alloc/src/vec.rs"
        );
        assert_eq!(within_rust("/home/me/rustc/a.rs"), "/home/me/rustc/a.rs");
    }
}
