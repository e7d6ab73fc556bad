//! What the samples of a node are labelled with.

use std::collections::{BTreeMap, HashMap};

use heapwise_profile::{FixedState, Id, Label, LabelValue, Profile};

use crate::bits::Bits;
use crate::parts::in_parts;
use crate::stacks::Stacks;
use crate::{Node, Weight};

/// The key of the numbers that count as tags.
const SIZE_KEY: &[u8] = b"bytes";

/// The key of the label that marks the base of a comparison: it says nothing of the program.
const BASE_KEY: &[u8] = b"pprof::base";

/// The tags of the nodes of a picture.
#[derive(Clone, Debug, Default)]
pub struct Tags {
    by_node: HashMap<Id<Node>, Vec<Tagged>, FixedState>,
}

/// Samples of a node that carry the same text labels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tagged {
    /// The labels as `key:value`, sorted and joined with `\n` in two characters; empty if there are
    /// none.
    pub text: Vec<u8>,
    /// The sums of these samples.
    pub sums: Node,
    /// The sizes among their labels, sorted by text.
    pub sizes: Vec<Size>,
}

/// Sizes with the same text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Size {
    /// The text.
    pub text: Vec<u8>,
    /// The first of them, in the unit of the label.
    pub number: i64,
    /// The sums of the samples that carry them, as often as they do.
    pub sums: Node,
}

impl Tags {
    /// The tags of a node, sorted by text: those without text labels first.
    pub fn get(&self, node: Id<Node>) -> &[Tagged] {
        self.by_node.get(&node).map_or(&[], Vec::as_slice)
    }

    /// The tags of `nodes`; those are left out whose |flat| and |cum| are below `low`.
    pub(crate) fn of(
        stacks: &Stacks<'_>,
        nodes: &[Id<Node>],
        low: i64,
        size_text: SizeText<'_>,
    ) -> Self {
        let highest = nodes.iter().map(|node| node.row() + 1).max().unwrap_or(0);
        let mut places = vec![NONE; highest];
        for (place, node) in nodes.iter().enumerate() {
            places[node.row()] = place;
        }
        let place = |node: Id<Node>| places.get(node.row()).copied().filter(|&at| at != NONE);
        let among = stacks.locations_with(|node| place(node).is_some());
        let parts = in_parts(stacks.profile.samples.len(), |rows| {
            let sets = LabelSets::new(stacks.profile, size_text);
            let mut part = Part { sets, sums: nodes.iter().map(|_| Sums::default()).collect() };
            rows.for_each(|row| part.add(stacks, row, &among, place));
            part
        });
        let heavy =
            |node: Node| node.flat.sum.wrapping_abs() >= low || node.cum.sum.wrapping_abs() >= low;
        let finished = (0..nodes.len()).map(|place| finish(&parts, place, heavy));
        Self { by_node: nodes.iter().copied().zip(finished).collect() }
    }

    /// How many tags of a node have a flat value.
    pub(crate) fn flat_count(&self, node: Id<Node>) -> usize {
        let flat = |sums: Node| usize::from(sums.flat.sum != 0);
        let of = |tagged: &Tagged| {
            let text = if tagged.text.is_empty() { 0 } else { flat(tagged.sums) };
            text + tagged.sizes.iter().map(|size| flat(size.sums)).sum::<usize>()
        };
        self.get(node).iter().map(of).sum()
    }
}

/// How a size is put into words.
type SizeText<'a> = &'a (dyn Fn(i64) -> Vec<u8> + Sync);

/// No place.
const NONE: usize = usize::MAX;

/// What some of the samples add up to.
struct Part<'a> {
    sets: LabelSets<'a>,
    /// By place of a node.
    sums: Vec<Sums>,
}

impl<'a> Part<'a> {
    /// Adds a sample to the nodes that have a `place`; `among` are their locations.
    fn add(
        &mut self,
        stacks: &Stacks<'a>,
        row: usize,
        among: &Bits,
        place: impl Fn(Id<Node>) -> Option<usize>,
    ) {
        let labels = stacks.profile.samples.labels(row);
        if labels.is_empty() {
            return;
        }
        let Some(set) = self.sets.find(labels) else { return };
        let values = stacks.profile.samples.values(row);
        let Some(weight) = stacks.value.weight(values) else { return };
        stacks.visit(row, among, |node| {
            if let Some(place) = place(node) {
                self.sums[place].add(row, set, weight);
            }
        });
        if let Some(place) = stacks.leaf(row).and_then(place) {
            self.sums[place].of(set).flat.add(weight);
        }
    }
}

