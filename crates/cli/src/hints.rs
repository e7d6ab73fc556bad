//! What the reader of a report should know, on standard error, each thing once.

use std::cell::RefCell;

use heapwise_session::{Hint, Voice};

use crate::output;

/// The hints of one run.
#[derive(Debug)]
pub struct Hints {
    voice: Voice,
    told: RefCell<Vec<Hint>>,
}

impl Hints {
    /// Hints that propose what to type in this place.
    pub fn new(voice: Voice) -> Self {
        Self { voice, told: RefCell::default() }
    }

    /// Says those hints that were not said before.
    pub fn tell(&self, hints: Vec<Hint>) {
        let mut told = self.told.borrow_mut();
        for hint in hints {
            if !told.contains(&hint) {
                output::note(&hint.lines(self.voice).join("\n"));
                told.push(hint);
            }
        }
    }
}
