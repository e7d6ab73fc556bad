//! What the numbers of a profile mean, in words.
//!
//! [`explain`] looks at a profile as a reader would who knows how it was made, and returns what that
//! reader would say of a report that is empty or likely to mislead. Hints are values; their text is
//! made last, by [`Hint::lines`].
#![forbid(unsafe_code)]

mod explain;
mod hint;
mod meaning;
mod sums;
mod unnamed;

pub use explain::{Subject, explain};
pub use hint::{Hint, Voice};
pub use meaning::meaning;
pub use unnamed::UnnamedFile;
