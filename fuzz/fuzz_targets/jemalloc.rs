//! Heap dumps of jemalloc, behind the first line of one: see [`heapwise_fuzz::is_refused_or_survives`].
#![no_main]

use heapwise_fuzz::after_header;
use libfuzzer_sys::fuzz_target;

const HEADERS: &[&str] = &[
    "heap_v2/",
    "heap_v2/524288\n  t*: 28106: 56637512 [0: 0]\n",
    "heap_v2/1\n  t*: 1: 2 [3: 4]\n  t0: 1: 2 [3: 4]\n@ 0x401000 0x402000\n",
    "heap_v2/524288\n  t*: 1: 2 [0: 0]\n@ 0x401000\n  t*: 1: 2 [0: 0]\n\nMAPPED_LIBRARIES:\n",
];

fuzz_target!(|bytes: &[u8]| after_header(HEADERS, bytes));
