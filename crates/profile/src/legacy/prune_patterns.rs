//! The frames that legacy profiles leave out: those of the profiler and of the allocator itself.

/// What to drop and what to keep of it, as regular expressions over function names.
pub(super) struct PrunePatterns {
    pub(super) drop: String,
    pub(super) keep: String,
}

/// The sample types of DHAT's heap profiles.
const DHAT: [&[u8]; 6] = [
    b"alloc_objects",
    b"alloc_space",
    b"peak_objects",
    b"peak_space",
    b"inuse_objects",
    b"inuse_space",
];

/// What to drop of jemalloc's own dumps, which have the frames of jemalloc too.
pub(super) fn drop_for_jemalloc() -> String {
    [ALLOCATORS, JEMALLOC].concat().join("|")
}

/// The patterns for profiles with these sample types.
pub(super) fn for_types(kinds: &[&[u8]]) -> PrunePatterns {
    const HEAP: [&[&[u8]]; 6] = [
        &[b"allocations", b"size"],
        &[b"objects", b"space"],
        &[b"inuse_objects", b"inuse_space"],
        &[b"alloc_objects", b"alloc_space"],
        &[b"alloc_objects", b"alloc_space", b"inuse_objects", b"inuse_space"],
        &DHAT,
    ];
    if HEAP.contains(&kinds) {
        PrunePatterns { drop: ALLOCATORS.join("|"), keep: GO_CALLS.join("|") }
    } else if kinds == [&b"contentions"[..], b"delay"] {
        PrunePatterns { drop: LOCKS.join("|"), keep: String::new() }
    } else {
        PrunePatterns { drop: PROFILERS.join("|"), keep: String::new() }
    }
}

const ALLOCATORS: &[&str] = &[
    "calloc",
    "cfree",
    "malloc",
    "free",
    "memalign",
    "do_memalign",
    "(__)?posix_memalign",
    "pvalloc",
    "valloc",
    "realloc",
    "tcmalloc::.*",
    "tc_calloc",
    "tc_cfree",
    "tc_malloc",
    "tc_free",
    "tc_memalign",
    "tc_posix_memalign",
    "tc_pvalloc",
    "tc_valloc",
    "tc_realloc",
    "tc_new",
    "tc_delete",
    "tc_newarray",
    "tc_deletearray",
    "tc_new_nothrow",
    "tc_newarray_nothrow",
    "malloc_zone_malloc",
    "malloc_zone_calloc",
    "malloc_zone_valloc",
    "malloc_zone_realloc",
    "malloc_zone_memalign",
    "malloc_zone_free",
    r"runtime\..*",
    "BaseArena::.*",
    "(::)?do_malloc_no_errno",
    "(::)?do_malloc_pages",
    "(::)?do_malloc",
    "DoSampledAllocation",
    "MallocedMemBlock::MallocedMemBlock",
    "_M_allocate",
    "__builtin_(vec_)?delete",
    "__builtin_(vec_)?new",
    "__gnu_cxx::new_allocator::allocate",
    "__libc_malloc",
    "__malloc_alloc_template::allocate",
    "allocate",
    "cpp_alloc",
    r"operator new(\[\])?",
    "simple_alloc::allocate",
];

/// The entry points of jemalloc with the prefixes that it is built with, and the way from Rust to
/// them.
const JEMALLOC: &[&str] = &[
    "(_rjem_)?(je_)?(malloc|calloc|realloc|memalign|posix_memalign|valloc|pvalloc)(_default)?",
    "(_rjem_)?(je_)?(aligned_alloc|mallocx|rallocx|xallocx)",
    "__rust_(alloc|alloc_zeroed|realloc)",
    r"<.* as .*::GlobalAlloc>::.*",
];

/// Frames of Go's runtime that are more than the way into its allocator.
const GO_CALLS: &[&str] = &[r"runtime\.panic", r"runtime\.reflectcall", r"runtime\.call[0-9]*"];

const LOCKS: &[&str] = &[
    "RecordLockProfileData",
    "(base::)?RecordLockProfileData.*",
    "(base::)?SubmitMutexProfileData.*",
    "(base::)?SubmitSpinLockProfileData.*",
    "(base::Mutex::)?AwaitCommon.*",
    "(base::Mutex::)?Unlock.*",
    "(base::Mutex::)?UnlockSlow.*",
    "(base::Mutex::)?ReaderUnlock.*",
    "(base::MutexLock::)?~MutexLock.*",
    "(Mutex::)?AwaitCommon.*",
    "(Mutex::)?Unlock.*",
    "(Mutex::)?UnlockSlow.*",
    "(Mutex::)?ReaderUnlock.*",
    "(MutexLock::)?~MutexLock.*",
    "(SpinLock::)?Unlock.*",
    "(SpinLock::)?SlowUnlock.*",
    "(SpinLockHolder::)?~SpinLockHolder.*",
];

const PROFILERS: &[&str] = &[
    "ProfileData::Add",
    "ProfileData::prof_handler",
    "CpuProfiler::prof_handler",
    "__pthread_sighandler",
    "__restore",
];
