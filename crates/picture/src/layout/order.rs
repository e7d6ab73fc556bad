//! The order within layers, so that few arrows cross: weighted medians and exchanges of neighbours
//! (section 3 of the paper).

use super::layers::Layers;

/// How often the layers are swept, as in the paper.
const SWEEPS: usize = 24;
/// The most work of sweeps, in vertices looked at.
const MOST_WORK: usize = 4_000_000;

/// Orders the vertices of each layer.
pub(super) fn untangle(layers: &mut Layers) {
    let mut order = Order::of(layers);
    order.start();
    let mut best = (order.crossings(), order.layers.rows.clone());
    let work = (layers_work(order.layers)).max(1);
    for sweep in 0..SWEEPS.min(1 + MOST_WORK / work) {
        if best.0 == 0 {
            break;
        }
        order.sort_by_medians(sweep % 2 == 0);
        order.exchange_neighbours();
        let crossings = order.crossings();
        if crossings < best.0 {
            best = (crossings, order.layers.rows.clone());
        }
    }
    layers.rows = best.1;
}

fn layers_work(layers: &Layers) -> usize {
    layers.vertices.len() + layers.pieces.len()
}

struct Order<'a> {
    layers: &'a mut Layers,
    /// The place of each vertex in its row.
    place: Vec<usize>,
}

impl<'a> Order<'a> {
    fn of(layers: &'a mut Layers) -> Self {
        let place = vec![0; layers.vertices.len()];
        Self { layers, place }
    }

    /// The first order: that of a walk down from the boxes that nothing calls, which keeps together
    /// what one box calls.
    fn start(&mut self) {
        let count = self.layers.vertices.len();
        let mut seen = vec![false; count];
        let mut rows = vec![Vec::new(); self.layers.rows.len()];
        let roots = (0..count).filter(|&vertex| self.layers.from_above[vertex].is_empty());
        for root in roots {
            let mut open = vec![root];
            while let Some(vertex) = open.pop() {
                if std::mem::replace(&mut seen[vertex], true) {
                    continue;
                }
                rows[self.layers.vertices[vertex].layer].push(vertex);
                let below: Vec<usize> = self.layers.below(vertex).collect();
                open.extend(below.into_iter().rev());
            }
        }
        self.layers.rows = rows;
        for row in 0..self.layers.rows.len() {
            self.number(row);
        }
    }

    fn number(&mut self, row: usize) {
        for (place, &vertex) in self.layers.rows[row].iter().enumerate() {
            self.place[vertex] = place;
        }
    }

    /// Sorts each layer by the medians of the layer before it, which is the one above if `down`.
    fn sort_by_medians(&mut self, down: bool) {
        let count = self.layers.rows.len();
        for step in 1..count {
            let row = if down { step } else { count - 1 - step };
            let medians: Vec<Option<f64>> = self.layers.rows[row]
                .iter()
                .map(|&vertex| median(&self.neighbours(vertex, down)))
                .collect();
            self.sort_row(row, &medians);
            self.number(row);
        }
    }

    /// The places of the neighbours of a vertex above it, or below, ascending.
    fn neighbours(&self, vertex: usize, above: bool) -> Vec<usize> {
        let mut places: Vec<usize> = if above {
            self.layers.above(vertex).map(|other| self.place[other]).collect()
        } else {
            self.layers.below(vertex).map(|other| self.place[other]).collect()
        };
        places.sort_unstable();
        places
    }

    /// Sorts a row by medians; vertices without one stay where they are.
    fn sort_row(&mut self, row: usize, medians: &[Option<f64>]) {
        let vertices = &mut self.layers.rows[row];
        let mut moving: Vec<(f64, usize)> = medians
            .iter()
            .zip(vertices.iter())
            .filter_map(|(median, &vertex)| Some(((*median)?, vertex)))
            .collect();
        moving.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut sorted = moving.into_iter().map(|(_, vertex)| vertex);
        for (vertex, median) in vertices.iter_mut().zip(medians) {
            if median.is_some()
                && let Some(next) = sorted.next()
            {
                *vertex = next;
            }
        }
    }

    /// Exchanges neighbours in a layer as long as that removes crossings.
    fn exchange_neighbours(&mut self) {
        let mut rounds = 0;
        loop {
            let mut better = false;
            for row in 0..self.layers.rows.len() {
                for place in 1..self.layers.rows[row].len() {
                    better |= self.exchange(row, place);
                }
            }
            rounds += 1;
            if !better || rounds == SWEEPS {
                return;
            }
        }
    }

