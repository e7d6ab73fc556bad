use super::*;
use crate::LabelValue;

const HEAD: usize = 256 << 10;

/// The bytes of a recording with the frames and buckets given.
struct Built(Vec<u8>);

impl Built {
    fn new() -> Self {
        let mut built = Self(vec![0; HEAD]);
        built.put(0, MAGIC).u32s(8, &[2, 65_536, 16, 112]).u64s(24, &[77, 5_000, 0, 512]);
        built
    }

    fn put(&mut self, at: usize, bytes: &[u8]) -> &mut Self {
        self.0[at..at + bytes.len()].copy_from_slice(bytes);
        self
    }

    fn u32s(&mut self, at: usize, numbers: &[u32]) -> &mut Self {
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        self.put(at, &bytes)
    }

    fn u64s(&mut self, at: usize, numbers: &[u64]) -> &mut Self {
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        self.put(at, &bytes)
    }

    /// Adds a table in extents, last piece first.
    fn table(&mut self, at: usize, rows: &[Vec<u8>], bit: u32) -> &mut Self {
        let mut bytes = rows.concat();
        bytes.resize(bytes.len().next_multiple_of(65_536), 0);
        let first = (self.0.len() - HEAD) / 65_536;
        let pieces: Vec<&[u8]> = bytes.chunks(65_536).collect();
        for (extent, (piece, bytes)) in (first..).zip(pieces.iter().enumerate().rev()) {
            self.u32s(10_432 + 4 * extent, &[piece as u32 | bit]);
            self.0.extend_from_slice(bytes);
        }
        self.u32s(120, &[(first + pieces.len()) as u32]).u64s(at, &[rows.len() as u64])
    }

    fn frames(&mut self, frames: &[(u64, u32)]) -> &mut Self {
        let row = |&(address, caller): &(u64, u32)| {
            [address.to_le_bytes(), u64::from(caller).to_le_bytes()].concat()
        };
        let rows: Vec<Vec<u8>> = [(0, 0)].iter().chain(frames).map(row).collect();
        self.table(56, &rows, 0)
    }

    fn buckets(&mut self, buckets: &[Vec<u8>]) -> &mut Self {
        self.table(64, buckets, 1 << 31)
    }

    /// Adds label sets, of which the first has the number 1.
    fn labels(&mut self, sets: &[&[(&str, &str)]]) -> &mut Self {
        let mut bytes = vec![0; 8];
        for set in sets {
            bytes.extend((set.len() as u32).to_le_bytes());
            for (key, value) in *set {
                bytes.extend([key, value].map(|text| (text.len() as u16).to_le_bytes()).concat());
                bytes.extend([key.as_bytes(), value.as_bytes()].concat());
            }
            bytes.resize(bytes.len().next_multiple_of(8), 0);
        }
        let rows: Vec<Vec<u8>> = bytes.iter().map(|&byte| vec![byte]).collect();
        self.table(136, &rows, 1 << 30)
    }
}

/// Of `stack`: as many objects of 100 bytes allocated, in use, and at the peak of an epoch.
fn bucket(stack: u32, epoch: u64, objects: [u128; 3]) -> Vec<u8> {
    let mut row = [stack.to_le_bytes(), 7u32.to_le_bytes()].concat();
    row.extend(epoch.to_le_bytes());
    for count in objects {
        row.extend((count << 20).to_le_bytes());
        row.extend(((100 * count) << 20).to_le_bytes());
    }
    row
}

fn sample() -> Built {
    let mut built = Built::new();
    built
        .frames(&[(0x1001, 0), (0x2001, 1), (0x3001, 1)])
        .buckets(&[bucket(2, 4, [9, 3, 5]), bucket(3, 3, [2, 1, 0]), vec![0; 112]])
        .u64s(72, &[4]);
    built
}

fn values(profile: &Profile) -> Vec<Vec<i64>> {
    profile.samples.iter().map(|sample| sample.values.to_vec()).collect()
}

