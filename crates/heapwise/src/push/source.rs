//! What is pushed.

use std::collections::HashMap;

use heapwise_profile::Profile;

use super::receiver::Receiver;
use crate::cpu::{self, Sampling};
use crate::go_heap::{self, Baseline, Wanted};
use crate::{Error, custom, names};

/// Where profiles come from.
pub trait Source: Send {
    /// Calls `each` with the name that servers have for a kind of profile, and the profile of now, or of the time
    /// since it was last asked for, or why there is none. The caller has muted the thread.
    fn take(&mut self, each: &mut dyn FnMut(&'static str, Result<Profile, Error>));
}

/// What is pushed besides memory.
#[derive(Clone, Copy, Debug, Default)]
pub struct Besides {
    /// Processor time, with so many samples for each second of it.
    pub cpu: Option<u32>,
    /// Profiles of the program's own.
    pub custom: bool,
}

/// Everything that is wanted, for this receiver: one row each.
pub fn all(receiver: &'static Receiver, wanted: Wanted, besides: Besides) -> Vec<Box<dyn Source>> {
    let memory = Memory { receiver, wanted, before: None };
    let mut all: Vec<Box<dyn Source>> = vec![Box::new(memory)];
    if let Some(hz) = besides.cpu {
        // If it cannot begin, it says so when it is asked.
        let sampling = cpu::start_at(hz).ok();
        all.push(Box::new(Cpu { hz, symbolize: wanted.symbolize, sampling }));
    }
    if besides.custom {
        all.push(Box::new(Custom { receiver, wanted, before: HashMap::new() }));
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
    fn take(&mut self, each: &mut dyn FnMut(&'static str, Result<Profile, Error>)) {
        let taken = go_heap::since(self.before.as_ref(), self.wanted).map(|(profile, next)| {
            self.before = self.receiver.takes_differences.then_some(next);
            profile
        });
        each("memory", taken);
    }
}

/// Where processor time was spent.
struct Cpu {
    hz: u32,
    symbolize: bool,
    sampling: Option<Sampling>,
}

impl Source for Cpu {
    fn take(&mut self, each: &mut dyn FnMut(&'static str, Result<Profile, Error>)) {
        let ended = self.sampling.take().map(Sampling::stop_for_collectors);
        let begun = cpu::start_at(self.hz).map(|sampling| self.sampling = Some(sampling));
        // Of a time that has only begun there is nothing yet.
        let taken = ended.or_else(|| begun.err().map(Err));
        if let Some(taken) = taken {
            each("process_cpu", taken.map(|profile| names::if_wanted(profile, self.symbolize)));
        }
    }
}

/// What the program itself counts.
struct Custom {
    receiver: &'static Receiver,
    wanted: Wanted,
    before: HashMap<&'static str, custom::Baseline>,
}

impl Source for Custom {
    fn take(&mut self, each: &mut dyn FnMut(&'static str, Result<Profile, Error>)) {
        let all = custom::Profile::all();
        for (index, profile) in all.iter().enumerate() {
            let name = profile.pushed_name();
            // Servers would take both for one.
            let is_second = all[..index].iter().any(|earlier| earlier.pushed_name() == name);
            let taken = if is_second { None } else { self.take_one(profile).transpose() };
            if let Some(taken) = taken {
                each(name, taken);
            }
        }
    }
}

impl Custom {
    /// Nothing if there is nothing to say.
    fn take_one(&mut self, profile: &custom::Profile) -> Result<Option<Profile>, Error> {
        let (built, next) = profile.build_since(self.before.get(profile.name()))?;
        if self.receiver.takes_differences {
            self.before.insert(profile.name(), next);
        }
        if built.samples.is_empty() {
            return Ok(None);
        }
        Ok(Some(names::if_wanted(built, self.wanted.symbolize)))
    }
}
