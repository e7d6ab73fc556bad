//! The walk against the unwinder of the platform, on every kind of stack.

mod common;

use std::ffi::{CString, c_int, c_void};
use std::hint::black_box;
use std::mem;
use std::process::Command;
use std::ptr;
use std::time::{Duration, Instant};

use common::{nested, reference_walk};
use heapwise_stackwalk::{Captured, End, Registers, capture, capture_above, capture_from};

/// What our walk and the reference find in the same function.
struct Both {
    ours: Vec<usize>,
    reference: Vec<usize>,
    end: End,
}

impl Both {
    #[inline(never)]
    fn here() -> Self {
        let mut frames = vec![0; 4096];
        let Captured { len, end } = capture(&mut frames);
        frames.truncate(len);
        Self { ours: frames, reference: reference_walk(), end }
    }

    /// The leaf is left out: the calls are at two places of [`Both::here`].
    fn are_equal(&self) -> bool {
        self.ours.len() > 2 && self.ours[1..] == self.reference[1..]
    }

    fn assert_equal(&self) {
        self.assert_equal_up_to(End::Root);
    }

    fn assert_equal_up_to(&self, expected: End) {
        let Self { ours, reference, end } = self;
        assert!(self.are_equal() && *end == expected, "{end:?}\n{ours:x?}\n{reference:x?}");
    }
}

/// Calls a closure through the pointer that C code hands on.
extern "C" fn trampoline(closure: *mut c_void) {
    // SAFETY: all callers here pass a pointer to such a reference, live during the call.
    let closure = unsafe { &mut *closure.cast::<&mut dyn FnMut()>() };
    closure();
}

#[test]
fn at_any_depth() {
    for depth in [0, 1, 10, 100, 1000] {
        nested(depth, &mut || {
            let both = Both::here();
            both.assert_equal();
            assert!(both.ours.len() > depth);
        });
    }
}

#[test]
fn on_many_threads_at_once() {
    let walk = || (0..200).for_each(|depth| nested(depth, &mut || Both::here().assert_equal()));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(walk);
        }
    });
}

#[test]
fn large_and_over_aligned_frames() {
    #[repr(align(256))]
    struct Aligned([u8; 256]);
    #[inline(never)]
    fn aligned() {
        let block = black_box(Aligned([1; 256]));
        Both::here().assert_equal();
        black_box(block.0);
    }
    /// More than a packed rule holds.
    #[inline(never)]
    fn large() {
        let block = [1u8; 300 << 10];
        black_box(&block);
        aligned();
        black_box(&block);
    }
    large();
    large();
}

#[test]
fn a_short_buffer_holds_the_leaf_end() {
    nested(50, &mut || {
        let (mut long, mut short) = ([0; 256], [0; 16]);
        assert_eq!(capture(&mut long).end, End::Root);
        assert_eq!(capture(&mut short), Captured { len: 16, end: End::BufferFull });
        assert_eq!(long[1..16], short[1..]);
        assert_eq!(capture(&mut []), Captured { len: 0, end: End::BufferFull });
    });
}

#[test]
fn a_buffer_of_just_the_right_size_is_no_cut() {
    let mut frames = [0; 256];
    let whole = capture(&mut frames);
    assert_eq!(capture(&mut frames[..whole.len]), whole);
}

#[test]
fn frames_below_an_address_are_left_out() {
    #[inline(never)]
    fn allocator_entry(frames: &mut [usize]) -> Captured {
        let marker = 0u8;
        let mut captured = Captured { len: 0, end: End::BadFrame };
        nested(5, &mut || captured = capture_above(&raw const marker as usize, frames));
        black_box(marker);
        captured
    }
    let mut frames = [0; 256];
    let captured = allocator_entry(&mut frames);
    let reference = reference_walk();
    assert_eq!(captured.end, End::Root);
    // The first is in this function; the frames above it are the same.
    assert!(frames[0].abs_diff(reference[0]) < 4096);
    assert_eq!(frames[1..captured.len], reference[1..]);
}

#[test]
fn from_registers_of_a_function_that_waits() {
    #[inline(never)]
    fn waits(frames: &mut [usize]) -> Captured {
        let registers = Registers::here();
        let mut captured = Captured { len: 0, end: End::BadFrame };
        // SAFETY: the registers are this function's, which has not returned.
        nested(3, &mut || captured = unsafe { capture_from(&registers, frames) });
        captured
    }
    let mut frames = [0; 256];
    let captured = waits(&mut frames);
    assert_eq!(captured.end, End::Root);
    assert_eq!(frames[1..captured.len], reference_walk()[1..]);
}

#[test]
fn through_code_of_the_c_library() {
    extern "C" fn compare(_: *const c_void, _: *const c_void) -> c_int {
        Both::here().assert_equal();
        0
    }
    let mut items = [3u32, 1, 2];
    // SAFETY: three items of four bytes; `compare` reads none.
    unsafe { libc::qsort(items.as_mut_ptr().cast(), 3, 4, Some(compare)) };
}

