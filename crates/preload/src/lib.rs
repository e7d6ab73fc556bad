//! The C library's allocator for an unmodified program, recorded: what `heapwise run` has the dynamic
//! loader put in front of all other libraries.
//!
//! ```text
//! malloc, free, ..  -> exports -> next                     nearly always
//!                              -> blocks -> recorder, next
//! loader -> begin -> the recording that the launcher made
//! ```
//!
//! Nothing is done at the end of the program: the recording is a file that has every event as soon as it
//! happened, and the launcher makes a profile of it.
//!
//! * Whatever allocator the program has stays: requests go on to the next library that has the function.
//! * Children are not recorded: the environment is what it was before the program's first line. A program that
//!   the process replaces itself by (`exec`) is, in a recording of its own.
//! * Without a recording to write, nothing is recorded.
#![cfg(target_os = "linux")]

mod begin;
mod blocks;
mod early;
mod environment;
mod exec;
mod exports;
mod next;
mod next_symbol;
mod own;
#[cfg(panic = "abort")]
mod unwind;
