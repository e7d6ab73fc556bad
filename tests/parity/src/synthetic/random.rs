//! Profiles drawn from a fixed sequence of numbers: shapes that nobody thought of.

use super::File;
use super::builder::Label::{Number, Text};
use super::builder::{Builder, Function, Line};

/// A few shapes: how many functions, samples, and how deep.
pub fn profiles() -> Vec<File> {
    let shapes =
        [(8, 30, 6), (12, 80, 12), (40, 200, 5), (5, 60, 40), (300, 1500, 25), (25, 25, 3)];
    let file = |(seed, (functions, samples, depth)): (usize, &(u64, u64, u64))| {
        let mut draw = Draw(seed as u64 * 7919 + 1);
        let profile = shape(&mut draw, *functions, *samples, *depth);
        File::new(&format!("random-{seed}.pb.gz"), profile.compressed())
    };
    shapes.iter().enumerate().map(file).collect()
}

/// A linear congruential generator: the same numbers on every machine, for ever.
#[derive(Debug)]
pub struct Draw(pub u64);

impl Draw {
    /// A number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

fn shape(draw: &mut Draw, functions: u64, samples: u64, depth: u64) -> Builder {
    let mut p = Builder::new(&[("events", "count"), ("space", "bytes")]);
    p.main_mapping();
    let functions: Vec<u64> = (0..functions).map(|n| function(&mut p, n)).collect();
    let locations: Vec<u64> = (0..functions.len() * 2)
        .map(|place| {
            let inlined = 1 + draw.below(3).saturating_sub(1);
            let lines: Vec<Line> = (0..inlined).map(|_| line(draw, &functions)).collect();
            p.location(1, 0x40_1000 + 16 * place as u64, &lines)
        })
        .collect();
    for _ in 0..samples {
        let length = draw.below(depth + 1);
        let stack: Vec<u64> =
            (0..length).map(|_| locations[draw.below(locations.len() as u64) as usize]).collect();
        let count = draw.below(20) as i64;
        let space = (count + 1) << draw.below(24);
        let user = ["alice", "bob", "carol"][draw.below(3) as usize];
        let labels = [Text("user", user), Number("bytes", 1 << draw.below(20), "bytes")];
        p.sample(&stack, &[count, space], &labels[..draw.below(3) as usize]);
    }
    p
}

fn function(p: &mut Builder, number: u64) -> u64 {
    let package = ["main", "net/http", "example.com/pkg/v2/store", "std::vec"][number as usize % 4];
    let name = format!("{package}.fn{number}");
    let file = format!("/nowhere/{package}/file{}.go", number % 7);
    p.function(Function {
        name: name.as_bytes(),
        file: &file,
        start_line: 1 + number as i64 % 7,
        system_name: "",
    })
}

fn line(draw: &mut Draw, functions: &[u64]) -> Line {
    let function = functions[draw.below(functions.len() as u64) as usize];
    Line { function, line: function as i64 + draw.below(9) as i64, column: draw.below(3) as i64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_fixed() {
        let mut draw = Draw(1);
        let drawn: Vec<u64> = (0..4).map(|_| draw.below(100)).collect();
        let mut again = Draw(1);
        assert_eq!(drawn, (0..4).map(|_| again.below(100)).collect::<Vec<_>>());
        assert!(drawn.windows(2).any(|pair| pair[0] != pair[1]));
    }
}
