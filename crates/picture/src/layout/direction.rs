//! Which arrows point up, so that the others have no cycle.

use super::Link;

/// For each arrow whether it is to be taken as if it pointed the other way. An arrow from a box to
/// itself has no direction, and is not turned.
pub(super) fn turned(count: usize, links: &[Link]) -> Vec<bool> {
    let mut outgoing = vec![Vec::new(); count];
    let mut entered = vec![false; count];
    for (index, link) in links.iter().enumerate().filter(|(_, link)| link.tail != link.head) {
        outgoing[link.tail].push(index);
        entered[link.head] = true;
    }
    let mut walk =
        Walk { links, outgoing, state: vec![State::New; count], turned: vec![false; links.len()] };
    // Those that nothing calls first: what closes a cycle then leads back to them.
    let roots = (0..count).filter(|&node| !entered[node]).chain(0..count);
    roots.for_each(|root| walk.from(root));
    walk.turned
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

struct Walk<'a> {
    links: &'a [Link],
    outgoing: Vec<Vec<usize>>,
    state: Vec<State>,
    turned: Vec<bool>,
}

impl Walk<'_> {
    fn from(&mut self, root: usize) {
        if self.state[root] != State::New {
            return;
        }
        self.state[root] = State::Open;
        let mut open = vec![(root, 0)];
        while let Some((node, next)) = open.pop() {
            let Some(&link) = self.outgoing[node].get(next) else {
                self.state[node] = State::Done;
                continue;
            };
            open.push((node, next + 1));
            let head = self.links[link].head;
            match self.state[head] {
                State::New => {
                    self.state[head] = State::Open;
                    open.push((head, 0));
                }
                State::Open => self.turned[link] = true,
                State::Done => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(tail: usize, head: usize) -> Link {
        Link { tail, head, weight: 1, layers: 1, label: super::super::Size::default() }
    }

    #[test]
    fn what_closes_a_cycle_is_turned() {
        let links = [link(1, 2), link(2, 3), link(3, 1), link(0, 1), link(2, 2)];
        assert_eq!(turned(4, &links), [false, false, true, false, false]);
    }
}
