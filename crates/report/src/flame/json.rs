//! What the drawing in the browser reads.
//!
//! ```text
//! {"type": "inuse_space", "total": 100, "units": [["B", 1], ["kB", 1024]], "compare": "none",
//!  "frames": [[3, "main.main", "/src/main.go", 0], ...],              number, name, file, inlined
//!  "trees": {"callees": {"depth": [0, 1], "frame": [-1, 3], "plus": [100, 100], "own": [0, 100],
//!                        "minus": [0, 0], "ownMinus": [0, 0], "leftOut": 0}}}
//! ```
//!
//! Columns of a tree are in the order of [`FlameCut`]. `minus` and `ownMinus` are there in a comparison
//! only: `"sides"` when the base is in the profile and both sides are known, `"change"` when only what
//! is between them is.

use std::collections::BTreeSet;
use std::io::{self, Write};

use heapwise_units::{AUTO, MINIMUM, conversion, ladder};

use super::{Flame, FlameCut};
use crate::json::{column, quoted, separated};

impl Flame {
    /// Writes `trees`, each under its name, with the frames they show.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_json(&self, trees: &[(&str, &FlameCut)], out: &mut dyn Write) -> io::Result<()> {
        write!(out, "{{\"type\":{}", quoted(&self.about.sample_type))?;
        write!(out, ",\"total\":{},\"units\":[", self.total)?;
        separated(self.units(), out, |(symbol, factor), out| {
            write!(out, "[{},{factor:e}]", quoted(&symbol))
        })?;
        let compare = match (self.is_difference, self.has_base) {
            (false, _) => "none",
            (true, true) => "sides",
            (true, false) => "change",
        };
        write!(out, "],\"compare\":\"{compare}\",\"frames\":[")?;
        let used: BTreeSet<u32> =
            trees.iter().flat_map(|(_, cut)| cut.frames.iter().flatten().copied()).collect();
        separated(used, out, |number, out| {
            let frame = &self.frames[number as usize];
            let (name, file) = (quoted(&frame.name), quoted(&frame.file));
            write!(out, "[{number},{name},{file},{}]", u8::from(frame.inlined))
        })?;
        out.write_all(b"],\"trees\":{")?;
        separated(trees, out, |(name, cut), out| {
            write!(out, "{}:", quoted(name.as_bytes()))?;
            self.write_cut(cut, out)
        })?;
        out.write_all(b"}}")
    }

    fn write_cut(&self, cut: &FlameCut, out: &mut dyn Write) -> io::Result<()> {
        write!(out, "{{\"leftOut\":{}", cut.left_out)?;
        column("depth", &cut.depths, out)?;
        column("frame", cut.frames.iter().map(|frame| frame.map_or(-1, i64::from)), out)?;
        column("plus", cut.sums.iter().map(|sums| sums.plus), out)?;
        column("own", cut.own.iter().map(|sums| sums.plus), out)?;
        if self.is_difference {
            column("minus", cut.sums.iter().map(|sums| sums.minus), out)?;
            column("ownMinus", cut.own.iter().map(|sums| sums.minus), out)?;
        }
        out.write_all(b"}")
    }

    /// The units that values are written in, and how many of the sample's own each is.
    fn units(&self) -> Vec<(Vec<u8>, f64)> {
        let (from, to) = (&self.values.from, &self.values.to);
        let ratio = self.values.ratio.unwrap_or(1.0);
        let one = (to != AUTO && to != MINIMUM).then(|| conversion(from, to)).flatten();
        let units = match one {
            Some(factor) => vec![(to.clone(), 1.0 / factor)],
            None => ladder(from),
        };
        units.into_iter().map(|(symbol, factor)| (symbol, factor / ratio)).collect()
    }
}
