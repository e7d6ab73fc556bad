//! Walks that differ in what no compiler would be asked for: the same words, and another way through them.

use std::cell::Cell;
use std::ptr;

use heapwise_stackwalk::{Captured, End, Registers, TRAIL_FRAMES, capture_from};

use crate::Checked;
use crate::machine::{
    Base, Function, Layout, Machine, WORD, Words, framed, framed_apart, plain, returning, saving,
    saving_apart, wide,
};

/// Walks stacks in turns, each from an instruction: by the second time round, all is known of the functions.
/// Returns the registers of the last time.
fn in_turns<const N: usize>(stacks: [&dyn Fn(&mut Machine<'_>); N]) -> [Registers; N] {
    let words = [const { Cell::new(0) }; 128];
    let mut checked = Checked::default();
    let mut walk_one = |lay_out: &&dyn Fn(&mut Machine<'_>)| {
        let mut machine = Machine::on(&words);
        lay_out(&mut machine);
        machine.walk(&mut checked, 0);
        machine.walk(&mut checked, 0)
    };
    let mut turns = (0..3).map(|_| stacks.each_ref().map(&mut walk_one));
    turns.next_back().unwrap()
}

#[test]
fn a_call_from_where_the_last_walk_began() {
    let [one, two] = in_turns([&|machine| machine.call_all(&[&framed, &plain]), &|machine| {
        machine.call_all(&[&framed, &plain, &plain]);
    }]);
    assert_eq!((one.pc, one.fp), (two.pc, two.fp));
}

/// The second function finds its caller further down than the first, which left its own words above.
#[test]
fn another_function_at_the_same_stack_pointer() {
    let [one, two] = in_turns([&|machine| machine.call_all(&[&framed, &wide]), &|machine| {
        machine.call_all(&[&framed]);
        machine.resize(3);
        machine.call(1, &plain, 0);
    }]);
    assert_eq!((one.sp, one.fp), (two.sp, two.fp));
}

/// All words are as they were: only the frame pointer, which leads to the caller, is another.
#[test]
fn another_frame_pointer() {
    let [one, two] = in_turns([&|machine| machine.call_framed(Layout::High), &|machine| {
        machine.call_framed(Layout::Low);
    }]);
    assert_eq!((one.pc, one.sp), (two.pc, two.sp));
}

/// As above, but the walk begins in a function that leaves the frame pointer alone.
#[test]
fn another_frame_pointer_of_the_caller() {
    let [one, two] = [Layout::High, Layout::Low].map(|layout| {
        move |machine: &mut Machine<'_>| {
            machine.call_framed(layout);
            machine.call_all(&[&wide]);
        }
    });
    let [one, two] = in_turns([&one, &two]);
    assert_eq!((one.pc, one.sp), (two.pc, two.sp));
}

/// As above, but the walk begins where all registers are the same: the frame pointer was saved on the stack.
#[test]
fn another_frame_pointer_on_the_stack() {
    for function in [&saving, &saving_apart] {
        let [one, two] = [Layout::High, Layout::Low].map(|layout| {
            move |machine: &mut Machine<'_>| {
                machine.call_framed(layout);
                machine.call_all(&[function, &plain]);
            }
        });
        let [one, two] = in_turns([&one, &two]);
        assert_eq!(one, two);
    }
}

/// The place that the first function left it in is unchanged, that of the second is not.
#[test]
fn another_place_of_the_saved_frame_pointer() {
    let [one, two, three] = in_turns([
        &|machine| {
            machine.call_framed(Layout::High);
            machine.call_all(&[&saving]);
        },
        &|machine| {
            machine.call_framed(Layout::High);
            machine.call_all(&[&saving_apart]);
        },
        &|machine| {
            machine.call_framed(Layout::Low);
            machine.call_all(&[&saving_apart]);
        },
    ]);
    assert_eq!(two, three);
    assert_ne!(one, two);
}

/// The first function leads to the caller by the stack pointer, the second to the same by the frame pointer.
#[test]
fn another_way_to_the_same_caller() {
    let [_, two, three] = in_turns([
        &|machine| machine.call_all(&[&framed, &saving, &wide]),
        &|machine| {
            machine.call_framed(Layout::High);
            machine.call_all(&[&wide]);
        },
        &|machine| {
            machine.call_framed(Layout::Low);
            machine.call_all(&[&wide]);
        },
    ]);
    assert_eq!((two.pc, two.sp), (three.pc, three.sp));
}

