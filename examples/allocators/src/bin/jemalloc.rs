//! jemalloc below: `jemalloc [FOLDER]` writes a profile of everything to FOLDER, or here.
#![forbid(unsafe_code)]

#[global_allocator]
static ALLOC: heapwise::Alloc<tikv_jemallocator::Jemalloc> =
    heapwise::Alloc::new(tikv_jemallocator::Jemalloc);

fn main() -> Result<(), heapwise::Error> {
    let folder = std::env::args().nth(1).unwrap_or_default();
    let profile = heapwise::start().heap().interval(1).dir(folder).begin()?;
    let held = allocators::work();
    profile.stop()?;
    assert!(!held.is_empty());
    Ok(())
}
