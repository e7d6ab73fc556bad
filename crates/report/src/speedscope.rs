//! The file format of the viewer speedscope: `speedscope`.
//!
//! Its schema is <https://www.speedscope.app/file-format-schema.json>: each frame once, then for each
//! stack the frames from root to leaf, and a weight.

use std::io::{self, Write};

use crate::json::{column, quoted, separated};
use crate::values::is_bytes;
use crate::{Flame, FlameStack, Input, Shape};

/// A profile for speedscope.
#[derive(Clone, Debug)]
pub struct Speedscope(Flame);

impl Speedscope {
    /// The stacks of `input`.
    pub fn new(input: &Input<'_>) -> Self {
        Self(Flame::new(input))
    }

    /// Writes the profile. Of a difference it shows what grew: a weight is never below 0.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let (flame, name) = (&self.0, quoted(&self.0.about.sample_type));
        let tree = flame.tree(Shape::Callees);
        let stacks = || tree.stacks().filter(|stack| stack.own.net() > 0);
        let weights = || stacks().map(|stack| stack.own.net());
        write!(out, "{{\"$schema\":\"https://www.speedscope.app/file-format-schema.json\",")?;
        write!(out, "\"exporter\":\"heapwise\",\"name\":{name},\"activeProfileIndex\":0,")?;
        out.write_all(b"\"shared\":{\"frames\":[")?;
        separated(&flame.frames, out, |frame, out| {
            write!(out, "{{\"name\":{}", quoted(&frame.name))?;
            if !frame.file.is_empty() {
                write!(out, ",\"file\":{}", quoted(&frame.file))?;
            }
            out.write_all(b"}")
        })?;
        write!(out, "]}},\"profiles\":[{{\"type\":\"sampled\",\"name\":{name},")?;
        write!(out, "\"unit\":\"{}\",\"startValue\":0,", known_unit(&flame.values.from))?;
        write!(out, "\"endValue\":{},\"samples\":[", weights().fold(0, i64::saturating_add))?;
        separated(stacks(), out, |stack: FlameStack, out| {
            out.write_all(b"[")?;
            separated(stack.frames, out, |frame, out| write!(out, "{frame}"))?;
            out.write_all(b"]")
        })?;
        out.write_all(b"]")?;
        column("weights", weights(), out)?;
        out.write_all(b"}]}\n")
    }
}

/// The unit, if it is one that speedscope knows.
fn known_unit(unit: &[u8]) -> &'static str {
    match unit {
        b"nanoseconds" | b"ns" => "nanoseconds",
        b"microseconds" | b"us" => "microseconds",
        b"milliseconds" | b"ms" => "milliseconds",
        b"seconds" | b"s" => "seconds",
        unit if is_bytes(unit) => "bytes",
        _ => "none",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_input::Fixture;

    #[test]
    fn a_stack_is_rows_of_frames() {
        let shown =
            Fixture::heap().show(|input, out| Speedscope::new(input).write_json(out).unwrap());
        let read: serde_json::Value = serde_json::from_str(&shown).unwrap();
        let (frames, profile) = (&read["shared"]["frames"], &read["profiles"][0]);
        let samples = profile["samples"].as_array().unwrap().iter();
        let names = samples.map(|stack| {
            let rows = stack.as_array().unwrap().iter().map(|row| row.as_u64().unwrap() as usize);
            rows.map(|row| frames[row]["name"].as_str().unwrap()).collect::<Vec<_>>().join(";")
        });
        assert_eq!(
            names.collect::<Vec<_>>(),
            ["main;work;grow", "main;work;grow;alloc", "main;[libc.so.6]"]
        );
        assert_eq!(profile["unit"], "bytes");
        let weights = profile["weights"].as_array().unwrap().iter().map(|w| w.as_i64().unwrap());
        assert_eq!(profile["endValue"].as_i64(), Some(weights.sum()));
    }
}
