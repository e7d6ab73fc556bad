//! What is held, by place.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use heapwise_cpu_sampler::fork_generation;
use heapwise_recorder::StackId;
use heapwise_recorder::labels::LabelSet;

/// Places of one profile, the one of what is elsewhere included.
pub const MOST_PLACES: usize = 1 << 16;
/// Objects that are held by key.
pub const MOST_KEYS: usize = 1 << 18;

/// A number of objects and their weight.
///
/// ```
/// use heapwise::custom::{Amount, Profile};
///
/// let buffers = Profile::new("buffers", "bytes", "Buffers in use.")?;
/// let _small = buffers.add(1000);
/// let _large = buffers.add(3000);
/// let Amount { count, weight } = buffers.totals().held;
/// assert_eq!(weight / count, 2000); // bytes, on average
/// # Ok::<(), heapwise::custom::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    /// How many.
    pub count: u64,
    /// What they weigh together, in the unit of the profile; at most `u64::MAX`.
    pub weight: u64,
}

/// Sums over a profile.
///
/// ```
/// use heapwise::custom::{Profile, Totals};
///
/// let buffers = Profile::new("buffers", "bytes", "Buffers in use.")?;
/// let kept = buffers.add(4096);
/// drop(buffers.add(512));
/// let Totals { held, added, .. } = buffers.totals();
/// assert_eq!((held.count, held.weight), (1, 4096));
/// assert_eq!((added.count, added.weight), (2, 4608));
/// # drop(kept);
/// # Ok::<(), heapwise::custom::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Totals {
    /// What is held now.
    pub held: Amount,
    /// What was added since the start.
    pub added: Amount,
}

/// What was added at one stack, under one label set.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    pub stack: StackId,
    pub labels: LabelSet,
    held: Sum,
    added: Sum,
}

/// An amount that subtracts what was added, whatever the weights.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    count: u64,
    weight: u128,
}

impl Sum {
    fn add(&mut self, count: u64, weight: u128) {
        self.count += count;
        self.weight += weight;
    }

    fn amount(self) -> Amount {
        Amount { count: self.count, weight: u64::try_from(self.weight).unwrap_or(u64::MAX) }
    }
}

impl Row {
    const fn new(stack: StackId, labels: LabelSet) -> Self {
        let none = Sum { count: 0, weight: 0 };
        Self { stack, labels, held: none, added: none }
    }

    /// The sums of the place.
    pub fn totals(&self) -> Totals {
        Totals { held: self.held.amount(), added: self.added.amount() }
    }
}

/// Objects that are not where they belong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Added at no place: there were too many, or the stack is not known.
    pub places: u64,
    /// Added by key, and not held: there were too many.
    pub keys: u64,
}

/// Where an object is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    row: u32,
    /// The table that has the row: see [`Table::made_in`].
    made_in: u32,
}

/// Places, and what is held by key.
#[derive(Debug)]
pub struct Table {
    /// The process that the table was made in, by [`fork_generation`]. In the child of a fork it is another than
    /// that of its parent if that could not be taken over: what was added there is then none of this table's.
    made_in: u32,
    index: HashMap<(u32, LabelSet), u32>,
    /// The first is that of no place.
    rows: Vec<Row>,
    /// Row and weight.
    keys: HashMap<u64, (u32, u64)>,
    pub dropped: Dropped,
}

impl Table {
    /// Nothing was ever added.
    pub fn new() -> Self {
        let elsewhere = Row::new(StackId::EMPTY, LabelSet::EMPTY);
        let (index, keys) = (HashMap::new(), HashMap::new());
        let (made_in, rows) = (fork_generation(), vec![elsewhere]);
        Self { made_in, index, rows, keys, dropped: Dropped::default() }
    }

    /// Adds an object that is held, and returns where.
    pub fn add(&mut self, stack: StackId, labels: LabelSet, weight: u64) -> Place {
        Place { row: self.add_to_row(stack, labels, weight), made_in: self.made_in }
    }

    fn add_to_row(&mut self, stack: StackId, labels: LabelSet, weight: u64) -> u32 {
        let number = self.row(stack, labels);
        let row = &mut self.rows[number as usize];
        row.held.add(1, weight.into());
        row.added.add(1, weight.into());
        number
    }

