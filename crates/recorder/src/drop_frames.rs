//! The frames between a Rust program's own line and the allocator.

/// The field `drop_frames` of a profile: a regular expression over names of functions, which a
/// report matches as `^(..)$` after it has cut each name at its first parenthesis. Whoever reads
/// the profile resolves the names, so the pattern takes them as different tools write them: whole
/// paths, with or without the compiler's hashes, or the last word only, with or without generic
/// arguments (as Go's reader does).
///
/// A report cuts a stack at the *outermost* frame that matches. So of names without a path only
/// those are listed that nobody else uses: the rest, like `alloc` or `grow`, may well be a
/// program's own, and lie below one of these anyhow. The standard library's collections stay:
/// `push` is what the program called. So does what of this crate a program's own code runs under, such
/// as `Labels::scope`: all of it would be cut.
///
/// Every report compiles it, so what names have in common is written once: a quarter less to compile.
pub const DROP_FRAMES: &str = concat!(
    // The allocator of this crate, and whatever implements one.
    r"<?heapwise(_recorder)?(\[[0-9a-f]+\])?::(alloc|platform::process)::.*",
    r"|<.* as core(\[[0-9a-f]+\])?::alloc::(global::GlobalAlloc|Allocator)>::.*",
    // What the compiler puts between `alloc::alloc::alloc` and the global allocator.
    r"|(__rustc(\[[0-9a-f]+\])?::)?__(rust|rg|rdl)_(alloc(_zeroed)?|realloc)(::h[0-9a-f]+)?",
    // The standard library's layer below its collections.
    r"|<?alloc(\[[0-9a-f]+\])?::(alloc|raw_vec)::.*",
    r"|alloc(\[[0-9a-f]+\])?::boxed::box_new(_uninit)?(::.*)?",
    r"|(box_new(_uninit)?|exchange_malloc|(alloc|grow)_impl(_runtime)?",
    r"|with_capacity_(zeroed_)?in|try_allocate_in|do_reserve_and_handle",
    r"|grow_(one|amortized|exact)|finish_grow|shrink_unchecked)(<.*)?",
);
