//! Any report of any profile, with any options, comes to an end: written or refused.
//!
//! The words of the command line come first, one a line, then an empty line, then the profile.
#![no_main]

use std::io;

use heapwise_fuzz::Nowhere;
use heapwise_session::flag::{self, Asked};
use heapwise_session::{Invocation, load, render};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(end) = bytes.windows(2).position(|pair| pair == b"\n\n") else { return };
    let (words, profile) = (&bytes[..end], &bytes[end + 2..]);
    let Ok(words) = str::from_utf8(words) else { return };
    let words = words.split('\n').chain(["profile"]).map(Into::into);
    let Ok(Asked::Work(said)) = flag::read(words) else { return };
    let Ok(invocation) = Invocation::new(said) else { return };
    // Gzip has its own target; here it only hides the bytes from the fuzzer.
    if heapwise_profile::is_gzip(profile) {
        return;
    }
    let host = Nowhere(profile.to_vec());
    let (Ok(loaded), Some(report)) = (load(&invocation, &host), &invocation.report) else { return };
    let _ = render(&loaded, report, &invocation.options, &host, &mut io::sink());
});
