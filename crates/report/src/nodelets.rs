//! The tags of a node as boxes beside it.

use std::cmp::Reverse;

use heapwise_graph::{Node, Size, Tagged, Weight};
use heapwise_units::{AUTO, label};

/// The most boxes beside a node, and beside one of these.
const MOST: usize = 4;

/// Which samples of a node its boxes tell of.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Of {
    /// Those whose leaf it is: what it calls has boxes of its own.
    Leaf,
    /// All.
    All,
}

/// A box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Nodelet {
    /// What it says.
    pub text: Vec<u8>,
    /// The value of the samples that it tells of, in units of the sample type.
    pub weight: i64,
    /// Whether the value of the samples whose leaf the node is differs.
    pub beyond_flat: bool,
    /// The boxes beside it, and their places.
    pub sizes: Placed,
}

/// Boxes, each with its place among all; the places of those that are left out stay empty.
pub(crate) type Placed = Vec<(usize, Nodelet)>;

/// The boxes of a node for text labels, each with its place, and those for sizes of other samples. The
/// heaviest come first; those that weigh nothing are left out.
pub(crate) fn nodelets(tags: &[Tagged], of: Of, unit: &[u8]) -> (Placed, Placed) {
    let (bare, mut texts): (Vec<&Tagged>, Vec<&Tagged>) =
        tags.iter().partition(|tagged| tagged.text.is_empty());
    texts.sort_by_key(|tagged| heaviest_first(tagged.sums, of));
    let boxes = texts.iter().take(MOST).map(|tagged| Nodelet {
        sizes: size_boxes(&tagged.sizes, of, unit),
        ..Nodelet::new(&tagged.text, tagged.sums, of)
    });
    let sizes = bare.first().map(|tagged| size_boxes(&tagged.sizes, of, unit));
    (weighty(boxes), sizes.unwrap_or_default())
}

impl Nodelet {
    fn new(text: &[u8], sums: Node, of: Of) -> Self {
        let weight = of.pick(sums).value();
        let beyond_flat = weight != sums.flat.value();
        Self { text: text.to_vec(), weight, beyond_flat, sizes: Vec::new() }
    }
}

impl Of {
    fn pick(self, sums: Node) -> Weight {
        match self {
            Self::Leaf => sums.flat,
            Self::All => sums.cum,
        }
    }
}

/// The order of tags, which then go by text: |weight| downward, and |flat| where all samples count.
fn heaviest_first(sums: Node, of: Of) -> Reverse<(i64, i64)> {
    let (flat, cum) = (sums.flat.sum.wrapping_abs(), sums.cum.sum.wrapping_abs());
    match of {
        Of::Leaf => Reverse((flat, 0)),
        Of::All => Reverse((cum, flat)),
    }
}

/// The sums as they are written: divided, if they are means.
fn shown(sums: Node) -> Node {
    let whole = |weight: Weight| Weight { sum: weight.value(), divisor: 0 };
    Node { flat: whole(sums.flat), cum: whole(sums.cum) }
}

/// Numbers boxes, and leaves out those that weigh nothing.
fn weighty(boxes: impl Iterator<Item = Nodelet>) -> Placed {
    boxes.enumerate().filter(|(_, nodelet)| nodelet.weight != 0).collect()
}

/// The boxes for `sizes`, which are sorted by text.
fn size_boxes(sizes: &[Size], of: Of, unit: &[u8]) -> Placed {
    let mut sorted: Vec<&Size> = sizes.iter().collect();
    sorted.sort_by_key(|size| heaviest_first(size.sums, of));
    if sizes.len() <= MOST {
        return weighty(sorted.iter().map(|size| Nodelet::new(&size.text, size.sums, of)));
    }
    let mut ranges = ranges(&sorted, unit);
    // By what is shown: of means, unlike when the heaviest sizes were chosen.
    let weight = |sums: Node| heaviest_first(shown(sums), of);
    ranges.sort_by(|(a, a_sums), (b, b_sums)| {
        weight(*a_sums).cmp(&weight(*b_sums)).then_with(|| a.cmp(b))
    });
    weighty(ranges.iter().map(|(text, sums)| Nodelet::new(text, *sums, of)))
}

/// The sizes as ranges around the heaviest: each joins the nearest.
fn ranges(sizes: &[&Size], unit: &[u8]) -> Vec<(Vec<u8>, Node)> {
    let mut groups: Vec<Vec<&Size>> = sizes.iter().take(MOST).map(|&size| vec![size]).collect();
    for &size in sizes.iter().skip(MOST) {
        let distance = |group: &&mut Vec<&Size>| {
            group
                .first()
                .map_or(i64::MAX, |seed| seed.number.wrapping_sub(size.number).wrapping_abs())
        };
        if let Some(nearest) = groups.iter_mut().min_by_key(distance) {
            nearest.push(size);
        }
    }
    groups.iter().map(|group| (range_text(group, unit), sum(group))).collect()
}

fn range_text(group: &[&Size], unit: &[u8]) -> Vec<u8> {
    let numbers = || group.iter().map(|size| size.number);
    let text = |number: Option<i64>| label(number.unwrap_or(0), unit, AUTO);
    match group {
        [only] => text(Some(only.number)),
        _ => [text(numbers().min()), text(numbers().max())].join(&b".."[..]),
    }
}

fn sum(group: &[&Size]) -> Node {
    let add = |a: Weight, b: Weight| Weight {
        sum: a.sum.wrapping_add(b.sum),
        divisor: a.divisor.wrapping_add(b.divisor),
    };
    group.iter().fold(Node::default(), |all, size| Node {
        flat: add(all.flat, size.sums.flat),
        cum: add(all.cum, size.sums.cum),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(number: i64, sum: i64) -> Size {
        let weight = Weight { sum, divisor: 0 };
        let text = label(number, b"bytes", AUTO);
        Size { text, number, sums: Node { flat: weight, cum: weight } }
    }

    #[test]
    fn many_sizes_become_ranges_around_the_heaviest() {
        let sizes = [
            size(1 << 20, 10),
            size(2 << 20, 4),
            size(17, 2),
            size(1017, 1),
            size(64, 1),
            size(4096, 1),
        ];
        let boxes = size_boxes(&sizes, Of::Leaf, b"bytes");
        let texts = boxes.iter().map(|(_, nodelet)| String::from_utf8_lossy(&nodelet.text));
        assert_eq!(texts.collect::<Vec<_>>(), ["1MB", "2MB", "17B..64B", "1017B..4kB"]);
    }

    #[test]
    fn what_weighs_nothing_keeps_its_place_empty() {
        let boxes = size_boxes(&[size(1, 0), size(2, 5)], Of::All, b"bytes");
        assert_eq!(boxes.len(), 1);
        assert_eq!((boxes[0].0, boxes[0].1.weight), (0, 5));
    }
}
