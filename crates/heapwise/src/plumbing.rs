//! The frames between a program's own line and the allocator, which a report leaves out.

pub use heapwise_recorder::DROP_FRAMES;

/// Whether [`DROP_FRAMES`] matches a name as [`heapwise_symbolize`] writes it: whole paths, without the
/// compiler's hashes. For profiles that go where no reader matches it. A regular expression would be
/// some crates more in the program.
#[cfg(all(feature = "push", feature = "symbolize"))]
pub fn is_plumbing(name: &[u8]) -> bool {
    let Ok(name) = str::from_utf8(name) else { return false };
    let path = name.strip_prefix('<').unwrap_or(name);
    let layers = [
        "heapwise::alloc::",
        "heapwise::platform::process::",
        "heapwise_recorder::alloc::",
        "heapwise_recorder::platform::process::",
        "alloc::alloc::",
        "alloc::raw_vec::",
    ];
    let implements = |what| name.starts_with('<') && name.contains(what);
    let boxed = name.strip_prefix("alloc::boxed::").and_then(|rest| rest.split("::").next());
    let last_word = name.split('<').next().unwrap_or(name);
    layers.iter().any(|layer| path.starts_with(layer))
        || implements(" as core::alloc::global::GlobalAlloc>::")
        || implements(" as core::alloc::Allocator>::")
        || is_allocator_symbol(name.strip_prefix("__rustc::").unwrap_or(name))
        || matches!(boxed, Some("box_new" | "box_new_uninit"))
        || LAST_WORDS.contains(&last_word)
}

/// `__rust_alloc` and its kin, perhaps with a hash.
#[cfg(all(feature = "push", feature = "symbolize"))]
fn is_allocator_symbol(name: &str) -> bool {
    let name = name.split("::h").next().unwrap_or(name);
    let prefixes = ["__rust_", "__rg_", "__rdl_"];
    let word = prefixes.iter().find_map(|prefix| name.strip_prefix(prefix));
    matches!(word, Some("alloc" | "alloc_zeroed" | "realloc"))
}

/// Names without a path that nobody else uses, as in [`DROP_FRAMES`].
#[cfg(all(feature = "push", feature = "symbolize"))]
const LAST_WORDS: [&str; 16] = [
    "box_new",
    "box_new_uninit",
    "exchange_malloc",
    "alloc_impl",
    "alloc_impl_runtime",
    "grow_impl",
    "grow_impl_runtime",
    "with_capacity_in",
    "with_capacity_zeroed_in",
    "try_allocate_in",
    "do_reserve_and_handle",
    "grow_one",
    "grow_amortized",
    "grow_exact",
    "finish_grow",
    "shrink_unchecked",
];

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;

    /// As a report matches: on the name up to its first parenthesis.
    fn is_dropped(name: &str) -> bool {
        let pattern = Regex::new(&format!("^({DROP_FRAMES})$")).unwrap();
        let simple = name.split('(').next().unwrap();
        let matches = pattern.is_match(simple);
        if !name.contains('[') {
            assert_eq!(is_plumbing(simple.as_bytes()), matches, "{name}");
        }
        matches
    }

    #[test]
    fn the_way_to_the_allocator_is_dropped() {
        for name in [
            "<heapwise::alloc::Alloc as core::alloc::global::GlobalAlloc>::alloc",
            "<heapwise[1f2e3d]::alloc::Alloc as core[0a1b]::alloc::global::GlobalAlloc>::realloc",
            "heapwise::alloc::Alloc<A>::alloc_slowly",
            "heapwise::alloc::served",
            "heapwise_recorder::platform::process::allocate",
            "<my_program::Counting as core::alloc::global::GlobalAlloc>::alloc_zeroed",
            "__rust_alloc",
            "__rust_realloc",
            "__rustc::__rust_alloc_zeroed",
            "__rustc[c97ab4a1a6b0b9b9]::__rust_alloc",
            "__rg_alloc",
            "__rust_alloc::h0123456789abcdef",
            "alloc::alloc::exchange_malloc",
            "alloc::alloc::Global::alloc_impl",
            "<alloc::alloc::Global as core::alloc::Allocator>::allocate",
            "alloc::raw_vec::finish_grow",
            "alloc::raw_vec::RawVec<T,A>::grow_one::h0123456789abcdef",
            "<alloc[5c1a]::raw_vec::RawVecInner>::finish_grow",
            "alloc::boxed::box_new_uninit",
            "with_capacity_in<u8, alloc::alloc::Global>",
            "finish_grow<alloc::alloc::Global>",
            "finish_grow",
            "grow_one<alloc::vec::Vec<u8, alloc::alloc::Global>, alloc::alloc::Global>",
            "exchange_malloc",
            "__rust_alloc_zeroed",
            "box_new",
            "box_new_uninit",
            "alloc::boxed::box_new::<u8>",
            "alloc_impl",
            "alloc_impl_runtime",
            "grow_impl",
            "grow_impl_runtime",
            "with_capacity_in",
            "with_capacity_zeroed_in<u8>",
            "grow_amortized",
            "grow_exact",
        ] {
            assert!(is_dropped(name), "{name}");
        }
    }

    #[test]
    fn collections_and_the_programs_own_functions_stay() {
        for name in [
            "alloc::vec::Vec<T,A>::push",
            "<alloc::vec::Vec<T> as core::clone::Clone>::clone",
            "alloc::string::String::push_str",
            "alloc::boxed::Box<T>::new",
            "with_capacity<u8>",
            "std::collections::hash::map::HashMap<K,V,S>::insert",
            "hashbrown::raw::RawTable<T,A>::reserve_rehash",
            "push",
            "alloc",
            "grow",
            "allocate",
            "my_program::alloc::alloc",
            "my_program::heapwise::record",
            "heapwise::budget::Budget::check<(), my_program::main::{closure#0}>",
            "heapwise[1f2e3d]::budget::counted::<(), my_program::main::{closure#0}>",
            "heapwise::labels::Labels::scope",
            "<heapwise[1f2e3d]::labels::Labels>::scope::<my_program::work, ()>",
            "<heapwise::labels::future::Labelled<F> as core::future::future::Future>::poll",
            "finish_growing",
            "with_capacity",
            "with_capacity_zeroed",
            "grow_impl_runtimes",
            "__rust_realloc_zeroed",
            "main",
        ] {
            assert!(!is_dropped(name), "{name}");
        }
    }
}
