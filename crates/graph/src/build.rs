//! From a profile to a trimmed call graph.

use heapwise_profile::{Id, Profile};

use crate::entropy::scores;
use crate::order::{sort_by_score, sort_nodes};
use crate::redundant::remove_redundant;
use crate::stacks::{Stacks, Which};
use crate::{Edge, Edges, Graph, Node, Picture, Request, Tags};

impl Graph {
    /// Builds the call graph of `profile`, trimmed in three steps.
    ///
    /// 1. Nodes whose |cum| is below the cut-off are dropped. Edges jump over what is gone, and the
    ///    flat value of a dropped leaf is gone with it.
    /// 2. Of the rest, the first `node_count` in the order asked for are selected. In a picture, tags
    ///    take the place of nodes, up to 4 a node.
    /// 3. Edges whose |weight| is below the cut-off are dropped.
    ///
    /// Cut-offs are fractions of the sum of flat values of the whole graph. What equals the cut-off
    /// stays; a cut-off of 0 drops nothing.
    pub fn build(profile: &Profile, request: &Request<'_>) -> Self {
        let (stacks, nodes, identities, names) = Stacks::of(profile, request);
        let whole = present(&nodes, request.drop_negative);
        let flat = whole.iter().map(|id| nodes[id.row()].flat.sum).fold(0, i64::wrapping_add);
        let low = cutoff(flat, request.trim.node_fraction);
        let mut order = whole.clone();
        if low > 0 {
            order.retain(|id| nodes[id.row()].cum.sum.wrapping_abs() >= low);
        }
        let graph = Self {
            identities,
            names,
            nodes,
            edges: Vec::new(),
            tags: Tags::default(),
            dropped_nodes: whole.len() - order.len(),
            dropped_edges: 0,
            candidates: order.len(),
            order,
        };
        let light = cutoff(flat, request.trim.edge_fraction);
        match request.picture {
            None => graph.selected(stacks, &whole, request, light),
            Some(picture) => graph.pictured(stacks, &whole, request, picture, (low, light)),
        }
    }

    /// Selects nodes in the order asked for, and connects them.
    fn selected(
        mut self,
        mut stacks: Stacks<'_>,
        whole: &[Id<Node>],
        request: &Request<'_>,
        light: i64,
    ) -> Self {
        sort_nodes(&mut self.order, request.order, &self.nodes, &self.names, &self.identities);
        if request.trim.node_count > 0 {
            self.select_first(request.trim.node_count);
        }
        let at = match request.edges {
            Edges::At(matches) => self.rows().map(|id| matches(self.names.get(id))).collect(),
            _ => Vec::new(),
        };
        let which = match request.edges {
            Edges::None => return self,
            Edges::Inlined => Which::OfInlined(light),
            Edges::At(_) => Which::At(&at),
            Edges::All => Which::All,
        };
        let shown = self.connect(&mut stacks, whole, which);
        trim_edges(&mut self.edges, &shown, light);
        self
    }

    fn rows(&self) -> impl Iterator<Item = Id<Node>> + use<> {
        (0..self.nodes.len()).map(Id::from_row)
    }

    /// Selects the nodes that tell most, with their tags, and connects them.
    fn pictured(
        mut self,
        mut stacks: Stacks<'_>,
        whole: &[Id<Node>],
        request: &Request<'_>,
        picture: Picture<'_>,
        (low, light): (i64, i64),
    ) -> Self {
        let limit = request.trim.node_count;
        let mut shown = self.settle(&mut stacks, whole);
        // Where nodes are going to be cut, all that is asked of these edges is what they weigh.
        let cut = limit > 0 && limit < self.order.len();
        match cut.then(|| stacks.edge_weights()).flatten() {
            Some(weights) => self.sort_by_score(&scores(&self.nodes, weights.edges())),
            None => {
                self.edges = stacks.edges(Which::All);
                self.sort_by_entropy();
            }
        }
        // A node counts at least once: no other one can be selected.
        let eligible = if limit > 0 { limit.min(self.order.len()) } else { self.order.len() };
        self.tags = Tags::of(&stacks, &self.order[..eligible], low, picture.size_text);
        if limit > 0 {
            trim_edges(&mut self.edges, &shown, light);
            let (candidates, selected) = (self.order.len(), self.count_with_tags(limit));
            if request.call_tree {
                self.order.truncate(selected);
            } else {
                self.select_first(selected);
            }
            if self.order.len() < candidates {
                // A tree is cut as it is, without the light edges; a graph is built again.
                let callers = request.call_tree.then(|| callers(&self.edges, self.nodes.len()));
                shown = self.connect(&mut stacks, whole, Which::All);
                if let Some(callers) = callers {
                    self.edges.retain(|edge| leads(edge, &callers, &shown));
                }
                self.sort_by_entropy();
            }
        }
        let before = self.edges.len();
        trim_edges(&mut self.edges, &shown, light);
        self.dropped_edges = before - self.edges.len();
        remove_redundant(&mut self.edges, &self.order, self.nodes.len(), &self.names);
        self
    }

