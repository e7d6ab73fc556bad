//! Heap and contention profiles of Java, behind the first line of one: see [`heapwise_fuzz::is_refused_or_survives`].
#![no_main]

use heapwise_fuzz::after_header;
use libfuzzer_sys::fuzz_target;

const HEADERS: &[&str] = &[
    "--- heapz 1 ---\n",
    "--- heapz 1 ---\nformat = java\nresolution = bytes\n",
    "--- contentionz 1 ---\nformat = java\nresolution = microseconds\nsampling period = 100\nms since reset = 6\n",
];

fuzz_target!(|bytes: &[u8]| after_header(HEADERS, bytes));
