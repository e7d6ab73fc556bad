//! Everything at once that a program may do to a profiler.

use std::cell::Cell;
use std::hint::black_box;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread::{self, Scope};
use std::time::Duration;

use heapwise::budget::measure;
use heapwise::custom::{self, Amount, Held};
use heapwise::{heap, label};

use super::counting::Counting;
use super::part::Part;

static STOP: AtomicBool = AtomicBool::new(false);
static HANDLED: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static ALLOCATES_IN_HANDLERS: Cell<bool> = const { Cell::new(false) };
}

/// Threads that start, end, resize and free each other's blocks, under labels that go from one to the other;
/// signal handlers that allocate; libraries that come and go; budgets; resources that are held; snapshots; and
/// what `more` adds. For two seconds, or as many as `HEAPWISE_STRESS_SECONDS` says. What is labelled is freed in
/// the end.
pub fn everything_at_once(more: &dyn for<'scope> Fn(&'scope Scope<'scope, '_>)) {
    // The first budget asks whether the allocator is ours.
    let ((), _) = Counting::paused(|| measure(|| ()));
    let seconds = std::env::var("HEAPWISE_STRESS_SECONDS").ok().and_then(|text| text.parse().ok());
    thread::scope(|scope| {
        // Bounded: three allocate what one frees.
        let (sender, receiver) = mpsc::sync_channel(10_000);
        scope.spawn(move || free(&receiver));
        for seed in 1..=3u64 {
            let sender = sender.clone();
            scope.spawn(move || Part::new(seed as usize).run(|| allocate(seed, &sender)));
        }
        drop(sender);
        scope.spawn(|| Part::new(4).run(short_threads));
        scope.spawn(|| Part::new(5).run(budgets));
        let resources = resources();
        scope.spawn(move || Part::new(5).run(|| hold(resources)));
        scope.spawn(move || snapshots(resources));
        scope.spawn(libraries);
        scope.spawn(signals);
        more(scope);
        thread::sleep(Duration::from_secs(seconds.unwrap_or(2)));
        STOP.store(true, Relaxed);
    });
    assert!(HANDLED.load(Relaxed) > 0);
}

/// Whether it goes on.
pub fn is_on() -> bool {
    !STOP.load(Relaxed)
}

/// Bytes that one thread gives another, and in which part and under which labels it got them.
type Given = (Part, Vec<u8>);

/// Allocates and resizes below stacks of changing depth; what is left is freed elsewhere.
fn allocate(seed: u64, sender: &SyncSender<Given>) {
    let mut random = seed;
    let mut kept: Vec<Given> = Vec::new();
    while is_on() {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(seed);
        let size = 1 << (random >> 60);
        kept.push(label("size", size).scope(|| {
            let mut bytes = deeper((random >> 50) as usize % 40, size);
            bytes.extend_from_slice(&bytes.clone());
            bytes.shrink_to_fit();
            (Part::current(), bytes)
        }));
        if kept.len() > 100 {
            let half = kept.split_off(50);
            half.into_iter().for_each(|given| sender.send(given).unwrap());
        }
    }
}

#[inline(never)]
fn deeper(depth: usize, size: usize) -> Vec<u8> {
    let bytes = if depth == 0 { vec![7; size] } else { deeper(depth - 1, size) };
    black_box(bytes)
}

/// Frees, and allocates in the part and under the labels of who allocated.
fn free(receiver: &Receiver<Given>) {
    for (part, bytes) in receiver {
        assert!(bytes.iter().all(|&byte| byte == 7));
        part.run(|| {
            Part::new(4).run(|| drop(black_box(vec![7u8; 20])));
            drop(black_box(bytes.clone()));
        });
    }
}

fn short_threads() {
    while is_on() {
        let part = Part::current();
        let work = move || part.run(|| vec![String::from("of a thread that has ended"); 10]);
        drop(thread::spawn(work).join().unwrap());
    }
}

/// Counts what it does and nothing else, also of blocks that other threads free.
fn budgets() {
    thread::scope(|scope| {
        let (sender, receiver) = mpsc::sync_channel::<Vec<u8>>(100);
        scope.spawn(move || receiver.iter().for_each(drop));
        while is_on() {
            let mut bytes = 0;
            let ((), used) = measure(|| {
                for depth in 0..40 {
                    let size = 300 * depth + 1;
                    bytes += size as u64;
                    // Sending over a channel with bounds allocates nothing, as long as nobody waits.
                    let _ = sender.try_send(deeper(depth, size));
                }
            });
            assert_eq!((used.allocations, used.bytes), (40, bytes));
        }
    });
}

