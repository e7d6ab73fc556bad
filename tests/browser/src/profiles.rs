//! Profiles to look at.

use std::collections::HashMap;
use std::sync::Arc;

use heapwise_profile::{
    Function, Id, Line, Location, Locations, Mapping, Profile, Resolved, Sample, Samples, Strings,
    Table, ValueType,
};

/// One sample: its stack, root first, and the four values of a heap profile.
pub type Row<'a> = (&'a [&'a str], [i64; 4]);

const MB: i64 = 1 << 20;

/// A heap profile of a server, with most kinds of names.
pub fn heap() -> Profile {
    let main = "main.main";
    let serve = "net/http.(*Server).Serve";
    let handle = "example.com/shop/v2/cart.(*Service).Handle";
    of(&[
        (
            &[main, serve, handle, "example.com/shop/v2/cart.load", "encoding/json.Unmarshal"],
            [900, 40 * MB, 60, 9 * MB],
        ),
        (
            &[main, serve, handle, "example.com/shop/v2/cart.load", "database/sql.(*Rows).Scan"],
            [500, 22 * MB, 90, 4 * MB],
        ),
        (
            &[main, serve, handle, "example.com/shop/v2/cart.cache", "runtime.mapassign"],
            [64, 30 * MB, 64, 24 * MB],
        ),
        (&[main, serve, "net/http.(*conn).serve", "bufio.NewReaderSize"], [120, 6 * MB, 20, MB]),
        (
            &[main, serve, "net/http.(*conn).serve", "net/http.Header.Clone"],
            [800, 3 * MB, 5, 200_000],
        ),
        (
            &[main, "example.com/shop/v2/index.Build", "example.com/shop/v2/index.(*Tree).Insert"],
            [40, 15 * MB, 40, 15 * MB],
        ),
        (
            &[main, "example.com/shop/v2/index.Build", "strings.(*Builder).grow"],
            [300, 9 * MB, 0, 0],
        ),
        (&["runtime.mstart", "runtime.newproc1", "runtime.malg"], [30, 500_000, 30, 500_000]),
    ])
}

/// The same a little later: some things grew, some shrank, one is new, one is gone.
pub fn later() -> Profile {
    let main = "main.main";
    let serve = "net/http.(*Server).Serve";
    let handle = "example.com/shop/v2/cart.(*Service).Handle";
    of(&[
        (
            &[main, serve, handle, "example.com/shop/v2/cart.load", "encoding/json.Unmarshal"],
            [950, 44 * MB, 20, 3 * MB],
        ),
        (
            &[main, serve, handle, "example.com/shop/v2/cart.load", "database/sql.(*Rows).Scan"],
            [500, 22 * MB, 90, 4 * MB],
        ),
        (
            &[main, serve, handle, "example.com/shop/v2/cart.cache", "runtime.mapassign"],
            [90, 60 * MB, 90, 50 * MB],
        ),
        (&[main, serve, "net/http.(*conn).serve", "bufio.NewReaderSize"], [120, 6 * MB, 20, MB]),
        (
            &[main, serve, handle, "example.com/shop/v2/audit.Log", "bytes.growSlice"],
            [10, 8 * MB, 10, 8 * MB],
        ),
        (&["runtime.mstart", "runtime.newproc1", "runtime.malg"], [30, 500_000, 30, 500_000]),
    ])
}

/// A program that has freed everything.
pub fn ended() -> Profile {
    of(&[(&["main.main", "main.work"], [100, 64 * MB, 0, 0])])
}

/// Names that would do harm where they are taken for markup.
pub fn hostile() -> Profile {
    let long = "x".repeat(100_000);
    of(&[
        (
            &[
                "<script>document.title='harmed'</script>",
                "\"'><img src=x onerror=\"document.title='harmed'\">",
            ],
            [1, MB, 1, MB],
        ),
        (
            &[
                "</script><script>document.title='harmed'</script>",
                "javascript:document.title='harmed'",
            ],
            [1, MB, 1, MB],
        ),
        (
            &[
                "</style></title></svg>&lt;b&gt;",
                &long,
                "\\\" ]; x [label=\"",
                "`${document.title='harmed'}`",
            ],
            [1, MB, 1, MB],
        ),
        (&["\u{202e}reversed", "new\nline", "emoji \u{1f980}"], [1, MB, 1, MB]),
    ])
}

/// That many different stacks of 10 to 40 functions.
pub fn large(stacks: usize) -> Profile {
    let mut builder = Builder::default();
    // A linear congruential generator (Knuth's constants): the same profile each time.
    let mut state = 42_u64;
    let mut random = move |below: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut stack: Vec<u64> = Vec::new();
    for _ in 0..stacks {
        // Each shares a part with the one before, as the stacks of a program do.
        let kept = random(stack.len() as u64 + 1);
        stack.truncate(usize::try_from(kept).unwrap_or(0));
        let depth = 10 + random(30);
        while (stack.len() as u64) < depth {
            // Few functions near the root, as in a program: boxes there are wide.
            let choices = (2_u64 << stack.len().min(12)).min(5000);
            stack.push(random(choices));
        }
        let names: Vec<String> =
            stack.iter().map(|n| format!("module{}.function{n}", n % 97)).collect();
        let size = 1_i64 << random(16);
        builder.row(names.iter().map(String::as_str), [1, size, 1, size]);
    }
    builder.finish()
}

/// A profile of these samples.
pub fn of(rows: &[Row<'_>]) -> Profile {
    let mut builder = Builder::default();
    for (stack, values) in rows {
        builder.row(stack.iter().copied(), *values);
    }
    builder.finish()
}

#[derive(Default)]
struct Builder {
    strings: Strings,
    functions: Table<Function>,
    locations: Locations,
    known: HashMap<String, Id<Location>>,
    samples: Option<Samples>,
}

impl Builder {
    fn row<'a>(&mut self, stack: impl Iterator<Item = &'a str>, values: [i64; 4]) {
        let mut stack: Vec<_> = stack.map(|name| self.location(name)).collect();
        stack.reverse();
        let samples = self.samples.get_or_insert_with(|| Samples::new(values.len()));
        samples.push(Sample { stack: &stack, values: &values, labels: &[] });
    }

    fn location(&mut self, text: &str) -> Id<Location> {
        if let Some(known) = self.known.get(text) {
            return *known;
        }
        let name = self.strings.intern(text.as_bytes());
        let file = self.strings.intern(b"/src/shop/main.go");
        let id = self.functions.len() as u64 + 1;
        let function =
            self.functions.push(Function { id, name, system_name: name, file, start_line: 1 });
        let line = Line { function, line: id as i64, column: 0 };
        let location = Location { id, mapping: Some(Id::from_row(0)), ..Location::default() };
        let location = self.locations.push(location, &[line]);
        self.known.insert(text.to_owned(), location);
        location
    }

    fn finish(mut self) -> Profile {
        let kinds = [
            ("alloc_objects", "count"),
            ("alloc_space", "bytes"),
            ("inuse_objects", "count"),
            ("inuse_space", "bytes"),
        ];
        let mut profile = Profile::default();
        let mut kind = |kind: &str, unit: &str| ValueType {
            kind: self.strings.intern(kind.as_bytes()),
            unit: self.strings.intern(unit.as_bytes()),
        };
        profile.header.sample_types = kinds.iter().map(|(name, unit)| kind(name, unit)).collect();
        profile.header.period_type = kind("space", "bytes");
        profile.header.period = 1;
        let mut mappings = Table::new();
        let resolved =
            Resolved { functions: true, filenames: true, line_numbers: true, inline_frames: true };
        let file = self.strings.intern(b"/opt/shop");
        mappings.push(Mapping { id: 1, file, resolved, ..Mapping::default() });
        profile.strings = Arc::new(self.strings);
        profile.functions = Arc::new(self.functions);
        profile.locations = Arc::new(self.locations);
        profile.mappings = Arc::new(mappings);
        profile.samples = Arc::new(self.samples.unwrap_or_default());
        profile
    }
}
