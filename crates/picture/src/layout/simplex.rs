//! Integer positions on a line that keep given distances and make weighted spans short.
//!
//! The network simplex method of Gansner, Koutsofios, North and Vo, "A Technique for Drawing Directed
//! Graphs" (IEEE Transactions on Software Engineering 19(3), 1993), section 2. The spans of a spanning
//! tree are tight; a tree span whose removal would let the cost fall is exchanged for another.

/// A wish: `head` stands at least `length` behind `tail`, and each unit of distance costs `weight`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub tail: usize,
    pub head: usize,
    pub length: i64,
    pub weight: i64,
}

/// How many spans that pull the wrong way are compared before the worst of them is exchanged.
const CANDIDATES: usize = 30;
/// The most work for exchanges, in nodes looked at: positions are good long before they are best.
const MOST_WORK: usize = 200_000_000;

/// A position for each of `count` nodes, the least of them 0, so that every span has its length and
/// the sum of weighted distances is the least there is, or near it if the graph is very large.
///
/// The spans must have no cycle.
pub(super) fn positions(count: usize, spans: &[Span], balance: Balance) -> Vec<i64> {
    let mut network = Network::new(count, spans);
    network.shorten();
    if balance == Balance::Middle {
        network.center();
    }
    let least = network.place[..count].iter().copied().min().unwrap_or(0);
    network.place[..count].iter().map(|place| place - least).collect()
}

/// What becomes of a node that could stand anywhere in a range at the same cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Balance {
    /// It stays where it happens to be.
    None,
    /// It moves to the middle.
    Middle,
}

struct Network {
    spans: Vec<Span>,
    /// For each node the spans that touch it.
    touching: Vec<Vec<usize>>,
    place: Vec<i64>,
    /// For each span whether it is in the tree.
    in_tree: Vec<bool>,
    /// For each node the spans of the tree that touch it.
    tree: Vec<Vec<usize>>,
    /// For each node the span to its parent; none for the root.
    up: Vec<Option<usize>>,
    /// For each node its place in a walk that leaves a node after its children, and the first place
    /// below it: the nodes below `v` have the places `first[v]..=last[v]`.
    first: Vec<usize>,
    last: Vec<usize>,
    /// The nodes in the order of that walk.
    walk: Vec<usize>,
    /// For each node the weight of spans that leave it less that of those that enter it, summed over
    /// the nodes below it: what crosses the span to its parent.
    crossing: Vec<i64>,
    /// What each node adds to that.
    own: Vec<i64>,
    /// Where the search for a span to exchange goes on.
    cursor: usize,
}

impl Network {
    fn new(count: usize, spans: &[Span]) -> Self {
        let root = count;
        let mut entered = vec![false; count];
        spans.iter().for_each(|span| entered[span.head] = true);
        // A root before every node that none precedes, so that one tree spans all parts.
        let roots = (0..count).filter(|&node| !entered[node]);
        let joints = roots.map(|node| Span { tail: root, head: node, length: 0, weight: 0 });
        let spans: Vec<Span> = spans.iter().copied().chain(joints).collect();
        let mut touching = vec![Vec::new(); count + 1];
        let mut own = vec![0; count + 1];
        for (index, span) in spans.iter().enumerate() {
            touching[span.tail].push(index);
            touching[span.head].push(index);
            own[span.tail] += span.weight;
            own[span.head] -= span.weight;
        }
        let mut network = Self {
            place: earliest(&spans, &touching),
            in_tree: vec![false; spans.len()],
            tree: vec![Vec::new(); count + 1],
            up: vec![None; count + 1],
            first: vec![0; count + 1],
            last: vec![0; count + 1],
            walk: vec![0; count + 1],
            crossing: own.clone(),
            own,
            cursor: 0,
            spans,
            touching,
        };
        network.span_with_tight_tree(root);
        network.number(root, 0);
        network
    }

    fn slack(&self, span: usize) -> i64 {
        let Span { tail, head, length, .. } = self.spans[span];
        self.place[head] - self.place[tail] - length
    }

    fn other_end(&self, span: usize, node: usize) -> usize {
        let Span { tail, head, .. } = self.spans[span];
        if node == tail { head } else { tail }
    }