    /// Leaves the first `count` nodes in order, but for those of -2^63: the reference takes |i64::MIN|
    /// for negative, and what is negative for too small.
    fn select_first(&mut self, count: usize) {
        self.order.truncate(count);
        self.order.retain(|id| self.nodes[id.row()].cum.sum != i64::MIN);
    }

    /// Makes the edges between the nodes in order, and says for each node whether it is one of them.
    /// `whole` are those of the untrimmed graph.
    fn connect(
        &mut self,
        stacks: &mut Stacks<'_>,
        whole: &[Id<Node>],
        which: Which<'_>,
    ) -> Vec<bool> {
        let shown = self.settle(stacks, whole);
        self.edges = Vec::new(); // those of before go first: there may be many
        self.edges = stacks.edges(which);
        shown
    }

    /// Leaves the nodes in order in the stacks, and says for each node whether it is one of them.
    fn settle(&self, stacks: &mut Stacks<'_>, whole: &[Id<Node>]) -> Vec<bool> {
        let shown = membership(&self.order, self.nodes.len());
        if self.order.len() < whole.len() {
            stacks.retain(whole, &shown);
        }
        shown
    }

    fn sort_by_entropy(&mut self) {
        self.sort_by_score(&scores(&self.nodes, self.edges.iter().copied()));
    }

    fn sort_by_score(&mut self, scores: &[i64]) {
        sort_by_score(&mut self.order, scores, &self.nodes, &self.names, &self.identities);
    }

    /// How many nodes fit in `limit`: the one that reaches it is the last.
    fn count_with_tags(&self, limit: usize) -> usize {
        let mut count = 0;
        let reaches = self.order.iter().position(|&node| {
            count += 1 + self.tags.flat_count(node).min(MOST_TAGS);
            count >= limit
        });
        reaches.map_or(self.order.len(), |last| last + 1)
    }
}

/// The most tags that count as nodes, for each node.
const MOST_TAGS: usize = 4;

/// |`total` * `fraction`|, truncated, in the unit of the total. What no `i64` holds is `i64::MIN`,
/// which is below every value and drops nothing.
pub fn cutoff(total: i64, fraction: f64) -> i64 {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    let share = total as f64 * fraction;
    if (-LIMIT..LIMIT).contains(&share) { (share as i64).wrapping_abs() } else { i64::MIN }
}

/// The nodes of the whole graph: those with a value, and none that is negative if asked for.
fn present(nodes: &[Node], drop_negative: bool) -> Vec<Id<Node>> {
    let shown = |node: &Node| {
        let (flat, cum) = (node.flat.sum, node.cum.sum);
        let negative = flat < 0 || (flat == 0 && cum < 0);
        (flat != 0 || cum != 0) && !(drop_negative && negative)
    };
    let rows = nodes.iter().enumerate().filter(|(_, node)| shown(node));
    rows.map(|(row, _)| Id::from_row(row)).collect()
}

/// For each of `count` nodes, whether it is in `order`.
fn membership(order: &[Id<Node>], count: usize) -> Vec<bool> {
    let mut members = vec![false; count];
    for id in order {
        members[id.row()] = true;
    }
    members
}

/// The caller of each of `count` nodes of a tree, as far as there is an edge.
fn callers(edges: &[Edge], count: usize) -> Vec<Option<Id<Node>>> {
    let mut callers = vec![None; count];
    for edge in edges {
        callers[edge.target.row()] = Some(edge.source);
    }
    callers
}

/// Whether the callers of an edge's target lead to its source, through nodes that are not shown.
fn leads(edge: &Edge, callers: &[Option<Id<Node>>], shown: &[bool]) -> bool {
    let mut at = callers[edge.target.row()];
    while let Some(caller) = at.filter(|caller| *caller != edge.source) {
        at = if shown[caller.row()] { None } else { callers[caller.row()] };
    }
    at.is_some()
}

/// Drops light edges between nodes of the graph; those to nodes that it does not show stay.
fn trim_edges(edges: &mut Vec<Edge>, shown: &[bool], cutoff: i64) {
    let heavy = |edge: &Edge| edge.weight.sum.wrapping_abs() >= cutoff;
    edges.retain(|edge| !shown[edge.target.row()] || heavy(edge));
}

#[cfg(test)]
mod tests;
