//! Dumps of threads, behind the first line of one: see [`heapwise_fuzz::is_refused_or_survives`].
#![no_main]

use heapwise_fuzz::after_header;
use libfuzzer_sys::fuzz_target;

const HEADERS: &[&str] = &[
    "--- threadz",
    "--- threadz 1 ---\n\n--- Thread 7f0 (name: main/1) stack: ---\n",
    "--- Thread 7f0 (name: ",
    "--- Thread 7f0 (name: a/1) stack: ---\n  PC: 0x10 0x20: f\n",
];

fuzz_target!(|bytes: &[u8]| after_header(HEADERS, bytes));
