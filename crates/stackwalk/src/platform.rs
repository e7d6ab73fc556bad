//! Where stacks are not walked: everything says so.

use crate::step::{Frame, Traced};
use crate::{End, Error, Mapping, Registers};

#[inline(always)]
pub(crate) fn here() -> Registers {
    Registers { pc: 0, sp: 0, fp: 0 }
}

pub(crate) unsafe fn of_context(_: *const core::ffi::c_void) -> Registers {
    here()
}

/// Knows no frame but the first.
pub(crate) struct Interrupted;

impl Interrupted {
    pub(crate) fn new(_: &Registers) -> Self {
        Self
    }

    pub(crate) fn step(&mut self) -> Result<usize, End> {
        Err(End::Unsupported)
    }
}

pub(crate) fn learn_code() {}

pub(crate) enum Cursor {}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Track;

impl Track {
    pub(crate) const NONE: Self = Self;
}

/// Nothing is walked, so nothing is read either.
pub(crate) unsafe fn load(_: usize) -> usize {
    0
}

impl Cursor {
    pub(crate) unsafe fn new(_: &Registers) -> Result<Self, End> {
        Err(End::Unsupported)
    }

    pub(crate) fn step(&mut self) -> Result<Frame, End> {
        match *self {}
    }

    pub(crate) fn step_traced(&mut self) -> Result<Traced, End> {
        match *self {}
    }

    pub(crate) fn fp(&self) -> usize {
        match *self {}
    }

    pub(crate) fn lowest(&self) -> usize {
        match *self {}
    }

    pub(crate) fn track(&self) -> Track {
        match *self {}
    }

    pub(crate) fn is_at_root(&self) -> bool {
        match *self {}
    }
}

pub(crate) fn each_mapping(_: &mut dyn FnMut(&Mapping<'_>)) -> Result<(), Error> {
    Err(Error::Unsupported)
}

pub(crate) fn mappings_read() -> usize {
    0
}

pub(crate) fn fork_generation() -> u32 {
    std::process::id()
}
