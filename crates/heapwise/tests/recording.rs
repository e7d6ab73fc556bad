//! What a program records to a file is there after it was killed, and is what the program itself would
//! have said.
#![allow(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

mod common;

use std::fs::{self, File};
use std::hint::black_box;
use std::os::fd::AsRawFd;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use heapwise::heap;
use heapwise_profile::{Profile, Sample};

#[global_allocator]
static ALLOC: heapwise::Alloc = heapwise::Alloc::system().with_interval(1);

/// Names the folder in a process of this program that is there to be killed.
const VARIABLE: &str = "HEAPWISE_TEST_RECORDING";

/// The sizes that the threads of such a process allocate; the last is large, and resized.
const SIZES: [usize; 4] = [1001, 2003, 4007, 20_011];

/// How often a thread was about to allocate, had allocated, was about to free, had freed.
type Steps = [[AtomicU64; 4]; SIZES.len()];

/// One at a time: the recorder is the process's.
static ALONE: Mutex<()> = Mutex::new(());

/// Counters in a file, which outlive the process as well.
fn steps(folder: &Path) -> &'static Steps {
    let path = folder.join("steps");
    let file = File::options().read(true).write(true).create(true).truncate(false).open(path);
    let file = file.unwrap();
    file.set_len(4096).unwrap();
    let protection = libc::PROT_READ | libc::PROT_WRITE;
    let (none, fd) = (std::ptr::null_mut(), file.as_raw_fd());
    // SAFETY: a new mapping at an address of the kernel's choice touches nothing that exists.
    let start = unsafe { libc::mmap(none, 4096, protection, libc::MAP_SHARED, fd, 0) };
    assert_ne!(start, libc::MAP_FAILED);
    // SAFETY: mapped for the rest of the process, and zeroes or what another process counted.
    unsafe { &*start.cast::<Steps>() }
}

/// Not a test: what runs in the process to be killed.
#[test]
fn worker() {
    let Some(folder) = std::env::var_os(VARIABLE).map(PathBuf::from) else { return };
    heap::record_to(folder.join("recording")).unwrap();
    let steps = steps(&folder);
    thread::scope(|scope| {
        for (size, steps) in SIZES.into_iter().zip(steps) {
            scope.spawn(move || heapwise::label("size", size).scope(|| work(size, steps)));
        }
    });
}

fn work(size: usize, [allocating, allocated, freeing, freed]: &[AtomicU64; 4]) {
    let mut kept: Vec<Vec<u8>> = Vec::with_capacity(64);
    loop {
        allocating.fetch_add(1, SeqCst);
        kept.push(black_box(Vec::with_capacity(size)));
        allocated.fetch_add(1, SeqCst);
        if kept.len() == 50 {
            for block in kept.drain(20..) {
                freeing.fetch_add(1, SeqCst);
                drop(block);
                freed.fetch_add(1, SeqCst);
            }
        }
    }
}

#[test]
fn a_program_that_is_killed_leaves_what_it_had() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    for round in 0..100u64 {
        let folder = tempfile::tempdir().unwrap();
        let mut worker = Worker::start(folder.path());
        worker.wait_for_work();
        thread::sleep(Duration::from_micros(round * 7919 % 9973));
        worker.kill();
        let profile = read(&folder.path().join("recording"));
        check(&profile, steps(folder.path()));
    }
}

struct Worker {
    child: Child,
    steps: &'static Steps,
}

impl Worker {
    fn start(folder: &Path) -> Self {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "worker", "--test-threads=1"])
            .env(VARIABLE, folder)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self { child, steps: steps(folder) }
    }

    fn wait_for_work(&self) {
        let end = Instant::now() + Duration::from_secs(60);
        while self.steps.iter().any(|[_, allocated, ..]| allocated.load(SeqCst) < 10) {
            assert!(Instant::now() < end, "the process does not work");
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        assert_eq!(self.child.wait().unwrap().signal(), Some(libc::SIGKILL));
    }
}

fn read(path: &Path) -> Profile {
    let profile = Profile::read(&fs::read(path).unwrap()).unwrap();
    profile.validate().unwrap();
    profile
}

/// Copies a recording that other threads of the process, those of the tests, may write to meanwhile: once more if they
/// did.
fn copy_whole(from: &Path, to: &Path) {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        fs::copy(from, to).unwrap();
        match Profile::read(&fs::read(to).unwrap()) {
            Ok(_) => return,
            Err(error) => assert!(Instant::now() < end, "{error}"),
        }
    }
}

