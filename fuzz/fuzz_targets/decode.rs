//! Bytes of any format are refused or read as a valid profile, which survives being written.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| heapwise_fuzz::is_refused_or_survives(bytes));
