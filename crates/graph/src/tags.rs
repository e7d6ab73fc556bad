//! What the samples of a node are labelled with.

use std::collections::{BTreeMap, HashMap};

use heapwise_profile::{FixedState, Id, Label, LabelValue, Profile};

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
        size_text: &dyn Fn(i64) -> Vec<u8>,
    ) -> Self {
        let (profile, value) = (stacks.profile, stacks.value);
        let mut reader = Reader::new(profile, size_text);
        let mut sums: HashMap<Id<Node>, Sums, FixedState> =
            nodes.iter().map(|&node| (node, Sums::default())).collect();
        for row in 0..profile.samples.len() {
            let labels = profile.samples.labels(row);
            if labels.is_empty() || !reader.read(labels) {
                continue;
            }
            let Some(weight) = value.weight(profile.samples.values(row)) else { continue };
            stacks.visit(row, |node| {
                if let Some(sums) = sums.get_mut(&node) {
                    sums.add(row, &reader, weight);
                }
            });
            if let Some(sums) = stacks.leaf(row).and_then(|leaf| sums.get_mut(&leaf)) {
                sums.add_flat(&reader, weight);
            }
        }
        let heavy =
            |node: Node| node.flat.sum.wrapping_abs() >= low || node.cum.sum.wrapping_abs() >= low;
        let finish = |(node, sums): (_, Sums)| (node, sums.finish(heavy));
        Self { by_node: sums.into_iter().map(finish).collect() }
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

/// The labels of one sample after the other. Equal labels are put into words once.
struct Reader<'a> {
    profile: &'a Profile,
    size_text: &'a dyn Fn(i64) -> Vec<u8>,
    texts: HashMap<&'a [Label], Vec<u8>, FixedState>,
    size_texts: HashMap<i64, Vec<u8>, FixedState>,
    /// Of the present sample.
    text: Vec<u8>,
    sizes: Vec<(i64, Vec<u8>)>,
}

impl<'a> Reader<'a> {
    fn new(profile: &'a Profile, size_text: &'a dyn Fn(i64) -> Vec<u8>) -> Self {
        let (texts, size_texts) = (HashMap::default(), HashMap::default());
        Self { profile, size_text, texts, size_texts, text: Vec::new(), sizes: Vec::new() }
    }

    /// Reads the labels of a sample; whether one of them counts.
    fn read(&mut self, labels: &'a [Label]) -> bool {
        let is_text = |label: &&Label| matches!(label.value, LabelValue::Text(_));
        let count = labels.iter().take_while(is_text).count();
        let (texts, numbers) = labels.split_at(count);
        let profile = self.profile;
        let joined = self.texts.entry(texts).or_insert_with(|| join(profile, texts));
        self.text.clone_from(joined);
        self.sizes.clear();
        for label in numbers.iter().filter(|label| profile.text(label.key) == SIZE_KEY) {
            let LabelValue::Number { number, .. } = label.value else { continue };
            let text = self.size_texts.entry(number).or_insert_with(|| (self.size_text)(number));
            self.sizes.push((number, text.clone()));
        }
        !self.text.is_empty() || !self.sizes.is_empty()
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
type Sizes = BTreeMap<Vec<u8>, (i64, Node)>;

/// The tags of one node while samples are added.
#[derive(Default)]
struct Sums {
    /// The last sample that was added, counted from 1.
    last: usize,
    /// By the text labels of the samples.
    by_text: BTreeMap<Vec<u8>, (Node, Sizes)>,
}

impl Sums {
    /// Adds sample number `sample` to the cum values, once.
    fn add(&mut self, sample: usize, reader: &Reader<'_>, weight: Weight) {
        if self.last != sample + 1 {
            self.last = sample + 1;
            self.each(reader, |sums| sums.cum.add(weight));
        }
    }

    fn add_flat(&mut self, reader: &Reader<'_>, weight: Weight) {
        self.each(reader, |sums| sums.flat.add(weight));
    }

    fn each(&mut self, reader: &Reader<'_>, mut add: impl FnMut(&mut Node)) {
        if !self.by_text.contains_key(&reader.text) {
            self.by_text.insert(reader.text.clone(), Default::default());
        }
        let Some((sums, sizes)) = self.by_text.get_mut(&reader.text) else { return };
        add(sums);
        for (number, text) in &reader.sizes {
            if !sizes.contains_key(text) {
                sizes.insert(text.clone(), (*number, Node::default()));
            }
            if let Some((_, sums)) = sizes.get_mut(text) {
                add(sums);
            }
        }
    }

    fn finish(self, heavy: impl Fn(Node) -> bool) -> Vec<Tagged> {
        let tagged = self.by_text.into_iter().map(|(text, (sums, sizes))| {
            let sizes = sizes.into_iter().map(|(text, (number, sums))| Size { text, number, sums });
            Tagged { text, sums, sizes: sizes.filter(|size| heavy(size.sums)).collect() }
        });
        tagged.filter(|tagged| tagged.text.is_empty() || heavy(tagged.sums)).collect()
    }
}
