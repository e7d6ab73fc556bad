//! Each format on small inputs, down to the profile in one line: sample types, samples, locations,
//! mappings.

use super::{LegacyError, decode};
use crate::{Label, LabelValue, Profile};

mod dhat;
mod jemalloc;

/// `values @ stack [label]` for each sample; stacks by location id.
fn samples(profile: &Profile) -> Vec<String> {
    let label = |label: &Label| match label.value {
        LabelValue::Number { number, .. } => {
            format!(" {}={number}", text(profile.text(label.key)))
        }
        LabelValue::Text(value) => format!(" {}", text(profile.text(value))),
    };
    let row = |sample: crate::Sample<'_>| {
        let values: Vec<_> = sample.values.iter().map(i64::to_string).collect();
        let ids = sample.stack.iter().map(|&id| profile.locations.get(id).id.to_string());
        let labels: String = sample.labels.iter().map(label).collect();
        format!("{} @ {}{labels}", values.join(" "), ids.collect::<Vec<_>>().join(" "))
    };
    profile.samples.iter().map(row).collect()
}

/// `address>mapping name file:line` for each location, without what is not known.
fn locations(profile: &Profile) -> Vec<String> {
    let row = |(location, lines): (&crate::Location, &[crate::Line])| {
        let mapping = location.mapping.map(|id| format!(">{}", profile.mappings[id].id));
        let line = lines.first().map(|line| {
            let function = profile.functions[line.function];
            let (name, file) = (profile.text(function.name), profile.text(function.file));
            format!(" {} {}:{}", text(name), text(file), line.line)
        });
        let address = location.address;
        format!("{address:x}{}{}", mapping.unwrap_or_default(), line.unwrap_or_default())
    };
    profile.locations.iter().map(row).collect()
}

/// `start-limit+offset file build` for each mapping.
fn mappings(profile: &Profile) -> Vec<String> {
    let row = |mapping: &crate::Mapping| {
        let (file, build_id) = (profile.text(mapping.file), profile.text(mapping.build_id));
        let range = format!("{:x}-{:x}+{:x}", mapping.start, mapping.limit, mapping.offset);
        format!("{range} {} {}", text(file), text(build_id)).trim_end().to_owned()
    };
    profile.mappings.rows().iter().map(row).collect()
}

