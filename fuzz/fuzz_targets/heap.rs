//! Text heap profiles of every kind, behind the first line of one: see [`heapwise_fuzz::is_refused_or_survives`].
#![no_main]

use heapwise_fuzz::after_header;
use libfuzzer_sys::fuzz_target;

const HEADERS: &[&str] = &[
    "heap profile: ",
    "heap profile: 1: 2 [ 3: 4] @ heap_v2/524288\n",
    "heap profile: 1: 2 [ 1: 2] @ heapz_v2/1\n",
    "heap profile: 1: 2 [ 3: 4] @ heap/1048576\n",
    "heap profile: 1: 2 [ 3: 4] @ heapprofile\n",
    "heap profile: 1: 2 [ 0: 0] @ growthz\n",
    "heap profile: 1: 2 [ 3: 4] @ fragmentationz\n",
];

fuzz_target!(|bytes: &[u8]| after_header(HEADERS, bytes));
