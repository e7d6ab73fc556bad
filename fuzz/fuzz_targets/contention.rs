//! Contention profiles, behind the first line of one: see [`heapwise_fuzz::is_refused_or_survives`].
#![no_main]

use heapwise_fuzz::after_header;
use libfuzzer_sys::fuzz_target;

const HEADERS: &[&str] = &[
    "--- contention",
    "--- contentionz 1 ---\n",
    "--- mutex:\ncycles/second=1000000000\nsampling period=100\n",
    "--- contention:\ncycles/second = 2\nms since reset = 5\n",
];

fuzz_target!(|bytes: &[u8]| after_header(HEADERS, bytes));