    /// Grows a tree of tight spans; where none goes on, moves it as far as the least slack.
    fn span_with_tight_tree(&mut self, root: usize) {
        let mut members = vec![root];
        let mut inside = vec![false; self.place.len()];
        inside[root] = true;
        let mut next = 0;
        loop {
            while let Some(&node) = members.get(next) {
                next += 1;
                for touching in 0..self.touching[node].len() {
                    let span = self.touching[node][touching];
                    let other = self.other_end(span, node);
                    if !inside[other] && self.slack(span) == 0 {
                        self.add_to_tree(span);
                        inside[other] = true;
                        members.push(other);
                    }
                }
            }
            let crosses = |span: &&Span| inside[span.tail] != inside[span.head];
            let crossing = self.spans.iter().enumerate().filter(|(_, span)| crosses(span));
            let Some((span, _)) = crossing.min_by_key(|(index, _)| self.slack(*index)) else {
                break;
            };
            let Span { tail, .. } = self.spans[span];
            let slack = self.slack(span);
            let shift = if inside[tail] { slack } else { -slack };
            members.iter().for_each(|&node| self.place[node] += shift);
            // The span is tight now: its inner end is looked at again.
            let inner = if inside[tail] { tail } else { self.spans[span].head };
            members.push(inner);
        }
    }

    fn add_to_tree(&mut self, span: usize) {
        let Span { tail, head, .. } = self.spans[span];
        self.in_tree[span] = true;
        self.tree[tail].push(span);
        self.tree[head].push(span);
    }

    fn remove_from_tree(&mut self, span: usize) {
        let Span { tail, head, .. } = self.spans[span];
        self.in_tree[span] = false;
        self.tree[tail].retain(|&other| other != span);
        self.tree[head].retain(|&other| other != span);
    }

    /// Numbers the nodes below `top`, from `number` on, and sums what crosses the spans to parents.
    fn number(&mut self, top: usize, number: usize) {
        let mut number = number;
        self.enter(top, number);
        let mut open = vec![(top, 0)];
        while let Some((node, child)) = open.pop() {
            if let Some(&span) = self.tree[node].get(child) {
                open.push((node, child + 1));
                if self.up[node] != Some(span) {
                    let below = self.other_end(span, node);
                    self.up[below] = Some(span);
                    self.enter(below, number);
                    open.push((below, 0));
                }
                continue;
            }
            self.last[node] = number;
            self.walk[number] = node;
            number += 1;
            if let Some(&(above, _)) = open.last() {
                self.crossing[above] += self.crossing[node];
            }
        }
    }

    fn enter(&mut self, node: usize, number: usize) {
        self.first[node] = number;
        self.crossing[node] = self.own[node];
    }

    /// What crosses the span from `node` to its parent, in its direction less against it: the cost
    /// falls by as much for each unit by which the span grows, if negative.
    fn cut(&self, node: usize) -> Option<i64> {
        let span = self.up[node]?;
        let points_up = self.spans[span].tail == node;
        Some(if points_up { self.crossing[node] } else { -self.crossing[node] })
    }

    fn shorten(&mut self) {
        let mut work = 0;
        while work < MOST_WORK {
            let Some(node) = self.leaving() else { break };
            let Some(entering) = self.entering(node) else { break };
            work += self.exchange(node, entering);
        }
    }

    /// The node whose span to its parent should leave the tree: the worst of the next few.
    fn leaving(&mut self) -> Option<usize> {
        let count = self.place.len();
        let mut worst: Option<(i64, usize)> = None;
        let mut found = 0;
        for step in 0..count {
            let node = (self.cursor + step) % count;
            let Some(cut) = self.cut(node).filter(|&cut| cut < 0) else { continue };
            if worst.is_none_or(|(least, _)| cut < least) {
                worst = Some((cut, node));
            }
            found += 1;
            if found == CANDIDATES {
                self.cursor = node + 1;
                break;
            }
        }
        worst.map(|(_, node)| node)
    }

    fn is_below(&self, node: usize, top: usize) -> bool {
        (self.first[top]..=self.last[top]).contains(&self.last[node])
    }

    /// The span with the least slack that joins the two parts which the span above `top` joins, in the
    /// other direction.
    fn entering(&self, top: usize) -> Option<usize> {
        let points_up = self.spans[self.up[top]?].tail == top;
        let mut best: Option<(i64, usize)> = None;
        for &node in &self.walk[self.first[top]..=self.last[top]] {
            for &span in &self.touching[node] {
                let inner = if points_up { self.spans[span].head } else { self.spans[span].tail };
                if inner != node || self.is_below(self.other_end(span, node), top) {
                    continue;
                }
                let slack = self.slack(span);
                if best.is_none_or(|(least, _)| slack < least) {
                    best = Some((slack, span));
                }
            }
        }
        best.map(|(_, span)| span)
    }

