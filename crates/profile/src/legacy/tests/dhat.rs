//! Profiles of DHAT.

use super::*;

/// A profile of Valgrind 3.19, made shorter.
const VALGRIND: &str = r#"{"dhatFileVersion":2
,"mode":"heap","verb":"Allocated"
,"bklt":true,"bkacc":true
,"tu":"instrs","Mtu":"Minstr"
,"tuth":500
,"cmd":"./app --flag"
,"pid":21377
,"te":362596
,"tg":298855
,"pps":
 [{"tb":100000,"tbk":1000
  ,"tl":93450989
  ,"mb":50000,"mbk":500
  ,"gb":40000,"gbk":400
  ,"eb":30000,"ebk":300
  ,"rb":0,"wb":1000
  ,"acc":[1000,-99,0]
  ,"fs":[1,2,3]
  }
 ,{"tb":272,"tbk":1
  ,"tl":152749
  ,"mb":272,"mbk":1
  ,"gb":272,"gbk":1
  ,"eb":0,"ebk":0
  ,"rb":256,"wb":40
  ,"fs":[4,5,6,7]
  }
 ]
,"ftbl":
 ["[root]"
 ,"0x48417B4: malloc (in /usr/libexec/valgrind/vgpreload_dhat-amd64-linux.so)"
 ,"0x1091D9: small_blocks (a.c:6)"
 ,"0x10926F: main (a.c:9)"
 ,"0x48465EF: calloc (in /usr/libexec/valgrind/vgpreload_dhat-amd64-linux.so)"
 ,"0x4010CB2: calloc (rtld-malloc.h:44)"
 ,"0x4010CB2: allocate_dtv (dl-tls.c:401)"
 ,"0x401171D: ??? (in /lib/ld.so)"
 ]
}
"#;

