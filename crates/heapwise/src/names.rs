//! Names for addresses of this program, from the files that it runs.

use heapwise_profile::Profile;

#[cfg(feature = "symbolize")]
mod look_up;

#[cfg(feature = "symbolize")]
pub use look_up::named;
#[cfg(all(feature = "http", feature = "symbolize"))]
pub use look_up::of;

/// `profile`, which is of this program, with functions and lines if they are wanted: nobody can without the
/// feature `symbolize`. The caller has muted the thread.
#[cfg(any(feature = "http", feature = "push"))]
pub fn if_wanted(profile: Profile, wanted: bool) -> Profile {
    #[cfg(feature = "symbolize")]
    if wanted {
        return named(&profile);
    }
    debug_assert!(!wanted);
    profile
}