/// A library of `call_back` with a frame of `bytes`, loaded.
struct Library(*mut c_void);

impl Library {
    fn build(bytes: usize) -> CString {
        let path = format!("{}/callback{bytes}.so", env!("CARGO_TARGET_TMPDIR"));
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/callback.c");
        let frame = format!("-DFRAME={bytes}");
        let options = ["-shared", "-fPIC", "-O2", "-fomit-frame-pointer", "-Wl,--build-id"];
        let built = Command::new("cc").args(options).args([&frame, source, "-o", &path]).status();
        assert!(built.expect("this test needs a C compiler, cc").success());
        CString::new(path).expect("the path has no zero byte")
    }

    fn load(path: &CString) -> Self {
        // SAFETY: the path is terminated; the library runs no code when loaded.
        let handle = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW) };
        assert!(!handle.is_null());
        Self(handle)
    }

    /// The address of `call_back`.
    fn function(&self) -> usize {
        // SAFETY: the handle is open and the name is terminated.
        unsafe { libc::dlsym(self.0, c"call_back".as_ptr()) as usize }
    }

    fn call_back(&self, mut inside: &mut dyn FnMut()) {
        type CallBack = extern "C" fn(extern "C" fn(*mut c_void), *mut c_void);
        // SAFETY: `callback.c` declares it so.
        let function = unsafe { mem::transmute::<usize, CallBack>(self.function()) };
        function(trampoline, (&raw mut inside).cast());
    }

    /// Walks through `call_back` rightly, within a second: walks that went astray elsewhere in the
    /// process put off looking for new libraries for a moment.
    fn assert_walked(&self) {
        let deadline = Instant::now() + Duration::from_secs(1);
        let mut equal = false;
        while !equal && Instant::now() < deadline {
            self.call_back(&mut || equal = Both::here().are_equal());
        }
        self.call_back(&mut || Both::here().assert_equal());
    }
}

impl Drop for Library {
    fn drop(&mut self) {
        // SAFETY: the handle is open, and nothing of the library runs.
        unsafe { libc::dlclose(self.0) };
    }
}

#[test]
fn through_a_library_loaded_later_and_one_loaded_in_its_place() {
    let [small, large] = [512, 1024].map(Library::build);
    let first = Library::load(&small);
    let place = first.function();
    first.assert_walked();
    drop(first);

    let second = Library::load(&large);
    assert_eq!(second.function(), place, "the loader chose another place: nothing is tested");
    // The rules in the cache are the first library's. A walk by them goes astray, which is noticed.
    second.assert_walked();
}

/// Pages for a stack, never given back.
fn stack_pages(bytes: usize) -> *mut c_void {
    let protection = libc::PROT_READ | libc::PROT_WRITE;
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
    // SAFETY: the kernel chooses unused addresses.
    let pages = unsafe { libc::mmap(ptr::null_mut(), bytes, protection, flags, -1, 0) };
    assert_ne!(pages, libc::MAP_FAILED);
    pages
}

#[test]
fn on_a_thread_whose_stack_the_program_made() {
    extern "C" fn run(_: *mut c_void) -> *mut c_void {
        nested(20, &mut || Both::here().assert_equal());
        ptr::null_mut()
    }
    const BYTES: usize = 256 << 10;
    // SAFETY: plain data, initialised by the next call.
    let mut attributes: libc::pthread_attr_t = unsafe { mem::zeroed() };
    let mut thread = 0;
    // SAFETY: the pointer is to a live local.
    assert_eq!(unsafe { libc::pthread_attr_init(&raw mut attributes) }, 0);
    let stack = stack_pages(BYTES);
    // SAFETY: as above; the stack is given to this thread alone.
    assert_eq!(unsafe { libc::pthread_attr_setstack(&raw mut attributes, stack, BYTES) }, 0);
    let attributes = &raw const attributes;
    // SAFETY: as above; `run` takes no argument.
    let created =
        unsafe { libc::pthread_create(&raw mut thread, attributes, run, ptr::null_mut()) };
    assert_eq!(created, 0);
    // SAFETY: the thread was created and is joined once.
    unsafe { libc::pthread_join(thread, ptr::null_mut()) };
}

/// Runs `inside` on the stack at `stack`, as a coroutine library does.
fn on_stack(stack: *mut c_void, bytes: usize, mut inside: &mut dyn FnMut()) {
    extern "C" fn entry(low: u32, high: u32) {
        trampoline((u64::from(high) << 32 | u64::from(low)) as *mut c_void);
    }
    let closure = (&raw mut inside) as u64;
    // SAFETY: plain data, initialised by `getcontext` and `swapcontext`.
    let [mut back, mut there]: [libc::ucontext_t; 2] = unsafe { mem::zeroed() };
    // SAFETY: the pointer is to a live local, here and below.
    assert_eq!(unsafe { libc::getcontext(&raw mut there) }, 0);
    (there.uc_stack.ss_sp, there.uc_stack.ss_size) = (stack, bytes);
    there.uc_link = &raw mut back;
    // SAFETY: `makecontext` wants this type and passes the arguments that `entry` takes.
    let entry = unsafe { mem::transmute::<extern "C" fn(u32, u32), extern "C" fn()>(entry) };
    let (low, high) = (closure as u32, (closure >> 32) as u32);
    // SAFETY: `there` was initialised, and two arguments are given.
    unsafe { libc::makecontext(&raw mut there, entry, 2, low, high) };
    // SAFETY: both contexts are initialised, and the stack outlives the switch.
    assert_eq!(unsafe { libc::swapcontext(&raw mut back, &raw const there) }, 0);
}