/// A file with one stack of these frames.
fn with_frames(fs: &str, ftbl: &str) -> String {
    let point = format!(r#"{{"tb":8,"tbk":2,"fs":[{fs}]}}"#);
    format!(r#"{{"dhatFileVersion":2,"mode":"heap","bklt":false,"pps":[{point}],"ftbl":[{ftbl}]}}"#)
}

#[test]
fn stacks_have_totals_and_those_at_the_peak_and_at_the_end() {
    let profile = decoded(VALGRIND);
    assert_eq!(
        types(&profile),
        "alloc_objects/count alloc_space/bytes peak_objects/count peak_space/bytes \
         inuse_objects/count inuse_space/bytes"
    );
    assert_eq!(
        samples(&profile),
        ["1000 100000 400 40000 300 30000 @ 1 2 3 bytes=100", "1 272 1 272 0 0 @ 4 5 6 bytes=272"]
    );
    assert_eq!(profile.default_sample_index(), Some(1));
    assert!(profile.text(profile.header.drop_frames).starts_with(b"calloc|cfree|"));
}

#[test]
fn frames_at_one_address_are_one_location() {
    let profile = decoded(VALGRIND);
    assert_eq!(
        locations(&profile),
        [
            "48417b4>2 malloc :0",
            "1091d9 small_blocks a.c:6",
            "10926f main a.c:9",
            "48465ef>2 calloc :0",
            "4010cb2 calloc rtld-malloc.h:44",
            "401171d>3",
        ]
    );
    let inlined = profile.locations.lines(crate::Id::from_row(4));
    assert_eq!(profile.text(profile.functions[inlined[1].function].name), b"allocate_dtv");
    assert_eq!(inlined.len(), 2);
}

#[test]
fn the_program_is_the_first_mapping() {
    let preload = "0-0+0 /usr/libexec/valgrind/vgpreload_dhat-amd64-linux.so";
    assert_eq!(mappings(&decoded(VALGRIND)), ["0-0+0 ./app", preload, "0-0+0 /lib/ld.so"]);
}

#[test]
fn a_recursion_is_not_an_inlined_call() {
    let ftbl = r#""0x10: inner (a.c:1)","0x10: outer (a.c:2)","0x20: main (a.c:3)""#;
    let profile = decoded(with_frames("0,1,0,1,2", ftbl));
    assert_eq!(samples(&profile), ["2 8 @ 1 1 2 bytes=4"]);
}

#[test]
fn frames_without_an_address_stay_apart() {
    let profile = decoded(with_frames("0,1,2,2", r#""[root]","f","g (a\\b.c:7:9)""#));
    assert_eq!(samples(&profile), ["2 8 @ 1 2 2 bytes=4"]);
    assert_eq!(locations(&profile), ["0 f :0", "0 g a\\b.c:7"]);
    assert_eq!(profile.locations.all_lines()[1].column, 9);
}

#[test]
fn events_and_copies_have_totals_only() {
    let of = |mode: &str| {
        let profile = decoded(with_frames("", "").replace("\"heap\"", mode));
        format!("{}: {}", types(&profile), samples(&profile).concat())
    };
    assert_eq!(of("\"rust-ad-hoc\""), "events/count units/count: 2 8 @ ");
    assert_eq!(of("\"ad-hoc\""), "events/count units/count: 2 8 @ ");
    assert_eq!(of("\"copy\""), "copy_objects/count copy_space/bytes: 2 8 @  bytes=4");
    assert_eq!(of("\"rust-heap\""), "alloc_objects/count alloc_space/bytes: 2 8 @  bytes=4");
}

#[test]
fn the_clock_of_the_dhat_crate_tells_the_duration() {
    let with_times = |unit: &str| {
        let members = format!("\"tu\":\"{unit}\",\"te\":13,\"pps\":");
        decoded(with_frames("", "").replace("\"pps\":", &members)).header.duration_nanos
    };
    assert_eq!(with_times("µs"), 13_000);
    assert_eq!(with_times("instrs"), 0);
}

#[test]
fn members_may_come_in_any_order_and_on_one_long_line() {
    let ftbl = (0..5000).map(|at| format!("\"0x{at:x}: f{at} (a.c:{at})\"")).collect::<Vec<_>>();
    let text = with_frames("4999", &ftbl.join(","));
    assert!(text.len() > 1 << 16);
    assert_eq!(locations(&decoded(&text)), ["1387 f4999 a.c:4999"]);
    let (head, tail) = text.split_once("\"dhatFileVersion\":2,").unwrap();
    let last = format!("\n {head}{},\"dhatFileVersion\":2}}", tail.strip_suffix('}').unwrap());
    assert_eq!(locations(&decoded(last)), ["1387 f4999 a.c:4999"]);
}

#[test]
fn other_json_is_not_recognized() {
    for text in ["{}", "{\"version\":2}", "[\"dhatFileVersion\"]", "\"dhatFileVersion\"", "{"] {
        assert!(!is_recognized(text), "{text}");
    }
    let header = r#"{"dhatFileVersion":2,"cmd":"heap profile: 1: 2 [ 1: 2] @ growth"#;
    assert_eq!(samples(&decoded(format!("{header}\n7: 8 [ 7: 8] @ 0x10\n"))), ["7 8 @ 1 bytes=1"]);
}

#[test]
fn broken_files_are_errors() {
    let file = with_frames("0", "\"f\"");
    let of = |from: &str, to: &str| error(&file.replace(from, to));
    assert_eq!(of("Version\":2", "Version\":1"), LegacyError::UnknownDhatVersion { version: 1 });
    assert_eq!(of("[0]", "[0,1]"), LegacyError::UnknownFrame { stack: 0, frame: 1, frames: 1 });
    let missing_after = |from: &str, to: &str, field| {
        let at = file.replace(from, to).find('}').unwrap() + 1;
        assert_eq!(of(from, to), LegacyError::MissingField { field, at });
    };
    missing_after("\"tb\":8,", "", "tb");
    missing_after("\"tbk\":2,", "", "tbk");
    missing_after(",\"fs\":[0]", "", "fs");
    missing_after("false", "true", "gbk, gb, ebk or eb");
    let bad_json = |from: &str, to: &str, place: &str, expected| {
        let at = file.replace(from, to).find(place).unwrap();
        assert_eq!(of(from, to), LegacyError::BadJson { at, expected });
    };
    bad_json("\"tb\":8", "\"tb\":-8", "-8", "an integer from 0 to 2^63 - 1");
    bad_json("[0]}", "[0]", "],\"ftbl\"", "',' or '}'");
    bad_json("[0]", "[0 1]", "1]}", "',' or ']'");
    let deep = format!("false,\"x\":{}\u{1}", "[".repeat(65));
    bad_json("false", &deep, "[\u{1}", "no more than 64 levels");
    for cut in 1..file.len() {
        assert!(decode(&file.as_bytes()[..cut]).map_or(true, |read| read.is_none()), "{cut}");
    }
}
