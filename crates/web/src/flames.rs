//! The stacks of the last few views, so that zooming and searching need not read the profile again.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use heapwise_report::Flame;
use heapwise_session::command::STACKS;
use heapwise_session::host::Host;
use heapwise_session::{Hint, Options, ReportError, with_input};

use crate::overheard::Overheard;
use crate::site::Site;

/// How many views are kept.
const KEPT: usize = 4;

/// The last views.
#[derive(Debug, Default)]
pub(crate) struct Flames(Mutex<VecDeque<Arc<Known>>>);

/// The stacks for some options.
#[derive(Debug)]
pub(crate) struct Known {
    options: Options,
    /// The stacks.
    pub flame: Flame,
    /// What the reader should know.
    pub hints: Vec<Hint>,
    /// What was said while they were made.
    notes: Vec<String>,
}

impl Flames {
    /// The stacks for `options`, made if they are not at hand. What is said about it goes to `host`
    /// each time.
    ///
    /// # Errors
    /// When the options do not fit the profile.
    pub fn get(
        &self,
        site: &Site,
        options: &Options,
        host: &dyn Host,
    ) -> Result<Arc<Known>, ReportError> {
        // Held while stacks are made: two requests for the same ones wait for each other.
        let mut kept = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let place = kept.iter().position(|known| known.options == *options);
        if let Some(known) = place.and_then(|place| kept.remove(place)) {
            kept.push_back(Arc::clone(&known));
            known.notes.iter().for_each(|note| host.note(note));
            return Ok(known);
        }
        let heard = Overheard::new(host);
        let (flame, hints) =
            with_input(&site.loaded, &STACKS, None, options, &heard, |input, _| Flame::new(input))?;
        let (options, notes) = (options.clone(), heard.notes());
        let known = Arc::new(Known { options, flame, hints, notes });
        kept.push_back(Arc::clone(&known));
        if kept.len() > KEPT {
            kept.pop_front();
        }
        Ok(known)
    }
}
