//! Samples as a tree, whose least nodes are folded first.

use std::collections::HashMap;

use crate::{FixedState, Id, Label, LabelValue, Location, Profile};

/// A node; the root is 0, and parents come before their children.
type Node = u32;

const ROOT: Node = 0;

/// What leads from a node to its child.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Step {
    /// Text labels, below the root: a row of `label_sets`.
    Texts(u32),
    /// A frame, the outermost first.
    Frame(Id<Location>),
    /// Labels with numbers, below the leaf: a row of `label_sets`.
    Numbers(u32),
}

/// Two kinds of values that lie at a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// Of stacks that end there.
    Own,
    /// Of what was below.
    Other,
}

/// Values that are still there after folding.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rest<'t> {
    pub(super) node: Node,
    /// Whether they are of what was below the node, and not of the node.
    pub(super) is_other: bool,
    pub(super) values: &'t [i64],
}

/// The samples of a profile.
pub(super) struct Tree<'p> {
    profile: &'p Profile,
    other: Id<Location>,
    steps: Vec<(Node, Step)>,
    label_sets: Vec<Vec<Label>>,
    /// For each node and kind, where its values start in `values`, if it has some.
    places: Vec<[Option<u32>; 2]>,
    values: Vec<i64>,
    /// How many places are taken.
    count: usize,
    /// The nodes that are not folded yet, the least last.
    queue: Vec<Node>,
}

impl<'p> Tree<'p> {
    /// The tree of a profile; `other` stands for the outermost frames of stacks deeper than `depth`.
    pub(super) fn new(profile: &'p Profile, depth: usize, other: Id<Location>) -> Self {
        let mut tree = Self {
            profile,
            other,
            steps: vec![(ROOT, Step::Texts(0))],
            label_sets: Vec::new(),
            places: vec![[None; 2]],
            values: Vec::new(),
            count: 0,
            queue: Vec::new(),
        };
        let mut builder = Builder::default();
        for row in 0..profile.samples.len() {
            let node = builder.node(&mut tree, row, depth);
            tree.add(node, At::Own, profile.samples.values(row));
        }
        tree.queue = tree.by_weight();
        tree
    }

    /// Folds the least nodes until at most `samples` are left.
    pub(super) fn fold_to(&mut self, samples: usize) {
        while self.count > samples {
            let Some(node) = self.queue.pop() else { return };
            let (parent, step) = self.steps[node as usize];
            // A stack stays whole where only the numbers at its end go.
            let to = if matches!(step, Step::Numbers(_)) { At::Own } else { At::Other };
            for place in self.places[node as usize].into_iter().flatten() {
                self.count -= 1;
                let start = place as usize;
                let values = self.values[start..start + self.width()].to_vec();
                self.add(parent, to, &values);
            }
            self.places[node as usize] = [None; 2];
        }
    }

    /// Whether there is nothing left to fold.
    pub(super) fn is_folded(&self) -> bool {
        self.queue.is_empty()
    }

