//! Linux on x86_64 and aarch64. From the top: a walk's steps; what they know of stacks, code and
//! files; the kernel.

mod cursor;
mod generation;
mod interrupted;
mod mappings;

mod copied_stack;
#[cfg(target_arch = "x86_64")]
mod eh_frame;
#[cfg(target_arch = "x86_64")]
mod mapping_table;
#[cfg(target_arch = "x86_64")]
mod rule_cache;
mod stack_bounds;
#[cfg(target_arch = "x86_64")]
mod unwind_rule;

mod elf;
mod memory;
mod proc_maps;
mod registers;
mod syscalls;

pub(crate) use cursor::{Cursor, Track, load};
pub(crate) use generation::fork_generation;
pub(crate) use interrupted::{Interrupted, learn_code};
pub(crate) use mappings::{each_mapping, mappings_read};
pub(crate) use registers::{here, of_context};