    fn exchange(&mut self, row: usize, place: usize) -> bool {
        let (left, right) = (self.layers.rows[row][place - 1], self.layers.rows[row][place]);
        let mut gain = 0;
        for above in [true, false] {
            let (a, b) = (self.neighbours(left, above), self.neighbours(right, above));
            gain += pairs(&a, &b) - pairs(&b, &a);
        }
        if gain <= 0 {
            return false;
        }
        self.layers.rows[row].swap(place - 1, place);
        self.place.swap(left, right);
        true
    }

    /// How many pairs of pieces cross.
    fn crossings(&self) -> usize {
        self.layers.rows.iter().map(|row| self.crossings_below(row)).sum()
    }

    /// Counted by insertion into a tree of sums, from left to right.
    fn crossings_below(&self, row: &[usize]) -> usize {
        let width = row.iter().flat_map(|&vertex| self.neighbours(vertex, false)).max();
        let Some(width) = width else { return 0 };
        let mut sums = vec![0_usize; width + 2];
        let mut inserted = 0;
        let mut crossings = 0;
        for &vertex in row {
            let below = self.neighbours(vertex, false);
            for &place in &below {
                crossings += inserted - sum_up_to(&sums, place);
            }
            for &place in &below {
                insert(&mut sums, place);
                inserted += 1;
            }
        }
        crossings
    }
}

/// How many of those inserted are at most `place`.
fn sum_up_to(sums: &[usize], place: usize) -> usize {
    let mut index = place + 1;
    let mut sum = 0;
    while index > 0 {
        sum += sums[index];
        index &= index - 1;
    }
    sum
}

fn insert(sums: &mut [usize], place: usize) {
    let mut index = place + 1;
    while let Some(sum) = sums.get_mut(index) {
        *sum += 1;
        index += index & index.wrapping_neg();
    }
}

/// How many pairs (a, b) have a > b; both ascend.
fn pairs(a: &[usize], b: &[usize]) -> i64 {
    let mut below = 0;
    let mut count = 0;
    for &place in a {
        while b.get(below).is_some_and(|&other| other < place) {
            below += 1;
        }
        count += below as i64;
    }
    count
}

/// The weighted median of ascending places: between the two in the middle, nearer to the side where
/// they are dense.
fn median(places: &[usize]) -> Option<f64> {
    let middle = places.len() / 2;
    let at = |index: usize| places.get(index).map(|&place| place as f64);
    if places.len() <= 2 || places.len() % 2 == 1 {
        return match places.len() {
            2 => Some(f64::midpoint(at(0)?, at(1)?)),
            _ => at(middle),
        };
    }
    let (low, high) = (at(middle - 1)?, at(middle)?);
    let (left, right) = (low - at(0)?, at(places.len() - 1)? - high);
    if left + right == 0.0 {
        return Some(f64::midpoint(low, high));
    }
    Some((low * right + high * left) / (left + right))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{Link, Size};

    fn layers(count: usize, arrows: &[(usize, usize)]) -> Layers {
        let links: Vec<Link> = arrows
            .iter()
            .map(|&(tail, head)| Link { tail, head, weight: 1, layers: 1, label: Size::default() })
            .collect();
        let turned = vec![false; links.len()];
        Layers::of(&vec![Size { width: 10.0, height: 10.0 }; count], &links, &turned).unwrap()
    }

    #[test]
    fn arrows_that_need_not_cross_do_not() {
        let mut crossed = layers(6, &[(0, 5), (1, 4), (2, 3), (0, 4), (1, 3)]);
        untangle(&mut crossed);
        assert_eq!(Order { place: places(&crossed), layers: &mut crossed }.crossings(), 0);
    }

    #[test]
    fn crossings_are_counted() {
        let mut complete =
            layers(6, &[(0, 3), (0, 4), (0, 5), (1, 3), (1, 4), (1, 5), (2, 3), (2, 4), (2, 5)]);
        let mut order = Order::of(&mut complete);
        order.start();
        order.exchange_neighbours();
        assert_eq!(order.crossings(), 9, "K3,3 on two layers");
    }

    fn places(layers: &Layers) -> Vec<usize> {
        let mut places = vec![0; layers.vertices.len()];
        for row in &layers.rows {
            row.iter().enumerate().for_each(|(place, &vertex)| places[vertex] = place);
        }
        places
    }
}
