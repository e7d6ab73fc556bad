//! Stacks on one line each, as flame graph programs read them: `folded`.

use std::io::{self, Write};

use crate::buffer::Buffer;
use crate::{Flame, Input, Shape};

/// The stacks of a profile, merged where they are the same.
#[derive(Clone, Debug)]
pub struct Folded(Flame);

impl Folded {
    /// The stacks of `input`.
    pub fn new(input: &Input<'_>) -> Self {
        Self(Flame::new(input))
    }

    /// Writes a line for each stack: its frames from root to leaf with semicolons between, a blank,
    /// its value in units of the sample type.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let names: Vec<Vec<u8>> = self.0.frames.iter().map(|f| in_a_line(&f.name)).collect();
        let mut buffer = Buffer::new(out);
        for stack in self.0.tree(Shape::Callees).stacks() {
            for (depth, &frame) in stack.frames.iter().enumerate() {
                if depth > 0 {
                    buffer.put(b";");
                }
                buffer.put(&names[frame as usize]);
            }
            buffer.put(format!(" {}\n", stack.own.net()).as_bytes());
            buffer.end_item()?;
        }
        buffer.flush()
    }
}

/// A name without what ends a frame or a line.
fn in_a_line(name: &[u8]) -> Vec<u8> {
    let kept = |&byte: &u8| match byte {
        b';' => b':',
        b'\n' | b'\r' => b' ',
        byte => byte,
    };
    name.iter().map(kept).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_input::Fixture;

    #[test]
    fn stacks_go_from_root_to_leaf() {
        let shown = Fixture::heap().show(|input, out| Folded::new(input).write_text(out).unwrap());
        assert_eq!(
            shown,
            "main;work;grow 16\nmain;work;grow;alloc 5242880\nmain;[libc.so.6] 1048576\n"
        );
        assert_eq!(in_a_line(b"a;b\nc"), b"a:b c");
    }
}
