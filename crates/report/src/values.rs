//! How the values of one report are written.

use heapwise_graph::Graph;
use heapwise_units::{AUTO, MINIMUM, conversion, label, scale, truncate};

use crate::Input;

/// How the values of one report are written: what they are multiplied by, from which unit to which.
#[derive(Clone, Debug, PartialEq)]
pub struct Values {
    /// What values are multiplied by first, if by anything.
    pub ratio: Option<f64>,
    /// The unit of the sample type.
    pub from: Vec<u8>,
    /// The unit asked for, or chosen: a name, `auto` or `minimum`.
    pub to: Vec<u8>,
}

impl Values {
    /// The way to write values that choose their units one by one, unless the user named one.
    pub fn of(input: &Input<'_>) -> Self {
        let ratio = input.style.ratio;
        Self {
            ratio: (ratio > 0.0 && ratio != 1.0).then_some(ratio),
            from: input.sample_unit().to_vec(),
            to: input.style.unit.as_bytes().to_vec(),
        }
    }

    /// The way to write the values of `graph`: all in one unit, unless the user named one.
    pub(crate) fn of_graph(input: &Input<'_>, graph: &Graph) -> Self {
        let mut values = Self::of(input);
        if values.to == MINIMUM && !graph.order.is_empty() {
            values.to = values.common_unit(smallest(graph).unwrap_or(input.total), input.total);
        }
        values
    }

    /// The way to write the values of `graph` in the unit that suits the smallest of them, unless the
    /// user named one.
    pub(crate) fn finest_of_graph(input: &Input<'_>, graph: &Graph) -> Self {
        let mut values = Self::of(input);
        if values.to == MINIMUM && !graph.order.is_empty() {
            values.to = values.suiting(values.adjusted(smallest(graph).unwrap_or(input.total)));
        }
        values
    }

    /// The text of a value.
    pub fn text(&self, value: i64) -> Vec<u8> {
        label(self.adjusted(value), &self.from, &self.to)
    }

    /// The unit that suits the smallest value, or one up to 100 times as large when the total is
    /// more than that and suits another unit.
    fn common_unit(&self, smallest: i64, total: i64) -> Vec<u8> {
        let (smallest, total) = (self.adjusted(smallest), self.adjusted(total));
        let (unit, widened) = (self.suiting(smallest), smallest.wrapping_mul(100));
        if unit != self.suiting(total) && widened < total { self.suiting(widened) } else { unit }
    }

    /// The unit that suits a value, which is adjusted already.
    fn suiting(&self, value: i64) -> Vec<u8> {
        match scale(value, &self.from, AUTO).unit {
            b"" => self.from.clone(),
            unit => unit.to_vec(),
        }
    }

    fn adjusted(&self, value: i64) -> i64 {
        self.ratio.map_or(value, |ratio| truncate(value as f64 * ratio))
    }
}

/// The smallest |value| that a graph shows: flat values, or cum where flat is 0. What is 0, or too
/// small to have a magnitude, does not count.
fn smallest(graph: &Graph) -> Option<i64> {
    let shown = graph.in_order().map(|(_, node)| match node.flat.value() {
        0 => node.cum.value().wrapping_abs(),
        flat => flat.wrapping_abs(),
    });
    shown.filter(|&value| value > 0).min()
}

/// Whether values of a unit are bytes as they are.
pub(crate) fn is_bytes(unit: &[u8]) -> bool {
    conversion(unit, b"B") == Some(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(ratio: Option<f64>, from: &str, to: &str) -> Values {
        Values { ratio, from: from.into(), to: to.into() }
    }

    #[test]
    fn a_ratio_comes_before_the_unit() {
        assert_eq!(values(Some(0.5), "bytes", "auto").text(2048), b"1kB");
        assert_eq!(values(Some(0.001), "bytes", "auto").text(999), b"0");
        assert_eq!(values(None, "count", "minimum").text(7), b"7");
    }

    #[test]
    fn the_common_unit_suits_small_values_unless_the_total_is_far_off() {
        let unit = |smallest, total| values(None, "bytes", "minimum").common_unit(smallest, total);
        assert_eq!(unit(2 << 10, 9 << 20), b"kB");
        assert_eq!(unit(16, 9 << 20), b"kB");
        assert_eq!(unit(16, 1000), b"B");
        assert_eq!(unit(5 << 20, 9 << 20), b"MB");
        assert_eq!(values(None, "widgets", "minimum").common_unit(1, 10), b"widgets");
    }
}