/// Every event is in the sums whole or not at all, and those that were over are.
fn check(profile: &Profile, steps: &Steps) {
    for (size, steps) in SIZES.into_iter().zip(steps) {
        let [allocating, allocated, freeing, freed] = steps.each_ref().map(|n| n.load(SeqCst));
        let is_of = |sample: &Sample<'_>| common::size(sample) == size as i64;
        let mut sums = [0u64; 6];
        for sample in profile.samples.iter().filter(is_of) {
            assert!(sample.stack.len() > 3);
            assert_eq!(common::labels(profile, &sample), format!("size={size}"));
            sums.iter_mut().zip(sample.values).for_each(|(sum, value)| *sum += *value as u64);
        }
        let [alloc, _, inuse, _, peak, _] = sums;
        assert!((allocated..=allocating).contains(&alloc), "{alloc} of {steps:?}");
        assert!((allocated - freeing..=allocating - freed).contains(&inuse), "{sums:?} {steps:?}");
        assert!(peak <= 50, "{sums:?} {steps:?}");
        for [objects, bytes] in sums.as_chunks::<2>().0 {
            assert_eq!(*bytes, objects * size as u64);
        }
    }
    let [_, inuse, peak] = common::all_sums(profile);
    assert!(peak.bytes >= inuse.bytes);
    assert!(
        profile.mappings.first().is_some_and(|main| main.file != heapwise_profile::Strings::EMPTY)
    );
}

/// Stacks and values, in order of stacks.
fn rows(profile: &Profile) -> Vec<(Vec<u64>, i64, Vec<i64>)> {
    let address = |&id: &_| profile.locations.get(id).address.0;
    let row = |sample: Sample<'_>| {
        let number = common::size(&sample);
        (sample.stack.iter().map(address).collect(), number, sample.values.to_vec())
    };
    let mut rows: Vec<_> = profile.samples.iter().map(row).collect();
    rows.sort();
    rows
}

fn texts(profile: &Profile) -> Vec<(String, String)> {
    let text = |text| String::from_utf8_lossy(profile.text(text)).into_owned();
    let both = |id| (text(profile.mappings[id].file), text(profile.mappings[id].build_id));
    profile.mappings.ids().map(both).collect()
}

/// The profile that the program writes, and what is in the recording at the same time: nothing that
/// is recorded happens between the two.
fn both(folder: &Path) -> (Profile, Profile) {
    let mut buffer = vec![0; 1 << 20];
    let (recording, copy) = (folder.join("recording"), folder.join("copy"));
    let mut rest = &mut buffer[..];
    heap::write_to(&mut rest).unwrap();
    let left = rest.len();
    fs::copy(&recording, &copy).unwrap();
    let used = buffer.len() - left;
    (common::profile(&buffer[..used]), read(&copy))
}

fn assert_same(folder: &Path) {
    // The test's first thread may say something meanwhile about a test that has ended.
    let is_same = |(written, recorded): &(Profile, Profile)| rows(written) == rows(recorded);
    let mut tries = (0..20).map(|_| both(folder));
    let (written, recorded) = tries.find(is_same).expect("the same rows");
    assert_eq!(texts(&written), texts(&recorded));
    assert_eq!(written.header.period, recorded.header.period);
}

#[inline(never)]
fn at_many_stacks(path: u32, depth: u32, kept: &mut Vec<Vec<u8>>) {
    if depth == 0 {
        kept.push(black_box(vec![1; 100]));
    } else if path & 1 == 0 {
        at_many_stacks(path / 2, depth - 1, kept);
    } else {
        at_many_stacks(path / 2, depth - 1, kept);
        black_box(path);
    }
    black_box(depth);
}

fn allocate_at(stacks: std::ops::Range<u32>) -> Vec<Vec<u8>> {
    let mut kept = Vec::with_capacity(stacks.len());
    stacks.for_each(|path| at_many_stacks(path, 11, &mut kept));
    kept
}

#[test]
fn a_recording_says_what_the_program_would() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("recording");
    let before = allocate_at(0..500);
    heap::record_to(&path).unwrap();
    assert!(path.metadata().unwrap().permissions().readonly(), "shortened, it would end us");
    assert_same(folder.path());
    let after = allocate_at(300..1500);
    drop(before);
    assert_same(folder.path());

    // What is loaded later is known from the next profile on.
    // SAFETY: this library of the C library does nothing when it is loaded.
    unsafe { libc::dlopen(c"libresolv.so.2".as_ptr(), libc::RTLD_NOW) };
    assert_same(folder.path());
    let has_library = |profile: &Profile| texts(profile).iter().any(|f| f.0.contains("libresolv"));
    assert!(has_library(&read(&path)));

    // Another recording keeps the first one beside it.
    heap::record_to(&path).unwrap();
    drop(after);
    assert_same(folder.path());
    read(&folder.path().join("recording.previous"));
}

