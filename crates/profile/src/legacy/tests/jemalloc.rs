//! Dumps of jemalloc.

use super::*;

/// A dump of jemalloc 5.3 with `prof_accum`, made shorter.
const REAL: &str = "\
heap_v2/256
  t*: 675: 458773 [1340: 820781]
  t0: 323: 93952 [849: 456294]
  t1: 250: 353756 [481: 363298] a worker: [1]
@ 0x7f7b9b822045 0x5652972d2207 0x5652972d229f 0x7f7b9b64524a
  t*: 0: 0 [1: 327680]
  t0: 0: 0 [1: 327680]
@ 0x7f7b9b822045 0x5652972d21da 0x5652972d2258 0x7f7b9b64524a
  t*: 87: 9597 [177: 19414]
  t1: 87: 9597 [177: 19414]

MAPPED_LIBRARIES:
5652972d1000-5652972d2000 r--p 00000000 fe:00 10404665                   /bin/app
5652972d2000-5652972d3000 r-xp 00001000 fe:00 10404665                   /bin/app
5652972d6000-5652972de000 rw-p 00000000 00:00 0
7f7b9b644000-7f7b9b79a000 r-xp 00026000 fe:00 326279                     /lib/libc.so.6
7f7b9b809000-7f7b9b8af000 r-xp 00009000 fe:00 15695873                   /lib/libjemalloc.so.2
";

#[test]
fn stacks_have_the_counts_of_all_threads_scaled_up() {
    let profile = decoded(REAL);
    assert_eq!(
        types(&profile),
        "alloc_objects/count alloc_space/bytes inuse_objects/count inuse_space/bytes"
    );
    assert_eq!(
        samples(&profile),
        ["1 327680 0 0 @ 1 2 3 4 bytes=327680", "507 55710 248 27414 @ 1 5 6 4 bytes=110"]
    );
    assert_eq!(profile.header.period, 256);
}

#[test]
fn return_addresses_become_those_of_the_calls_in_their_mappings() {
    let profile = decoded(REAL);
    assert_eq!(
        locations(&profile)[..4],
        ["7f7b9b822044>3", "5652972d2206>1", "5652972d229e>1", "7f7b9b645249>2"]
    );
    assert_eq!(
        mappings(&profile),
        [
            "5652972d2000-5652972d3000+1000 /bin/app",
            "7f7b9b644000-7f7b9b79a000+26000 /lib/libc.so.6",
            "7f7b9b809000-7f7b9b8af000+9000 /lib/libjemalloc.so.2"
        ]
    );
}

#[test]
fn without_accumulated_counts_only_blocks_in_use_count() {
    let profile =
        decoded("heap_v2/1024\r\n  t*: 1: 100 [0: 0]\r\n@ 0x10\r\n  t*: 1: 100 [0: 0]\r\n");
    assert_eq!(types(&profile), "inuse_objects/count inuse_space/bytes");
    assert_eq!(samples(&profile), ["10 1074 @ 1 bytes=100"]);
}

#[test]
fn without_totals_nothing_is_left_out() {
    let profile = decoded("heap_v2/1\n@ 0x10\n t*: 1: 100 [3: 400]\n@\n t*: 0: 0 [0: 0]");
    assert_eq!(samples(&profile), ["3 400 1 100 @ 1 bytes=100", "0 0 0 0 @  bytes=0"]);
}

#[test]
fn the_allocator_itself_is_dropped() {
    let profile = decoded(REAL);
    let drop = text(profile.text(profile.header.drop_frames));
    assert!(drop.starts_with("calloc|") && drop.contains("|(_rjem_)?(je_)?(malloc|"), "{drop}");
}

#[test]
fn what_the_reference_reads_stays_what_it_is() {
    let old = "heap profile: 1: 2 [ 3: 4] @ heap_v2/1024\n1: 100 [ 2: 300] @ 0x10\n";
    assert_eq!(samples(&decoded(old)), ["14 2201 10 1074 @ 1 bytes=100"]);
    let both = "heap_v2/1024 heap profile: 1: 2 [ 1: 2] @ growth\n7: 8 [ 7: 8] @ 0x10\n";
    assert_eq!(samples(&decoded(both)), ["7 8 @ 1 bytes=1"]);
    for other in ["heap_v2/", "heap_v2/x", "heap_v2/1 x", " heap_v2/1", "heap_v3/1"] {
        assert!(!is_recognized(format!("{other}\n")), "{other}");
    }
}

#[test]
fn broken_dumps_are_errors() {
    let of = |line: &str| error(&format!("heap_v2/9\n  t*: 1: 2 [3: 4]\n{line}\n"));
    for line in ["x", "t: 1: 1 [1: 1]", "t*: 1: 1", "t*: 1: 1 [1: 1] x", "t*: -1: 1 [1: 1]", "1 @"]
    {
        assert_eq!(of(line), LegacyError::MalformedLine { line: 3 }, "{line}");
    }
    assert_eq!(of("t*: 1: 9223372036854775808 [1: 1]"), LegacyError::NumberTooLarge { line: 3 });
    assert_eq!(of("@ 0x12345678901234567"), LegacyError::AddressTooLarge { line: 3 });
    assert_eq!(error("heap_v2/9223372036854775808\n"), LegacyError::NumberTooLarge { line: 1 });
    assert_eq!(of(&"@".repeat(1 << 16)), LegacyError::LineTooLong { line: 3 });
}
