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

/// A function of type `F`, looked for when it is first called.
pub struct NextSymbol<F> {
    name: &'static CStr,
    /// Null as long as it has not been found.
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

    /// The function, if it has been found. If not, [`ask`](Self::ask).
    #[inline(always)]
    pub fn known(&self) -> Option<F> {
        let address = self.address.load(Relaxed);
        // SAFETY: the address of a function of that type, as `new` was promised.
        (!address.is_null()).then(|| unsafe { std::mem::transmute_copy(&address) })
    }

    /// Asks the loader for the function; none if there is none, or while it is being asked.
    #[cold]
    pub fn ask(&self) -> Option<F> {
        if IS_ASKING.replace(true) {
            return None;
        }
        // SAFETY: a string of C's; the loader knows by where the call comes from which library is next.
        let found = unsafe { libc::dlsym(libc::RTLD_NEXT, self.name.as_ptr()) };
        IS_ASKING.set(false);
        self.address.store(found, Relaxed);
        self.known()
    }

    /// Where it is; null if there is none.
    pub fn find(&self) -> *const c_void {
        let _ = self.known().or_else(|| self.ask());
        self.address.load(Relaxed)
    }
}