#[test]
fn the_last_state_and_the_peak_are_read() {
    let mut built = sample();
    built.u32s(128, &[4, 3]).put(22_528, b"/binfoo").u64s(80, &[0, 0, 8, 0, 0]);
    let mapping = |start: u64, path: &[u8]| {
        let mut bytes = [start, start + 0x1000, 0].map(u64::to_le_bytes).concat();
        bytes.extend((path.len() as u32).to_le_bytes());
        bytes.extend(2u32.to_le_bytes());
        bytes.extend(path);
        bytes.extend([0xab, 0x01]);
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        bytes
    };
    let list = [mapping(0x1000, b"/lib"), mapping(0x2000, b"/bin")].concat();
    built.u32s(124, &[2]).u32s(163_840, &[2, 8 + list.len() as u32]).put(163_848, &list);

    let profile = Profile::read(&built.0).unwrap();
    assert_eq!(values(&profile), [[9, 900, 3, 300, 5, 500], [2, 200, 1, 100, 1, 100]]);
    let text = |text| String::from_utf8_lossy(profile.text(text)).into_owned();
    assert_eq!(text(profile.header.drop_frames), "foo");
    assert_eq!((profile.header.period, profile.header.time_nanos), (512, 5000));
    let comments: Vec<String> = profile.header.comments.iter().map(|&line| text(line)).collect();
    assert!(comments[0].contains("live table was full: 8"), "{comments:?}");
    assert_eq!(comments[1], "heapwise: from the recording of process 77");
    let addresses = |row: usize| -> Vec<u64> {
        let stack = profile.samples.stack(row);
        stack.iter().map(|&id| profile.locations.get(id).address.0).collect()
    };
    assert_eq!((addresses(0), addresses(1)), (vec![0x2000, 0x1000], vec![0x3000, 0x1000]));
    let main = profile.mappings.first().unwrap();
    assert_eq!((text(main.file), text(main.build_id)), ("/bin".into(), "ab01".into()));
    let LabelValue::Number { number, .. } = profile.samples.labels(0)[0].value else { panic!() };
    assert_eq!(number, 100);
}

/// A row with its labels, as text, and what was allocated.
fn labelled(profile: &Profile) -> Vec<(String, i64)> {
    let text = |text| String::from_utf8_lossy(profile.text(text)).into_owned();
    let shown = |label: &crate::Label| match label.value {
        LabelValue::Text(value) => format!("{}={} ", text(label.key), text(value)),
        LabelValue::Number { .. } => String::new(),
    };
    let row =
        |sample: crate::Sample<'_>| (sample.labels.iter().map(shown).collect(), sample.values[0]);
    profile.samples.iter().map(row).collect()
}

/// The same stack and size under a label set.
fn under(set: u32, objects: u128) -> Vec<u8> {
    let mut row = bucket(1, 1, [objects; 3]);
    row[4..8].copy_from_slice(&(7 | set << 8).to_le_bytes());
    row
}

#[test]
fn rows_have_their_labels() {
    let mut built = Built::new();
    built
        .frames(&[(0x1001, 0)])
        .buckets(&[under(0, 1), under(4, 2), under(1, 3), under(4, 4)])
        .labels(&[&[("tenant", "a"), ("x", "")], &[("tenant", &"b".repeat(256))]])
        .u64s(144, &[5]);
    let profile = Profile::read(&built.0).unwrap();
    let b = format!("tenant={} ", "b".repeat(256));
    assert_eq!(labelled(&profile), [("".into(), 1), ("tenant=a x= ".into(), 3), (b, 6)]);
    let comment = profile.text(profile.header.comments[0]);
    assert!(
        comment.ends_with(b"recorded without a label: it was too long, or there were too many: 5")
    );
}

#[test]
fn a_recording_of_the_first_version_is_read() {
    let mut built = sample();
    built.u32s(8, &[1]);
    assert_eq!(
        values(&Profile::read(&built.0).unwrap()),
        values(&Profile::read(&sample().0).unwrap())
    );
}

#[test]
fn label_sets_that_are_none_are_refused() {
    let refused = |change: Change<'_>| {
        let mut built = Built::new();
        let buckets = [under(1, 1)];
        built.frames(&[(0x1001, 0)]).buckets(&buckets).labels(&[&[("key", "value")][..]; 3]);
        change(&mut built);
        Profile::read(&built.0).unwrap_err().to_string()
    };
    let labels = HEAD + 2 * 65_536;
    let cases: [(&str, Change<'_>); 6] = [
        ("label set 1 is not there", &|built| {
            built.u32s(labels + 8, &[9]);
        }),
        ("label set 1 is not there", &|built| {
            built.u32s(labels + 12, &[65]);
        }),
        ("label set 3 is not there", &|built| {
            built.u32s(labels + 24 + 4, &[257 << 16]);
        }),
        ("label set 5 is not there", &|built| {
            built.u64s(136, &[48]);
        }),
        ("70000 rows in room for 65536", &|built| {
            built.u64s(136, &[70_000]);
        }),
        ("a table is not there", &|built| {
            built.u32s(10_432 + 8, &[1 | 1 << 30]);
        }),
    ];
    for (expected, change) in cases {
        let error = refused(change);
        assert!(error.contains(expected), "{error} for {expected}");
    }
}