    /// What is left, in the order of the nodes.
    pub(super) fn rest(&self) -> impl Iterator<Item = Rest<'_>> {
        (0..).zip(&self.places).flat_map(move |(node, places)| {
            let kinds = [false, true].into_iter().zip(places);
            kinds.filter_map(move |(is_other, place)| {
                let start = (*place)? as usize;
                Some(Rest { node, is_other, values: &self.values[start..start + self.width()] })
            })
        })
    }

    /// Appends the frames of `node` to `stack`, innermost first, and returns its labels.
    pub(super) fn path(&self, mut node: Node, stack: &mut Vec<Id<Location>>) -> Vec<Label> {
        let mut labels: Vec<&[Label]> = Vec::new();
        while node != ROOT {
            let (parent, step) = self.steps[node as usize];
            match step {
                Step::Frame(location) => stack.push(location),
                Step::Texts(row) | Step::Numbers(row) => {
                    labels.push(&self.label_sets[row as usize]);
                }
            }
            node = parent;
        }
        // Texts, which are nearer to the root, come first.
        labels.reverse();
        labels.concat()
    }

    /// The location that stands for what was folded.
    pub(super) fn other(&self) -> Id<Location> {
        self.other
    }

    /// How many values a sample has.
    pub(super) fn width(&self) -> usize {
        self.profile.samples.width()
    }

    fn add(&mut self, node: Node, at: At, values: &[i64]) {
        let place = &mut self.places[node as usize][at as usize];
        if let Some(start) = place {
            let sums = &mut self.values[*start as usize..];
            sums.iter_mut().zip(values).for_each(|(sum, value)| *sum = sum.wrapping_add(*value));
            return;
        }
        *place = Some(row(self.values.len()));
        self.values.extend_from_slice(values);
        self.count += 1;
    }

    /// The nodes but the root, the heaviest first. What is below a node is never heavier, and comes
    /// after it.
    fn by_weight(&self) -> Vec<Node> {
        let weights = self.weights();
        let mut nodes: Vec<Node> = (1..row(self.steps.len())).collect();
        nodes.sort_by(|a, b| weights[*b as usize].cmp(&weights[*a as usize]).then(a.cmp(b)));
        nodes
    }

    /// Of each node with all below it: the sum, over the columns, of its part of the column, in parts of
    /// 2^32.
    fn weights(&self) -> Vec<u64> {
        let totals = self.totals();
        let part = |(value, total): (&i64, &u128)| {
            // At most 2^95 before the division, 2^32 after it.
            u64::try_from((u128::from(value.unsigned_abs()) << 32) / total).unwrap_or(u64::MAX)
        };
        let mut weights = vec![0u64; self.steps.len()];
        for Rest { node, values, .. } in self.rest() {
            let weight = values.iter().zip(&totals).map(part).fold(0, u64::saturating_add);
            weights[node as usize] += weight;
        }
        for node in (1..weights.len()).rev() {
            let parent = self.steps[node].0 as usize;
            weights[parent] = weights[parent].saturating_add(weights[node]);
        }
        weights
    }

    /// The sum of the sizes of each column; 1 at least.
    fn totals(&self) -> Vec<u128> {
        let mut totals = vec![0u128; self.width()];
        for Rest { values, .. } in self.rest() {
            totals.iter_mut().zip(values).for_each(|(total, value)| {
                *total += u128::from(value.unsigned_abs());
            });
        }
        totals.into_iter().map(|total| total.max(1)).collect()
    }
}

/// Finds what is there already.
#[derive(Default)]
struct Builder {
    nodes: HashMap<(Node, Step), Node, FixedState>,
    label_sets: HashMap<Vec<Label>, u32, FixedState>,
}

impl Builder {
    fn node(&mut self, tree: &mut Tree<'_>, sample: usize, depth: usize) -> Node {
        let sample = tree.profile.samples.get(sample);
        let is_text = |label: &Label| matches!(label.value, LabelValue::Text(_));
        let (texts, numbers): (Vec<Label>, Vec<Label>) =
            sample.labels.iter().partition(|l| is_text(l));
        let mut node = ROOT;
        if !texts.is_empty() {
            let set = self.label_set(tree, texts);
            node = self.child(tree, node, Step::Texts(set));
        }
        let is_deep = sample.stack.len() > depth;
        let kept = if is_deep { &sample.stack[..depth - 1] } else { sample.stack };
        let outermost = is_deep.then_some(tree.other);
        for location in outermost.into_iter().chain(kept.iter().rev().copied()) {
            node = self.child(tree, node, Step::Frame(location));
        }
        if !numbers.is_empty() {
            let set = self.label_set(tree, numbers);
            node = self.child(tree, node, Step::Numbers(set));
        }
        node
    }

    fn child(&mut self, tree: &mut Tree<'_>, parent: Node, step: Step) -> Node {
        *self.nodes.entry((parent, step)).or_insert_with(|| {
            tree.steps.push((parent, step));
            tree.places.push([None; 2]);
            row(tree.steps.len() - 1)
        })
    }

    fn label_set(&mut self, tree: &mut Tree<'_>, labels: Vec<Label>) -> u32 {
        if let Some(&set) = self.label_sets.get(&labels) {
            return set;
        }
        let set = row(tree.label_sets.len());
        tree.label_sets.push(labels.clone());
        self.label_sets.insert(labels, set);
        set
    }
}

/// Profiles have fewer than 2^32 stack entries, values and labels.
fn row(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
