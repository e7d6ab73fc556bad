//! What is written at the end.

use super::folder::Target;
use super::notice::{self, Notice};
use crate::cpu::Sampling;
use crate::{Error, heap};

/// What is written at the end, and how.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The heap profile, if there is to be one.
    pub heap: Option<Target>,
    /// The CPU profile, if there is to be one.
    pub cpu: Option<Target>,
    /// Whether to say nothing when all went well.
    pub is_quiet: bool,
}

/// What brings the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The program's own code, which takes the error and tells it.
    Asked,
    /// The program's own code, with nobody to take an error.
    End,
    /// Somebody else.
    Signal,
}

impl Plan {
    /// Writes what there is to write. The CPU profile ends before the work on the other.
    ///
    /// # Errors
    /// The first of what went wrong. All was said, but for one that is asked for.
    pub fn write(&self, sampling: Option<Sampling>, cause: Cause) -> Result<(), Error> {
        let sampled = sampling.map(Sampling::stop);
        let heap = self.heap.as_ref().map(|target| {
            let written = target.written_by(|path| heap::write(path));
            self.tell(target, written, Notice::heap(cause))
        });
        let cpu = self.cpu.as_ref().zip(sampled).map(|(target, sampled)| {
            let written = sampled.and_then(|profile| target.written_by(|path| profile.write(path)));
            self.tell(target, written, Notice::Cpu)
        });
        let mut errors = [heap, cpu].into_iter().flatten().filter_map(Result::err);
        let first = errors.next().map_or(Ok(()), Err);
        if cause == Cause::Asked {
            errors.for_each(|error| notice::failed(&error));
        } else if let Err(error) = &first {
            notice::failed(error);
            errors.for_each(|error| notice::failed(&error));
        }
        first
    }

    /// Says where a profile is, if it is there.
    fn tell(&self, at: &Target, written: Result<(), Error>, of: Notice) -> Result<(), Error> {
        if written.is_ok() && !self.is_quiet {
            notice::written(of, &at.shown);
        }
        written
    }
}