/// The labels of a sample that count, in words.
struct LabelSet {
    /// Its text labels, joined.
    text: Vec<u8>,
    /// Its sizes, and their texts.
    sizes: Vec<(i64, Vec<u8>)>,
}

/// The distinct labels of samples. Each is put into words once.
struct LabelSets<'a> {
    profile: &'a Profile,
    size_text: SizeText<'a>,
    rows: Vec<LabelSet>,
    /// From labels to the row, if any of them counts.
    known: HashMap<&'a [Label], Option<usize>, FixedState>,
}

impl<'a> LabelSets<'a> {
    fn new(profile: &'a Profile, size_text: SizeText<'a>) -> Self {
        Self { profile, size_text, rows: Vec::new(), known: HashMap::default() }
    }

    /// The row of the labels of a sample, if any of them counts.
    fn find(&mut self, labels: &'a [Label]) -> Option<usize> {
        if let Some(&known) = self.known.get(labels) {
            return known;
        }
        let set = self.read(labels);
        let counts = !set.text.is_empty() || !set.sizes.is_empty();
        let row = counts.then_some(self.rows.len());
        self.rows.extend(counts.then_some(set));
        self.known.insert(labels, row);
        row
    }

    fn read(&self, labels: &[Label]) -> LabelSet {
        let is_text = |label: &&Label| matches!(label.value, LabelValue::Text(_));
        let (texts, numbers) = labels.split_at(labels.iter().take_while(is_text).count());
        let is_size = |label: &&Label| self.profile.text(label.key) == SIZE_KEY;
        let sizes = numbers.iter().filter(is_size).filter_map(|label| match label.value {
            LabelValue::Number { number, .. } => Some((number, (self.size_text)(number))),
            LabelValue::Text(_) => None,
        });
        LabelSet { text: join(self.profile, texts), sizes: sizes.collect() }
    }
}

fn join(profile: &Profile, labels: &[Label]) -> Vec<u8> {
    let labels = labels.iter().filter(|label| profile.text(label.key) != BASE_KEY);
    let words = labels.map(|label| match label.value {
        LabelValue::Text(text) => [profile.text(label.key), b":", profile.text(text)].concat(),
        LabelValue::Number { .. } => Vec::new(),
    });
    let mut words: Vec<Vec<u8>> = words.collect();
    words.sort_unstable();
    words.join(&b"\\n"[..])
}

/// The first size with each text, and the sums.
type Sizes<'a> = BTreeMap<&'a [u8], (i64, Node)>;

/// What the samples of one node add up to, for each set of labels.
#[derive(Default)]
struct Sums {
    /// The last sample that was added, counted from 1.
    last: usize,
    /// In the order in which they were first found.
    sums: Vec<(usize, Node)>,
    /// Rows of `sums` by set.
    rows: HashMap<usize, usize, FixedState>,
}

impl Sums {
    /// Adds sample number `sample` to the cum value, once.
    fn add(&mut self, sample: usize, set: usize, weight: Weight) {
        if self.last != sample + 1 {
            self.last = sample + 1;
            self.of(set).cum.add(weight);
        }
    }

    fn of(&mut self, set: usize) -> &mut Node {
        let row = *self.rows.entry(set).or_insert(self.sums.len());
        if row == self.sums.len() {
            self.sums.push((set, Node::default()));
        }
        &mut self.sums[row].1
    }
}

/// The tags of the node at `place`, of all samples; those without text that are not heavy are there too.
fn finish(parts: &[Part<'_>], place: usize, heavy: impl Fn(Node) -> bool) -> Vec<Tagged> {
    let mut by_text: BTreeMap<&[u8], (Node, Sizes<'_>)> = BTreeMap::new();
    for part in parts {
        for &(set, more) in &part.sums[place].sums {
            let set = &part.sets.rows[set];
            let (sums, sizes) = by_text.entry(&set.text).or_default();
            sums.add(more);
            for (number, text) in &set.sizes {
                sizes.entry(text).or_insert((*number, Node::default())).1.add(more);
            }
        }
    }
    let tagged = by_text.into_iter().map(|(text, (sums, sizes))| {
        let sizes = sizes.into_iter().map(|(text, (number, sums))| Size {
            text: text.to_vec(),
            number,
            sums,
        });
        let sizes = sizes.filter(|size| heavy(size.sums)).collect();
        Tagged { text: text.to_vec(), sums, sizes }
    });
    tagged.filter(|tagged| tagged.text.is_empty() || heavy(tagged.sums)).collect()
}
