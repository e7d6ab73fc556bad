//! Counts of Go, as goroutines are, behind the first line of one: see [`heapwise_fuzz::is_refused_or_survives`].
#![no_main]

use heapwise_fuzz::after_header;
use libfuzzer_sys::fuzz_target;

const HEADERS: &[&str] = &[
    "goroutine profile: total 3\n",
    "# a comment\nthreadcreate profile: total 12\n1 @ 0x10 0x20\n",
    "heap profile: total ",
];

fuzz_target!(|bytes: &[u8]| after_header(HEADERS, bytes));
