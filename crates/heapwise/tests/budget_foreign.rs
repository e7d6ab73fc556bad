//! A program whose allocations do not go through Heapwise: a budget says so, and does not pass.

use std::panic;

fn message(work: impl FnOnce() + panic::UnwindSafe) -> String {
    match panic::catch_unwind(work) {
        Ok(()) => String::new(),
        Err(panic) => panic.downcast::<String>().map_or_else(|_| "no text".into(), |text| *text),
    }
}

#[test]
fn a_budget_fails_and_says_what_to_add() {
    let check = || heapwise::budget().allocations(1000).check(|| ());
    for text in [
        message(check),
        message(|| {
            let _ = heapwise::budget::measure(|| ());
        }),
    ] {
        assert!(text.contains("do not go through Heapwise"), "{text}");
        assert!(text.contains("#[global_allocator]"), "{text}");
    }
}