    fn row(&mut self, stack: StackId, labels: LabelSet) -> u32 {
        if stack == StackId::EMPTY {
            self.dropped.places += 1;
            return 0;
        }
        let next = self.rows.len();
        match self.index.entry((stack.number(), labels)) {
            Entry::Occupied(row) => *row.get(),
            Entry::Vacant(_) if next == MOST_PLACES => {
                self.dropped.places += 1;
                0
            }
            Entry::Vacant(row) => {
                self.rows.push(Row::new(stack, labels));
                *row.insert(next as u32)
            }
        }
    }

    /// Removes what [`add`](Self::add) added at a place, with its weight.
    pub fn remove(&mut self, place: Place, weight: u64) {
        if place.made_in == self.made_in {
            self.remove_from_row(place.row, weight);
        }
    }

    fn remove_from_row(&mut self, row: u32, weight: u64) {
        let held = &mut self.rows[row as usize].held;
        held.count -= 1;
        held.weight -= u128::from(weight);
    }

    /// Adds an object that is held until its key is removed, or added again.
    pub fn add_key(&mut self, key: u64, stack: StackId, labels: LabelSet, weight: u64) {
        self.remove_key(key);
        let row = self.add_to_row(stack, labels, weight);
        if self.keys.len() == MOST_KEYS {
            self.dropped.keys += 1;
            self.remove_from_row(row, weight);
        } else {
            self.keys.insert(key, (row, weight));
        }
    }

    /// Removes what is held by `key`, if anything is.
    pub fn remove_key(&mut self, key: u64) -> bool {
        let held = self.keys.remove(&key);
        held.into_iter().for_each(|(row, weight)| self.remove_from_row(row, weight));
        held.is_some()
    }

    /// Every place, each where it stays; the first is that of no place, at which nothing may have been added.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The sums over all places.
    pub fn totals(&self) -> Totals {
        let (mut held, mut added) = (Sum::default(), Sum::default());
        for row in &self.rows {
            held.add(row.held.count, row.held.weight);
            added.add(row.added.count, row.added.weight);
        }
        Totals { held: held.amount(), added: added.amount() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(held: [u64; 2], added: [u64; 2]) -> Totals {
        let amount = |[count, weight]: [u64; 2]| Amount { count, weight };
        Totals { held: amount(held), added: amount(added) }
    }

    #[test]
    fn what_is_added_is_held_until_it_is_removed() {
        let mut table = Table::new();
        let stack = StackId::from_number;
        let first = table.add(stack(1), LabelSet::EMPTY, 10);
        let other = table.add(stack(1), LabelSet::from_number(4), 5);
        assert_eq!(table.add(stack(1), LabelSet::EMPTY, u64::MAX), first);
        assert_ne!(first, other);
        table.remove(first, 10);
        let rows: Vec<Totals> = table.rows()[1..].iter().map(Row::totals).collect();
        let all = sums([1, u64::MAX], [2, u64::MAX]);
        assert_eq!(rows, [all, sums([1, 5], [1, 5])]);
        table.remove(first, u64::MAX);
        assert_eq!(table.totals(), sums([1, 5], [3, u64::MAX]));
    }

    #[test]
    fn a_key_holds_one_object() {
        let mut table = Table::new();
        let add = |table: &mut Table, key, weight| {
            table.add_key(key, StackId::from_number(1), LabelSet::EMPTY, weight);
        };
        add(&mut table, 7, 10);
        add(&mut table, 7, 20);
        add(&mut table, 8, 1);
        assert_eq!(table.totals(), sums([2, 21], [3, 31]));
        assert!(table.remove_key(7) && !table.remove_key(7) && !table.remove_key(9));
        assert_eq!(table.totals(), sums([1, 1], [3, 31]));
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let mut table = Table::new();
        for number in 1..=MOST_PLACES as u32 + 2 {
            table.add(StackId::from_number(number), LabelSet::EMPTY, 1);
        }
        assert_eq!(table.rows.len(), MOST_PLACES);
        assert_eq!(table.dropped, Dropped { places: 3, keys: 0 });
        assert_eq!(table.rows()[0].totals().held.count, 3);
        for key in 0..MOST_KEYS as u64 + 2 {
            table.add_key(key, StackId::from_number(1), LabelSet::EMPTY, 1);
        }
        assert_eq!(table.dropped.keys, 2);
        let all = (MOST_PLACES + MOST_KEYS + 2) as u64;
        assert_eq!(table.totals(), sums([all, all], [all + 2, all + 2]));
        assert!(!table.remove_key(MOST_KEYS as u64 + 1));
    }
}