#[test]
fn on_stacks_of_coroutines() {
    const BYTES: usize = 128 << 10;
    let mapped = stack_pages(BYTES);
    let mut heap = vec![0u128; BYTES / 16];
    for _ in 0..3 {
        for stack in [mapped, heap.as_mut_ptr().cast()] {
            on_stack(stack, BYTES, &mut || {
                nested(10, &mut || {
                    // The C library's first function of a coroutine is entered by no call, and the
                    // address before it is in no function.
                    Both::here().assert_equal_up_to(End::NoUnwindInfo);
                });
            });
            Both::here().assert_equal();
        }
    }
}

/// Installs `handler`, to run on `stack` if the thread has one for signals.
fn handle(signal: c_int, handler: extern "C" fn(c_int)) {
    // SAFETY: plain data; zero is an empty mask.
    let mut action: libc::sigaction = unsafe { mem::zeroed() };
    action.sa_sigaction = handler as usize;
    action.sa_flags = libc::SA_ONSTACK | libc::SA_RESTART;
    // SAFETY: the handler is a function of the right type.
    assert_eq!(unsafe { libc::sigaction(signal, &raw const action, ptr::null_mut()) }, 0);
}

fn use_signal_stack(stack: *mut c_void, bytes: usize) {
    let stack = libc::stack_t { ss_sp: stack, ss_flags: 0, ss_size: bytes };
    // SAFETY: the memory is used for nothing else while it is the stack.
    assert_eq!(unsafe { libc::sigaltstack(&raw const stack, ptr::null_mut()) }, 0);
}

#[test]
fn in_a_signal_handler() {
    extern "C" fn handler(_: c_int) {
        nested(3, &mut || Both::here().assert_equal());
    }
    handle(libc::SIGUSR1, handler);
    const BYTES: usize = 128 << 10;
    let mut heap = vec![0u128; BYTES / 16];
    for stack in [stack_pages(BYTES), heap.as_mut_ptr().cast()] {
        use_signal_stack(stack, BYTES);
        for _ in 0..3 {
            // SAFETY: the handler returns.
            nested(10, &mut || assert_eq!(unsafe { libc::raise(libc::SIGUSR1) }, 0));
        }
    }
    use_signal_stack(stack_pages(BYTES), BYTES);
}

#[test]
fn in_a_signal_handler_at_any_instruction() {
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
    static WHOLE: AtomicUsize = AtomicUsize::new(0);
    static OTHER: AtomicUsize = AtomicUsize::new(0);
    extern "C" fn handler(_: c_int) {
        let whole = capture(&mut [0; 256]).end == End::Root;
        if whole { &WHOLE } else { &OTHER }.fetch_add(1, Relaxed);
    }
    handle(libc::SIGUSR2, handler);
    // Unoptimised code needs more than the 8 KiB that std sets up.
    use_signal_stack(stack_pages(64 << 10), 64 << 10);
    // SAFETY: asks for the calling thread's own id.
    let target = unsafe { libc::pthread_self() } as usize;
    let done = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..5000 {
                // SAFETY: the thread waits for the end of this scope.
                unsafe { libc::pthread_kill(target as libc::pthread_t, libc::SIGUSR2) };
                std::thread::sleep(Duration::from_micros(20));
            }
            done.store(1, Relaxed);
        });
        while done.load(Relaxed) == 0 {
            nested(20, &mut || {
                let captured = capture(&mut [0; 256]);
                assert_eq!(captured.end, End::Root);
                black_box(format!("{captured:?}"));
            });
        }
    });
    assert_eq!(OTHER.load(Relaxed), 0);
    assert!(WHOLE.load(Relaxed) > 100);
}

#[test]
fn in_a_forked_child() {
    let (mut before, mut after) = ([0; 256], [0; 256]);
    nested(10, &mut || {
        let expected = capture(&mut before);
        // SAFETY: the child makes no call but `capture` and `_exit`.
        let child = unsafe { libc::fork() };
        if child == 0 {
            let same = capture(&mut after) == expected && before[1..] == after[1..];
            // SAFETY: ends the child.
            unsafe { libc::_exit(if same { 42 } else { 1 }) };
        }
        let mut status = 0;
        // SAFETY: waits for the child just made.
        assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
        assert_eq!(expected.end, End::Root);
        assert_eq!(libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status)), Some(42));
    });
}