/// The same bits of two words that are compared together change.
#[test]
fn changes_that_are_alike() {
    for function in [&plain, &framed] {
        let [one, two] = [[0; 8], [0, 0, 0, 1, 1, 0, 0, 0]].map(|instructions| {
            move |machine: &mut Machine<'_>| {
                instructions.iter().for_each(|&instruction| machine.call(instruction, function, 0));
            }
        });
        in_turns([&one, &two]);
    }
}

/// A return address of 0 ends a stack; when it is another one, the stack goes on.
#[test]
fn an_end_that_is_a_word_on_the_stack() {
    in_turns([
        &|machine| {
            machine.call_all(&[&plain, &framed, &plain]);
            machine.end_at_first_call();
        },
        &|machine| machine.call_all(&[&plain, &framed, &plain]),
    ]);
}

/// What a step read is not known where the rule for an address is looked up for the first time: instructions
/// from the second on are of this test alone.
#[test]
fn code_that_was_never_walked() {
    let words = [const { Cell::new(0) }; 128];
    let mut checked = Checked::default();
    for instruction in 2..8 {
        for layout in [Layout::High, Layout::Low, Layout::High] {
            let mut machine = Machine::on(&words);
            machine.call_framed(layout);
            machine.call_all(&[&saving]);
            if instruction % 2 == 0 {
                machine.walk(&mut checked, instruction);
            } else {
                machine.call(instruction, &plain, 0);
                machine.call_all(&[&plain, &plain]);
                machine.walk(&mut checked, 0);
            }
        }
    }
}

/// Stacks that grow beyond what a trail holds, frame by frame, and shrink again.
#[test]
fn a_trail_that_is_just_full() {
    const WORDS: usize = 2 * TRAIL_FRAMES;
    let words = [const { Cell::new(0) }; WORDS];
    let mut machine = Machine::on(&words);
    let mut checked = Checked::default();
    let mut walk = |machine: &Machine<'_>| {
        // SAFETY: the memory is the calling thread's stack, and its frames are there.
        let found = unsafe { checked.walk_from(&machine.registers(0)) };
        assert_eq!(found.len(), TRAIL_FRAMES.min(machine.calls()));
    };
    while machine.calls() < TRAIL_FRAMES + 60 {
        machine.call_all(&[&plain]);
        let is_near = machine.calls().abs_diff(TRAIL_FRAMES) < 3;
        if is_near || machine.calls().is_multiple_of(50) {
            walk(&machine);
            walk(&machine);
        }
    }
    while machine.calls() > TRAIL_FRAMES - 3 {
        machine.give_back();
        walk(&machine);
        walk(&machine);
    }
}

/// Two stacks of two pages, the second above the first, each with an unreadable page above it.
struct Pages(*mut libc::c_void);

impl Pages {
    const PAGE: usize = 4096;
    const COUNT: usize = 6;

    fn new() -> Self {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        let bytes = Self::COUNT * Self::PAGE;
        // SAFETY: the kernel chooses unused addresses.
        let start = unsafe { libc::mmap(ptr::null_mut(), bytes, libc::PROT_NONE, flags, -1, 0) };
        assert_ne!(start, libc::MAP_FAILED);
        start.expose_provenance();
        let pages = Self(start);
        for readable in [0, 1, 3, 4] {
            pages.protect(readable, libc::PROT_READ | libc::PROT_WRITE);
        }
        pages
    }

    fn protect(&self, page: usize, protection: libc::c_int) {
        assert!(page < Self::COUNT);
        // SAFETY: one of the pages; no reference to its memory is in use where it gets unreadable.
        let done = unsafe {
            libc::mprotect(self.0.wrapping_byte_add(page * Self::PAGE), Self::PAGE, protection)
        };
        assert_eq!(done, 0);
    }

    /// The memory of some pages that are readable.
    fn words(&self, first: usize, count: usize) -> &Words {
        let start = self.0.wrapping_byte_add(first * Self::PAGE).cast::<Cell<usize>>();
        // SAFETY: readable and writable memory of this test alone, aligned to a page.
        unsafe { std::slice::from_raw_parts(start, count * Self::PAGE / WORD) }
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        // SAFETY: the pages are this test's, and no longer used.
        unsafe { libc::munmap(self.0, Self::COUNT * Self::PAGE) };
    }
}

