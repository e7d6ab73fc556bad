//! A regular expression is refused or matches without panic, in time linear in the text.
#![no_main]

use heapwise_session::GoRegex;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // The pattern up to the first line end, the text behind it.
    let line_end = bytes.iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len());
    let (pattern, text) = bytes.split_at(line_end);
    let Ok(pattern) = str::from_utf8(pattern) else { return };
    match GoRegex::new(pattern) {
        Ok(regex) => drop(regex.is_match(text)),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
