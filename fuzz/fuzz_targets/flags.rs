//! A command line, one word a line, is refused or becomes an invocation.
#![no_main]

use heapwise_session::Invocation;
use heapwise_session::flag::{self, Asked};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(Asked::Work(said)) = flag::read(text.split('\n').map(Into::into)) else { return };
    if let Err(error) = Invocation::new(said) {
        assert!(!error.to_string().is_empty());
    }
});