/// Words below the stack pointer may be gone: first those of whole frames, then the one of a frame pointer that
/// has been restored.
#[test]
fn nothing_below_the_stack_pointer_is_read() {
    let mut checked = Checked::default();
    for below in [[&saving, &plain], [&saving, &returning]] {
        let pages = Pages::new();
        let to_page_end = |machine: &mut Machine<'_>| {
            machine.call_all(&[&framed]);
            machine.resize(Pages::PAGE / WORD - 4);
        };
        for _ in 0..2 {
            let mut machine = Machine::on(pages.words(0, 2));
            to_page_end(&mut machine);
            machine.call_all(&below[..1]);
            assert_eq!(machine.sp % Pages::PAGE, Pages::PAGE - WORD);
            machine.walk(&mut checked, 0);
            machine.call_all(&[&plain]);
            machine.walk(&mut checked, 0);
        }
        pages.protect(0, libc::PROT_NONE);
        let mut machine = Machine::on(pages.words(1, 1));
        to_page_end(&mut machine);
        machine.call_all(&below[1..]);
        assert_eq!(machine.sp % Pages::PAGE, 0);
        machine.walk(&mut checked, 0);
        machine.give_back();
        machine.walk(&mut checked, 0);
    }
}

/// The stack of the last walk is gone, and lay above the one of this walk.
#[test]
fn nothing_of_another_stack_is_read() {
    let mut checked = Checked::default();
    let pages = Pages::new();
    let mut walk_on = |words: &Words| {
        let mut machine = Machine::on(words);
        machine.call_all(&[&framed, &saving, &plain]);
        machine.walk(&mut checked, 0);
        machine.walk(&mut checked, 0);
    };
    walk_on(pages.words(0, 2));
    walk_on(pages.words(3, 2));
    pages.protect(3, libc::PROT_NONE);
    pages.protect(4, libc::PROT_NONE);
    walk_on(pages.words(0, 2));
}

/// A child that can open nothing does not learn how far a stack reaches that it was not on before.
#[test]
fn a_walk_that_cannot_begin_leaves_nothing() {
    let heap: Box<Words> = (0..128).map(|_| Cell::new(0)).collect();
    let words = [const { Cell::new(0) }; 128];
    let [known, unknown] = [&words[..], &heap].map(|words| {
        let mut machine = Machine::on(words);
        machine.call_all(&[&framed, &plain]);
        machine
    });
    let mut checked = Checked::default();
    known.walk(&mut checked, 0);
    // SAFETY: the child walks, which allocates nothing, and ends.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        // SAFETY: the pointer is to a live local.
        unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const none) };
        // SAFETY: the memory serves as a stack of the thread, and the frames are there.
        let captured = unsafe { capture_from(&unknown.registers(0), &mut []) };
        // SAFETY: as above.
        let followed = unsafe { checked.trail.follow(&unknown.registers(0)) };
        let is_so = captured == Captured { len: 0, end: End::NoStack }
            && (followed.kept, followed.end) == (0, End::NoStack)
            && checked.trail.is_empty();
        // SAFETY: ends the child.
        unsafe { libc::_exit(if is_so { 42 } else { 1 }) };
    }
    let mut status = 0;
    // SAFETY: waits for the child just made.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    assert_eq!(libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status)), Some(42));
}

/// Numbers for choices, the same on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 32) as usize % limit
    }
}

/// One thing that a thread may do.
fn act(machine: &mut Machine<'_>, random: &mut Random) {
    const CALLED: [&Function; 7] =
        [&plain, &wide, &saving, &saving_apart, &returning, &framed, &framed_apart];
    let is_framed = machine.running().base == Base::Fp;
    match random.below(4) {
        0 if is_framed && machine.room() > 20 => machine.resize(random.below(6)),
        1 | 2 if machine.room() > 20 => {
            let in_frame = machine.sp + random.below(10) * WORD;
            let fp = [0, 1, machine.fp, in_frame][random.below(4)];
            machine.call(random.below(2), CALLED[random.below(CALLED.len())], fp);
        }
        _ if machine.calls() != 0 => machine.give_back(),
        _ => {}
    }
}

#[test]
fn it_agrees_with_the_calls_that_were_made() {
    let words = [const { Cell::new(0) }; 128];
    let mut machine = Machine::on(&words);
    let mut checked = Checked::default();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    while checked.walks < 100_000 {
        for _ in 0..random.below(8) {
            act(&mut machine, &mut random);
        }
        machine.walk(&mut checked, random.below(2));
    }
    assert!(checked.kept * 2 > checked.frames, "{} of {}", checked.kept, checked.frames);
}