/// A profile of the program's own. What it takes for itself is not recorded.
fn resources() -> custom::Profile {
    Counting::paused(|| custom::Profile::new("resources", "bytes", "What is held.").unwrap())
}

/// Holds what another thread lets go; in the end, all of it is known to have been held and gone.
fn hold(resources: custom::Profile) {
    let mut added = Amount::default();
    thread::scope(|scope| {
        let (sender, receiver) = mpsc::sync_channel::<Held>(100);
        scope.spawn(move || receiver.iter().for_each(drop));
        while is_on() {
            for weight in 0..40 {
                let held = label("weight", weight)
                    .scope(|| Counting::paused(|| held_below(weight, resources, weight)));
                sender.send(held).unwrap();
                added.count += 1;
                added.weight += weight;
            }
        }
    });
    let totals = resources.totals();
    assert_eq!((totals.held, totals.added), (Amount::default(), added));
}

#[inline(never)]
fn held_below(depth: u64, resources: custom::Profile, weight: u64) -> Held {
    let held =
        if depth == 0 { resources.add(weight) } else { held_below(depth - 1, resources, weight) };
    black_box(held)
}

fn snapshots(resources: custom::Profile) {
    while is_on() {
        Counting::paused(|| heap::write_to(&mut io::sink()).unwrap());
        Counting::paused(|| resources.write_to(&mut io::sink()).unwrap());
        let heap::Totals { alloc, inuse, .. } = heap::totals().unwrap();
        assert!(alloc.objects >= inuse.objects && alloc.bytes >= inuse.bytes);
    }
}

/// Loads and unloads a library, so that code goes and other code comes at its place.
fn libraries() {
    while is_on() {
        for name in [c"libm.so.6", c"libresolv.so.2", c"libutil.so.1"] {
            // SAFETY: these libraries of the C library do nothing when they are loaded.
            let library = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOW) };
            black_box(vec![0u8; 100]);
            if !library.is_null() {
                // SAFETY: loaded above, and nothing of it is in use.
                unsafe { libc::dlclose(library) };
            }
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// Allocates and frees in a thread of this test, wherever it was interrupted.
extern "C" fn on_signal(_: libc::c_int) {
    // Within the recorder a handler's allocations are not recorded, and come from an allocator
    // below that would not bear it if it was interrupted itself. So only threads that said they
    // are elsewhere do it.
    if ALLOCATES_IN_HANDLERS.get() {
        drop(black_box(Box::new([1u64; 4])));
        HANDLED.fetch_add(1, Relaxed);
    }
}

/// Sends signals to the process; any thread may get one, anywhere.
fn signals() {
    ALLOCATES_IN_HANDLERS.set(true);
    // SAFETY: the handler is a function of the right type, and only allocates.
    unsafe { libc::signal(libc::SIGUSR1, on_signal as *const () as usize) };
    while is_on() {
        // SAFETY: asks nothing of its caller.
        let process = unsafe { libc::getpid() };
        // SAFETY: the signal has a handler.
        unsafe { libc::kill(process, libc::SIGUSR1) };
        // SAFETY: as above; this one comes to this thread.
        unsafe { libc::raise(libc::SIGUSR1) };
        thread::sleep(Duration::from_micros(300));
    }
}

/// The child allocates, frees and looks at its totals.
pub fn forks() {
    while is_on() {
        // SAFETY: the child does what a child of a threaded process may, and allocates.
        let child = unsafe { libc::fork() };
        assert!(child >= 0, "{}", io::Error::last_os_error());
        if child == 0 {
            let inuse = || heap::totals().ok().map(|totals| totals.inuse);
            let before = inuse();
            label("child", "fork").scope(|| drop(black_box(vec![1u8; 1000])));
            let (_, used) = measure(|| drop(black_box(vec![1u8; 1000])));
            let is_right = before.is_some() && inuse() == before && used.allocations == 1;
            // SAFETY: ends the process.
            unsafe { libc::_exit(i32::from(!is_right)) };
        }
        let mut status = 0;
        // SAFETY: the kernel writes one integer, which is live and exclusive here.
        while unsafe { libc::waitpid(child, &raw mut status, 0) } < 0 {}
        assert_eq!(status, 0, "the child hung or failed");
        thread::sleep(Duration::from_millis(3));
    }
}
