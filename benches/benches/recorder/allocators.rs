//! The allocators that are measured, and how they are called.

use std::alloc::{GlobalAlloc, Layout, System};

use heapwise::Alloc;

/// What can be measured: an allocator in a static, as a program's global one is.
pub trait Allocator: GlobalAlloc + Sync + 'static {
    /// Where it is.
    const HERE: &'static Self;
}

/// Puts an allocator into a static.
macro_rules! place {
    ($kind:ty, $value:expr) => {
        impl Allocator for $kind {
            const HERE: &'static Self = {
                static PLACE: $kind = $value;
                &PLACE
            };
        }
    };
}

place!(System, System);
place!(Alloc<System>, Alloc::new(System));
#[cfg(feature = "peers")]
mod peers {
    use mimalloc::MiMalloc;
    use tikv_jemallocator::Jemalloc;

    use super::{Alloc, Allocator};

    place!(Jemalloc, Jemalloc);
    place!(Alloc<Jemalloc>, Alloc::new(Jemalloc));
    place!(MiMalloc, MiMalloc);
    place!(Alloc<MiMalloc>, Alloc::new(MiMalloc));
}

/// Calls a function as a program calls `__rust_alloc`: by its name, of which the compiler knows nothing else. Did
/// it know more, it would leave out arguments that one of two allocators does not need, and what is around
/// their calls would differ.
macro_rules! call {
    ($function:path, $first:expr, $second:expr, $third:expr, $fourth:expr) => {{
        #[cfg(target_arch = "x86_64")]
        {
            let result: *mut u8;
            // SAFETY: a function of C's convention, which takes these arguments, or fewer.
            unsafe {
                std::arch::asm!(
                    "call {function}",
                    function = sym $function,
                    in("rdi") $first,
                    in("rsi") $second,
                    in("rdx") $third,
                    in("rcx") $fourth,
                    lateout("rax") result,
                    clobber_abi("C"),
                );
            }
            result
        }
        #[cfg(not(target_arch = "x86_64"))]
        $function($first, $second, $third, $fourth)
    }};
}

pub fn allocate<A: Allocator>(layout: Layout) -> *mut u8 {
    call!(outlined::allocate::<A>, layout.size(), layout.align(), 0usize, 0usize)
}

pub fn free<A: Allocator>(block: *mut u8, layout: Layout) {
    let _ = call!(outlined::free::<A>, block, layout.size(), layout.align(), 0usize);
}

pub fn resize<A: Allocator>(block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
    call!(outlined::resize::<A>, block, layout.size(), layout.align(), size)
}

/// What `__rust_alloc` and its like are in a program.
mod outlined {
    use std::alloc::Layout;

    use super::Allocator;

    fn layout(size: usize, align: usize) -> Layout {
        // SAFETY: both are those of a layout, taken apart to be passed.
        unsafe { Layout::from_size_align_unchecked(size, align) }
    }

    #[inline(never)]
    pub extern "C-unwind" fn allocate<A: Allocator>(
        size: usize,
        align: usize,
        _: usize,
        _: usize,
    ) -> *mut u8 {
        // SAFETY: no size here is zero.
        unsafe { A::HERE.alloc(layout(size, align)) }
    }

    #[inline(never)]
    pub extern "C-unwind" fn free<A: Allocator>(
        block: *mut u8,
        size: usize,
        align: usize,
        _: usize,
    ) {
        // SAFETY: the block is of this allocator, with this layout, and used no more.
        unsafe { A::HERE.dealloc(block, layout(size, align)) };
    }

    #[inline(never)]
    pub extern "C-unwind" fn resize<A: Allocator>(
        block: *mut u8,
        size: usize,
        align: usize,
        new_size: usize,
    ) -> *mut u8 {
        // SAFETY: as above, and no size here is zero.
        unsafe { A::HERE.realloc(block, layout(size, align), new_size) }
    }
}
