//! What is pushed: one kind of profile each.

use heapwise_profile::Profile;

use super::receiver::Receiver;
use crate::cpu::{self, Sampling};
use crate::go_heap::{self, Baseline, Wanted};
use crate::{Error, names};

/// Where profiles of one kind come from.
pub trait Source: Send {
    /// The name that servers have for the kind.
    fn name(&self) -> &'static str;

    /// The profile of now, or of the time since it was last asked for; nothing if that has only begun. The
    /// caller has muted the thread.
    ///
    /// # Errors
    /// Why there is none.
    fn take(&mut self) -> Result<Option<Profile>, Error>;
}

/// Every kind of profile that is wanted, for this receiver: one row each. `cpu` is how many samples for
/// each second of processor time.
pub fn all(receiver: &'static Receiver, wanted: Wanted, cpu: Option<u32>) -> Vec<Box<dyn Source>> {
    let memory = Memory { receiver, wanted, before: None };
    let mut all: Vec<Box<dyn Source>> = vec![Box::new(memory)];
    if let Some(hz) = cpu {
        // If it cannot begin, it says so when it is asked.
        let sampling = cpu::start_at(hz).ok();
        all.push(Box::new(Cpu { hz, symbolize: wanted.symbolize, sampling }));
    }
    all
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

    fn take(&mut self) -> Result<Option<Profile>, Error> {
        let (profile, next) = go_heap::since(self.before.as_ref(), self.wanted)?;
        self.before = self.receiver.takes_differences.then_some(next);
        Ok(Some(profile))
    }
}

/// Where processor time was spent.
struct Cpu {
    hz: u32,
    symbolize: bool,
    sampling: Option<Sampling>,
}

impl Source for Cpu {
    fn name(&self) -> &'static str {
        "process_cpu"
    }

    fn take(&mut self) -> Result<Option<Profile>, Error> {
        let ended = self.sampling.take().map(Sampling::stop_for_collectors);
        let begun = cpu::start_at(self.hz).map(|sampling| self.sampling = Some(sampling));
        match ended {
            Some(profile) => Ok(Some(names::if_wanted(profile?, self.symbolize))),
            None => begun.map(|()| None),
        }
    }
}