/// Children of both kinds: that of the C library, which goes on with what its parent had recorded,
/// and that of the kernel's call alone, which records nothing.
#[test]
fn a_child_never_writes_its_parents_file() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("recording");
    heap::record_to(&path).unwrap();
    let kept = allocate_at(0..50);
    let copy = folder.path().join("before");
    for number in [None, Some(libc::SYS_fork)] {
        copy_whole(&path, &copy);
        // SAFETY: the child allocates, asks for totals, and ends.
        let child = number.map_or_else(
            || unsafe { libc::fork() },
            |number| unsafe { libc::syscall(number) as libc::pid_t },
        );
        if child == 0 {
            let before = heap::totals().map(|totals| totals.alloc.objects);
            drop(allocate_at(0..2000));
            let after = heap::totals().map(|totals| totals.alloc.objects);
            let is_right = match (number, before, after) {
                (None, Ok(before), Ok(after)) => after == before + 2001,
                (Some(_), Err(_), Err(_)) => true,
                _ => false,
            };
            // SAFETY: ends the process.
            unsafe { libc::_exit(i32::from(!is_right)) };
        }
        let mut status = 0;
        // SAFETY: the kernel writes one integer, which is live and exclusive here.
        assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
        assert_eq!(status, 0, "{number:?}");
        // Nothing of the child, and nothing of this process, is new.
        let now = folder.path().join("after");
        copy_whole(&path, &now);
        let [before, after] = [&copy, &now].map(|path| read(path));
        let of_stacks = |profile: &Profile| -> Vec<_> {
            let mut rows = rows(profile);
            rows.retain(|(_, size, _)| *size == 100);
            // The peak may be a later one.
            rows.iter_mut().for_each(|(.., values)| values.truncate(4));
            rows
        };
        assert!(of_stacks(&before) == of_stacks(&after), "{number:?} changed the file");
    }
    assert_same(folder.path());
    drop(kept);
}

#[test]
fn what_is_in_the_way_stays() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("recording");
    fs::write(&path, "something else").unwrap();
    let error = heap::record_to(&path).unwrap_err().to_string();
    assert!(error.ends_with("recording: exists and is not a recording"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), b"something else");
    assert!(heap::record_to(folder.path()).is_err());
    assert!(heap::record_to(folder.path().join("no/folder")).is_err());
}

/// Where a file may not grow, stacks are dropped, and the program goes on.
#[test]
fn a_file_that_cannot_grow_costs_stacks_and_nothing_else() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("recording");
    heap::record_to(&path).unwrap();
    let limit = FileLimit::set(fs::metadata(&path).unwrap().len());
    let dropped = heap::totals().unwrap().dropped.stacks;
    let objects = heap::totals().unwrap().alloc.objects;
    let kept = allocate_at(0..2048);
    let totals = heap::totals().unwrap();
    assert!(totals.dropped.stacks > dropped, "{totals:?}");
    assert!(totals.alloc.objects >= objects + 2049);
    drop(limit);
    let profile = read(&path);
    let text = |&comment| String::from_utf8_lossy(profile.text(comment)).into_owned();
    let comments: String = profile.header.comments.iter().map(text).collect();
    // Which of its tables is full first is a matter of what was allocated before: stacks may have lost their labels too.
    assert!(comments.contains("recorded without a stack"), "{comments}");
    assert!(!comments.contains("not recorded"), "{comments}");
    drop(kept);
}

/// Limits how long files may become, until it is dropped: beyond, the kernel would end the process.
struct FileLimit(libc::rlimit);

impl FileLimit {
    fn set(bytes: u64) -> Self {
        let mut before = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        // SAFETY: the kernel writes one limit, which is live and exclusive here.
        unsafe { libc::getrlimit(libc::RLIMIT_FSIZE, &raw mut before) };
        put_limit(libc::rlimit { rlim_cur: bytes, ..before });
        Self(before)
    }
}

impl Drop for FileLimit {
    fn drop(&mut self) {
        put_limit(self.0);
    }
}

fn put_limit(limit: libc::rlimit) {
    // SAFETY: the kernel reads one limit.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_FSIZE, &raw const limit) }, 0);
}
