//! A program that replaces itself by another, as shell wrappers do: the other one is recorded instead.
//!
//! A signal handler may do so too, and the child of a `vfork`, which shares our memory: so nothing here is
//! allocated, and what the new image must know was made ready at the start.

use std::ffi::{c_char, c_int};
use std::ptr;
use std::sync::OnceLock;

use crate::environment::{self, FILE, INTERVAL, LOADED, OUTER, PROCESS, Strings, strings, value};
use crate::next;

/// What the next image of this process is told.
#[derive(Debug)]
pub struct Inheritance {
    /// The process that it is for, and not its children: those of an image that has no loader keep it in their
    /// environment.
    pub process: u32,
    /// As text.
    pub process_text: Vec<u8>,
    /// What has the loader load us.
    pub library: Vec<u8>,
    /// Where it records.
    pub file: Vec<u8>,
    /// As the launcher was asked.
    pub interval: Option<Vec<u8>>,
}

static INHERITANCE: OnceLock<Inheritance> = OnceLock::new();

/// Makes the next image of this process one that is recorded.
pub fn bequeath(inheritance: Inheritance) {
    // Nobody has before: it happens once, at the start.
    let _ = INHERITANCE.set(inheritance);
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn execve(
    path: *const c_char,
    arguments: Strings,
    environment: Strings,
) -> c_int {
    // SAFETY: passed on to the caller: strings and lists as C has them, here and below.
    let exec = |environment| unsafe { next::execve(path, arguments, environment) };
    // SAFETY: as above.
    unsafe { with_inheritance(environment, exec) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn execvpe(
    file: *const c_char,
    arguments: Strings,
    environment: Strings,
) -> c_int {
    // SAFETY: passed on to the caller: strings and lists as C has them, here and below.
    let exec = |environment| unsafe { next::execvpe(file, arguments, environment) };
    // SAFETY: as above.
    unsafe { with_inheritance(environment, exec) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fexecve(fd: c_int, arguments: Strings, environment: Strings) -> c_int {
    // SAFETY: passed on to the caller: strings and lists as C has them, here and below.
    let exec = |environment| unsafe { next::fexecve(fd, arguments, environment) };
    // SAFETY: as above.
    unsafe { with_inheritance(environment, exec) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn execv(path: *const c_char, arguments: Strings) -> c_int {
    // SAFETY: as in `execve`; the C library keeps the list of this process.
    unsafe { execve(path, arguments, environment::own()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn execvp(file: *const c_char, arguments: Strings) -> c_int {
    // SAFETY: as in `execv`.
    unsafe { execvpe(file, arguments, environment::own()) }
}

/// Calls `exec` with the environment, in which the inheritance is if it is for this process.
///
/// # Safety
/// The environment must be a list of strings as C has it, or null.
unsafe fn with_inheritance(environment: Strings, exec: impl FnOnce(Strings) -> c_int) -> c_int {
    let heir = INHERITANCE.get().filter(|heir| heir.process == std::process::id());
    // SAFETY: passed on to the caller.
    let list = heir.and_then(|heir| unsafe { List::with(heir, environment) });
    // Gone with all of this process, or given back if there is no such program.
    exec(list.as_ref().map_or(environment, List::as_ptr))
}

/// An environment in memory of its own: pointers, and then the strings that are ours.
struct List {
    start: *mut u8,
    bytes: usize,
    pointers: usize,
    text_end: usize,
}

impl List {
    /// # Safety
    /// As for [`with_inheritance`].
    unsafe fn with(heir: &Inheritance, environment: Strings) -> Option<Self> {
        // SAFETY: passed on to the caller.
        let given = || unsafe { strings(environment) };
        let names = [LOADED, FILE, INTERVAL, PROCESS, OUTER];
        let outer = given().find_map(|text| value(LOADED, text));
        let kept = || given().filter(|text| names.iter().all(|name| value(name, text).is_none()));
        let texts = heir.library.len() + heir.file.len() + heir.process_text.len();
        let texts = texts + 2 * outer.map_or(0, <[u8]>::len);
        let texts = texts + heir.interval.as_ref().map_or(0, Vec::len) + 256;
        let most = kept().count() + names.len() + 1;
        let mut list = Self::new(most, texts)?;
        kept().for_each(|text| list.point_to(text.as_ptr()));
        let colon: &[u8] = if outer.is_some() { b":" } else { b"" };
        list.push(LOADED, &[&heir.library, colon, outer.unwrap_or_default()]);
        list.push(FILE, &[&heir.file]);
        list.push(PROCESS, &[&heir.process_text]);
        heir.interval.iter().for_each(|interval| list.push(INTERVAL, &[interval]));
        outer.iter().for_each(|outer| list.push(OUTER, &[outer]));
        Some(list)
    }

    /// Room for so many pointers and bytes of text, all zeroes.
    fn new(pointers: usize, texts: usize) -> Option<Self> {
        let bytes = pointers * size_of::<*const c_char>() + texts;
        let (access, kind) =
            (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
        // SAFETY: new memory, wherever there is some.
        let start = unsafe { libc::mmap(ptr::null_mut(), bytes, access, kind, -1, 0) };
        let text_end = pointers * size_of::<*const c_char>();
        (start != libc::MAP_FAILED).then_some(Self {
            start: start.cast(),
            bytes,
            pointers: 0,
            text_end,
        })
    }

    fn as_ptr(&self) -> Strings {
        self.start.cast_const().cast()
    }

    fn point_to(&mut self, text: *const c_char) {
        let place = self.start.cast::<*const c_char>().wrapping_add(self.pointers);
        // SAFETY: there is room for as many as were counted, and a zero behind them.
        unsafe { *place = text };
        self.pointers += 1;
    }

    /// Appends `name=parts`.
    fn push(&mut self, name: &str, parts: &[&[u8]]) {
        let text = self.start.wrapping_add(self.text_end);
        let all = [name.as_bytes(), b"="].into_iter().chain(parts.iter().copied());
        for part in all {
            let place = self.start.wrapping_add(self.text_end);
            // SAFETY: there is room for all texts, and for names and zeroes, as was counted.
            unsafe { place.copy_from_nonoverlapping(part.as_ptr(), part.len()) };
            self.text_end += part.len();
        }
        self.text_end += 1;
        self.point_to(text.cast_const().cast());
    }
}

impl Drop for List {
    fn drop(&mut self) {
        // SAFETY: mapped by `new`, and nobody has pointers into it any more.
        unsafe { libc::munmap(self.start.cast(), self.bytes) };
    }
}
