//! A heap profile as text, for people and for every reader of the older format.

use std::io::Write as _;

use heapwise_profile::{CodeFile, Recorded, RecordedRow};
use heapwise_recorder::{Snapshot, StackId};

/// Writes `recorded`, with the stacks of `snapshot`.
pub fn write(snapshot: &Snapshot, recorded: &Recorded) -> Vec<u8> {
    written(recorded, &|stack, frames| {
        let stack = snapshot.frames(StackId::from_number(stack));
        frames.extend(stack.map(|frame| frame as u64));
    })
}

/// `frames` appends the return addresses of a stack, innermost first.
fn written(recorded: &Recorded, frames: &dyn Fn(u32, &mut Vec<u64>)) -> Vec<u8> {
    let mut total = RecordedRow { stack: 0, labels: 0, size: 0, values: [0; 6] };
    for row in &recorded.rows {
        total.values.iter_mut().zip(row.values).for_each(|(sum, value)| *sum += value);
    }
    let mut text = b"heap profile: ".to_vec();
    numbers(&mut text, &total);
    // Of the kinds that readers know, the one whose numbers are not scaled again.
    text.extend(b"heapprofile\n");
    let mut stack = Vec::new();
    for row in &recorded.rows {
        numbers(&mut text, row);
        stack.clear();
        frames(row.stack, &mut stack);
        let addresses: Vec<String> = stack.iter().map(|frame| format!("{frame:#x}")).collect();
        text.extend(addresses.join(" ").as_bytes());
        text.push(b'\n');
    }
    let interval = recorded.interval;
    let said = format!(
        "\n# In use [allocated since the start] @ return addresses, innermost first.\n\
         # One sample in {interval} bytes; the numbers are those of all allocations, not of samples.\n\
         \nMAPPED_LIBRARIES:\n"
    );
    text.extend(said.as_bytes());
    recorded.mappings.iter().for_each(|file| mapping(&mut text, file));
    text
}

/// `objects: bytes [objects: bytes] @ `: in use, then allocated.
fn numbers(text: &mut Vec<u8>, row: &RecordedRow) {
    let [alloc_objects, alloc_bytes, objects, bytes, ..] = row.values;
    // Writing to memory does not fail.
    let _ = write!(text, "{objects}: {bytes} [{alloc_objects}: {alloc_bytes}] @ ");
}

/// As a line of `/proc/self/maps`. What would end the line is not in a path that anyone can open.
pub fn mapping(text: &mut Vec<u8>, file: &CodeFile) {
    let CodeFile { start, limit, offset, .. } = file;
    let _ = write!(text, "{start:x}-{limit:x} r-xp {offset:08x} 00:00 0 ");
    text.extend(file.path.iter().map(|&byte| if byte == b'\n' { b'?' } else { byte }));
    text.push(b'\n');
}

#[cfg(test)]
mod tests {
    use heapwise_profile::Profile;

    use super::*;

    #[test]
    fn a_reader_of_the_older_format_finds_the_same() {
        let file = CodeFile {
            start: 0x1000,
            limit: 0x2000,
            offset: 0x400,
            path: b"/bin/program".to_vec(),
            build_id: Vec::new(),
        };
        let recorded = Recorded {
            interval: 512,
            mappings: vec![file],
            rows: vec![
                RecordedRow { stack: 1, labels: 0, size: 8, values: [3, 24, 1, 8, 1, 8] },
                RecordedRow { stack: 2, labels: 0, size: 100, values: [1, 100, 0, 0, 1, 100] },
            ],
            ..Recorded::default()
        };
        let frames =
            |stack, frames: &mut Vec<u64>| frames.extend([0x1100 + u64::from(stack), 0x1200]);
        let text = written(&recorded, &frames);
        let first = text.split(|&byte| byte == b'\n').next().unwrap();
        assert_eq!(first, b"heap profile: 1: 8 [4: 124] @ heapprofile");

        let read = Profile::read(&text).unwrap();
        let values: Vec<_> = read.samples.iter().map(|sample| sample.values.to_vec()).collect();
        assert_eq!(values, [[3, 24, 1, 8], [1, 100, 0, 0]]);
        let stack = read.samples.stack(0).iter().map(|&id| read.locations.get(id).address.0);
        assert_eq!(stack.collect::<Vec<_>>(), [0x1100, 0x11ff]);
        let main = read.mappings.first().unwrap();
        assert_eq!((main.start.0, main.limit.0, main.offset.0), (0x1000, 0x2000, 0x400));
        assert_eq!(read.text(main.file), b"/bin/program");
    }
}
