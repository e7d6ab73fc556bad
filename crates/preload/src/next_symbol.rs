//! A function of the next library that has one of that name.

use std::cell::Cell;
use std::ffi::{CStr, c_void};
use std::marker::PhantomData;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering::Relaxed};

thread_local! {
    /// Whether this thread is asking the loader, which may allocate.
    static IS_ASKING: Cell<bool> = const { Cell::new(false) };
}

/// Stands for a function that no library has.
const ABSENT: *mut c_void = ptr::without_provenance_mut(1);

/// A function of type `F`, looked for when it is first called.
pub struct NextSymbol<F> {
    name: &'static CStr,
    address: AtomicPtr<c_void>,
    of: PhantomData<fn() -> F>,
}

impl<F: Copy> NextSymbol<F> {
    /// # Safety
    /// `F` must be a pointer to a function, and the type of what C calls so.
    pub const unsafe fn new(name: &'static CStr) -> Self {
        const { assert!(size_of::<F>() == size_of::<*mut c_void>()) };
        Self { name, address: AtomicPtr::new(ptr::null_mut()), of: PhantomData }
    }

    /// The function; none if there is none, or while the loader is being asked.
    #[inline(always)]
    pub fn get(&self) -> Option<F> {
        let known = self.address.load(Relaxed);
        let found = if known.is_null() { self.ask() } else { known };
        // SAFETY: the address of a function of that type, as `new` was promised.
        (found != ABSENT).then(|| unsafe { std::mem::transmute_copy(&found) })
    }

    #[cold]
    fn ask(&self) -> *mut c_void {
        if IS_ASKING.replace(true) {
            return ABSENT;
        }
        // SAFETY: a string of C's; the loader knows by where the call comes from which library is next.
        let found = unsafe { libc::dlsym(libc::RTLD_NEXT, self.name.as_ptr()) };
        IS_ASKING.set(false);
        let found = if found.is_null() { ABSENT } else { found };
        self.address.store(found, Relaxed);
        found
    }
}
