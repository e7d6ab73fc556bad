//! Memory maps, behind the first line of one: see [`heapwise_fuzz::is_refused_or_survives`].
#![no_main]

use heapwise_fuzz::after_header;
use libfuzzer_sys::fuzz_target;

const HEADERS: &[&str] = &[
    "heap profile: 1: 2 [ 1: 2] @ heapprofile\n1: 2 [ 1: 2] @ 0x401000 0x7f0000001234\nMAPPED_LIBRARIES:\n",
    "goroutine profile: total 1\n1 @ 0x401000 0xffffffffffffffff\n--- Memory map: ---\n",
    "heap profile: 1: 2 [ 1: 2] @ growth\n1: 2 [ 1: 2] @ 0x401000\n--- Memory map: ---\nbuild=/x\n00400000-00500000 r-xp 00000000 00:00 0 $build\n",
];

fuzz_target!(|bytes: &[u8]| after_header(HEADERS, bytes));