fn types(profile: &Profile) -> String {
    let types = profile.header.sample_types.iter();
    let names =
        types.map(|of| format!("{}/{}", text(profile.text(of.kind)), text(profile.text(of.unit))));
    names.collect::<Vec<_>>().join(" ")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn decoded(bytes: impl AsRef<[u8]>) -> Profile {
    decode(bytes.as_ref()).unwrap().expect("a format recognizes the bytes")
}

fn error(bytes: &str) -> LegacyError {
    decode(bytes.as_bytes()).unwrap_err()
}

fn is_recognized(bytes: impl AsRef<[u8]>) -> bool {
    decode(bytes.as_ref()).unwrap().is_some()
}

mod heap {
    use super::*;

    #[test]
    fn samples_are_scaled_up_by_the_interval() {
        let profile = decoded(
            "heap profile: 1: 2 [ 3: 4] @ heap_v2/1024\n\
             \n# a comment\n\
             1: 100 [ 2: 300] @ 0x10 0x20\n\
             0: 0 [ 4: 400] @ 0x10\n",
        );
        assert_eq!(
            types(&profile),
            "alloc_objects/count alloc_space/bytes inuse_objects/count inuse_space/bytes"
        );
        let expected = ["14 2201 10 1074 @ 1 2 bytes=100", "42 4299 0 0 @ 1 bytes=100"];
        assert_eq!(samples(&profile), expected);
        assert_eq!(locations(&profile), ["f>1", "1f>1"]);
        assert_eq!(mappings(&profile), ["0-ffffffffffffffff+0"]);
        assert_eq!(profile.header.period, 1024);
    }

    #[test]
    fn the_interval_of_go_is_half_the_number_given() {
        let profile = decoded("heap profile: 1: 2 [ 3: 4] @ heap/1024\n1: 100 [1: 100] @ 0x10\n");
        assert_eq!(samples(&profile), ["5 563 5 563 @ 1 bytes=100"]);
        assert_eq!(profile.header.period, 512);
    }

    #[test]
    fn without_other_allocations_only_blocks_in_use_count() {
        for totals in ["1: 2 [ 1: 2]", "1: 2 [ 0: 0]"] {
            let header = format!("heap profile: {totals} @ heapprofile");
            let profile = decoded(format!("{header}\n7: 50 [ 9: 90] @ 0x10\n"));
            assert_eq!(types(&profile), "objects/count space/bytes");
            assert_eq!(samples(&profile), ["7 50 @ 1 bytes=7"]);
        }
    }

    #[test]
    fn growth_and_fragmentation_are_not_sampled() {
        for kind in ["growth", "growthz", "fragmentationz"] {
            let header = format!("heap profile: 1: 2 [ 3: 4] @ {kind}");
            let profile = decoded(format!("{header}\n-2: -50 [ 4: 400] @ 0x10\n"));
            assert_eq!(samples(&profile), ["-2 -50 @ 1 bytes=25"], "{kind}");
            assert_eq!(profile.header.period, 1);
        }
    }

    #[test]
    fn other_kinds_are_not_recognized() {
        for header in [
            "heap profile: 1: 2 [ 3: 4] @ heapfoo",
            "heap profile: 1: 2 [ 3: 4] @ other",
            "heap profile: 1 : 2 [ 3: 4] @ heap",
            "heap profile: 1: 2 [ 3: 4]  @ growth",
            "heap profile: 1: 2 [ 3: 4] @ heap/99999999999999999999",
        ] {
            assert!(!is_recognized(format!("{header}\n")), "{header}");
        }
        assert!(is_recognized("log heap profile: heap profile:1:2[3:4]@heapprofile,\n"));
    }

    #[test]
    fn what_is_no_sample_is_an_error() {
        let of = |line: &str| error(&format!("heap profile: 1: 2 [ 3: 4] @ heap_v2/9\n{line}\n"));
        assert_eq!(of("1: 100 @ 0x10"), LegacyError::NotASample { line: 2 });
        assert_eq!(of("1: 1 [99999999999999999999: 1] @"), LegacyError::NumberTooLarge { line: 2 });
        assert_eq!(
            of("1: 1 [1: 1] @ 0x12345678901234567"),
            LegacyError::AddressTooLarge { line: 2 }
        );
        let allocated = LegacyError::BytesWithoutBlocks { line: 2, allocated: true, bytes: 5 };
        assert_eq!(of("1: 1 [0: 5] @ 0x1"), allocated);
        assert_eq!(of(&"x".repeat(1 << 16)), LegacyError::LineTooLong { line: 2 });
    }
}

mod go_count {
    use super::*;

    #[test]
    fn stacks_are_counted() {
        let profile = decoded(
            "# a comment\n\ngoroutine profile: total 3\n1 @ 0x10 0x20\n#\t0x10\tmain\n\n2 @ 0x20\n\
             --- Memory map: ---\n1000-2000 r-xp 0 00:00 0 /bin/app\n",
        );
        assert_eq!(types(&profile), "goroutine/count");
        assert_eq!(samples(&profile), ["1 @ 1 2", "2 @ 2"]);
        assert_eq!(mappings(&profile), ["1000-2000+0 /bin/app", "0-ffffffffffffffff+0"]);
    }

    #[test]
    fn every_line_is_a_sample_or_a_comment() {
        for line in
            ["1 @", "1 @  0x1", " 1 @ 0x1", "1 @ 0xAB", "1 @ 0x1 ", "x", "1 @ 0x12345678901234567"]
        {
            let profile = format!("goroutine profile: total 3\n{line}\n");
            assert_eq!(error(&profile), LegacyError::MalformedLine { line: 2 }, "{line}");
        }
        assert!(!is_recognized("a b profile: total 2\n"));
        assert!(!is_recognized("goroutine profile: total 2 \n"));
    }
}

mod threadz {
    use super::*;

    const MAIN: &str = "--- Thread 7f79 (name: main/1) stack: ---\n";
    const OTHER: &str = "--- Thread 7f80 (name: a b/2) stack: ---\n";
    const END: &str = "--- Memory map: ---\n";

    #[test]
    fn each_thread_is_a_sample() {
        let profile = decoded(format!(
            "--- threadz 1 ---\n\n{MAIN}  PC: 0x100: helper()\n  0x200 main\n{OTHER}0x100 0x300\n{END}"
        ));
        assert_eq!(types(&profile), "thread/count");
        assert_eq!(samples(&profile), ["1 @ 1 2", "1 @ 1 3"]);
        assert_eq!(locations(&profile), ["100>1", "1ff>1", "2ff>1"]);
    }

    #[test]
    fn a_thread_like_the_one_before_is_counted_there() {
        let profile = decoded(format!(
            "{OTHER}0x100\n{MAIN}0x9\n[same as previous thread]\n0x8\n{OTHER}\n{END}"
        ));
        assert_eq!(samples(&profile), ["3 @ 1"]);
        assert_eq!(samples(&decoded(format!("{OTHER}\n{END}"))), Vec::<String>::new());
    }

    #[test]
    fn a_leaf_named_twice_counts_once() {
        let profile = decoded(format!("{MAIN}0x101 0x101 0x200\n{OTHER}0x100 0x101\n{END}"));
        assert_eq!(samples(&profile), ["1 @ 1 3", "1 @ 2 2"]);
        assert_eq!(locations(&profile), ["101>1", "100>1", "1ff>1"]);
    }

    #[test]
    fn the_threads_end_before_the_map_or_a_thread_without_stack() {
        let broken = format!("{MAIN}0x100\n---- no stack trace for 5\n{OTHER}0x200\n");
        assert_eq!(samples(&decoded(broken)), ["1 @ 1"]);
        assert!(!is_recognized(format!("{MAIN}0x100\n")));
        assert!(!is_recognized(format!("{MAIN}0x100\n--- other ---\n{END}")));
        assert!(!is_recognized(format!("--- Thread xyz (name: main/1) stack: ---\n{END}")));
    }
}

mod contention {
    use super::*;

    #[test]
    fn delays_become_nanoseconds() {
        let profile = decoded(
            "--- contentionz 1 ---\ncycles/second = 2000000000\nsampling period = 100\n\
             ms since reset = 5\ndiscarded samples = 0\n  100  10 @ 0x10 0x20\n---\n9 9 @ 0x1\n",
        );
        assert_eq!(types(&profile), "contentions/count delay/nanoseconds");
        assert_eq!(samples(&profile), ["1000 5000 @ 1 2"]);
        assert_eq!((profile.header.period, profile.header.duration_nanos), (100, 5_000_000));
    }

    #[test]
    fn without_a_clock_rate_delays_stay() {
        let profile = decoded("--- mutex:\nsampling period=7\n\n100 10 @ 0x10\n");
        assert_eq!(samples(&profile), ["70 100 @ 1"]);
        assert_eq!(samples(&decoded("--- contention:\n100 10 @\n")), ["10 100 @ "]);
    }

    #[test]
    fn the_count_may_be_the_last_digit_of_the_delay() {
        assert_eq!(samples(&decoded("--- mutex:\n100 -12 @ 0x1\n")), ["2 1 @ 1"]);
        assert!(!is_recognized("--- mutex:\n100 -1 @ 0x1\n"));
    }

    #[test]
    fn other_lines_and_attributes_are_of_other_formats() {
        for text in ["foo=1", "format=java", "sampling period=x", "sampling period=2 = 3", "foo"] {
            assert!(!is_recognized(format!("--- mutex:\n{text}\n1 1 @ 0x1\n")), "{text}");
        }
        assert!(!is_recognized("--- contentionz\n1 1 @ 0x1\n"));
    }
}

mod java {
    use super::*;

    const HEAP: &str = "--- heapz 1 ---\nformat = java\nresolution = bytes\n";

    #[test]
    fn heap_samples_are_scaled_up_and_named() {
        let profile = decoded(format!(
            "{HEAP}\n  100 1 @ 0x1 0x2 0x3\n\
             0x2 a.b (F.java:12)\n 0x1 a.b (G.java:0)\n0x3 x generated stub/JIT\n"
        ));
        assert_eq!(types(&profile), "inuse_objects/count inuse_space/bytes");
        assert_eq!(samples(&profile), ["5243 524338 @ 1 2 3 bytes=100"]);
        assert_eq!(locations(&profile), ["0 a.b F.java:0", "0 a.b F.java:12", "0 STUB :0"]);
        assert_eq!(mappings(&profile), Vec::<String>::new());
    }

    #[test]
    fn what_has_no_name_is_in_a_mapping_of_everything() {
        let profile = decoded(format!("{HEAP}100 1 @ 0x1 0x2\n0x2 f\n"));
        assert_eq!(locations(&profile), ["0>1", "0 f :0"]);
        assert_eq!(mappings(&profile), ["0-ffffffffffffffff+0"]);
    }

    #[test]
    fn contentions_are_multiplied_by_the_period() {
        let profile = decoded(
            "--- contentionz 1 ---\nformat = java\nresolution = microseconds\n\
             sampling period = 100\nms since reset = 5\n7 2 @ 0x1\n",
        );
        assert_eq!(types(&profile), "contentions/count delay/microseconds");
        assert_eq!(samples(&profile), ["200 700 @ 1"]);
        assert_eq!(profile.header.duration_nanos, 5_000_000);
    }

    #[test]
    fn a_place_is_a_file_with_a_line_or_a_path() {
        let located = |text: &str| {
            let profile = decoded(format!("{HEAP}1 1 @ 0x1\n0x1 {text}\n"));
            locations(&profile)[0][2..].to_owned()
        };
        assert_eq!(located("f (x) (a.java:3)"), "f (x) a.java:3");
        assert_eq!(located("f (a.java:-3)"), "f a.java:0");
        assert_eq!(located("f (/lib/libc.so)"), "f libc.so:0");
        assert_eq!(located("f (a/b/)"), "f b:0");
        assert_eq!(located("f (//)"), "f /:0");
        assert_eq!(located("f ()"), "f .:0");
        assert_eq!(located("f (:3)"), "f :3:0");
        assert_eq!(located("f(x)"), "f(x) :0");
        assert_eq!(located("f (a.java:3) x"), "f (a.java:3) x :0");
    }

    #[test]
    fn broken_profiles_are_errors() {
        let of = |text: &str| error(&format!("{HEAP}{text}\n"));
        assert_eq!(of("100 0 @ 0x1"), LegacyError::ZeroCount { line: 4 });
        assert_eq!(of("99999999999999999999 1 @ 0x1"), LegacyError::NumberTooLarge { line: 4 });
        assert_eq!(of("0x12345678901234567 f"), LegacyError::AddressTooLarge { line: 4 });
        assert_eq!(
            error("--- heapz 1 ---\n\n1 1 @ 0x1\n"),
            LegacyError::MissingSampleTypes { line: 3 }
        );
        assert_eq!(
            error("--- contentionz 1 ---\nformat=java\nsampling period=x\n"),
            LegacyError::BadAttribute { line: 3 }
        );
        assert!(!is_recognized("--- heapz 1 ---\nformat = cobol\n"));
        assert!(!is_recognized("--- heapz 2 ---\nformat = java\n"));
    }
}

mod cpu {
    use super::*;

    const HEADER: [u64; 5] = [0, 3, 0, 10_000, 0];
    const TRAILER: [u64; 3] = [0, 1, 0];

    fn little(parts: &[&[u64]]) -> Vec<u8> {
        parts.concat().iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    #[test]
    fn words_are_of_either_size_and_order() {
        let words = [&HEADER[..], &[2, 1, 0x1001], &[1, 2, 0x1005, 0x1101], &TRAILER].concat();
        let narrow = |word: &u64| u32::try_from(*word).unwrap();
        let encodings: [Vec<u8>; 4] = [
            words.iter().flat_map(|word| narrow(word).to_le_bytes()).collect(),
            words.iter().flat_map(|word| narrow(word).to_be_bytes()).collect(),
            words.iter().flat_map(|word| word.to_le_bytes()).collect(),
            words.iter().flat_map(|word| word.to_be_bytes()).collect(),
        ];
        for bytes in encodings {
            let profile = decoded([&bytes[..], b"1000-2000 r-xp 0 00:00 0 /bin/app\n"].concat());
            assert_eq!(types(&profile), "samples/count cpu/nanoseconds");
            assert_eq!(samples(&profile), ["2 20000000 @ 1", "1 10000000 @ 2 3"]);
            assert_eq!(locations(&profile), ["1001>1", "1005>1", "1100>1"]);
            assert_eq!(profile.header.period, 10_000_000);
        }
    }

    #[test]
    fn the_frames_of_the_signal_handler_are_left_out() {
        let marked = |leaf| vec![1, 4, leaf, 0x51, 0x61, 0x71];
        let stacks = (0..31).flat_map(|leaf| marked(0x100 + leaf)).collect::<Vec<_>>();
        let profile = decoded(little(&[&HEADER, &stacks, &[1, 2, 0x200, 0x300], &TRAILER]));
        assert_eq!(samples(&profile)[0], "1 10000000 @ 1 2");
        assert_eq!(samples(&profile)[31], "1 10000000 @ 33 34");
        assert_eq!(locations(&profile)[..2], ["100>1", "70>1"]);
    }

    #[test]
    fn frames_that_too_few_samples_have_stay() {
        let stacks = [[1, 3, 0x100, 0x51, 0x61], [1, 3, 0x101, 0x81, 0x61]].concat();
        let profile = decoded(little(&[&HEADER, &stacks]));
        assert_eq!(samples(&profile), ["1 10000000 @ 1 2 3", "1 10000000 @ 4 5 3"]);
    }

    #[test]
    fn a_leaf_named_twice_counts_once() {
        let stacks = [[1, 3, 0x100, 0x100, 0x61], [1, 3, 0x101, 0x81, 0x61]].concat();
        let profile = decoded(little(&[&HEADER, &stacks]));
        assert_eq!(samples(&profile), ["1 10000000 @ 1 3", "1 10000000 @ 4 5 3"]);
    }

    #[test]
    fn addresses_of_java_are_names() {
        let mut bytes = little(&[&[0, 3, 1, 10_000, 0], &[1, 2, 5, 6], &TRAILER]);
        bytes.extend_from_slice(b"0x5 a.b (F.java:3)\n0x6 c\n");
        let profile = decoded(bytes);
        assert_eq!(samples(&profile), ["1 10000000 @ 1 2"]);
        assert_eq!(locations(&profile), ["0 a.b F.java:3", "0 c :0"]);
    }

    #[test]
    fn bytes_that_end_early_or_start_otherwise_are_not_recognized() {
        assert!(is_recognized(little(&[&HEADER])));
        assert!(!is_recognized(little(&[&HEADER, &[1]])));
        assert!(!is_recognized(little(&[&HEADER, &[1, 9, 0x1]])));
        assert!(!is_recognized([little(&[&HEADER]), vec![1]].concat()));
        for header in [[1, 3, 0, 1, 0], [0, 4, 0, 1, 0], [0, 3, 2, 1, 0], [0, 3, 0, 0, 0]] {
            assert!(!is_recognized(little(&[&header])), "{header:?}");
        }
    }
}

mod memory_map {
    use super::*;

    /// The mappings of a profile with this map and one sample at 0x1000.
    fn mapped(map: &str) -> Vec<String> {
        let all = mappings(&decoded(format!(
            "heap profile: 1: 2 [ 1: 2] @ heapprofile\n1: 2 [1: 2] @ 0x1001\n--- Memory map: ---\n{map}\n"
        )));
        all.into_iter().filter(|mapping| mapping != "0-ffffffffffffffff+0").collect()
    }

    #[test]
    fn lines_have_a_full_and_a_brief_form() {
        for (line, expected) in [
            ("00001000-00002000 r-xp 10 fd:01 7 /bin/x (deleted)", "1000-2000+10 /bin/x"),
            ("  0x1000 2000: r-xp 0 00:00 0", "1000-2000+0"),
            ("1000-2000 00:00 7 /x", "1000-2000+0 /x"),
            ("file.cc:12] 1000-2000 /x", "1000-2000+0 /x"),
            ("1000-2000: /x (@10) abcd", "1000-2000+10 /x abcd"),
            ("1000-2000 r-xp /x ABCD", "1000-2000+0 /x ABCD"),
            ("1000-2000 /x (@0x10)", "1000-2000+0 /x"),
            ("1000-2000", "1000-2000+0"),
        ] {
            assert_eq!(mapped(line), [expected], "{line}");
        }
    }

    #[test]
    fn what_is_not_executable_or_no_range_is_skipped() {
        for line in [
            "1000-2000 rw-p 0 00:00 0 /x",
            "1000-12345678901234567 /x",
            "1000-2000 r-xp 12345678901234567 00:00 0 /x",
            "x[1]:3] 1000-2000 /x",
            "hello",
            "",
        ] {
            assert_eq!(mapped(line), Vec::<String>::new(), "{line}");
        }
    }

    #[test]
    fn attributes_are_substituted_in_later_lines() {
        assert_eq!(mapped("build = /home/x\n1000-2000 /$build/app"), ["1000-2000+0 //home/x/app"]);
        assert_eq!(mapped("z=2\nzz=1\n1000-2000 /$zz$y"), ["1000-2000+0 /2z$y"]);
        assert_eq!(mapped("y=7\nz=$y\n1000-2000 /$z"), ["1000-2000+0 /7"]);
    }

    #[test]
    fn attributes_that_grow_without_end_are_not_followed() {
        let doubling: String = (1..200).map(|n| format!("v{n}e=$v{0}e$v{0}e\n", n - 1)).collect();
        assert_eq!(mapped(&format!("v0e=xx\n{doubling}1000-2000 /$v199e")).len(), 1);
    }

    #[test]
    fn pieces_of_one_file_are_joined() {
        let two =
            |first: &str, second: &str| mapped(&format!("1000-2000 {first}\n2000-3000 {second}"));
        assert_eq!(two("/x", "/x (@1000)"), ["1000-3000+0 /x"]);
        assert_eq!(two("/x (@10)", "/x (@1010) ab"), ["1000-3000+10 /x ab"]);
        assert_eq!(two("r-xp", "/y"), ["1000-3000+0 /y"]);
        assert_eq!(two("/x (@10)", "/x (@20)").len(), 2);
        assert_eq!(two("/x (@10) ab", "/x (@1010) ac").len(), 2);
        assert_eq!(two("/x", "/y").len(), 2);
    }

    #[test]
    fn the_main_binary_comes_first() {
        let first = |other: &str| {
            mapped(&format!("1000-2000 r-xp 0 0:0 0 {other}\n2100-3000 /x"))[0].clone()
        };
        for other in ["/a.so", "/a.so.1", "/a.so_1/b", "[vdso]", "(deleted)", "/a.so(deleted)"] {
            assert_eq!(first(other), "2100-3000+0 /x", "{other}");
        }
        for other in ["/a.sox", "/a.so.x", "/a.so-1"] {
            assert_eq!(first(other), format!("1000-2000+0 {other}"));
        }
    }

    #[test]
    fn text_that_was_mapped_anew_starts_where_it_was_linked() {
        assert_eq!(mapped("500000-501000 /x (@100000)"), ["400000-501000+0 /x"]);
        assert_eq!(mapped("500000-501000 /x (@100001)"), ["500000-501000+100001 /x"]);
        let huge = "1000-2000 /anon_hugepage\n2000-3000 /x (@1000)";
        assert_eq!(mapped(huge), ["1000-3000+0 /x"]);
    }

    #[test]
    fn a_mapping_is_extended_down_to_what_it_holds() {
        assert_eq!(mapped("3000-4000 /x (@2000)"), ["1000-4000+0 /x"]);
        assert_eq!(mapped("3000-4000 /x (@1000)"), ["3000-4000+1000 /x"]);
        assert_eq!(mapped("3000-4000 /x (@4000)"), ["3000-4000+4000 /x"]);
    }
}

#[test]
fn patterns_of_what_to_prune_follow_from_the_sample_types() {
    let drop = |bytes: &str| {
        let profile = decoded(bytes);
        (
            text(profile.text(profile.header.drop_frames)),
            text(profile.text(profile.header.keep_frames)),
        )
    };
    let (heap, kept) = drop("heap profile: 1: 2 [ 3: 4] @ heapprofile\n");
    assert!(heap.starts_with("calloc|") && heap.contains(r"|operator new(\[\])?|"));
    assert_eq!(kept, r"runtime\.panic|runtime\.reflectcall|runtime\.call[0-9]*");
    let (locks, kept) = drop("--- mutex:\n");
    assert!(locks.starts_with("RecordLockProfileData|") && kept.is_empty());
    let (others, _) = drop("goroutine profile: total 2\n");
    assert!(others.starts_with("ProfileData::Add|"));
}

#[test]
fn bytes_of_no_format_are_not_recognized() {
    for text in ["hello\n", "\0", "\n\n", "# only comments\n", "--- Memory map: ---\n"] {
        assert!(!is_recognized(text), "{text:?}");
    }
}

proptest::proptest! {
    /// Whatever follows a header, decoding ends with a profile that validates, or with an error.
    #[test]
    fn any_bytes_decode_or_are_refused(
        header in proptest::sample::select(HEADERS),
        words in proptest::collection::vec(proptest::sample::select(WORDS), 0..40),
    ) {
        let bytes = [header, &words.concat()].concat();
        if let Ok(Some(profile)) = decode(bytes.as_bytes()) {
            let checked = profile.validate();
            proptest::prop_assert!(checked.is_ok(), "{checked:?}");
        }
    }
}

const HEADERS: &[&str] = &[
    "heap profile: 1: 2 [ 3: 4] @ heap_v2/1024\n",
    "heap profile: 1: 2 [ 1: 2] @ growth\n",
    "goroutine profile: total 2\n",
    "--- threadz 1 ---\n--- Thread 1 (name: a/1) stack: ---\n",
    "--- contentionz 1 ---\n",
    "--- heapz 1 ---\nformat=java\nresolution=bytes\n",
    "heap_v2/1024\n  t*: 1: 2 [3: 4]\n",
    r#"{"dhatFileVersion":2,"bklt":false,"ftbl":["f","0x1: g (a:3)"],"pps":[{"tb":1,"tbk":1,"fs":["#,
    "\0\0\0\0\x03\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0",
    "\0\0\0\0\x03\0\0\0\x01\0\0\0\x01\0\0\0\0\0\0\0",
];

const WORDS: &[&str] = &[
    "\n",
    " ",
    "1",
    "-1: ",
    "2 ",
    " @",
    " 0x10",
    " 0xffffffffffffffff",
    "[1: 2] @ 0x5\n",
    "=",
    "$a",
    "a=b\n",
    "--- Memory map: ---\n",
    "1000-2000 r-xp 10 0:0 0 /x\n",
    "1: 2 [3: 4] @ 0x11 0x2000\n",
    "1 @ 0x11\n",
    "5 6 @ 0x1 0x2\n",
    "0x1 f (a:3)\n",
    "--- Thread 2 (name: b/2) stack: ---\n",
    "same as previous thread\n",
    "\0",
    "\x01\0\0\0",
    "\0\0\0\0\x01\0\0\0\0\0\0\0",
    "\x7f",
    "---",
    "@ 0x10 0x20\n",
    "  t*: 1: 100 [3: 400]\n",
    "  t1: ",
    "0",
    ",",
    "\"",
    "]",
    "}",
    "]}]}",
    r#","pps":[{"tb":9,"tbk":2,"fs":[0,1]}]"#,
    r#","bklt":true"#,
];
