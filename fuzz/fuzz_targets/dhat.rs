//! JSON of DHAT, behind the first line of one: see [`heapwise_fuzz::is_refused_or_survives`].
#![no_main]

use heapwise_fuzz::after_header;
use libfuzzer_sys::fuzz_target;

const HEADERS: &[&str] = &[
    "{\"dhatFileVersion\":2,",
    "{\"dhatFileVersion\":2,\"mode\":\"heap\",\"verb\":\"Allocated\",\"bklt\":true,\"bkacc\":false,\"tu\":\"instrs\",\"Mtu\":\"Minstr\",\"cmd\":\"ls\",\"pid\":1,\"te\":5,\"tg\":3,",
    "{\"dhatFileVersion\":2,\"mode\":\"rust-heap\",\"verb\":\"Allocated\",\"bklt\":true,\"bkacc\":false,\"tu\":\"µs\",\"Mtu\":\"s\",\"cmd\":\"x\",\"pid\":1,\"te\":5,\"tg\":3,\"ftbl\":[\"[root]\",\"0x10: f (a.c:1)\"],\"pps\":[",
];

fuzz_target!(|bytes: &[u8]| after_header(HEADERS, bytes));
