//! A small writer of Mach-O files, for a linker of macOS is rarely at hand.

pub const EXECUTABLE: u32 = 2;
pub const DEBUG: u32 = 10;

pub const POWERPC: u32 = 18;
pub const HERE: u32 = if cfg!(target_arch = "aarch64") { 0x0100_000c } else { 0x0100_0007 };

const HEADER: usize = 32;
const SEGMENT: usize = 72;
const SECTION: usize = 80;
const SYMBOL_TABLE: usize = 24;
const UUID: usize = 24;

/// What a file holds.
#[derive(Default)]
pub struct MachO {
    pub kind: u32,
    /// Address and content of the code.
    pub text: (u64, Vec<u8>),
    pub symbols: Vec<(&'static str, u64)>,
    pub debug: Vec<(String, Vec<u8>)>,
}

impl MachO {
    pub fn write(&self, id: [u8; 16]) -> Vec<u8> {
        let sections = 1 + self.debug.len();
        let commands = 2 * SEGMENT + sections * SECTION + SYMBOL_TABLE + UUID;
        let mut content: Vec<u8> = Vec::new();
        let first = HEADER + commands;
        let mut place = |bytes: &[u8]| {
            let at = first + content.len();
            content.extend(bytes);
            at as u32
        };
        let code = place(&self.text.1);
        let debug: Vec<_> = self.debug.iter().map(|(_, bytes)| place(bytes)).collect();
        let (symbols, names) = self.symbol_table();
        let (symbols, names_at) = (place(&symbols), place(&names));

        let mut file = words(&[0xfeed_facf, HERE, 0, self.kind, 4, commands as u32, 0, 0]);
        let (address, text) = &self.text;
        // The segment starts with the header of the file, a page before the code.
        let start = address - 0x1000;
        file.extend(segment("__TEXT", start, 0x1000 + text.len() as u64, 1));
        file.extend(section("__text", "__TEXT", *address, text.len(), code));
        file.extend(segment("__DWARF", 0, 0, self.debug.len() as u32));
        for ((name, bytes), at) in self.debug.iter().zip(debug) {
            file.extend(section(name, "__DWARF", 0, bytes.len(), at));
        }
        let count = self.symbols.len() as u32;
        file.extend(words(&[2, SYMBOL_TABLE as u32, symbols, count, names_at, names.len() as u32]));
        file.extend(words(&[0x1b, UUID as u32]));
        file.extend(id);
        file.extend(content);
        file
    }

    fn symbol_table(&self) -> (Vec<u8>, Vec<u8>) {
        let (mut rows, mut names) = (Vec::new(), vec![0]);
        for (name, address) in &self.symbols {
            // Defined in the first section, and visible to others.
            rows.extend(words(&[names.len() as u32, 0x0000_010f]));
            rows.extend(address.to_le_bytes());
            names.extend(name.bytes().chain([0]));
        }
        (rows, names)
    }
}

/// Files for several processors in one.
pub fn fat(parts: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let big =
        |numbers: &[u32]| -> Vec<u8> { numbers.iter().flat_map(|n| n.to_be_bytes()).collect() };
    let mut file = big(&[0xcafe_babe, parts.len() as u32]);
    let mut at = 8 + 20 * parts.len() as u32;
    for (processor, content) in parts {
        file.extend(big(&[*processor, 0, at, content.len() as u32, 0]));
        at += content.len() as u32;
    }
    parts.iter().fold(file, |file, (_, content)| [file, content.clone()].concat())
}

fn segment(name: &str, address: u64, size: u64, sections: u32) -> Vec<u8> {
    let length = SEGMENT + sections as usize * SECTION;
    let mut command = words(&[0x19, length as u32]);
    command.extend(padded(name));
    command.extend([address, size, 0, size].iter().flat_map(|number| number.to_le_bytes()));
    command.extend(words(&[5, 5, sections, 0]));
    command
}

fn section(name: &str, segment: &str, address: u64, size: usize, at: u32) -> Vec<u8> {
    let mut row = padded(name);
    row.extend(padded(segment));
    row.extend([address, size as u64].iter().flat_map(|number| number.to_le_bytes()));
    let is_code = if segment == "__TEXT" { 0x8000_0400 } else { 0 };
    row.extend(words(&[at, 0, 0, 0, is_code, 0, 0, 0]));
    row
}

fn padded(name: &str) -> Vec<u8> {
    let mut field = name.as_bytes().to_vec();
    field.resize(16, 0);
    field
}

fn words(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}
