//! The families of units that convert into one another.

use std::borrow::Cow;

/// Units that measure the same thing.
#[derive(Debug)]
pub(crate) struct Family {
    /// The unit of values too small for any other, and of conversions to a foreign unit.
    pub default: &'static Unit,
    /// Every unit, from the smallest to the largest.
    pub units: &'static [Unit],
}

/// One unit of a family.
#[derive(Debug)]
pub(crate) struct Unit {
    /// The symbol, as it is printed.
    pub symbol: &'static str,
    /// The lower-case names by which it is found.
    aliases: &'static [&'static str],
    /// What one of it is in the base unit of the family.
    pub factor: f64,
}

impl Family {
    /// The family that knows `name`, and the unit it means.
    pub fn of(name: &[u8]) -> Option<(&'static Self, &'static Unit)> {
        let key = key(name)?;
        FAMILIES.iter().find_map(|family| Some((*family, family.unit(&key)?)))
    }

    /// The unit of this family that `name` means.
    pub fn find(&self, name: &[u8]) -> Option<&'static Unit> {
        self.unit(&key(name)?)
    }

    fn unit(&self, key: &str) -> Option<&'static Unit> {
        self.units.iter().find(|unit| unit.aliases.contains(&key))
    }
}

/// The form under which a name is looked up: lower case, without the `s` of a plural. Two letters
/// are a symbol, and `ms` is no plural. Nothing for text that is not UTF-8: no alias matches it.
fn key(name: &[u8]) -> Option<Cow<'_, str>> {
    let name = std::str::from_utf8(name).ok()?;
    let lower: Cow<'_, str> = if name.bytes().all(|b| b.is_ascii_lowercase()) {
        name.into()
    } else {
        name.chars().filter_map(|c| c.to_lowercase().next()).collect::<String>().into()
    };
    if lower.len() <= 2 || !lower.ends_with('s') {
        return Some(lower);
    }
    Some(match lower {
        Cow::Borrowed(name) => name[..name.len() - 1].into(),
        Cow::Owned(mut name) => {
            name.pop();
            name.into()
        }
    })
}

const fn unit(symbol: &'static str, aliases: &'static [&'static str], factor: f64) -> Unit {
    Unit { symbol, aliases, factor }
}

const FAMILIES: [&Family; 3] = [&MEMORY, &TIME, &GCU];

/// Bytes; multiples are powers of 1024.
static MEMORY: Family = Family { default: &MEMORY_UNITS[0], units: &MEMORY_UNITS };

static MEMORY_UNITS: [Unit; 6] = [
    unit("B", &["b", "byte"], 1.0),
    unit("kB", &["kb", "kbyte", "kilobyte"], (1_u64 << 10) as f64),
    unit("MB", &["mb", "mbyte", "megabyte"], (1_u64 << 20) as f64),
    unit("GB", &["gb", "gbyte", "gigabyte"], (1_u64 << 30) as f64),
    unit("TB", &["tb", "tbyte", "terabyte"], (1_u64 << 40) as f64),
    unit("PB", &["pb", "pbyte", "petabyte"], (1_u64 << 50) as f64),
];

/// Time, in nanoseconds. There are no minutes and no days.
pub(crate) static TIME: Family = Family { default: &TIME_UNITS[3], units: &TIME_UNITS };

static TIME_UNITS: [Unit; 5] = [
    unit("ns", &["ns", "nanosecond"], 1.0),
    unit("us", &["us", "microsecond"], 1e3),
    unit("ms", &["ms", "millisecond"], 1e6),
    unit("s", &["s", "sec", "second"], 1e9),
    unit("hrs", &["hour", "hr"], 3600e9),
];

/// Google compute units. Their symbols are not names: `k*GCU` is not found again.
static GCU: Family = Family { default: &GCU_UNITS[3], units: &GCU_UNITS };

static GCU_UNITS: [Unit; 9] = [
    unit("n*GCU", &["nanogcu"], 1e-9),
    unit("u*GCU", &["microgcu"], 1e-6),
    unit("m*GCU", &["milligcu"], 1e-3),
    unit("GCU", &["gcu"], 1.0),
    unit("k*GCU", &["kilogcu"], 1e3),
    unit("M*GCU", &["megagcu"], 1e6),
    unit("G*GCU", &["gigagcu"], 1e9),
    unit("T*GCU", &["teragcu"], 1e12),
    unit("P*GCU", &["petagcu"], 1e15),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn symbol(name: &str) -> Option<&'static str> {
        Family::of(name.as_bytes()).map(|(_, unit)| unit.symbol)
    }

    #[test]
    fn names_are_found_in_any_case_and_in_the_plural() {
        let found = [
            ("BYTES", "B"),
            ("Kilobytes", "kB"),
            ("KBs", "kB"),
            ("ms", "ms"),
            ("mss", "ms"),
            ("hours", "hrs"),
            ("hrs", "hrs"),
            ("secs", "s"),
            ("GCUs", "GCU"),
            ("\u{212a}b", "kB"),
            ("m\u{130}crosecond", "us"),
        ];
        for (name, expected) in found {
            assert_eq!(symbol(name), Some(expected), "{name}");
        }
    }

    #[test]
    fn what_is_no_name_is_not_found() {
        for name in ["", "bs", "ss", "msss", "hourss", "h", "μs", "k*gcu", "eb", "minute", "days"]
        {
            assert_eq!(symbol(name), None, "{name}");
        }
        assert!(Family::of(b"\xffms").is_none());
    }

    #[test]
    fn units_of_a_family_grow() {
        for family in FAMILIES {
            assert!(family.units.windows(2).all(|pair| pair[0].factor < pair[1].factor));
            assert!(family.units.iter().any(|unit| unit.symbol == family.default.symbol));
        }
    }
}
