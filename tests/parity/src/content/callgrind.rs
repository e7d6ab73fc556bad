//! Callgrind files without what depends on the order of their nodes.

use std::collections::BTreeMap;

/// The nodes, sorted: names in full, addresses absolute, calls sorted and without the numbers that tell
/// callees of one name apart. Lines before the first node stand for themselves.
pub fn blocks(output: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(output);
    let mut reader = Reader::default();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(call) = line.strip_prefix("calls=") {
            reader.call(call, lines.next().unwrap_or_default());
        } else {
            reader.line(line);
        }
    }
    reader.finish()
}

#[derive(Debug, Default)]
struct Reader {
    /// Names by kind and number.
    names: BTreeMap<(String, String), String>,
    /// What each kind of line said last.
    current: BTreeMap<String, String>,
    /// The address of the node before the last one, from which addresses are counted.
    base: u64,
    address: u64,
    node: String,
    calls: Vec<String>,
    blocks: Vec<String>,
}

impl Reader {
    fn line(&mut self, line: &str) {
        match line.split_once('=') {
            Some((key @ ("ob" | "fl" | "fn" | "cfl" | "cfn"), value)) => {
                let name = self.name(key.trim_start_matches('c'), value);
                self.current.insert(key.to_owned(), name);
            }
            _ if line.starts_with(['0', '+', '-', '*']) => self.node(line),
            _ => self.blocks.push(line.to_owned()),
        }
    }

    /// `(1) name`, later `(1)`: the name, without a ` [1/2]` at its end.
    fn name(&mut self, kind: &str, value: &str) -> String {
        let (number, name) = value.split_once(' ').unwrap_or((value, ""));
        let key = (kind.to_owned(), number.to_owned());
        if !name.is_empty() {
            let plain = name.rsplit_once(" [").filter(|(_, rest)| rest.ends_with(']'));
            self.names.insert(key.clone(), plain.map_or(name, |(plain, _)| plain).to_owned());
        }
        self.names.get(&key).cloned().unwrap_or_default()
    }

    fn node(&mut self, line: &str) {
        self.close();
        self.base = self.address;
        let (address, rest) = line.split_once(' ').unwrap_or((line, ""));
        self.address = self.absolute(address);
        let name = |kind: &str| self.current.get(kind).cloned().unwrap_or_default();
        let (object, file, function) = (name("ob"), name("fl"), name("fn"));
        self.node = format!("{object}\t{file}\t{function}\t{:x} {rest}", self.address);
    }

    fn call(&mut self, call: &str, cost: &str) {
        let mut words = call.split(' ').skip(1);
        let address = self.absolute(words.next().unwrap_or_default());
        let line = words.next().unwrap_or_default();
        let name = |kind: &str| self.current.get(kind).cloned().unwrap_or_default();
        self.calls.push(format!("\t{}\t{}\t{address:x} {line} {cost}", name("cfl"), name("cfn")));
    }

    fn absolute(&self, address: &str) -> u64 {
        let number = |digits: &str, radix| u64::from_str_radix(digits, radix).unwrap_or_default();
        match address.split_at_checked(1) {
            Some(("+", more)) => self.base.wrapping_add(number(more, 10)),
            Some(("-", less)) => self.base.wrapping_sub(number(less, 10)),
            Some(("*", _)) => self.base,
            _ => number(address.trim_start_matches("0x"), 16),
        }
    }

    fn close(&mut self) {
        if !self.node.is_empty() {
            self.calls.sort();
            let calls = std::mem::take(&mut self.calls).join("\n");
            self.blocks.push(format!("{}\n{calls}", std::mem::take(&mut self.node)));
        }
    }

    fn finish(mut self) -> Vec<String> {
        self.close();
        self.blocks.sort();
        self.blocks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "events: space(B)\n\nob=(1) app\nfl=(1) a.go\nfn=(1) f\n0x1000 5 10\n\
        cfl=(1)\ncfn=(2) g [1/2]\ncalls=0 0x2000 7\n* * 3\ncfl=(1)\ncfn=(3) g [2/2]\ncalls=0 0x3000 7\n* * 4\n\
        \nob=(1)\nfl=(1)\nfn=(2)\n+4096 7 3\n\nob=(1)\nfl=(1)\nfn=(2)\n+4096 7 4\n";
    /// The same nodes, the last one first.
    const OTHER: &str = "events: space(B)\n\nob=(1) app\nfl=(1) a.go\nfn=(1) g\n0x3000 7 4\n\
        \nob=(1)\nfl=(1)\nfn=(2) f\n-8192 5 10\ncfl=(1)\ncfn=(3) g [1/2]\ncalls=0 * 7\n* * 4\n\
        cfl=(1)\ncfn=(4) g [2/2]\ncalls=0 -4096 7\n* * 3\n\nob=(1)\nfl=(1)\nfn=(1)\n+4096 7 3\n";

    #[test]
    fn the_order_of_nodes_and_the_numbers_of_names_do_not_count() {
        assert_eq!(blocks(ONE.as_bytes()), blocks(OTHER.as_bytes()));
        assert!(blocks(ONE.as_bytes()).contains(&"app\ta.go\tg\t3000 7 4\n".to_owned()));
    }

    #[test]
    fn names_addresses_and_values_count() {
        for (from, to) in
            [("10\n", "11\n"), ("a.go", "b.go"), ("0x3000", "0x3001"), ("* * 4", "* * 5")]
        {
            assert_ne!(blocks(ONE.as_bytes()), blocks(ONE.replace(from, to).as_bytes()), "{from}");
        }
    }
}
