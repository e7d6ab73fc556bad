//! DHAT's profiles, as Valgrind and the dhat crate write them, which the reference does not read.
//!
//! ```text
//! JSON -> File (values and frame texts) -> frame texts as locations -> Profile
//! ```

mod build;
mod file;
mod frame;

use super::Parsed;
use super::lines::contains;
use file::File;

/// An object with the version 2 in `dhatFileVersion`, stacks in `pps`, and in `ftbl` the texts of
/// the frames that stacks refer to by index.
///
/// | values | of a stack | sample types |
/// |---|---|---|
/// | `tbk`, `tb` | blocks and bytes since the start | `alloc_objects`, `alloc_space` |
/// | `gbk`, `gb` | when most bytes were in use | `peak_objects`, `peak_space` |
/// | `ebk`, `eb` | at the end | `inuse_objects`, `inuse_space` |
///
/// Without lifetimes (`bklt`: copies and events of the program's own) only the first pair is there.
/// What each stack had at its own maximum (`mbk`, `mb`) does not add up, and is left out, as are
/// lifetimes and accesses.
pub(super) fn parse(bytes: &[u8]) -> Parsed {
    let is_dhat = || contains(bytes, b"\"dhatFileVersion\"");
    if !bytes.trim_ascii_start().starts_with(b"{") || !is_dhat() {
        return Ok(None);
    }
    build::build(&File::read(bytes)?).map(Some)
}