/// The beginning of the file may be read before a stack or a label set is new, and the rest after.
#[test]
fn what_came_while_it_was_read_is_left_out() {
    let mut built = Built::new();
    let buckets = [under(1, 3), under(2, 5), bucket(2, 0, [7, 7, 7])];
    built.frames(&[(0x1001, 0)]).buckets(&buckets).labels(&[&[("tenant", "a")]]);
    let profile = Profile::read(&built.0).unwrap();
    assert_eq!(labelled(&profile), [("tenant=a ".into(), 3)]);
    let mut comments = profile.header.comments.iter().map(|&comment| profile.text(comment));
    assert!(comments.any(|comment| comment.ends_with(b"new stacks left out: 2")));
}

#[test]
fn what_was_being_changed_is_as_it_was_before() {
    let mut built = sample();
    // The journal of the sixth stripe has row 0.
    let journal = 192 + 320 * 5;
    built.u32s(journal, &[1, 0]).put(journal + 80, &bucket(2, 4, [8, 2, 5]));
    let profile = Profile::read(&built.0).unwrap();
    assert_eq!(values(&profile)[0], [8, 800, 2, 200, 5, 500]);
}

#[test]
fn no_peak_is_lower_than_the_last_state() {
    let mut built = Built::new();
    built.frames(&[(0x1001, 0)]).buckets(&[bucket(1, 2, [9, 7, 5])]).u64s(72, &[2]);
    assert_eq!(values(&Profile::read(&built.0).unwrap()), [[9, 900, 7, 700, 7, 700]]);
}

#[test]
fn rows_that_lie_in_two_extents_are_read() {
    let mut built = Built::new();
    let rows: Vec<_> = (0..2000).map(|_| bucket(1, 1, [1, 1, 1])).collect();
    built.frames(&[(0x1001, 0)]).buckets(&rows).u64s(72, &[1]);
    let profile = Profile::read(&built.0).unwrap();
    assert_eq!(values(&profile), [[2000, 200_000, 2000, 200_000, 2000, 200_000]]);
}

type Change<'a> = &'a dyn Fn(&mut Built);

#[test]
fn a_file_that_is_damaged_says_where() {
    let refused = |change: Change<'_>| {
        let mut built = sample();
        change(&mut built);
        Profile::read(&built.0).unwrap_err().to_string()
    };
    let cases: [(&str, Change<'_>); 8] = [
        ("the file ends at byte 100 and should have", &|built| built.0.truncate(100)),
        ("the file ends at byte 300000 and should have", &|built| built.0.truncate(300_000)),
        ("version 3 of the format is not known: 1 and 2 are", &|built| {
            built.u32s(8, &[3]);
        }),
        ("a size of another format (at byte 20)", &|built| {
            built.u32s(20, &[80]);
        }),
        ("extent 4294967295 is out of place", &|built| {
            built.u32s(120, &[u32::MAX]);
        }),
        ("9999 rows in room for 4096", &|built| {
            built.u64s(56, &[9999]);
        }),
        ("frame 2 is called by frame 2", &|built| {
            built.u32s(HEAD + 2 * 16 + 8, &[2]);
        }),
        ("the list of mappings is cut short", &|built| {
            built.u32s(124, &[1]).u32s(65_536, &[1, 40]).u32s(65_544 + 24, &[9]);
        }),
    ];
    for (expected, change) in cases {
        let error = refused(change);
        assert!(error.starts_with("parsing recording: "), "{error}");
        assert!(error.contains(expected), "{error} for {expected}");
    }
}

#[test]
fn a_stack_may_not_be_deeper_than_is_recorded() {
    let mut built = Built::new();
    let frames: Vec<_> = (0..1025).map(|caller| (7, caller)).collect();
    built.frames(&frames).buckets(&[bucket(1024, 1, [1, 1, 1])]);
    assert_eq!(Profile::read(&built.0).unwrap().samples.stack(0).len(), 1024);
    built.u32s(HEAD + 65_536, &[1025]);
    let error = Profile::read(&built.0).unwrap_err().to_string();
    assert_eq!(error, "parsing recording: too many frames (stack 1025)");
}

#[test]
fn no_damage_ends_the_reader() {
    let whole = sample().0;
    for byte in
        (0..200).chain(10_430..10_450).chain(HEAD..HEAD + 70).chain(HEAD + 65_536..HEAD + 65_900)
    {
        for value in [1, 0xff] {
            let mut bytes = whole.clone();
            bytes[byte] = value;
            if let Ok(profile) = Profile::read(&bytes) {
                profile.validate().unwrap();
            }
        }
    }
}