    /// Takes the span above `top` out of the tree and `entering` into it; how many nodes it looked at.
    fn exchange(&mut self, top: usize, entering: usize) -> usize {
        let Some(leaving) = self.up[top] else { return 1 };
        let slack = self.slack(entering);
        let shift = if self.spans[leaving].tail == top { -slack } else { slack };
        self.move_below(top, shift);
        let Span { tail, head, .. } = self.spans[entering];
        let mut common = tail;
        while !self.is_below(head, common) {
            let Some(span) = self.up[common] else { break };
            common = self.other_end(span, common);
        }
        let moved = self.last[top] - self.first[top] + 1;
        self.remove_from_tree(leaving);
        self.add_to_tree(entering);
        let before = self.crossing[common];
        let number = self.first[common];
        let count = self.last[common] - number + 1;
        self.number(common, number);
        debug_assert_eq!(self.crossing[common], before, "the same nodes are below it");
        moved + count
    }

    fn move_below(&mut self, top: usize, shift: i64) {
        for number in self.first[top]..=self.last[top] {
            self.place[self.walk[number]] += shift;
        }
    }

    /// Moves parts that can move at no cost to the middle of where they can be.
    fn center(&mut self) {
        let mut work = 0;
        for node in 0..self.place.len() {
            if self.cut(node) != Some(0) || work > MOST_WORK {
                continue;
            }
            let Some(entering) = self.entering(node) else { continue };
            let slack = self.slack(entering);
            if slack > 1 {
                let up = self.up[node].map(|span| self.spans[span].tail == node);
                self.move_below(node, if up == Some(true) { -slack / 2 } else { slack / 2 });
                // The tree is no longer tight at this one span, which no later step relies on.
            }
            work += self.last[node] - self.first[node] + 1;
        }
    }
}

/// The earliest place of each node.
fn earliest(spans: &[Span], touching: &[Vec<usize>]) -> Vec<i64> {
    let count = touching.len();
    let mut place = vec![0; count];
    let mut waiting = vec![0_usize; count];
    spans.iter().for_each(|span| waiting[span.head] += 1);
    let mut ready: Vec<usize> = (0..count).rev().filter(|&node| waiting[node] == 0).collect();
    while let Some(node) = ready.pop() {
        for &span in &touching[node] {
            let Span { tail, head, length, .. } = spans[span];
            if tail != node {
                continue;
            }
            place[head] = place[head].max(place[node] + length);
            waiting[head] -= 1;
            if waiting[head] == 0 {
                ready.push(head);
            }
        }
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(tail: usize, head: usize, length: i64, weight: i64) -> Span {
        Span { tail, head, length, weight }
    }

    fn cost(places: &[i64], spans: &[Span]) -> i64 {
        spans.iter().map(|span| (places[span.head] - places[span.tail]) * span.weight).sum()
    }

    #[test]
    fn heavy_spans_become_short() {
        // The graph of figure 2-3 of the paper: e, f belong next to h, not next to a.
        let edges = [(0, 1), (1, 2), (2, 3), (3, 7), (0, 4), (0, 5), (4, 6), (5, 6), (6, 7)];
        let spans: Vec<Span> = edges.iter().map(|&(a, b)| span(a, b, 1, 1)).collect();
        let places = positions(8, &spans, Balance::None);
        assert!(spans.iter().all(|span| places[span.head] - places[span.tail] >= 1));
        assert_eq!(cost(&places, &spans), 10);
    }

    #[test]
    fn parts_that_nothing_joins_start_together() {
        let spans = [span(0, 1, 5, 1), span(2, 3, 2, 1)];
        assert_eq!(positions(5, &spans, Balance::None), [0, 5, 0, 2, 0]);
        assert!(positions(0, &[], Balance::Middle).is_empty());
    }

    #[test]
    fn no_other_places_cost_less() {
        // All graphs of five nodes and six random spans: compared with every placement in 0..8.
        let mut state = 7_u64;
        let mut random = move |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) % below
        };
        for _ in 0..60 {
            let spans: Vec<Span> = (0..6)
                .map(|_| {
                    let tail = random(4) as usize;
                    let head = tail + 1 + random(4 - tail as u64) as usize;
                    span(tail, head, 1 + random(2) as i64, random(4) as i64)
                })
                .collect();
            let places = positions(5, &spans, Balance::None);
            assert!(spans.iter().all(|s| places[s.head] - places[s.tail] >= s.length));
            let all = (0..8_i64.pow(5))
                .map(|code| (0..5).map(|node| code / 8_i64.pow(node) % 8).collect::<Vec<_>>());
            let kept = all.filter(|at| spans.iter().all(|s| at[s.head] - at[s.tail] >= s.length));
            let least = kept.map(|at| cost(&at, &spans)).min().unwrap();
            assert_eq!(cost(&places, &spans), least, "{spans:?}");
        }
    }
}
