//! What is pushed: one kind of profile each.

use heapwise_profile::Profile;

use super::receiver::Receiver;
use crate::go_heap::{self, Baseline, Wanted};

/// Where profiles of one kind come from.
pub trait Source: Send {
    /// The name that servers have for the kind.
    fn name(&self) -> &'static str;

    /// The profile of now, or of the time since it was last asked for. The caller has muted the thread.
    ///
    /// # Errors
    /// Why there is none, in words.
    fn take(&mut self) -> Result<Profile, String>;
}

/// Every kind of profile, for this receiver: one row each.
pub fn all(receiver: &'static Receiver, wanted: Wanted) -> Vec<Box<dyn Source>> {
    vec![Box::new(Memory { receiver, wanted, before: None })]
}

/// What is in use, and what was allocated.
struct Memory {
    receiver: &'static Receiver,
    wanted: Wanted,
    before: Option<Baseline>,
}

impl Source for Memory {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn take(&mut self) -> Result<Profile, String> {
        let (profile, next) =
            go_heap::since(self.before.as_ref(), self.wanted).map_err(|error| error.to_string())?;
        self.before = self.receiver.takes_differences.then_some(next);
        Ok(profile)
    }
}
