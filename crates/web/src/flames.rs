//! The stacks of the last few views, so that zooming and searching need not read the profile again.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use heapwise_graph::Granularity;
use heapwise_report::{Flame, FlameTree, Shape};
use heapwise_session::command::{AS_GIVEN, Needs};
use heapwise_session::host::Host;
use heapwise_session::{GoRegex, Hint, Options, ReportError, with_input};

use crate::overheard::Overheard;
use crate::site::Site;

/// How many views are kept. One of 200,000 stacks takes some 100 MB.
const KEPT: usize = 4;

/// How many trees are kept of a view.
const TREES: usize = 4;

const NEEDS: Needs = Needs { trim: false, ..AS_GIVEN };

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
    trees: Mutex<VecDeque<(TreeKey, Arc<FlameTree>)>>,
}

/// Which tree of a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TreeKey {
    /// All stacks from the root.
    Callees,
    /// All stacks from the leaf.
    Callers,
    /// What matches and below.
    Below(String),
    /// What matches and above.
    Above(String),
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
        let detailed = Options {
            granularity: options.granularity.or(Some(Granularity::FileFunctions)),
            ..options.clone()
        };
        let (flame, hints) =
            with_input(&site.loaded, &NEEDS, None, &detailed, &heard, |input, _| {
                Flame::new(input)
            })?;
        let (options, notes) = (options.clone(), heard.notes());
        let known = Arc::new(Known { options, flame, hints, notes, trees: Mutex::default() });
        kept.push_back(Arc::clone(&known));
        if kept.len() > KEPT {
            kept.pop_front();
        }
        Ok(known)
    }
}

impl Known {
    /// A tree of the stacks, made if it is not at hand.
    ///
    /// # Errors
    /// When what is to match is no regular expression.
    pub fn tree(&self, key: &TreeKey) -> Result<Arc<FlameTree>, heapwise_session::RegexError> {
        let mut trees = self.trees.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some((_, tree)) = trees.iter().find(|(known, _)| known == key) {
            return Ok(Arc::clone(tree));
        }
        let tree = Arc::new(match key {
            TreeKey::Callees => self.flame.tree(Shape::Callees),
            TreeKey::Callers => self.flame.tree(Shape::Callers),
            TreeKey::Below(pattern) => {
                let regex = GoRegex::new(pattern)?;
                self.flame.tree(Shape::Below(&|name| regex.is_match(name)))
            }
            TreeKey::Above(pattern) => {
                let regex = GoRegex::new(pattern)?;
                self.flame.tree(Shape::Above(&|name| regex.is_match(name)))
            }
        });
        trees.push_back((key.clone(), Arc::clone(&tree)));
        if trees.len() > TREES {
            trees.pop_front();
        }
        Ok(tree)
    }
}
