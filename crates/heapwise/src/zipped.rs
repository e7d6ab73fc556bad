//! From a profile to the bytes of a file.

use heapwise_profile::{Profile, encode, gzip};

use crate::Error;

/// The bytes of a file with `profile`: compressed protobuf.
///
/// # Errors
/// None that has been seen: compressing into memory does not fail.
pub fn zipped(profile: &Profile) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    gzip(&encode(profile), &mut bytes).map_err(Error::Write)?;
    Ok(bytes)
}
