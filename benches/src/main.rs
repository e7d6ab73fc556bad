//! Writes a large synthetic heap profile, the same bytes for the same numbers.
//!
//! The tables are those of a big service: many functions, a fifth of the locations inlined, and the
//! four sample types of a heap profile with the label `bytes`. Stacks come in two shapes. Random
//! walks through a call graph in which each location calls 16 others make about a million different
//! calls, and hardly compress: the worst case. A tree, in which most stacks go most of their way
//! together and some callees are called far more often than others, is what programs do.
#![forbid(unsafe_code)]

mod random;
mod stacks;
mod tables;

use std::process::ExitCode;

/// How much of everything, in rows.
#[derive(Clone, Copy, Debug)]
struct Shape {
    samples: usize,
    locations: usize,
    functions: usize,
    /// The mean depth of a stack in locations; depths are uniform from half of it to one and a half.
    depth: usize,
    stacks: StackShape,
}

/// How stacks have to do with one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StackShape {
    /// Not at all.
    Walks,
    /// They branch off from one another.
    Tree,
}

impl Default for Shape {
    fn default() -> Self {
        let stacks = StackShape::Walks;
        Self { samples: 200_000, locations: 60_000, functions: 20_000, depth: 40, stacks }
    }
}

fn main() -> ExitCode {
    match parse(std::env::args().skip(1)) {
        Ok((shape, path)) => match write(shape, &path) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&format!("{path}: {error}")),
        },
        Err(message) => fail(&message),
    }
}

#[expect(clippy::print_stderr, reason = "the error line of a command-line program")]
fn fail(message: &str) -> ExitCode {
    eprintln!("{message}");
    eprintln!(
        "usage: large-profile [--samples N] [--locations N] [--functions N] [--depth N] [--tree] FILE"
    );
    ExitCode::from(2)
}

fn parse(mut words: impl Iterator<Item = String>) -> Result<(Shape, String), String> {
    let mut shape = Shape::default();
    while let Some(word) = words.next() {
        let field = match word.as_str() {
            "--samples" => &mut shape.samples,
            "--locations" => &mut shape.locations,
            "--functions" => &mut shape.functions,
            "--depth" => &mut shape.depth,
            "--tree" => {
                shape.stacks = StackShape::Tree;
                continue;
            }
            _ if word.starts_with('-') => return Err(format!("unknown option {word}")),
            _ => return Ok((shape, word)),
        };
        let number = words.next().ok_or_else(|| format!("{word} needs a number"))?;
        *field = number.parse().map_err(|_| format!("{word} {number}: not a number"))?;
    }
    Err("no file named".to_owned())
}

fn write(shape: Shape, path: &str) -> std::io::Result<()> {
    tables::generate(shape).write_to(std::fs::File::create(path)?)
}
