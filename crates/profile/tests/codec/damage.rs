//! Damaged bytes are refused or read as something else, never a panic.

use heapwise_profile::{Profile, decode, encode};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::arbitrary::profile;
use crate::dump::dump;

/// What can be read can be written and read again. The first time may drop labels that say nothing.
fn read(bytes: &[u8]) {
    if let Ok(profile) = Profile::read(bytes) {
        assert_eq!(profile.validate(), Ok(()));
        let again = |bytes: &[u8]| encode(&decode(bytes).expect("written bytes can be read"));
        let written = again(&encode(&profile));
        assert_eq!(again(&written), written);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn a_profile_cut_anywhere_does_not_panic(profile in profile()) {
        let bytes = encode(&profile);
        for cut in 0..bytes.len() {
            read(&bytes[..cut]);
        }
    }

    #[test]
    fn a_compressed_profile_cut_anywhere_is_refused(profile in profile()) {
        let mut bytes = Vec::new();
        profile.write_to(&mut bytes).unwrap();
        for cut in 0..bytes.len() {
            prop_assert!(Profile::read(&bytes[..cut]).is_err());
        }
        prop_assert_eq!(dump(&Profile::read(&bytes).unwrap()), dump(&profile));
    }
}

proptest! {
    #[test]
    fn a_profile_with_changed_bytes_does_not_panic(
        profile in profile(),
        changes in proptest::collection::vec(any::<(Index, u8)>(), 1..5),
    ) {
        let mut bytes = encode(&profile);
        for (index, byte) in changes {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        read(&bytes);
    }

    #[test]
    fn noise_does_not_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        read(&bytes);
    }
}

/// A small input of each text format that the reference does not read.
const TEXTS: [&str; 2] = [
    "heap_v2/256\n  t*: 2: 99 [3: 100]\n  t0: 2: 99 [3: 100]\n@ 0x1010 0x2020\n\
     \x20 t*: 2: 99 [3: 100]\n  t0: 2: 99 [3: 100]\n\nMAPPED_LIBRARIES:\n\
     1000-2000 r-xp 00001000 fe:00 1 /bin/app\n",
    r#"{"dhatFileVersion":2,"mode":"heap","bklt":true,"tu":"instrs","te":9,"cmd":"./a b","pps":
    [{"tb":100,"tbk":2,"gb":50,"gbk":1,"eb":0,"ebk":0,"acc":[-9,0],"fs":[1,2,3]}],"ftbl":["[root]",
    "0x10: f\u00e9 (in /x.so)","0x20: g(int) (a.c:6)","0x20: main (a.c:9:1)"]}"#,
];

#[test]
fn a_text_cut_anywhere_does_not_panic() {
    for text in TEXTS {
        assert!(Profile::read(text.as_bytes()).is_ok());
        for cut in 0..text.len() {
            read(&text.as_bytes()[..cut]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn a_text_with_changed_bytes_does_not_panic(
        text in proptest::sample::select(&TEXTS[..]),
        change in any::<(Index, u8)>(),
        others in proptest::collection::vec(any::<(Index, u8)>(), 0..4),
    ) {
        let mut bytes = text.as_bytes().to_vec();
        let printable = |(index, byte): (Index, u8)| (index, b' ' + byte % 95);
        for (index, byte) in others.into_iter().map(printable).chain([change]) {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        read(&bytes);
    }

    #[test]
    fn a_text_with_a_part_repeated_does_not_panic(
        text in proptest::sample::select(&TEXTS[..]),
        from in any::<Index>(),
        to in any::<Index>(),
        at in any::<Index>(),
    ) {
        let bytes = text.as_bytes();
        let (from, to, at) = (from.index(bytes.len()), to.index(bytes.len()), at.index(bytes.len()));
        read(&[&bytes[..at], &bytes[from.min(to)..from.max(to)], &bytes[at..]].concat());
    }
}
