//! `heapwise recover`: from what a killed program left behind to a profile.

mod support;

use support::Sandbox;

const HEAD: usize = 256 << 10;
const EXTENT: usize = 64 << 10;

/// A recording: 3 objects of 100 bytes at one stack, of which 1 is in use and 2 were at the peak; for a
/// tenant.
fn recording() -> Vec<u8> {
    let mut file = vec![0; HEAD + 3 * EXTENT];
    let mut put = |at: usize, words: &[u32]| {
        let bytes = words.iter().flat_map(|word| word.to_le_bytes());
        file[at..].iter_mut().zip(bytes).for_each(|(place, byte)| *place = byte);
    };
    put(8, &[2, EXTENT as u32, 16, 112, 4321, 0]);
    put(56, &[2, 0, 1, 0, 9, 0]);
    put(120, &[3]);
    put(136, &[32, 0]);
    put(10_432, &[0, 1 << 31, 1 << 30]);
    // One label, of so many bytes; then its key and value.
    put(HEAD + 2 * EXTENT + 8, &[1, 6 | 3 << 16]);
    put(
        HEAD + 2 * EXTENT + 16,
        &[u32::from_le_bytes(*b"tena"), u32::from_le_bytes(*b"ntan"), u32::from(b't')],
    );
    put(HEAD + 16, &[0x1001, 0, 0, 0]);
    let amounts = [3, 300, 1, 100, 2, 200].map(|number: u32| [number << 20, number >> 12, 0, 0]);
    put(HEAD + EXTENT, &[&[1, 7 | 1 << 8, 9, 0], amounts.as_flattened()].concat());
    file[..8].copy_from_slice(b"\x89HWREC\r\n");
    file
}

#[test]
fn a_recording_becomes_a_profile() {
    let sandbox = Sandbox::new();
    sandbox.write("left", &recording());
    let run = sandbox.run(&["recover", "left", "-o", "mem.pb.gz"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{}", run.stderr);
    assert_eq!(run.stderr, "mem.pb.gz: 1 samples\n");
    let raw = sandbox.run(&["-raw", "mem.pb.gz"]);
    assert!(raw.stdout.contains("peak_objects/count peak_space/bytes"), "{}", raw.stdout);
    assert!(
        raw.stdout
            .contains("          3        300          1        100          2        200: 1")
    );
    assert!(raw.stdout.contains("tenant:[ant]"), "{}", raw.stdout);
    // The file itself is a profile for every report, and is left alone.
    assert_eq!(sandbox.run(&["-raw", "left"]).stdout, raw.stdout);
    assert_eq!(sandbox.read("left"), recording());
    assert_eq!(sandbox.run(&["recover", "left"]).stderr, "left.pb.gz: 1 samples\n");
}

#[test]
fn what_is_no_recording_is_refused_in_one_line() {
    let sandbox = Sandbox::new();
    sandbox.write("other", b"something else");
    sandbox.write("cut", &recording()[..HEAD + EXTENT]);
    for (args, expected) in [
        (&["recover", "none", "-o", "p"][..], "none: No such file or directory (os error 2)"),
        (&["recover", "other", "-o", "p"], "other: not a recording"),
        (
            &["recover", "cut", "-o", "p"],
            "cut: parsing recording: the file ends at byte 327680 and should have 327792 bytes or more",
        ),
        (&["recover", "cut", "-x"], "usage: heapwise recover FILE [-o PROFILE]"),
        (&["recover"], "usage: heapwise recover FILE [-o PROFILE]"),
    ] {
        let run = sandbox.run(args);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
        assert_eq!(run.stderr.lines().next(), Some(expected), "{args:?}");
    }
    assert_eq!(sandbox.names(), ["cut", "other"]);
}
